"""The journal: what is still to be undone, on disk before it is done.

One file in the state folder. Each change of it is a whole new file, written, synced and renamed over the old one, so
that after a kill or a power cut it is the old or the new one. A record leaves it when *its* undo was seen to work; the
file leaves when all have.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rigcheck.drills.action import DrillError, Record
from rigcheck.model import Message

SCHEMA = 1
NAME = "drill-journal.json"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that a drill has done, or was about to do. `error`: why its undo failed last time."""

    number: int
    action: str
    record: Record
    error: str | None = None


@dataclass(slots=True)
class Journal:
    """The deeds of one drill that are not undone yet, oldest first, and the file that says so."""

    path: Path
    drill: str
    room: str | None
    started_at: str  # UTC, as reports have it
    deeds: tuple[Deed, ...] = ()
    _last: int = field(default=0)

    def add(self, action: str, record: Record) -> Deed:
        """Put a deed on disk before it is done. Raises OSError where that fails: then it must not be done."""
        deed = Deed(self._last + 1, action, record)
        self._write((*self.deeds, deed))
        self._last = deed.number
        return deed

    def drop(self, deed: Deed) -> None:
        """A deed's undo was seen to work. Raises OSError; then it stays on disk, where undoing it again does no harm."""
        self._write(tuple(each for each in self.deeds if each.number != deed.number))

    def keep(self, deed: Deed, error: str) -> None:
        """A deed's undo failed: it stays, with the reason."""
        told = replace(deed, error=error)
        self._write(tuple(told if each.number == deed.number else each for each in self.deeds))

    def _write(self, deeds: tuple[Deed, ...]) -> None:
        if deeds:
            write_synced(self.path, _text(self, deeds))
        else:
            self.path.unlink(missing_ok=True)
            _sync_folder(self.path.parent)
        self.deeds = deeds


def _text(journal: Journal, deeds: tuple[Deed, ...]) -> str:
    head = {"schema": SCHEMA, "drill": journal.drill, "room": journal.room, "started_at": journal.started_at}
    listed = [
        {"number": deed.number, "action": deed.action, "record": dict(deed.record), "error": deed.error}
        for deed in deeds
    ]
    return json.dumps({**head, "deeds": listed}, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def write_synced(path: Path, text: str) -> None:
    """Write a file that is there whole, on the disk itself, when this returns. Raises OSError and leaves the old one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """A rename is safe from a power cut once its folder is; Windows has no such call and needs none."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def read_journal(path: Path) -> Journal | None:
    """The journal that a drill left behind; None where there is none. Raises DrillError where it cannot be read."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return _journal(path, said)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DrillError(Message("error.drill.journal-damaged", {"path": str(path)})) from error


def _journal(path: Path, said: Mapping[str, Any]) -> Journal:
    if said["schema"] != SCHEMA:
        raise ValueError(said["schema"])
    deeds = tuple(
        Deed(int(each["number"]), str(each["action"]), dict(each["record"]), each["error"]) for each in said["deeds"]
    )
    last = max(deed.number for deed in deeds)
    return Journal(path, str(said["drill"]), said["room"], str(said["started_at"]), deeds, last)
