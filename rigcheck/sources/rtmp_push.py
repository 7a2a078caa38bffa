"""One connection's share of a push: packets go out when they are due, as an encoder sends them."""

from __future__ import annotations

from collections import deque

from rigcheck.sources.push_clip import Clip
from rigcheck.sources.push_gauge import Progress
from rigcheck.sources.rtmp import Rtmp
from rigcheck.sources.rtmp_chunk import Kind
from rigcheck.sources.rtmp_wire import AT_ONCE

_SET_DATA = b"\x02\x00\x0d@setDataFrame"


class Pusher:
    """A published stream that begins at `from_s` of the push's clock, after `before` bytes of earlier connections.

    A packet that cannot leave waits here and not in the system, so that nothing goes on after the push is over.
    """

    def __init__(self, talk: Rtmp, clip: Clip, from_s: float, before: Progress) -> None:
        self._talk, self._before = talk, before
        self._began_bytes = talk.wire.given
        self._feed = clip.endless(from_s)
        self._next = next(self._feed)
        heads = (self._packed(head.kind, head.body, from_s) for head in clip.heads)
        self._pending = memoryview(b"".join(heads))
        self._marks: deque[tuple[int, float]] = deque()  # bytes up to a packet's end, and its time
        self._through_s = from_s

    @property
    def next_s(self) -> float:
        """When the next packet is due."""
        return self._next.at_s

    @property
    def is_full(self) -> bool:
        """Whether something waits until the system takes more."""
        return bool(self._pending)

    def step(self, now_s: float) -> None:
        """Give what is due, take in what the server says. Raises TurnedAway, OSError where the push is over."""
        while self._next.at_s <= now_s and len(self._pending) < AT_ONCE:
            packet, self._next = self._next, next(self._feed)
            chunks = self._packed(packet.kind, packet.body, packet.at_s)
            self._pending = memoryview(b"".join((self._pending, chunks)))
            self._marks.append((self._talk.wire.given - self._began_bytes + len(self._pending), packet.at_s))
        if self._pending:
            self._pending = self._pending[self._talk.wire.give(self._pending) :]
        self._talk.listen()

    def progress(self) -> Progress:
        """How much got through, over all connections."""
        given = self._talk.wire.given - self._began_bytes
        through = given - (self._talk.wire.unacknowledged() or 0)
        while self._marks and self._marks[0][0] <= through:
            self._through_s = self._marks.popleft()[1]
        said = self._talk.acknowledged
        server = None if said is None else (self._before.server or 0) + max(0, said - self._began_bytes)
        return Progress(self._before.tcp + max(0, through), server, through == given and not self._pending)

    def behind_s(self, now_s: float) -> float:
        """How far what got through is behind the clock."""
        return max(0.0, now_s - self._through_s) if self._marks else 0.0

    def _packed(self, kind: Kind, body: bytes, at_s: float) -> bytes:
        return self._talk.chunks(kind, (_SET_DATA if kind is Kind.DATA else b"") + body, round(at_s * 1000))
