"""The little of HTTP/1.1 that the receiver speaks: a bounded request head, short answers, and upgrades."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import parse_qsl, urlsplit

import anyio
from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.receiver.protocol import MAX_HEAD_BYTES, SERVER, UPGRADE

HEAD_LIMIT_S = 5.0
_MOST_FIELDS = 16
_REQUEST = re.compile(r"GET (/[!-~]*) HTTP/1\.[01]")
_FIELD = re.compile(r"([!-9;-~]+):[ \t]*([ -~\t\x80-\xff]*)")


@dataclass(frozen=True, slots=True)
class Head:
    """A request: its path, the query's last value of each name, and the headers by lower-case name."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]

    @property
    def upgrades(self) -> bool:
        """Whether the client asks for our own conversation."""
        return self.headers.get("upgrade") == UPGRADE


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the program
    """A request that gets nothing but a status."""

    def __init__(self, status: HTTPStatus, why: str) -> None:
        super().__init__(status, why)
        self.status, self.why = status, why


async def read_head(reader: BufferedByteReceiveStream) -> Head:
    """The head of a request, in 5 s and 4 KiB at most. Raises Refusal for anything else, OSError-like where it ends."""
    try:
        with anyio.fail_after(HEAD_LIMIT_S):
            raw = await reader.receive_until(b"\r\n\r\n", MAX_HEAD_BYTES)
    except TimeoutError:
        raise Refusal(HTTPStatus.REQUEST_TIMEOUT, "no request came") from None
    except anyio.DelimiterNotFound:
        raise Refusal(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "the request's head is too long") from None
    return parse_head(raw.decode("latin-1"))


def parse_head(text: str) -> Head:
    """A request's head. Raises Refusal where it is none, or not one that we serve."""
    first, *rest = text.split("\r\n")
    request, fields = _REQUEST.fullmatch(first), [_FIELD.fullmatch(line) for line in rest]
    if request is None or not all(fields):
        raise Refusal(HTTPStatus.BAD_REQUEST, "this is no request for a rigcheck receiver")
    headers = {field[1].lower(): field[2].strip() for field in fields if field}
    if "content-length" in headers or "transfer-encoding" in headers:
        raise Refusal(HTTPStatus.BAD_REQUEST, "no request here has a body")
    try:
        parts = urlsplit(request[1])
        query = dict(parse_qsl(parts.query, max_num_fields=_MOST_FIELDS))
    except ValueError:
        raise Refusal(HTTPStatus.BAD_REQUEST, "the query cannot be read") from None
    return Head(parts.path, query, headers)


def answer(status: HTTPStatus, text: str = "", *, length: int | None = None) -> bytes:
    """A whole short answer, or (with `length`) the head of a long one."""
    body = text.encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\nServer: {SERVER}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body) if length is None else length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


def switching() -> bytes:
    """The head after which our own conversation begins."""
    return (
        f"HTTP/1.1 101 Switching Protocols\r\nServer: {SERVER}\r\nUpgrade: {UPGRADE}\r\nConnection: Upgrade\r\n\r\n"
    ).encode()
