"""The body of `rigcheck sync --pattern FILE`: writes the clip of flashes and beeps, and says how to show it."""

from __future__ import annotations

import sys
from pathlib import Path

from rigcheck.cli.options import SyncOptions
from rigcheck.cli.output import refuse_unwritable, write_screen, write_whole
from rigcheck.cli.rooms import find_room
from rigcheck.errors import UsageError
from rigcheck.i18n import Catalogue
from rigcheck.loading import load_profile
from rigcheck.model import Message
from rigcheck.present.fit import wrap

_WIDTH = 79
"""Columns of a small terminal."""


def write_pattern(path: Path, options: SyncOptions, words: Catalogue) -> int:
    """Write the clip, whole or not at all. Returns 0.

    It stands as the room's show does, upright without a room. Raises UsageError where a file is there already and nobody
    said --force, UnwritableError before anything is made where it could not be written, and where the disk is full.
    """
    from rigcheck.sources.pattern import EVENTS_S, LENGTH_S, make_pattern

    if path.exists() and not options.force:
        raise UsageError(Message("error.new.exists", {"path": str(path)}))
    refuse_unwritable(path)
    profile = find_room(options.named_profile) if options.named_profile else None
    if not options.quiet and sys.stderr.isatty():
        sys.stderr.write(words.text("pattern.making") + "\n")
    write_whole(path, make_pattern(load_profile(profile).show.orientation if profile else "portrait"))
    told = words.text("pattern.made", {"path": str(path), "n": len(EVENTS_S), "seconds": LENGTH_S})
    steps = [f"{'  ' if at else '- '}{row}" for line in words.lines("pattern.how") for at, row in _wrapped(line)]
    write_screen("".join(f"{line}\n" for line in ([str(path)] if options.quiet else [told, *steps])))
    return 0


def _wrapped(line: str) -> enumerate[str]:
    """Its rows beside a bullet."""
    return enumerate(wrap(line, _WIDTH - len("- ")))
