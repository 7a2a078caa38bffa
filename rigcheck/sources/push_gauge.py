"""What a trial push shows while it runs: bytes that got through, how far behind it is, and every pause."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

EVERY_S, STALL_S = 0.1, 0.2
"""OBS's dynamic bit rate begins at 200 ms of queue (its rtmp-stream.c)."""
_FIRST_S, _FEWEST_ACKS = 1.0, 5


@dataclass(slots=True)
class Progress:
    """Bytes since the push began, over all its connections.

    `tcp`: acknowledged by the far end's TCP, or given to the system where it does not say; `server`: by its program.
    """

    tcp: int = 0
    server: int | None = None
    is_all: bool = False  # nothing is under way


@dataclass(slots=True)
class Gauge:
    """Times are seconds since the push began."""

    moved_s: float = 0.0  # when something last got through
    _taken: list[tuple[float, int, float]] = field(default_factory=list)
    _acks: list[tuple[float, int]] = field(default_factory=list)
    _stalls_s: list[float] = field(default_factory=list)
    _last: Progress = field(default_factory=Progress)

    @property
    def due_s(self) -> float:
        """When the next interval ends."""
        return (self._taken[-1][0] if self._taken else 0.0) + EVERY_S

    def watch(self, now_s: float, progress: Progress) -> None:
        """To be called often: a pause is known to about the time between two calls."""
        if self._has_moved(progress):
            self._end_pause(now_s)
        if progress.server is not None and (not self._acks or progress.server > self._acks[-1][1]):
            self._acks.append((now_s, progress.server))
        self._last = progress

    def take(self, now_s: float, behind_s: float) -> None:
        """End an interval; `behind_s` is how far what got through is behind the stream's clock."""
        self._taken.append((now_s, self._last.tcp, behind_s))

    def end(self, now_s: float) -> None:
        """The push is over: a pause that still lasts is one."""
        self._end_pause(now_s)

    def _has_moved(self, progress: Progress) -> bool:
        """What the server's program says is better than its TCP, whose buffers hide that it hangs."""
        if self._trusts_server():
            return (progress.server or 0) > (self._last.server or 0)
        return progress.tcp > self._last.tcp or progress.is_all

    def _trusts_server(self) -> bool:
        """Some servers acknowledge every few megabytes only, some never: that says nothing of pauses."""
        early = [at_s for at_s, _ in self._acks[: _FEWEST_ACKS + 1] if at_s <= _FIRST_S]
        return len(early) >= _FEWEST_ACKS

    def _end_pause(self, now_s: float) -> None:
        pause_s = now_s - self.moved_s
        if pause_s > STALL_S:
            self._stalls_s.append(pause_s)
        self.moved_s = now_s

    def traces(self, stat: list[tuple[float, int]]) -> dict[str, Any]:
        """The fields of a PushTrace; `stat` is what the server's own page counted, which goes before its acknowledgements."""
        taken = np.array(self._taken, np.float64).reshape(-1, 3)
        received = stat if len(stat) > 1 else self._acks if len(self._acks) > 1 else []
        by = "nobody" if not received else "stat" if received is stat else "rtmp"
        return {
            "t_s": taken[:, 0].copy(),
            "acknowledged": np.diff(taken[:, 1], prepend=0).astype(np.int64),
            "queue_ms": taken[:, 2] * 1000,
            "stalls_ms": np.array(self._stalls_s, np.float64) * 1000,
            "received": np.array(received, np.float64).reshape(-1, 2),
            "received_by": by,
        }
