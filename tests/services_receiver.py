"""Our receiver on a loopback port, in the test's own event loop; and raw guests that do as they like."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

import anyio
from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.receiver.protocol import UPGRADE
from rigcheck.receiver.server import Place, Receiver


@dataclass
class Guest:
    """One connection to the receiver, its answer's head read."""

    stream: SocketStream
    reader: BufferedByteReceiveStream
    head: str

    @property
    def status(self) -> int:
        return int(self.head.split(" ")[1])

    async def line(self) -> str:
        return (await self.reader.receive_until(b"\n", 1000)).decode()

    async def rest(self) -> bytes:
        """All until the receiver hangs up."""
        data = b""
        try:
            while True:
                data += await self.reader.receive()
        except (anyio.EndOfStream, anyio.BrokenResourceError):
            return data


@dataclass
class Running:
    """A receiver and its port."""

    receiver: Receiver
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @asynccontextmanager
    async def raw(self) -> AsyncIterator[SocketStream]:
        async with await anyio.connect_tcp("127.0.0.1", self.port) as stream:
            yield stream

    @asynccontextmanager
    async def ask(self, path: str, *headers: str, upgrade: bool = True, **query: object) -> AsyncIterator[Guest]:
        """A request of ours, as far as the head of its answer."""
        lines = [f"GET {path}?{urlencode(query)} HTTP/1.1", "Host: x", *headers]
        lines += [f"Upgrade: {UPGRADE}", "Connection: Upgrade"] if upgrade else []
        async with self.raw() as stream:
            await stream.send("\r\n".join([*lines, "", ""]).encode())
            reader = BufferedByteReceiveStream(stream)
            head = (await reader.receive_until(b"\r\n\r\n", 5000)).decode()
            yield Guest(stream, reader, head)


@asynccontextmanager
async def receiving(token: str | None = None) -> AsyncIterator[Running]:
    """A receiver that listens; it ends with the block."""
    places: list[Place] = []
    receiver = Receiver(token)
    async with anyio.create_task_group() as group:
        group.start_soon(receiver.serve, [Place("127.0.0.1", 0)], places.append)
        await eventually(lambda: bool(places))
        yield Running(receiver, places[0].port)
        group.cancel_scope.cancel()


async def eventually(happened, limit_s: float = 5.0) -> None:
    """Look every 5 ms until it happened."""
    end = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < end, "it never happened"
        await anyio.sleep(0.005)
