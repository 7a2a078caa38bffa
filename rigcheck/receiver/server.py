"""The receiver itself: ports, connections, and who is let in. One state for all ports, nothing kept on disk."""

from __future__ import annotations

import errno
import hmac
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import IPv6Address, ip_address

import anyio
from anyio.abc import Listener, SocketAttribute, SocketStream, UDPSocket
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.receiver import conversation
from rigcheck.receiver.http import Head, Refusal, answer, read_head
from rigcheck.receiver.ledger import Ledger
from rigcheck.receiver.protocol import MAX_DATAGRAM_BYTES
from rigcheck.receiver.talk import Talk
from rigcheck.receiver.turns import Turns

log = logging.getLogger(__name__)
MOST_CONNECTIONS, MOST_PER_ADDRESS = 128, 64
"""A room needs three; rooms behind one router come from one address."""
_LAST_WORD_S = 1.0
_GONE = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream, anyio.IncompleteRead, OSError)
_SERVED: Mapping[str, Callable[[Talk], Awaitable[None]]] = {
    "/": conversation.tell_what,
    "/address": conversation.tell_address,
    "/word": conversation.take_word,
    "/turn": conversation.hold_turn,
    "/test": conversation.hold_test,
    "/upload": conversation.take_upload,
    "/download": conversation.answer_down,
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where to listen; port 0 is any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class NoPlace:
    """A place where we cannot listen: `in_use` by another program, or not of this computer, or not ours to take."""

    place: Place
    in_use: bool
    error: str


@dataclass(slots=True)
class Receiver:
    """What all its ports share. `token` None: anybody may test."""

    token: str | None = None
    clock: Callable[[], float] = anyio.current_time
    guests: Counter[str] = field(default_factory=Counter)
    ledger: Ledger = field(init=False)
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        self.ledger, self.turns = Ledger(self.clock), Turns(self.clock)

    async def serve(self, places: Sequence[Place], ready: Callable[[Place], None]) -> NoPlace:
        """Listen at every place until cancelled; `ready` hears of each. Comes back only where one cannot be had."""
        async with AsyncExitStack() as doors:
            opened = [await _open(place, doors) for place in places]
            refused = next((door for door in opened if isinstance(door, NoPlace)), None)
            if refused is not None:
                return refused
            async with anyio.create_task_group() as group:
                for place, tcp, udp in (door for door in opened if not isinstance(door, NoPlace)):
                    group.start_soon(tcp.serve, self._welcome)
                    group.start_soon(self._echo, udp)
                    ready(place)
                await anyio.sleep_forever()
        raise AssertionError  # pragma: no cover - a task group that sleeps ends with an exception

    async def _echo(self, udp: UDPSocket) -> None:
        """Datagrams back as they came, to those who have a test: never more bytes out than in."""
        async for datagram, (host, port) in udp:
            if len(datagram) <= MAX_DATAGRAM_BYTES and self.ledger.echoes(datagram):
                try:
                    await udp.sendto(datagram, host, port)
                except OSError:  # a port that is not there any more
                    continue

    async def _welcome(self, stream: SocketStream) -> None:
        """One connection from beginning to end; whatever happens in it costs itself only."""
        async with stream:
            try:
                address = _address_of(stream)
                if self.guests.total() >= MOST_CONNECTIONS or self.guests[address] >= MOST_PER_ADDRESS:
                    await _refuse(stream, Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many connections"))
                    return
                self.guests[address] += 1
                try:
                    await self._talk(stream, address)
                finally:
                    self.guests[address] -= 1
                    self.guests += Counter()  # without those of nobody
            except* _GONE:
                pass
            except* Exception:
                log.exception("a connection")

    async def _talk(self, stream: SocketStream, address: str) -> None:
        reader = BufferedByteReceiveStream(stream)
        try:
            head = await read_head(reader)
            self._let_in(head)
            serve = _SERVED.get(head.path, conversation.find_nothing)
            await serve(Talk(stream, reader, head, address, self.ledger, self.turns))
        except Refusal as refusal:
            await _refuse(stream, refusal)

    def _let_in(self, head: Head) -> None:
        """The token, compared in constant time. Raises Refusal."""
        if self.token is None:
            return
        given = head.headers.get("authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(given.encode("latin-1"), self.token.encode()):
            raise Refusal(HTTPStatus.UNAUTHORIZED, "the token is wrong or missing")


async def _open(place: Place, doors: AsyncExitStack) -> tuple[Place, Listener[SocketStream], UDPSocket] | NoPlace:
    """A TCP and a UDP port of one number."""
    try:
        tcp = await doors.enter_async_context(
            await anyio.create_tcp_listener(local_host=place.host, local_port=place.port)
        )
        found = Place(place.host, tcp.extra(SocketAttribute.local_port))  # noqa: S610 - anyio's attributes, no Django
        udp = await anyio.create_udp_socket(local_host=place.host, local_port=found.port)
    except OSError as error:
        return NoPlace(place, _is_in_use(error), error.strerror or str(error))
    return found, tcp, await doors.enter_async_context(udp)


async def _refuse(stream: SocketStream, refusal: Refusal) -> None:
    with anyio.move_on_after(_LAST_WORD_S):
        await stream.send(answer(refusal.status, f"{refusal.why}\n"))
        await stream.send_eof()  # a client that is still sending would otherwise lose the answer to a reset


def _address_of(stream: SocketStream) -> str:
    """The client's address, one of IPv4 always written as such."""
    host = str(stream.extra(SocketAttribute.remote_address)[0])  # noqa: S610 - anyio's attributes, no Django
    address = ip_address(host.partition("%")[0])
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return str(mapped or address)


def _is_in_use(error: OSError) -> bool:
    """Whether another program is there; anyio tells of several addresses in one error, with the errors as its causes."""
    cause = error.__cause__
    causes = cause.exceptions if isinstance(cause, BaseExceptionGroup) else (cause,)
    return any(isinstance(each, OSError) and each.errno == errno.EADDRINUSE for each in (error, *causes))
