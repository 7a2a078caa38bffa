"""The log: silent, or with -v on stderr, a line a record, its traceback below it, and no secret that is known."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextlib import suppress
from urllib.parse import quote, quote_plus

from rigcheck.secret import HIDDEN

BLOT = "***"
_USER_OF_URL = re.compile(r"(?<=//)[^/\s]+(?=@)")
_RECORD = logging.Formatter("%(asctime)s.%(msecs)03d %(levelname)s %(name)s: %(message)s", "%H:%M:%S")


def silence_log() -> None:
    """Nothing that is logged, by us or a library, reaches the screen of somebody who did not ask for it."""
    logging.getLogger().addHandler(logging.NullHandler())
    # Before Python 3.12 it now and then warns that a worker's end was noticed twice; that is no news to anybody.
    logging.getLogger("asyncio").setLevel(logging.ERROR)


def show_log() -> None:
    """Ours from debug, everybody else's from warning: below that, libraries log what they send, keys included."""
    logging.getLogger().addHandler(_OnStderr())
    logging.getLogger("rigcheck").setLevel(logging.DEBUG)


class _OnStderr(logging.Handler):
    """Writes to what stderr is at that moment: while a display is live, that stands in for it."""

    def __init__(self) -> None:
        super().__init__()
        self._hidden: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        """One record. A stderr that is closed or full takes nothing down."""
        if secret := getattr(record, HIDDEN, None):
            self._hidden |= _spellings(secret)
            return
        first, *rest = self._clean(_text(record))
        with suppress(OSError, ValueError):
            sys.stderr.write("".join(f"{line}\n" for line in (first, *(f"  {line}" for line in rest))))
            sys.stderr.flush()

    def _clean(self, text: str) -> list[str]:
        """Its lines, without secrets and without what could move the cursor."""
        for secret in sorted(self._hidden, key=len, reverse=True):
            text = text.replace(secret, BLOT)
        lines = _USER_OF_URL.sub(BLOT, text).splitlines() or [""]
        return ["".join(char if char.isprintable() else "?" for char in line) for line in lines]


def _text(record: logging.LogRecord) -> str:
    try:
        return _RECORD.format(record)
    except (TypeError, ValueError, KeyError):  # a library's blanks and what should fill them do not fit
        return f"{record.levelname} {record.name}: {record.msg}"


def _spellings(secret: str) -> set[str]:
    """The text as it is, and as it stands in URLs, JSON and what Python shows of it."""
    told = {secret, quote(secret, safe=""), quote(secret), quote_plus(secret), repr(secret)[1:-1]}
    return told | {json.dumps(secret, ensure_ascii=ascii_)[1:-1] for ascii_ in (False, True)}
