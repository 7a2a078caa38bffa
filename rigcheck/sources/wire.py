"""Conversations with our receiver on sockets of our own: bound to a line, past every proxy, each fault with its reason."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlencode

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.receiver.protocol import MAX_HEAD_BYTES, SERVER, UPGRADE
from rigcheck.sources.interface import bind_to_line
from rigcheck.sources.line import Address
from rigcheck.uplink_state import Isolation

T = TypeVar("T")

CONNECT_LIMIT_S = 3.0
"""For a name, a connection and the answer to a request each: a line that takes longer carries no show."""
_BLOCK = 65_536
_STATUS = re.compile(r"HTTP/1\.[01] (\d{3})(?: |$)")
_REFUSED = {"401": Reason.DENIED, "503": Reason.HELD}


@dataclass(slots=True)
class Wire:
    """A connected socket that does not block, what was read too far, and whether it is bound to its line."""

    door: socket.socket
    isolation: Isolation
    left: bytes = field(default=b"")

    async def send(self, data: bytes) -> None:
        """All of it."""
        done = 0
        while done < len(data):
            done += await self.when_writable(partial(self.door.send, data[done:]))

    async def receive(self) -> bytes:
        """What there is, empty at the end."""
        if self.left:
            data, self.left = self.left, b""
            return data
        return await self._when(anyio.wait_readable, lambda: self.door.recv(_BLOCK))

    async def until(self, mark: bytes, most: int) -> bytes:
        """What comes before a mark. Raises NotSeen: `lost` where it ends before, `junk` where there is none."""
        data = b""
        while mark not in data:
            if len(data) > most:
                raise NotSeen(Reason.JUNK)
            more = await self.receive()
            if not more:
                raise NotSeen(Reason.LOST)
            data += more
        found, _, self.left = data.partition(mark)
        return found

    async def when_writable(self, act: Callable[[], T]) -> T:
        """Do it as soon as the system takes it."""
        return await self._when(anyio.wait_writable, act)

    async def _when(self, ready: Callable[[socket.socket], Awaitable[None]], act: Callable[[], T]) -> T:
        while True:
            try:
                return act()
            except (BlockingIOError, InterruptedError):
                await ready(self.door)
            except OSError:
                raise NotSeen(Reason.LOST) from None


@asynccontextmanager
async def connected(address: Address, interface: str | None) -> AsyncIterator[Wire]:
    """A connection over a line, closed at once on every way out.

    Raises NotSeen, its parameters completed with `url`: `unreachable` (refused, no route, no such host), `timeout`,
    `missing` with `asked` (no such interface); and what its user meets: `lost`, `junk`.
    """
    try:
        wire = await _connect(address, interface)
        try:
            yield wire
        finally:
            wire.door.close()
    except NotSeen as fault:
        raise NotSeen(fault.reason, {"url": address.url, **fault.params}) from None


async def places_of(address: Address, kind: socket.SocketKind) -> list[tuple[int, tuple[str, int]]]:
    """(family, socket address) of a host, in the system's order. Raises NotSeen: `unreachable`, `timeout`."""
    try:
        with anyio.fail_after(CONNECT_LIMIT_S):
            infos = await anyio.to_thread.run_sync(_look_up, address, kind, abandon_on_cancel=True)
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT) from None
    except (OSError, UnicodeError):  # UnicodeError: a name that IDNA refuses
        raise NotSeen(Reason.UNREACHABLE) from None
    return [(int(family), (str(place[0]), int(place[1]))) for family, _, _, _, place in infos]


def _look_up(address: Address, kind: socket.SocketKind) -> list[tuple[Any, ...]]:
    return list(socket.getaddrinfo(address.host, address.port, type=kind))


async def _connect(address: Address, interface: str | None) -> Wire:
    """Each of the host's addresses in turn."""
    fault = NotSeen(Reason.UNREACHABLE)
    for family, place in await places_of(address, socket.SOCK_STREAM):
        try:
            return await _connect_to(family, place, interface)
        except NotSeen as unseen:
            fault = unseen
    raise fault


async def _connect_to(family: int, place: tuple[str, int], interface: str | None) -> Wire:
    door = socket.socket(family, socket.SOCK_STREAM)
    try:
        door.setblocking(False)
        door.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        isolation = bind_to_line(door, interface)
        with anyio.fail_after(CONNECT_LIMIT_S):
            await _dial(door, place)
    except TimeoutError:
        door.close()
        raise NotSeen(Reason.TIMEOUT) from None
    except OSError:
        door.close()
        raise NotSeen(Reason.UNREACHABLE) from None
    except BaseException:
        door.close()
        raise
    return Wire(door, isolation)


async def _dial(door: socket.socket, place: tuple[str, int]) -> None:
    try:
        door.connect(place)
    except (BlockingIOError, InterruptedError):
        await anyio.wait_writable(door)
    number = door.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if number:
        raise OSError(number, errno.errorcode.get(number, ""))


@dataclass(frozen=True, slots=True)
class FarEnd:
    """Our receiver as one line reaches it, and the text of its token."""

    address: Address
    interface: str | None = None
    token: str | None = field(default=None, repr=False)

    @asynccontextmanager
    async def upgraded(self, path: str, **query: object) -> AsyncIterator[Wire]:
        """A conversation that the receiver has agreed to, closed on every way out.

        Raises NotSeen as `connected` does, and `denied` (the token), `held` (too many guests), `junk` (another service),
        `refused` with `code` (a receiver that does not know the request).
        """
        async with connected(self.address, self.interface) as wire:
            head = await self._ask(wire, path, query)
            if not head.startswith("HTTP/1.1 101 ") or f"upgrade: {UPGRADE}" not in head.lower():
                raise NotSeen(Reason.JUNK)
            yield wire

    @asynccontextmanager
    async def opened(self, path: str, **query: object) -> AsyncIterator[Wire]:
        """An answer whose head was read; what comes is its body. Raises NotSeen as `upgraded` does."""
        async with connected(self.address, self.interface) as wire:
            await self._ask(wire, path, query)
            yield wire

    async def get(self, path: str, most: int, **query: object) -> bytes:
        """The body of a short answer. Raises NotSeen as `upgraded` does, `timeout` after 3 s."""
        async with self.opened(path, **query) as wire:
            with _patience():
                body = b""
                while len(body) <= most and (more := await wire.receive()):
                    body += more
                return body[:most]

    async def _ask(self, wire: Wire, path: str, query: Mapping[str, object]) -> str:
        """The head of a good answer, in lines of text. Raises NotSeen."""
        with _patience():
            await wire.send(self._request(path, query))
            head = (await wire.until(b"\r\n\r\n", MAX_HEAD_BYTES)).decode("latin-1")
        status = _STATUS.match(head)
        if status is None or f"server: {SERVER}" not in head.lower():
            raise NotSeen(Reason.JUNK)
        if status[1] not in ("101", "200"):
            raise NotSeen(_REFUSED.get(status[1], Reason.REFUSED), {"code": status[1]})
        return head

    def _request(self, path: str, query: Mapping[str, object]) -> bytes:
        lines = [
            f"GET {path}?{urlencode({name: str(value) for name, value in query.items()})} HTTP/1.1",
            f"Host: {self.address.url}",
            *("Connection: Upgrade", f"Upgrade: {UPGRADE}"),
            *([f"Authorization: Bearer {self.token}"] if self.token is not None else []),
        ]
        return "\r\n".join([*lines, "", ""]).encode()


@contextmanager
def _patience() -> Iterator[None]:
    try:
        with anyio.fail_after(CONNECT_LIMIT_S):
            yield
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT) from None


@asynccontextmanager
async def first_fault() -> AsyncIterator[TaskGroup]:
    """A task group out of which the first NotSeen comes as it is, not wrapped."""
    fault: BaseException | None = None
    try:
        async with anyio.create_task_group() as group:
            yield group
    except* NotSeen as faults:
        fault = faults
        while isinstance(fault, BaseExceptionGroup):
            fault = fault.exceptions[0]
    if fault is not None:
        raise fault from None
