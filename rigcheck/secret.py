"""From a secret's reference to its text: the environment, a file, or the system's keyring. The text goes no further.

Whoever keeps a log is told each text, as something never to be written.
"""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from urllib.parse import quote

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.written import REFERENCE

MAX_CHARS = 4096
HIDDEN = "hidden"
"""The attribute of a log record that is no news but a text to hide."""
_NAMED = re.compile(rf"(?<=[:=]){REFERENCE}(?=[@&;#]|$)")

log = logging.getLogger(__name__)


def reveal(secret: Secret) -> str:
    """The text behind `env:NAME`, `file:PATH` or `keyring:SERVICE/NAME`.

    A file's last line break is not part of it. Raises NotSeen(denied) with `ref` (env, file or keyring) where it is not
    there, empty or no text. May block: a keyring may ask its owner.
    """
    kind, _, place = secret.ref.partition(":")
    text = _READERS[kind](place) if kind in _READERS else None
    if not text or len(text) > MAX_CHARS:
        raise NotSeen(Reason.DENIED, {"ref": kind})
    hide(text)
    return text


def opened(url: str) -> str:
    """A URL with the secrets in it that it names (`USER:env:NAME@HOST`, `auth_key=env:NAME`).

    Raises NotSeen as `reveal` does.
    """
    return _NAMED.sub(_quoted, url)


def _quoted(named: re.Match[str]) -> str:
    text = quote(reveal(Secret(named[0])), safe="")
    hide(text)
    return text


def hide(text: str) -> None:
    """Have it blotted out of all that is logged from now on. For secrets that are learnt elsewhere than here, too."""
    if text:
        log.debug("a secret was learnt", extra={HIDDEN: text})


def _from_environment(name: str) -> str | None:
    return os.environ.get(name)


def _from_file(path: str) -> str | None:
    try:
        with Path(path).expanduser().open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARS + 2).removesuffix("\n")
    except (OSError, RuntimeError, ValueError):  # RuntimeError: no such home; ValueError: not text, NUL in the path
        return None


def _from_keyring(place: str) -> str | None:
    try:
        import keyring  # noqa: PLC0415 - an optional package that loads the desktop's bus
    except ImportError:
        return None
    service, _, name = place.partition("/")
    try:
        found: str | None = keyring.get_password(service, name)
    except Exception:  # noqa: BLE001 - every desktop's back end raises its own; locked, refused and none are one to us
        return None
    return found


_READERS = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}
