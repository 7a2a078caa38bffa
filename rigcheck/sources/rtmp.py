"""A small RTMP client (Adobe's RTMP specification 1.0): up to `connect` for the show's ingest, up to `publish` for a trial.

Our own, because the encoders' libraries publish at once, verify no certificate, and hide what was acknowledged.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

from rigcheck.ingest_state import Refusal
from rigcheck.sources.reach import door_of
from rigcheck.sources.rtmp_amf import Amf, AmfError, dumps, loads
from rigcheck.sources.rtmp_chunk import FIRST_CHUNK_BYTES, OUR_CHUNK_BYTES, ChunkError, ChunkReader, Kind, Message, pack
from rigcheck.sources.rtmp_greeting import GREETING_BYTES, VERSION, hello
from rigcheck.sources.rtmp_wire import Wire

HANDSHAKE_LIMIT_S, ANSWER_LIMIT_S, PUBLISH_LIMIT_S = 1.5, 2.0, 4.0
"""Our own rule: an ingest answers in a round trip or two; before it lets somebody publish, it may ask elsewhere first."""
MOST_ANSWER_BYTES = 262_144
LONGEST_SAID = 120
SHORTEST_SECRET = 6
"""Characters of a signature in a key; times and flags are shorter, and in many a server's words."""
Refused = Literal["wrong-key"] | Refusal
_COMMANDS, _CONTROL = 3, 2  # chunk streams
_PING, _PONG = 6, 7
_IN_USE = re.compile(r"already|in use|occupied|duplicate|busy", re.IGNORECASE)
_OF_APP = re.compile(r"invalidapp|no ?such ?app|\bapp(lication)?\b", re.IGNORECASE)


class TurnedAway(Exception):  # noqa: N818 - an outcome of knocking, not an error of the program
    """The server does not let us go on: how, and in its own words (without any key)."""

    def __init__(self, outcome: Refused, said: str = "") -> None:
        super().__init__(outcome, said)
        self.outcome: Refused = outcome
        self.said = said


@dataclass(frozen=True, slots=True)
class Place:
    """Where to push: the server's door, the application there, and the stream's name (the key; never printed)."""

    host: str
    port: int
    is_tls: bool
    app: str
    url: str
    stream: str = field(default="", repr=False)


def place_of(url: str, key: str | None = None, *, has_stream: bool = False) -> Place:
    """The place an `rtmp(s)://HOST/APP` URL and a key lead to.

    With `has_stream` and without a key, the URL's last part is the stream's name.
    Raises NotSeen(not-by-this-route) for any other URL.
    """
    host, port = door_of(url)
    parts = urlsplit(url)
    app = parts.path.strip("/") + (f"?{parts.query}" if parts.query else "")
    if has_stream and not key:
        app, _, key = app.rpartition("/")
    door = parts.netloc.rpartition("@")[2]
    scheme = parts.scheme.lower()
    return Place(host, port, scheme == "rtmps", app, f"{scheme}://{door}/{app}", key or "")


class Rtmp:
    """A conversation over an open wire. Every step has its own time limit, and raises TurnedAway where it fails.

    `acknowledged` is what the server's own program says it has received (None: it says nothing), `given` what of it
    we have given to the system.
    """

    def __init__(self, wire: Wire, place: Place) -> None:
        self.wire = wire
        self.acknowledged: int | None = None
        self._place = place
        self._reader = ChunkReader()
        self._unread = b""
        self._chunk_bytes = FIRST_CHUNK_BYTES
        self._stream = 0
        self._heard = 0  # bytes since the last command of ours

    def shake_hands(self) -> None:
        """C0 to S2."""
        until_s = time.monotonic() + HANDSHAKE_LIMIT_S
        try:
            self.wire.give_all(hello(), until_s)
            first = self._read(1, until_s)
            if first[0] != VERSION:
                said = first + self._unread[:LONGEST_SAID]
                raise TurnedAway("not-rtmp", self._plain(said.decode("latin-1")))
            self.wire.give_all(self._read(GREETING_BYTES, until_s), until_s)
            self._read(GREETING_BYTES, until_s)
        except TimeoutError:
            raise TurnedAway("hung") from None
        except OSError:
            raise TurnedAway("closed") from None

    def _read(self, count: int, until_s: float) -> bytes:
        while len(self._unread) < count:
            self._unread += self.wire.take_some(until_s)
        part, self._unread = self._unread[:count], self._unread[count:]
        return part

    def connect(self) -> None:
        """The command `connect` to the application, and the server's yes."""
        place = self._place
        about = {"app": place.app, "type": "nonprivate", "flashVer": "FMLE/3.0 (compatible; rigcheck)"}
        self._call("connect", 1, {**about, "swfUrl": place.url, "tcUrl": place.url})
        self._answer(1, ANSWER_LIMIT_S, "unknown-app")

    def publish(self, ack_bytes: int) -> None:
        """Create a stream and publish on it; the server is asked to acknowledge every `ack_bytes`."""
        stream = self._place.stream
        self._tell(Kind.CHUNK_SIZE, OUR_CHUNK_BYTES)
        self._chunk_bytes = OUR_CHUNK_BYTES
        self._tell(Kind.WINDOW, ack_bytes)
        self._call("releaseStream", 2, None, stream)
        self._call("FCPublish", 3, None, stream)
        self._call("createStream", 4, None)
        number = self._answer(4, ANSWER_LIMIT_S, "refused")
        self._stream = int(number) if isinstance(number, float) and 0 < number < 1 << 32 else 1
        self._call("publish", 5, None, stream, "live", on=self._stream)
        self._answer(None, PUBLISH_LIMIT_S, "wrong-key")

    def unpublish(self, until_s: float) -> None:
        """Say goodbye as an encoder does."""
        data = self._packed("FCUnpublish", 6, None, self._place.stream)
        self.wire.give_all(data + self._packed("deleteStream", 7, None, float(self._stream)), until_s)

    def chunks(self, kind: Kind, body: bytes, at_ms: int) -> bytes:
        """Picture, sound or data as chunks on the published stream."""
        number = {Kind.AUDIO: 4, Kind.DATA: 5}.get(kind, 6)
        return pack(Message(kind, body, at_ms, self._stream), number)

    def listen(self) -> None:
        """Take in what the server has said meanwhile. Raises TurnedAway where it ends the stream, OSError where it is gone."""
        while (data := self.wire.take()) is not None:
            self._heard = 0  # a long push is told a lot
            for name, values in self._commands(data):
                if name == "close" or (name == "onStatus" and _level(values) == "error"):
                    raise self._refusal("wrong-key", values)

    def _call(self, name: str, transaction: int, *values: Amf | dict[str, Amf], on: int = 0) -> None:
        self._give(self._packed(name, transaction, *values, on=on))

    def _packed(self, name: str, transaction: int, *values: Amf | dict[str, Amf], on: int = 0) -> bytes:
        message = Message(Kind.COMMAND, dumps(name, float(transaction), *values), stream=on)
        return pack(message, _COMMANDS, self._chunk_bytes)

    def _tell(self, kind: Kind, number: int) -> None:
        self._give(pack(Message(kind, number.to_bytes(4, "big")), _CONTROL))

    def _give(self, data: bytes) -> None:
        try:
            self.wire.give_all(data, time.monotonic() + ANSWER_LIMIT_S)
        except TimeoutError:
            raise TurnedAway("hung") from None
        except OSError:  # what it said before it hung up is still to be read
            pass

    def _answer(self, transaction: int | None, limit_s: float, silent: Refused) -> Amf:
        """The answer to a call (None: to publish). Raises TurnedAway: `silent` where the server just hangs up."""
        until_s = time.monotonic() + limit_s
        self._heard, data, self._unread = 0, self._unread, b""
        while True:
            for name, values in self._commands(data):
                if self._is_answer(name, values, transaction, silent):
                    return values[2] if len(values) > 2 else None  # noqa: PLR2004 - transaction, command object, answer
            try:
                data = self.wire.take_some(until_s)
            except TimeoutError:
                raise TurnedAway("hung") from None
            except OSError:
                raise TurnedAway(silent) from None

    def _is_answer(self, name: str, values: list[Amf], transaction: int | None, silent: Refused) -> bool:
        """Whether a command is the yes that is waited for. Raises TurnedAway where it is a no."""
        ours = bool(values) and values[0] == transaction
        if name == "close" or (name == "_error" and (ours or (transaction is None and values[:1] == [5.0]))):
            raise self._refusal(silent, values)
        if name == "onStatus" and (transaction is None or _level(values) == "error"):
            if _level(values) == "error":
                raise self._refusal(silent, values)
            return True
        return name == "_result" and ours

    def _refusal(self, usual: Refused, values: list[Amf]) -> TurnedAway:
        """The server's no, told apart by its own words."""
        info = _info(values)
        words = " ".join(str(info[word]) for word in ("description", "code") if info.get(word))
        outcome: Refused = usual
        if usual == "wrong-key" and _IN_USE.search(words):
            outcome = "refused"
        if usual == "unknown-app" and not _OF_APP.search(words):
            outcome = "refused"
        return TurnedAway(outcome, self._plain(str(info.get("description") or info.get("code") or "")))

    def _commands(self, data: bytes) -> Iterator[tuple[str, list[Amf]]]:
        """The commands in what has come; everything else is seen to. Raises TurnedAway for what is no RTMP, or too much."""
        self._heard += len(data)
        if self._heard > MOST_ANSWER_BYTES:
            raise TurnedAway("not-rtmp")
        try:
            for message in self._reader.feed(data):
                if message.kind in (Kind.COMMAND, Kind.COMMAND3):
                    values = loads(message.body[message.kind == Kind.COMMAND3 :])
                    yield str(values[0]) if values else "", values[1:]
                else:
                    self._see_to(message)
        except (ChunkError, AmfError):
            raise TurnedAway("not-rtmp") from None

    def _see_to(self, message: Message) -> None:
        if message.kind == Kind.ACKNOWLEDGED:
            self.acknowledged = int.from_bytes(message.body[:4], "big")
        if message.kind == Kind.CONTROL and message.body[:2] == _PING.to_bytes(2, "big"):
            self.wire.give(pack(Message(Kind.CONTROL, _PONG.to_bytes(2, "big") + message.body[2:6]), _CONTROL))

    def _plain(self, text: str) -> str:
        """A server's words fit to show: without the key, in one short line."""
        key = self._place.stream
        values = [pair.partition("=")[2] for pair in key.partition("?")[2].split("&")]
        known = {key, *key.split("?", 1), *(value for value in values if len(value) >= SHORTEST_SECRET)}
        secrets = {form for each in known for form in (each, quote(each, safe=""), unquote(each))} - {""}
        for secret in sorted(secrets, key=len, reverse=True):  # a part blotted out first would hide the rest of it
            text = text.replace(secret, "***")
        line = next((line for line in text.splitlines() if line.strip()), "")
        return "".join(char if char.isprintable() else "?" for char in line)[:LONGEST_SAID].strip()


def _info(values: list[Amf]) -> dict[str, Amf]:
    """The information object of a status or an answer."""
    return next((value for value in reversed(values) if isinstance(value, dict)), {})


def _level(values: list[Amf]) -> str:
    return str(_info(values).get("level", "status"))
