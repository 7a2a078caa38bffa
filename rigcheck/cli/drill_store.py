"""The drills of this user's rooms: a file a room in the state folder, a line a drill, the newest last."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from datetime import datetime
from math import inf
from pathlib import Path
from typing import Any, get_args

from rigcheck.cli.state import state_folder
from rigcheck.drill_plan import Cover
from rigcheck.drill_state import By, Drilled
from rigcheck.model import Message, Status, legible

MOST_BYTES = 4_000_000
"""Our own rule: ten drills a day for years; what is more is no history."""
TIMES = ("detect_s", "switch_s", "outage_s", "restore_s")


def keep_drilled(room: str | None, drilled: Drilled) -> Message | None:
    """Add a drill to its room's. What to tell where the state folder cannot be written: that costs the memory, not the drill."""
    row = {**asdict(drilled), "at": drilled.at.isoformat()}
    try:
        with _place(room).open("a+b") as stream:
            stream.seek(-1 if stream.tell() else 0, os.SEEK_END)
            torn = stream.read() not in (b"", b"\n")  # by a power cut
            stream.write(
                (b"\n" if torn else b"")
                + legible(json.dumps(row, ensure_ascii=False, allow_nan=False)).encode()
                + b"\n"
            )
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        return Message("drill.unkept", {"name": drilled.drill, "error": error.strerror})
    return None


def kept_drills(room: str | None) -> tuple[Drilled, ...]:
    """A room's drills, oldest first; lines that cannot be read (half a line, after a power cut) are passed over."""
    try:
        path = _place(room)
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return ()
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ()
    found = [drilled for line in lines if (drilled := _read(line)) is not None]
    return tuple(sorted(found, key=lambda drilled: drilled.at))


def _read(line: str) -> Drilled | None:
    try:
        said: dict[str, Any] = json.loads(line)
        at = datetime.fromisoformat(said["at"])
        if said["covers"] not in get_args(Cover) or said["by"] not in get_args(By) or at.tzinfo is None:
            return None
        times = {name: None if said[name] is None else float(said[name]) for name in TIMES}
        if not all(time_s is None or 0 <= time_s < inf for time_s in times.values()):
            return None
        operator = None if said["operator"] is None else str(said["operator"])
        status = Status(said["status"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return Drilled(
        drill=str(said["drill"]), covers=said["covers"], at=at, operator=operator, status=status, by=said["by"], **times
    )


def _place(room: str | None) -> Path:
    return state_folder() / f"drills-{hashlib.sha256((room or '').encode()).hexdigest()[:16]}.jsonl"
