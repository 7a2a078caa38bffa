"""The bodies of `rigcheck baseline show` and `clear`."""

from __future__ import annotations

import sys
from datetime import datetime

from rigcheck.checks import ALL_CHECKS
from rigcheck.cli.baseline_store import clear_baselines, is_kept, no_such_baseline, shelf_of
from rigcheck.cli.language import speak
from rigcheck.cli.output import write_screen
from rigcheck.cli.rooms import find_room, room_key
from rigcheck.loading import load_profile
from rigcheck.present.baseline import baselines_json, baselines_text


def show_baselines(given: str | None, name: str | None, lang: str | None, *, is_json: bool) -> int:
    """Print what is kept for a room. Raises UsageError for a name that it has not."""
    words, room, now = speak(lang), _room(given), datetime.now().astimezone()
    shelf = shelf_of(room, now)
    for complaint in shelf.complaints:
        sys.stderr.write(words.text(complaint.id, complaint.params) + "\n")
    first = shelf.pick(None)
    others = [each for each in shelf.baselines if each is not first]
    found = [each for each in (first, *others) if each is not None and name in (None, each.name)]
    if name is not None and not found and not is_kept(room, name):
        raise no_such_baseline(name, shelf)
    if is_json:
        write_screen(baselines_json(found) + "\n", is_json=True)
    elif found:
        write_screen(baselines_text(found, first, words, now.tzinfo) + "\n")
    else:
        write_screen(words.text("baseline.none", {"room": room}) + "\n")
    return 0


def clear_room(given: str | None, name: str | None, lang: str | None) -> int:
    """Forget one baseline of a room, or all of them. Raises UnwritableError, and UsageError for a name that it has not."""
    words, room = speak(lang), _room(given)
    count = clear_baselines(room, name)
    shelf = shelf_of(room, datetime.now().astimezone())
    if name is not None and not count and shelf.baselines:
        raise no_such_baseline(name, shelf)
    told = words.text("baseline.cleared", {"n": count}) if count else words.text("baseline.none", {"room": room})
    write_screen(told + "\n")
    return 0


def _room(given: str | None) -> str | None:
    path = find_room(given)
    return room_key(load_profile(path, checks=[check.id for check in ALL_CHECKS])) if path else None
