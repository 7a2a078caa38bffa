"""Round trips to our receiver: lines that it sends back, beside the upload, and datagrams on the idle line."""

from __future__ import annotations

import socket
from dataclasses import dataclass, field
from statistics import median

import anyio
from anyio.lowlevel import checkpoint

from rigcheck.receiver.protocol import MAX_DATAGRAM_BYTES, MAX_LINE_BYTES
from rigcheck.sources.interface import bind_to_line
from rigcheck.sources.wire import Wire

ECHO_S = 0.05
"""Between two lines: 20 a second is 1 % of 1 Mbit/s with all headers."""
TOGETHER_S = ECHO_S / 5
DATAGRAMS, DATAGRAM_S = 300, 0.004
"""None of 300 lost proves less than 1 % with 95 % confidence (rule of three); 150 kbit/s for 1.2 s."""
GROWN, GROWN_MS = 1.05, 2.0
"""Our own rule: TCP fills a buffer of half a second by about 50 ms a second."""
LATE_S = 1.0
"""A datagram that took longer is lost to a show."""


@dataclass(slots=True)
class Echo:
    """Lines over a connection of their own, each with its number; `trips` are (sent at, ms) as they came back."""

    wire: Wire
    sent_s: list[float] = field(default_factory=list)
    trips: list[tuple[float, float]] = field(default_factory=list)

    async def send(self) -> None:
        """A line every 50 ms until cancelled, whether or not the last one has come back."""
        while True:
            number = len(self.sent_s)
            self.sent_s.append(anyio.current_time())
            await self.wire.send(f"{number}\n".encode())
            await anyio.sleep(ECHO_S)

    async def hear(self) -> None:
        """Note each line that comes back, until cancelled. Raises NotSeen(lost) where the receiver hangs up.

        Of lines that come together only the last counts: the others waited for one that TCP had to send again.
        """
        last_s = 0.0
        while True:
            line = await self.wire.until(b"\n", MAX_LINE_BYTES)
            now_s = anyio.current_time()
            if line.isdigit() and int(line) < len(self.sent_s):
                sent_s = self.sent_s[int(line)]
                if now_s - last_s < TOGETHER_S and self.trips:
                    self.trips.pop()
                self.trips.append((sent_s, (now_s - sent_s) * 1000))
                last_s = now_s

    def since(self, began_s: float) -> list[float]:
        """Round trips in ms of the lines sent from then on."""
        return [ms for sent_s, ms in self.trips if sent_s >= began_s]

    def grows(self) -> bool:
        """Whether round trips of the last second are longer than those of the second before; so is no answer at all."""
        now_s = anyio.current_time()
        came = [(sent_s + ms / 1000, ms) for sent_s, ms in self.trips]
        last = [ms for at_s, ms in came if at_s > now_s - 1.0]
        before = [ms for at_s, ms in came if now_s - 2.0 < at_s <= now_s - 1.0]
        return not last or not before or median(last) > GROWN * median(before) + GROWN_MS


@dataclass(slots=True)
class Datagrams:
    """Probes sent, and the round trips in ms of those that came back, in the order in which they were sent."""

    sent: int = 0
    trips: dict[int, float] = field(default_factory=dict)
    complete: anyio.Event = field(default_factory=anyio.Event)

    @property
    def in_order(self) -> list[float]:
        """Round trips in ms."""
        return [ms for _, ms in sorted(self.trips.items())]


async def probe(wire: Wire, interface: str | None, test_id: str) -> Datagrams:
    """300 datagrams to where `wire` leads, in 1.2 s and at most a second for the last; none back where UDP is shut."""
    found, sent_s = Datagrams(), list[float]()
    place: tuple[str, int] = wire.door.getpeername()
    with socket.socket(wire.door.family, socket.SOCK_DGRAM) as door:
        try:
            door.setblocking(False)
            bind_to_line(door, interface)
        except OSError:
            return found
        async with anyio.create_task_group() as group:
            group.start_soon(_hear, door, test_id, sent_s, found)
            await _send(door, place, test_id, sent_s)
            with anyio.move_on_after(LATE_S):
                await found.complete.wait()
            group.cancel_scope.cancel()
    found.sent = len(sent_s)
    return found


async def _send(door: socket.socket, place: tuple[str, int], test_id: str, sent_s: list[float]) -> None:
    began_s = anyio.current_time()
    for number in range(DATAGRAMS):
        await anyio.sleep_until(began_s + number * DATAGRAM_S)
        sent_s.append(anyio.current_time())
        try:
            door.sendto(f"{test_id}{number:08d}".encode(), place)
        except OSError:  # full for a moment: counts as lost
            continue


async def _hear(door: socket.socket, test_id: str, sent_s: list[float], found: Datagrams) -> None:
    """A server with several addresses may answer from another one; the test's id tells what is ours."""
    while True:
        await anyio.wait_readable(door)
        try:
            datagram = door.recv(MAX_DATAGRAM_BYTES).decode("latin-1")
        except OSError:  # nobody listens there
            await checkpoint()
            continue
        number = datagram.removeprefix(test_id)
        if number != datagram and number.isdecimal() and int(number) < len(sent_s):
            found.trips[int(number)] = (anyio.current_time() - sent_s[int(number)]) * 1000
        if len(found.trips) == DATAGRAMS:
            found.complete.set()
