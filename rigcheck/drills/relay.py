"""Our own TCP relay between the encoder and the ingest: it can cut, stall, delay, throttle and swallow, without root.

It speaks no protocol of its own, so it serves RTMP, HTTP and TLS alike; only an encoder that checks a certificate's
name must know the ingest by that name. A fault lasts 10 minutes at most: a drill that was killed leaves no show cut off.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import anyio

from rigcheck.drills.relay_link import BUFFER_BYTES, CHUNK_BYTES, End, Link, close
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.errors import UsageError
from rigcheck.model import Message
from rigcheck.sources.line import Address

DIAL_S = 10.0
HOLD_S = 600.0
"""Our own rule: twice the longest slate that platforms bear."""
MOST_LINKS = 64
"""A room's encoder has one; one that connects again and again into a black hole has many."""


@dataclass(slots=True)
class Relay:
    """A relay to `to`. Its faults hold for every connection there is and comes."""

    to: Address
    way: Way = PASS
    links: set[Link] = field(default_factory=set)
    _passed: int = 0  # bytes, of links that are no more
    _turned: anyio.Event = field(default_factory=anyio.Event)

    @property
    def passed(self) -> int:
        """Bytes that went to the ingest since it started."""
        return self._passed + sum(link.passed for link in self.links)

    def turn(self, way: Way) -> None:
        """Pass on in this way from now on."""
        self.way = way
        for link in tuple(self.links):
            link.turn(way)
        self._turned.set()
        self._turned = anyio.Event()

    async def welcome(self, near: End) -> None:
        """One connection, from beginning to end."""
        far = await self._dial() if self.way.mode != "cut" and len(self.links) < MOST_LINKS else None
        if far is None:
            close(near[1], at_once=True)
            return
        link = Link(near, far, lambda: self.way)
        self.links.add(link)
        try:
            link.turn(self.way)  # it may have changed while we dialled
            await link.run()
        finally:
            self.links.discard(link)
            self._passed += link.passed

    async def relent(self) -> None:
        """Go back to passing on when a fault has lasted for too long. Does not return."""
        while True:
            with anyio.move_on_after(None if self.way == PASS else HOLD_S) as patience:
                await self._turned.wait()
            if patience.cancelled_caught:
                self.turn(PASS)

    async def _dial(self) -> End | None:
        try:
            with anyio.fail_after(DIAL_S):
                return await asyncio.open_connection(self.to.host, self.to.port, limit=CHUNK_BYTES)
        except (OSError, UnicodeError):  # refused, unknown, too late; a name that IDNA refuses
            return None


@asynccontextmanager
async def open_relay(listen: Address, to: Address) -> AsyncIterator[tuple[Relay, Address]]:
    """A relay and where it listens (port 0: any that is free), until leaving.

    Raises UsageError where it cannot listen there.
    """
    relay, group = Relay(to), anyio.create_task_group()

    def welcome(*end: *End) -> None:
        group.start_soon(relay.welcome, end)

    server = await _bind(listen, welcome)
    try:
        async with group:
            await server.start_serving()
            group.start_soon(relay.relent)
            yield relay, Address(listen.host, server.sockets[0].getsockname()[1])
            group.cancel_scope.cancel()
    finally:
        server.close()


async def _bind(place: Address, welcome: Callable[[*End], None]) -> asyncio.Server:
    """A server there that does not serve yet; what it accepts gets small buffers."""
    try:
        server = await asyncio.start_server(
            welcome, place.host, place.port, limit=CHUNK_BYTES, start_serving=False, reuse_address=os.name != "nt"
        )
    except OSError as error:
        what = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(Message("error.drill.relay-place", {"place": place.url, "error": what})) from error
    for each in server.sockets:
        each.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER_BYTES)
    return server
