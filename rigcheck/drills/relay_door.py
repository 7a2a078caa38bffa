"""How a running relay is told what to do: a second, local port, and a file that says where it is and what opens it.

The file lies in the user's state folder, readable by nobody else; it holds a token made for this one run.
"""

from __future__ import annotations

import hmac
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import platformdirs
from anyio.abc import SocketAttribute, SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.drills.journal import write_synced
from rigcheck.drills.relay import Relay, open_relay
from rigcheck.drills.relay_way import Way
from rigcheck.errors import NotSeen, UnwritableError
from rigcheck.model import Reason
from rigcheck.sources.line import Address, connection

log = logging.getLogger(__name__)
ASK_S = 2.0
_HOST = "127.0.0.1"
_MOST_BYTES = 1000
_GONE = (anyio.BrokenResourceError, anyio.EndOfStream, anyio.IncompleteRead, anyio.DelimiterNotFound, TimeoutError)


@dataclass(frozen=True, slots=True)
class Door:
    """A relay that runs: where it listens, where it leads, and how it is told what to do."""

    listen: str  # HOST:PORT
    to: str
    port: int
    token: str

    async def ask(self, way: Way | None = None) -> State:
        """Have it pass on in this way (None: only say what it does). Raises NotSeen where it does not answer."""
        said = {"token": self.token} | ({"way": way.plain()} if way else {})
        try:
            async with connection(Address(_HOST, self.port), ASK_S) as stream:
                await stream.send(json.dumps(said).encode() + b"\n")
                answer = json.loads(await BufferedByteReceiveStream(stream).receive_until(b"\n", _MOST_BYTES))
            return State(Way.read(answer["way"]), int(answer["links"]), int(answer["passed"]))
        except (ValueError, KeyError, TypeError):  # another program has that port by now
            raise NotSeen(Reason.JUNK, {"url": self.listen}) from None


@dataclass(frozen=True, slots=True)
class State:
    """What a relay does: in which way it passes on, for how many connections; bytes it has passed to the ingest."""

    way: Way
    links: int
    passed: int


async def run_relay(listen: Address, to: Address, ready: Callable[[Address], None]) -> None:
    """A relay that drills find, until cancelled; `ready` hears where it listens.

    Raises UsageError where it cannot listen there, UnwritableError where the state folder cannot be written.
    """
    refused: list[UnwritableError] = []
    async with open_relay(listen, to) as (relay, place):
        try:
            async with _open_door(relay, place, to):
                ready(place)
                await anyio.sleep_forever()
        except UnwritableError as error:  # kept: a task group would wrap it
            refused.append(error)
    raise refused[0]


def find_doors() -> list[Door]:
    """The relays of this user, as their files say: some may be dead."""
    return [door for path in sorted(_folder().glob("relay-*.json")) if (door := _read(path))]


@asynccontextmanager
async def _open_door(relay: Relay, place: Address, to: Address) -> AsyncIterator[None]:
    token = secrets.token_urlsafe()

    async def hear(stream: SocketStream) -> None:
        async with stream:
            with suppress(*_GONE):
                await _hear(relay, token, stream)

    async with await anyio.create_tcp_listener(local_host=_HOST) as listener:
        port: int = listener.extra(SocketAttribute.local_port)  # noqa: S610 - anyio's attributes, no Django
        with _told(_folder() / f"relay-{place.port}.json", Door(place.url, to.url, port, token)):
            async with anyio.create_task_group() as group:
                group.start_soon(listener.serve, hear)
                yield
                group.cancel_scope.cancel()


@contextmanager
def _told(path: Path, door: Door) -> Iterator[None]:
    """The file, for as long as the relay runs. Raises UnwritableError."""
    said = {"listen": door.listen, "to": door.to, "port": door.port, "token": door.token}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_synced(path, json.dumps(said))
    except OSError as error:
        raise UnwritableError.of(path, error) from error
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _hear(relay: Relay, token: str, stream: SocketStream) -> None:
    """One question and its answer; whoever does not know the token gets none."""
    with anyio.fail_after(ASK_S):
        line = await BufferedByteReceiveStream(stream).receive_until(b"\n", _MOST_BYTES)
    try:
        said = json.loads(line)
        is_known = hmac.compare_digest(str(said["token"]).encode(), token.encode())
        way = Way.read(said["way"]) if is_known and "way" in said else None
    except (ValueError, KeyError, TypeError):
        return
    if is_known:
        if way:
            log.info("passing on from now: %s", way.mode)
            relay.turn(way)
        state = {"way": relay.way.plain(), "links": len(relay.links), "passed": relay.passed}
        await stream.send(json.dumps(state).encode() + b"\n")


def _folder() -> Path:
    return Path(platformdirs.user_state_dir("rigcheck", appauthor=False))


def _read(path: Path) -> Door | None:
    try:
        said: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return Door(str(said["listen"]), str(said["to"]), int(said["port"]), str(said["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
