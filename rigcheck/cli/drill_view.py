"""The bodies of `rigcheck drill list`, `plan` and `card`: nothing is done, nothing but the profile and the history is looked at."""

from __future__ import annotations

from datetime import datetime

from rigcheck.cli.crew import TerminalCrew
from rigcheck.cli.drill_run import KNOWN, chosen_drills
from rigcheck.cli.drill_store import kept_drills
from rigcheck.cli.language import speak
from rigcheck.cli.options import Options
from rigcheck.cli.output import look_of, write_text
from rigcheck.cli.rooms import find_room, room_key
from rigcheck.drills.actions import actions_of
from rigcheck.drills.lint import lint
from rigcheck.errors import Exit, UsageError
from rigcheck.loading import load_profile
from rigcheck.model import Message
from rigcheck.present.drill_plan import list_json, list_table, plan_json, plan_table
from rigcheck.profile import Profile

FORMATS = ("table", "json")
CARD_FORMATS = ("text", "html")


def list_drills(options: Options) -> int:
    """The room's drills with their history."""
    profile, words = _room(options), speak(options.lang)
    drilled = kept_drills(room_key(profile))
    is_json = options.format == "json"
    text = list_json(profile, drilled) if is_json else list_table(profile, drilled, words, look_of(options))
    write_text(text, options)
    return int(Exit.OK)


def plan_drill(name: str, options: Options) -> int:
    """One drill's steps. Exits 78 where what is written does not fit the room."""
    profile, words = _room(options), speak(options.lang)
    (drill,) = chosen_drills(profile, (name,), every=False)
    actions = actions_of(TerminalCrew(words, is_there=False))
    wrong = lint(drill, profile, actions, KNOWN, None)
    is_json = options.format == "json"
    write_text(
        plan_json(drill, actions, wrong, words)
        if is_json
        else plan_table(drill, actions, wrong, words, look_of(options)),
        options,
    )
    return int(Exit.BAD_INPUT if wrong else Exit.OK)


def print_card(options: Options) -> int:
    """The room's card, as text or HTML; it has no key, password or URL."""
    from rigcheck.present.card import card_html, card_of, card_text

    profile, words = _room(options, CARD_FORMATS), speak(options.lang)
    actions = actions_of(TerminalCrew(words, is_there=False))
    made = card_of(profile, datetime.now().astimezone().date(), actions)
    write_text(card_html(made, words) if options.format == "html" else card_text(made, words), options)
    return int(Exit.OK)


def _room(options: Options, formats: tuple[str, ...] = FORMATS) -> Profile:
    if options.format not in formats:
        raise UsageError(Message("error.usage.unknown-format", {"name": options.format, "known": formats}))
    path = find_room(options.named_profile)
    return load_profile(path) if path else Profile()
