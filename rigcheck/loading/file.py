"""A profile's file and the ones it extends, as one tree in which every value still knows its own file."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from rigcheck.loading.document import Node, mark_of, read_document
from rigcheck.loading.issue import Issue, Mark, issue_at

MAX_BYTES = 1_000_000
MAX_BASES = 8


@dataclass(slots=True)
class Reading:
    """What was read: the tree with its bases (None where a file could not be read), its issues, and all bytes' hash."""

    root: Node | None = None
    issues: list[Issue] = field(default_factory=list)
    digest: hashlib._Hash = field(default_factory=hashlib.sha256)


def read_profile(path: Path) -> Reading:
    """A profile's file with the files it extends. The hash covers its own bytes, then those of its bases in order."""
    reading = Reading()
    reading.root = _with_bases(path, Mark(str(path)), (), reading)
    return reading


def _with_bases(path: Path, asked_at: Mark, seen: tuple[str, ...], reading: Reading) -> Node | None:
    """The tree of a file laid over that of its base; `asked_at` is where a file that is not there is reported."""
    raw = _bytes_of(path) if len(seen) <= MAX_BASES else f"is the end of a chain of more than {MAX_BASES} profiles"
    if isinstance(raw, bytes) and (here := os.path.realpath(path)) in seen:
        raw = "leads back to itself: a profile cannot extend itself"
    if isinstance(raw, str):
        reading.issues.append(
            issue_at(asked_at, "extends", f"{path.name} {raw}") if seen else issue_at(asked_at, "", raw)
        )
        return None
    reading.digest.update(raw)
    root = _tree(raw, str(path), reading)
    base = root.entries.pop("extends", None) if root else None
    if root is None or base is None:
        return root
    if not isinstance(base.value, str) or not base.value:
        reading.issues.append(issue_at(base.mark, "extends", "should be the file name of another profile"))
        return None
    under = _with_bases(path.parent / base.value, base.mark, (*seen, here), reading)
    return under and merged(under, root)


def merged(under: Node, over: Node) -> Node:
    """Mapping laid over mapping, deep; anything else, lists too, replaces what it lies over."""
    if not isinstance(under.value, dict) or not isinstance(over.value, dict):
        return over
    laid = {key: merged(under.value[key], node) if key in under.value else node for key, node in over.value.items()}
    return Node({**under.value, **laid}, over.mark, {**under.keys, **over.keys})


def _tree(raw: bytes, file: str, reading: Reading) -> Node | None:
    """The document in a file's bytes, which must be a mapping; sections left empty are as if not written."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8", "replace")
        place = mark_of(before, len(before), file)
        reading.issues.append(issue_at(place, "", "is not UTF-8 text: save the file as UTF-8"))
        return None
    root, issues = read_document(text, file)
    reading.issues += issues
    if root is not None and isinstance(root.value, dict):
        filled = {key: node for key, node in root.value.items() if node.value is not None}
        return Node(filled, root.mark, root.keys)
    if not issues:
        what = (
            "is empty: write at least one line such as room: beauty-3"
            if root is None or root.value is None
            else "should be a mapping (room: beauty-3)"
        )
        reading.issues.append(issue_at(root.mark if root else Mark(file), "", what))
    return None


def _bytes_of(path: Path) -> bytes | str:
    """A file's bytes, or in words why there are none."""
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return "is a folder, not a file"
        if not stat.S_ISREG(mode):
            return "is not an ordinary file"
        with path.open("rb") as file:
            raw = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        return "is not there"
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name
        return f"cannot be read: {getattr(error, 'strerror', None) or 'its name is not a file name'}"
    return raw if len(raw) <= MAX_BYTES else f"is too large for a profile: more than {MAX_BYTES} bytes"
