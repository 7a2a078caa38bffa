"""A short download from our receiver: what comes back down the same line."""

from __future__ import annotations

import anyio

from rigcheck.sources.wire import FarEnd

LONGEST_S = 1.0
_RAMP_S = 0.3  # while TCP feels its way
_NEVER_S = float("inf")


async def download(far_end: FarEnd, test_id: str, most_bytes: int) -> tuple[float | None, int]:
    """(kbit/s, bytes that came) in 1 s at most; None where it was over before it had begun. Raises NotSeen as FarEnd does."""
    count, ramp_count, ramp_s = 0, 0, _NEVER_S
    async with far_end.opened("/download", test=test_id, bytes=most_bytes) as wire:
        began_s = last_s = anyio.current_time()
        with anyio.move_on_after(LONGEST_S):
            while count < most_bytes and (block := await wire.receive()):
                count, last_s = count + len(block), anyio.current_time()
                if ramp_s == _NEVER_S and last_s >= began_s + _RAMP_S:
                    ramp_s, ramp_count = last_s, count
    if last_s <= ramp_s:  # all of it came at once
        ramp_s, ramp_count = began_s, 0
    return ((count - ramp_count) * 8 / 1000 / (last_s - ramp_s) if last_s > ramp_s else None), count
