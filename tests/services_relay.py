"""Relays for tests: in the test's own event loop, or in a process of their own; and what stands at either end."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio
from anyio.abc import SocketAttribute, SocketStream

from rigcheck.drills.relay import Relay, open_relay
from rigcheck.sources.line import Address

NOWHERE = Address("127.0.0.1", 0)
ROOT = Path(__file__).resolve().parent.parent
PROGRAM = """
import sys
from functools import partial
import anyio
from rigcheck.cli.main import Terminated
from rigcheck.cli.session import run_session
from rigcheck.drills.relay_door import run_relay
from rigcheck.sources.line import Address

def ready(place):
    print(place.port, flush=True)

try:
    run_session(partial(run_relay, Address("127.0.0.1", int(sys.argv[1])), Address("127.0.0.1", int(sys.argv[2])), ready))
except Terminated:
    sys.exit(143)
"""


@dataclass
class Sink:
    """A server that keeps what it is sent, with the time of each piece, and can answer."""

    port: int
    came: list[tuple[float, bytes]] = field(default_factory=list)
    guests: list[SocketStream] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)  # how each guest left

    @property
    def data(self) -> bytes:
        return b"".join(piece for _, piece in self.came)

    async def serve(self, guest: SocketStream) -> None:
        self.guests.append(guest)
        try:
            while True:
                piece = await guest.receive()
                self.came.append((anyio.current_time(), piece))
        except anyio.EndOfStream:
            self.ended.append("end")
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            self.ended.append("reset")


@asynccontextmanager
async def sink() -> AsyncIterator[Sink]:
    listener = await anyio.create_tcp_listener(local_host="127.0.0.1")
    found = Sink(listener.listeners[0].extra(SocketAttribute.local_port))  # noqa: S610 - anyio's attributes, no Django
    async with listener, anyio.create_task_group() as group:
        group.start_soon(listener.serve, found.serve)
        yield found
        group.cancel_scope.cancel()
    for guest in found.guests:
        await anyio.aclose_forcefully(guest)


@asynccontextmanager
async def relaying() -> AsyncIterator[tuple[Relay, Sink, int]]:
    """(relay, what is behind it, its port)."""
    async with sink() as far, open_relay(NOWHERE, Address("127.0.0.1", far.port)) as (relay, place):
        yield relay, far, place.port


@contextmanager
def relay_process(state: Path, to: int, port: int = 0) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """(a relay that drills of this state folder find, its port), in a process of its own."""
    environment = {**os.environ, "XDG_STATE_HOME": str(state), "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(port), str(to)], stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()
