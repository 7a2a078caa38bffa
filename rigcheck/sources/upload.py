"""The upload itself: paced writes on a schedule, or as fast as the line takes them, and what the receiver counts of it."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

import anyio
import numpy as np
from anyio.lowlevel import checkpoint

from rigcheck.errors import NotSeen
from rigcheck.measure.settle import settled
from rigcheck.model import Reason
from rigcheck.receiver.protocol import MAX_LINE_BYTES
from rigcheck.sources.wire import Wire
from rigcheck.uplink_state import Counts, Times

TICK_S = 0.005
"""Between two writes of a paced upload: at 6 Mbit/s three packets at a time."""
MAKE_UP_S = 0.25
"""A computer that was late makes up for so much; more would be full speed after a line was full."""
SILENT_S = 6.0
"""The receiver tells every 100 ms, also when nothing comes: silent for so long, the way is cut, or its buffers hold more
than any show can bear."""
_BLOCK = 65_536
_UNSENT_BYTES = 65_536
"""What may wait in the system beyond what is on its way: little, so that the end of a test is its end."""
_FIRST_SETTLE_LINES, _SETTLE_EVERY = 30, 2


@dataclass(slots=True)
class Upload:
    """What was sent and what arrived. `rate_kbps` None: as fast as the line takes it."""

    wire: Wire
    rate_kbps: float | None
    most_bytes: int
    sent_bytes: int = 0
    is_all_sent: bool = False
    is_whole: bool = False  # the receiver has told the last of it
    t_s: list[float] = field(default_factory=list)
    arrived: list[int] = field(default_factory=list)

    @property
    def times(self) -> Times:
        """(n,) ends of the intervals in seconds since the first byte arrived."""
        return np.array(self.t_s, dtype=np.float64)

    @property
    def counts(self) -> Counts:
        """(n,) bytes that arrived in each."""
        return np.array(self.arrived, dtype=np.int64)

    async def pump(self) -> None:
        """Send until all is sent, then end the stream, so that the receiver tells of the last of it."""
        prepare(self.wire.door)
        block = memoryview(os.urandom(_BLOCK))  # nothing on the way can make it smaller
        if self.rate_kbps is None:
            await self._at_full_speed(block)
        else:
            await self._paced(block, self.rate_kbps * 125)
        self.is_all_sent = True
        with suppress(OSError):
            self.wire.door.shutdown(socket.SHUT_WR)

    async def _at_full_speed(self, block: memoryview) -> None:
        while self.sent_bytes < self.most_bytes:
            self._sent(await self.wire.when_writable(partial(self.wire.door.send, self._next(block, _BLOCK))))
            await checkpoint()  # round trips and counts go on meanwhile

    async def _paced(self, block: memoryview, rate: float) -> None:
        """`rate` in bytes a second."""
        due, last_s = 0.0, anyio.current_time()
        while self.sent_bytes < self.most_bytes:
            now_s = anyio.current_time()
            due, last_s = min(due + rate * (now_s - last_s), rate * MAKE_UP_S), now_s
            if due < 1:
                await anyio.sleep(TICK_S)
                continue
            try:
                sent = self.wire.door.send(self._next(block, int(due)))
            except (BlockingIOError, InterruptedError):
                await anyio.wait_writable(self.wire.door)
                continue
            except OSError:
                raise NotSeen(Reason.LOST) from None
            self._sent(sent)
            due -= sent
            await anyio.sleep(TICK_S if due < _BLOCK else 0)

    def _next(self, block: memoryview, most: int) -> memoryview:
        return block[: min(most, self.most_bytes - self.sent_bytes)]

    def _sent(self, count: int) -> None:
        self.sent_bytes += count

    async def listen(self, enough: Callable[[Upload], bool]) -> None:
        """Note the receiver's counts until there are enough, or the receiver has told of the last byte.

        Raises NotSeen: `timeout` (silent for 6 s), `lost` (it hung up before all was sent), `junk`.
        """
        while not self.is_whole and not enough(self):
            try:
                with anyio.fail_after(SILENT_S):
                    self._note(await self.wire.until(b"\n", MAX_LINE_BYTES))
            except TimeoutError:
                raise NotSeen(Reason.TIMEOUT) from None

    def _note(self, line: bytes) -> None:
        if line == b"end":
            if not self.is_all_sent:
                raise NotSeen(Reason.LOST)
            self.is_whole = True
            return
        try:
            seconds, count = line.split(b" ")
            at_s, arrived = float(seconds), int(count)
        except ValueError:
            raise NotSeen(Reason.JUNK) from None
        if at_s > (self.t_s[-1] if self.t_s else 0.0):
            self.t_s.append(at_s)
            self.arrived.append(arrived)

    @property
    def is_settled(self) -> bool:
        """Whether the figure is known well enough."""
        count = len(self.t_s)
        if count < _FIRST_SETTLE_LINES or count % _SETTLE_EVERY:
            return False
        return settled(self.times, self.counts)


def prepare(door: socket.socket) -> None:
    """Little waits in the system, and congestion control is what most streaming PCs have, so that figures compare."""
    with suppress(OSError, AttributeError):
        door.setsockopt(socket.IPPROTO_TCP, _notsent_lowat(), _UNSENT_BYTES)
    if sys.platform == "linux":
        with suppress(OSError):  # where only the administrator may choose
            door.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, b"cubic")


def _notsent_lowat() -> int:
    return 0x201 if sys.platform == "darwin" else socket.TCP_NOTSENT_LOWAT  # netinet/tcp.h; Windows has none
