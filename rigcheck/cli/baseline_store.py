"""The baselines of this user's rooms: each a sealed file in the state folder. What is damaged is told and counts as none."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rigcheck import __version__
from rigcheck.baseline import Baseline
from rigcheck.cli.state import state_folder
from rigcheck.errors import UnwritableError, UsageError
from rigcheck.model import Message

log = logging.getLogger(__name__)
SCHEMA = 1
DEFAULT = "default"
MOST_BYTES = 64_000_000
"""A picture of noise takes half a megabyte; rooms have a few cameras."""
DAMAGE = (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, binascii.Error)


@dataclass(frozen=True, slots=True)
class Shelf:
    """A room's baselines, the newest first, and what is to be said about those that do not count."""

    baselines: tuple[Baseline, ...]
    complaints: tuple[Message, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """What they are called."""
        return tuple(baseline.name for baseline in self.baselines)

    def pick(self, name: str | None) -> Baseline | None:
        """The one of that name; without a name the default one, or else the newest. None where there is none."""
        named = {baseline.name: baseline for baseline in reversed(self.baselines)}
        return named.get(name or DEFAULT) or (next(iter(self.baselines), None) if name is None else None)


def keep_baseline(baseline: Baseline) -> Path:
    """Keep a baseline in place of the room's last one of that name, whole or not at all. Raises UnwritableError."""
    from rigcheck.cli.output import write_whole
    from rigcheck.sources.baseline import pack_baseline
    from rigcheck.sources.manifest import seal_of
    from rigcheck.sources.plain import plain

    kept, files = pack_baseline(baseline)
    packed = {name: base64.b64encode(content).decode() for name, content in files.items()}
    tree = {"schema": SCHEMA, "rigcheck": __version__, "seal": "", "baseline": plain(kept), "files": packed}
    try:
        path = state_folder() / _file_name(baseline.room, baseline.name)
    except OSError as error:
        raise UnwritableError.of(error.filename or "rigcheck", error) from error
    write_whole(
        path, json.dumps({**tree, "seal": seal_of(tree)}, ensure_ascii=False, allow_nan=False) + "\n", is_private=True
    )
    return path


def shelf_of(room: str | None, now: datetime) -> Shelf:
    """A room's baselines. Nothing that stands in the state folder makes it fail."""
    found: list[Baseline] = []
    complaints: list[Message] = []
    for path in _files(room):
        try:
            baseline = _read(path)
        except DAMAGE:
            log.debug("reading %s", path, exc_info=True)
            complaints.append(Message("baseline.damaged", {"path": str(path)}))
            continue
        if (baseline.room, path.name) != (room, _file_name(room, baseline.name)):
            complaints.append(Message("baseline.foreign", {"path": str(path), "room": baseline.room}))
            continue
        found.append(baseline)
        if baseline.taken_at > now:
            at = f"{baseline.taken_at.astimezone(now.tzinfo):%Y-%m-%d %H:%M}"
            complaints.append(Message("baseline.future", {"name": baseline.name, "at": at}))
    found.sort(key=lambda baseline: baseline.taken_at, reverse=True)
    return Shelf(tuple(found), tuple(complaints))


def find_baseline(room: str | None, name: str | None, now: datetime) -> tuple[Baseline | None, tuple[Message, ...]]:
    """The room's baseline of that name (see Shelf.pick), and what is to be said. Raises UsageError where it has no such."""
    shelf = shelf_of(room, now)
    found = shelf.pick(name)
    if name is not None and found is None and not is_kept(room, name):
        raise no_such_baseline(name, shelf)
    return found, shelf.complaints


def no_such_baseline(name: str, shelf: Shelf) -> UsageError:
    """The error: the room has none of that name."""
    return UsageError(Message("error.usage.no-baseline", {"name": name, "known": shelf.names}))


def is_kept(room: str | None, name: str) -> bool:
    """Whether there is a file for a baseline of that name, sound or not."""
    return any(path.name == _file_name(room, name) for path in _files(room))


def clear_baselines(room: str | None, name: str | None) -> int:
    """Remove a room's baseline of that name, sound or not; without a name all of them. How many. Raises UnwritableError."""
    paths = [path for path in _files(room) if name is None or path.name == _file_name(room, name)]
    try:
        for path in paths:
            path.unlink()
    except OSError as error:
        raise UnwritableError.of(error.filename or "rigcheck", error) from error
    return len(paths)


def _files(room: str | None) -> list[Path]:
    try:
        return sorted(state_folder().glob(f"baseline-{_digest(room)}-*.json"))
    except OSError:
        log.warning("the state folder cannot be read")
        return []


def _file_name(room: str | None, name: str) -> str:
    return f"baseline-{_digest(room)}-{_digest(name)}.json"


def _digest(text: str | None) -> str:
    return hashlib.sha256(repr(text).encode("utf-8", "replace")).hexdigest()[:16]


def _read(path: Path) -> Baseline:
    """Raises one of DAMAGE where it is not as it was written."""
    from rigcheck.sources.baseline import KeptBaseline, unpack_baseline
    from rigcheck.sources.folder import read_plain_file
    from rigcheck.sources.manifest import MOST_BYTES as MOST_UNPACKED
    from rigcheck.sources.manifest import seal_of
    from rigcheck.sources.plain import read_record, wanted

    text = read_plain_file(path, MOST_BYTES)
    wanted(path, len(text) <= MOST_BYTES, "size")
    tree: dict[str, Any] = json.loads(text)
    wanted(path, tree["schema"] == SCHEMA and tree["seal"] == seal_of(tree), "seal")
    kept: KeptBaseline = read_record(KeptBaseline, tree["baseline"], "baseline")
    wanted(path, kept.unpacked_bytes <= MOST_UNPACKED, "picture")
    return unpack_baseline(kept, {name: base64.b64decode(packed) for name, packed in tree["files"].items()})
