"""One connection through a relay: two lanes, each read, held back as the relay's way says, and sent on."""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import anyio

from rigcheck.drills.relay_way import Way

CHUNK_BYTES = 65_536
PACED_S = 0.02
PACKET_BYTES = 1_460
"""A throttled lane takes what goes through in 20 ms, and a packet at least, so that its rate is even."""
CREDIT_S = 0.25
"""What a throttled lane is late by, it makes up for: a busy computer wakes us late. Beyond this it was idle."""
MOST_HELD_BYTES = 32 * 1024 * 1024
"""What a delayed lane may hold: 10 s of 25 Mbit/s."""
BUFFER_BYTES = 131_072
"""Of the kernel, for what the encoder sends: with loopback's own megabytes it would not feel a stall for many seconds."""
_NOW = struct.pack("ii", 1, 0)  # linger for no time at all: closing resets
End = tuple[asyncio.StreamReader, asyncio.StreamWriter]
"""asyncio's own: anyio's reads without bounds on a connection that nobody has read from yet (4.16)."""
Held = tuple[float, bytes]
"""When it came, and what; nothing is the end."""


@dataclass(slots=True)
class Lane:
    """One direction. `has_lost`: it swallowed something, so the rest of its stream is of no use to anybody."""

    source: asyncio.StreamReader
    sink: asyncio.StreamWriter
    way: Callable[[], Way]
    has_lost: bool = False
    passed: int = 0  # bytes
    _held: deque[Held] = field(default_factory=deque)
    _held_bytes: int = 0
    _free_at_s: float = 0.0  # when a throttled lane may send again
    _news: anyio.Event = field(default_factory=anyio.Event)

    async def take(self) -> None:
        """Read until the end, never more than may be held."""
        data = b"-"
        while data:
            await self._until(self._room_in_s)
            data = await self.source.read(self._most_bytes())
            self._held.append((anyio.current_time(), data))
            self._held_bytes += len(data)
            self.tell()

    async def give(self) -> None:
        """Send on what is held, each piece when it is due, and then the end."""
        data = b"-"
        while data:
            await self._until(self._due_in_s)
            _, data = self._held.popleft()
            self._held_bytes -= len(data)
            self.tell()
            await self._pass_on(data)

    def tell(self) -> None:
        """Something has changed: whoever waits looks again."""
        self._news.set()
        self._news = anyio.Event()

    async def _pass_on(self, data: bytes) -> None:
        way = self.way()
        if way.mode == "black-hole":
            self.has_lost = True
            return
        if not data:
            self.sink.write_eof()
            return
        if way.kbps:
            now_s = anyio.current_time()
            is_late = now_s - self._free_at_s < CREDIT_S
            self._free_at_s = (self._free_at_s if is_late else now_s) + len(data) * 8 / (way.kbps * 1000)
        self.sink.write(data)
        await self.sink.drain()
        self.passed += len(data)

    def _most_bytes(self) -> int:
        kbps = self.way().kbps
        return min(CHUNK_BYTES, max(PACKET_BYTES, int(kbps * 1000 / 8 * PACED_S))) if kbps else CHUNK_BYTES

    def _room_in_s(self) -> float:
        match self.way().mode:
            case "stall":
                return math.inf
            case "delay":
                return 0.0 if self._held_bytes < MOST_HELD_BYTES else math.inf
            case _:
                return math.inf if self._held else 0.0

    def _due_in_s(self) -> float:
        way = self.way()
        if way.mode == "stall" or not self._held:
            return math.inf
        if way.delay_ms:
            return self._held[0][0] + way.delay_ms / 1000 - anyio.current_time()
        return self._free_at_s - anyio.current_time() if way.kbps else 0.0

    async def _until(self, left_s: Callable[[], float]) -> None:
        while (wait_s := left_s()) > 0:
            news = self._news
            with anyio.move_on_after(wait_s):
                await news.wait()


class Link:
    """An encoder's connection and its other half to the ingest."""

    def __init__(self, near: End, far: End, way: Callable[[], Way]) -> None:
        self._ends = (near[1], far[1])
        self._up, self._down = Lane(near[0], far[1], way), Lane(far[0], near[1], way)
        self._scope = anyio.CancelScope()

    @property
    def passed(self) -> int:
        """Bytes that went from the encoder to the ingest."""
        return self._up.passed

    async def run(self) -> None:
        """Until both ends have said their last, one is gone, or `cut`; then both are closed, at once."""
        try:
            with self._scope:
                await self._pass_on()
        finally:
            for end in self._ends:
                close(end, at_once=self._scope.cancel_called)

    async def _pass_on(self) -> None:
        try:
            async with anyio.create_task_group() as group:
                for deed in (self._up.take, self._up.give, self._down.take, self._down.give):
                    group.start_soon(deed)
        except* OSError:
            self.cut()

    def turn(self, way: Way) -> None:
        """The relay's way has changed to this one."""
        if way.mode == "cut" or (way.mode != "black-hole" and (self._up.has_lost or self._down.has_lost)):
            self.cut()
        self._up.tell()
        self._down.tell()

    def cut(self) -> None:
        """End it, as a cable that is pulled."""
        self._scope.cancel()


def close(end: asyncio.StreamWriter, *, at_once: bool) -> None:
    """Close an end; `at_once`: with a reset, and without what is still under way."""
    if at_once:
        with suppress(OSError):  # it is gone already
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NOW)
    end.transport.abort()
