"""A conversation with one OBS over obs-websocket 5: every fault becomes NotSeen, and none lasts.

A client of our own over `websockets`, not simpleobsws: that one waits out its whole time limit where OBS refuses a
password or dies, and goes through the system's HTTP proxy to an OBS on this very computer.
Protocol: https://github.com/obsproject/obs-websocket/blob/master/docs/generated/protocol.md
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import logging
import re
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from rigcheck.errors import NotSeen
from rigcheck.model import Params, Reason
from rigcheck.profile import Secret
from rigcheck.samples import ObsAddress
from rigcheck.secret import hide, reveal
from rigcheck.sources.worker import call_in_worker

if TYPE_CHECKING:
    from collections.abc import Iterator

    from websockets.asyncio.client import ClientConnection

CONNECT_S = 2.0
ASK_S = 3.0
OLD_S = 1.0
"""A healthy OBS says hello within milliseconds; after this it is asked whether it speaks the protocol before 5."""
CLOSE_S = 0.3
MAX_BYTES = 2**26  # a lossless picture of a 4K source is under 50 MB
RPC_VERSION = 1

NO_EVENTS = 0
VOLUME_METERS = 1 << 16
"""Subscription to InputVolumeMeters, every 50 ms."""

_HELLO, _IDENTIFY, _IDENTIFIED, _EVENT, _REQUEST, _ANSWER = 0, 1, 2, 5, 6, 7
_CLOSED = {4008: Reason.DENIED, 4009: Reason.DENIED, 4010: Reason.TOO_OLD}  # codes of the protocol
_OLD_QUESTION = {"request-type": "GetVersion", "message-id": "1"}  # obs-websocket 4 speaks when spoken to

Message = dict[str, Any]
Question = tuple[str, Message]
"""A request's name and its data."""


class ObsClient:
    """An identified conversation. One task at a time may ask; who listens for events does so on a client of its own."""

    def __init__(self, line: ClientConnection, where: Params) -> None:
        self._line = line
        self._where = where
        self._asked = 0
        self._events: deque[Message] = deque(maxlen=1000)  # those that came while an answer was awaited
        self._turn = anyio.Lock()

    async def ask(self, request: str, data: Message | None = None) -> Message:
        """The answer's data, {} where it has none.

        Raises NotSeen: `refused` with `request` and `code` (of the protocol's RequestStatus), `timeout` with `request`
        after 3 s, `lost` where OBS died or hung up.
        """
        (answer,) = await self._answers([(request, data or {})])
        status = answer["requestStatus"]
        if not status["result"]:
            raise NotSeen(Reason.REFUSED, {"request": request, "code": int(status["code"])})
        return answer.get("responseData") or {}

    async def ask_all(self, questions: Sequence[Question]) -> list[Message | None]:
        """The data of each answer, in the order of the questions; None where OBS refuses one. All are asked at once."""
        answers = await self._answers(questions)
        return [(a.get("responseData") or {}) if a["requestStatus"]["result"] else None for a in answers]

    async def listen(self, *names: str) -> AsyncIterator[tuple[str, Message]]:
        """Events of these names (all, without any) as (name, data), without end. Raises NotSeen(lost)."""
        while True:
            event = self._events.popleft() if self._events else await self._event()
            if not names or event["eventType"] in names:
                yield event["eventType"], event.get("eventData") or {}

    async def _event(self) -> Message:
        with _faults(self._where):
            while (message := await _receive(self._line))["op"] != _EVENT:
                pass
        return dict(message["d"])

    async def _answers(self, questions: Sequence[Question]) -> list[Message]:
        where = {**self._where, "request": questions[0][0]} if questions else self._where
        async with self._turn:
            with _faults(where), anyio.fail_after(ASK_S):
                return await self._exchange(questions)

    async def _exchange(self, questions: Sequence[Question]) -> list[Message]:
        """All questions sent, then all answers awaited: a round trip in all, not one each. Late answers are passed over."""
        ids = [str(self._asked + number) for number in range(len(questions))]
        self._asked += len(questions)
        for number, (request, data) in zip(ids, questions, strict=True):
            await _send(self._line, _REQUEST, {"requestType": request, "requestId": number, "requestData": data})
        answers: dict[str, Message] = {}
        while len(answers) < len(ids):
            message = await _receive(self._line)
            if message["op"] == _EVENT:
                self._events.append(message["d"])
            elif message["op"] == _ANSWER and message["d"]["requestId"] in ids:
                answers[message["d"]["requestId"]] = message["d"]
        return [answers[number] for number in ids]


@asynccontextmanager
async def connect(address: ObsAddress, events: int = NO_EVENTS) -> AsyncIterator[ObsClient]:
    """An identified client of the OBS there, subscribed to `events` (a bit mask of the protocol's EventSubscription).

    Raises NotSeen, always with `url` unless it is about the password's reference: `unreachable` (refused, no route, no
    such host, no answer at all), `denied` (password wrong, none given, or `ref` not to be resolved), `too-old` with
    `version`, `timeout` (accepts and never answers: hung), `lost` (hung up), `junk` (no OBS).
    """
    where: Params = {"url": plain_url(address.url)}
    password = await _password(address.password)
    line = await _open(address.url, where)
    try:
        with _faults(where), anyio.fail_after(CONNECT_S):
            await _identify(line, password, events, where)
        yield ObsClient(line, where)
    finally:
        with anyio.move_on_after(CLOSE_S, shield=True):
            await line.close()
        line.transport.abort()


def plain_url(url: str) -> str:
    """Scheme, host and port of a URL: what may be shown of it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def _password(secret: Secret | None) -> str | None:
    """A keyring may ask its owner and wait for ever: it is asked in a process that can be killed."""
    if secret is None:
        return None
    try:
        with anyio.fail_after(CONNECT_S):
            if secret.ref.startswith("keyring:"):
                text = await call_in_worker(reveal, secret)
                hide(text)  # the worker's log is not ours
                return text
            return await anyio.to_thread.run_sync(reveal, secret, abandon_on_cancel=True)
    except TimeoutError:
        raise NotSeen(Reason.DENIED, {"ref": secret.ref.partition(":")[0]}) from None


async def _open(url: str, where: Params) -> ClientConnection:
    """A WebSocket connection. No proxy: an OBS is on this computer or in this house."""
    from websockets.asyncio.client import ClientConnection, connect  # noqa: PLC0415 - 70 ms that no other command pays

    reached = False

    class Connection(ClientConnection):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            nonlocal reached
            reached = True
            super().connection_made(transport)

    quiet = logging.getLogger(f"{__name__}.wire")
    quiet.setLevel(logging.WARNING)  # below it, whole messages are logged, stream keys included
    dial = connect(
        url,
        create_connection=Connection,
        proxy=None,
        compression=None,
        open_timeout=None,
        ping_interval=None,
        close_timeout=CLOSE_S,
        max_size=MAX_BYTES,
        logger=quiet,
    )
    try:
        with _faults(where), anyio.fail_after(CONNECT_S):
            return await dial
    except NotSeen as fault:
        raise fault if reached else NotSeen(Reason.UNREACHABLE, where) from None


async def _identify(line: ClientConnection, password: str | None, events: int, where: Params) -> None:
    hello = await _hello(line)
    version = str(hello["obsWebSocketVersion"])
    if int(re.split(r"\D", version)[0] or 0) < 5 or hello["rpcVersion"] < RPC_VERSION:  # noqa: PLR2004 - the protocol's name
        raise NotSeen(Reason.TOO_OLD, {**where, "version": version})
    proof: Message = {}
    if lock := hello.get("authentication"):
        if password is None:
            raise NotSeen(Reason.DENIED, where)
        proof = {"authentication": _digest(_digest(password + lock["salt"]) + lock["challenge"])}
    await _send(line, _IDENTIFY, {"rpcVersion": RPC_VERSION, "eventSubscriptions": events, **proof})
    while (await _receive(line))["op"] != _IDENTIFIED:
        pass


async def _hello(line: ClientConnection) -> Message:
    """What a server of protocol 5 says first; what one of protocol 4 says of its version looks the same here."""
    with anyio.move_on_after(OLD_S):
        return dict((await _receive(line))["d"])
    await line.send(json.dumps(_OLD_QUESTION))
    answer = json.loads(await line.recv())
    if "obs-websocket-version" in answer:
        return {"obsWebSocketVersion": answer["obs-websocket-version"], "rpcVersion": 0}
    return dict(answer["d"])


async def _send(line: ClientConnection, code: int, data: Message) -> None:
    await line.send(json.dumps({"op": code, "d": data}))


async def _receive(line: ClientConnection) -> Message:
    message: Message = json.loads(await line.recv())
    return {"op": message["op"], "d": message["d"]}  # what has not both is no obs-websocket


@contextmanager
def _faults(where: Params) -> Iterator[None]:
    """What can go wrong on the line, as NotSeen with the place it happened at."""
    from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage, InvalidURI  # noqa: PLC0415 - as for connecting

    try:
        yield
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT, where) from None
    except ConnectionClosed as closed:
        reason = _CLOSED.get(closed.rcvd.code, Reason.LOST) if closed.rcvd else Reason.LOST
        raise NotSeen(reason, where) from None
    except (InvalidURI, OSError):
        raise NotSeen(Reason.UNREACHABLE, where) from None
    except EOFError:
        raise NotSeen(Reason.LOST, where) from None
    except InvalidMessage as cut:  # hung up in mid-handshake, or no web server at all
        raise NotSeen(Reason.LOST if isinstance(cut.__cause__, EOFError) else Reason.JUNK, where) from None
    except (InvalidHandshake, ValueError, TypeError, KeyError):  # a web server, another service: no obs-websocket
        raise NotSeen(Reason.JUNK, where) from None


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
