"""One connection that was let in: what it asks for, checked, and the stream to answer on."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from anyio.abc import SocketStream
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.receiver.http import Head, Refusal, switching
from rigcheck.receiver.ledger import Ledger, Trial
from rigcheck.receiver.protocol import WORDS
from rigcheck.receiver.turns import Site, Turns

_MAX_NAME_CHARS = 200
_ON_AIR = {word: value for value, word in WORDS.items()}


@dataclass(frozen=True, slots=True)
class Talk:
    """A connection, its request, and what all connections share."""

    stream: SocketStream
    reader: BufferedByteReceiveStream
    head: Head
    address: str
    ledger: Ledger
    turns: Turns

    async def switch(self) -> None:
        """From HTTP to our own conversation. Raises Refusal where the client did not ask for it."""
        if not self.head.upgrades:
            raise Refusal(HTTPStatus.UPGRADE_REQUIRED, "this is for rigcheck, not for a browser")
        await self.stream.send(switching())

    def number(self, name: str, most: float) -> float:
        """A number of the query, above 0; what is over `most` is `most`. Raises Refusal."""
        try:
            value = float(self.head.query[name])
        except (KeyError, ValueError):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} is missing or no number") from None
        if not 0 < value < float("inf"):
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} is out of range")
        return min(value, most)

    def trial(self) -> Trial:
        """The open test that the query names. Raises Refusal."""
        found = self.ledger.find(self.head.query.get("test", ""))
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, "there is no such test")
        return found

    def room(self) -> str:
        """The room that asks. Raises Refusal."""
        return self._name("room")

    def on_air(self) -> bool | None:
        """Whether that room is on air; None where it does not say."""
        return _ON_AIR.get(self.head.query.get("on_air", "unknown"))

    def site(self) -> Site:
        """The site that the query names; it hears the room's word. Raises Refusal."""
        site = self.turns.hear(self._name("site"), self.room(), on_air=self.on_air())
        if site is None:
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "too many rooms")
        return site

    def _name(self, name: str) -> str:
        value = self.head.query.get(name, "")
        if not 0 < len(value) <= _MAX_NAME_CHARS or not value.isprintable():
            raise Refusal(HTTPStatus.BAD_REQUEST, f"{name} is missing or no name")
        return value
