"""How many bytes of a stream nginx's RTMP module has received, from its `rtmp_stat` page; read trusting nothing."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Iterator
from typing import Self
from urllib.parse import urlsplit
from xml.parsers import expat

LIMIT_S, EVERY_S, MOST_LOOKS = 1.0, 0.5, 400
MOST_BYTES, DEEPEST = 1_000_000, 20
_STREAM = ["rtmp", "server", "application", "live", "stream"]


class StatError(Exception):
    """The page is not there, or not nginx-rtmp's."""


def bytes_received(page: bytes, app: str, stream: str) -> int | None:
    """`bytes_in` of a stream of an application; None where it is not listed. Raises StatError for anything but such a page.

    No document type is read, so there is no entity to expand: a page has no need for either.
    """
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = reader.open
    parser.EndElementHandler = reader.close
    parser.CharacterDataHandler = reader.say
    try:
        parser.Parse(page[:MOST_BYTES], True)
    except expat.ExpatError as error:
        raise StatError from error
    return reader.found.get((app, stream))


def _refuse(*_: object) -> None:
    raise StatError


class _Reader:
    """Where in the page we are, and what has been found: (application, stream) -> bytes."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], int] = {}
        self._path: list[str] = []
        self._text = self._app = self._stream = ""

    def open(self, name: str, _: object) -> None:
        self._path.append(name)
        self._text = ""
        if len(self._path) > DEEPEST:
            raise StatError

    def say(self, text: str) -> None:
        self._text = (self._text + text)[:1000]

    def close(self, name: str) -> None:
        parent = self._path[:-1]
        if name == "name" and parent == _STREAM[:3]:
            self._app = self._text
        if name == "name" and parent == _STREAM:
            self._stream = self._text
        if name == "bytes_in" and parent == _STREAM and self._text.isascii() and self._text.isdigit():
            self.found[self._app, self._stream] = int(self._text)
        self._path.pop()
        self._text = ""


def fetch(url: str) -> bytes:
    """The page, past every proxy. Raises StatError."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme.lower() == "https" else http.client.HTTPConnection
    link = kind(parts.hostname or "", parts.port, timeout=LIMIT_S)
    try:
        link.request("GET", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
        answer = link.getresponse()
        page = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise StatError from error
    finally:
        link.close()
    if answer.status != http.HTTPStatus.OK or len(page) > MOST_BYTES:
        raise StatError
    return page


class StatWatch:
    """Looks at the page again and again in a thread of its own, `seconds` at most; as a context manager it ends there.

    `seen` are the seconds since `began_s` (time.monotonic) and the bytes, which go on where a stream begins anew.
    """

    def __init__(self, url: str, app: str, stream: str, began_s: float, seconds: float) -> None:
        self.seen: list[tuple[float, int]] = []
        self._at = (url, app.partition("?")[0], stream.partition("?")[0])
        self._began_s, self._every_s = began_s, max(EVERY_S, seconds / MOST_LOOKS)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(2 * LIMIT_S)

    def _watch(self) -> None:
        before = last = 0
        for found in self._looks():
            if found < last:
                before += last
            last = found
            self.seen.append((time.monotonic() - self._began_s, before + found))

    def _looks(self) -> Iterator[int]:
        url, app, stream = self._at
        while not self._over.wait(self._every_s):
            try:
                found = bytes_received(fetch(url), app, stream)
            except StatError:
                continue
            if found is not None:
                yield found
