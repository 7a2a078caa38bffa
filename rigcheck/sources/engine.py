"""What every throughput engine is: a module (or object) with these two functions, tried in the profile's order."""

from __future__ import annotations

from typing import Protocol

from rigcheck.errors import NotSeen
from rigcheck.uplink_state import UplinkRequest, UplinkTrace


class ThroughputEngine(Protocol):
    """One way to measure an upload. A failed engine says nothing of the network: the next one is tried."""

    def available(self, request: UplinkRequest) -> NotSeen | None:
        """Why it cannot even be tried (not in the profile, not installed); None where it can.

        Quick, and sends nothing.
        """
        ...

    async def measure(self, request: UplinkRequest) -> UplinkTrace:
        """The upload that is asked for. The turn of a shared line is held already: `sources/turn.py`.

        Leaves `waited_s` and `failed` alone. Ends what it started (sockets, children) on every path, also when it is
        cancelled, and never sends more than `max_bytes`. Raises NotSeen with the reason; what it had sent until then
        is in its parameter `sent_bytes`, because it counts against `max_bytes` of the next engine.
        """
        ...
