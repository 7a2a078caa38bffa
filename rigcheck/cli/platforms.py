"""`rigcheck platforms [NAME]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from rigcheck.cli.flags import Lang, NoColor, Output, TextFormat

if TYPE_CHECKING:
    from rigcheck.platform import Platform


def platforms(
    *,
    name: Annotated[str | None, Argument(metavar="[NAME]", help="One platform, by its id or an alias.")] = None,
    format_: TextFormat = "table",
    output: Output = None,
    lang: Lang = None,
    no_color: NoColor = False,
) -> int:
    """The platform facts in use, each with its source and date."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.options import Options
    from rigcheck.cli.output import look_of, write_text
    from rigcheck.errors import UsageError
    from rigcheck.loading import load_platforms
    from rigcheck.model import Message
    from rigcheck.present.platforms import platform_json, platform_page, platform_table

    formats = ("table", "json")
    if format_ not in formats:
        raise UsageError(Message("error.usage.unknown-format", {"name": format_, "known": formats}))
    words, known = speak(lang), load_platforms()
    options = Options(format=format_, output=output, no_color=no_color)
    if name is not None:
        known = {(one := find_known(name, known)).id: one}
    if format_ == "json":
        text = platform_json(known.values())
    elif name is not None:
        text = platform_page(next(iter(known.values())), words, look_of(options))
    else:
        text = platform_table(known, words, look_of(options))
    write_text(text, options)
    return 0


def find_known(name: str, known: Mapping[str, Platform]) -> Platform:
    """The platform of an id or alias. Raises UsageError, with the nearest names, for one that is not known."""
    from difflib import get_close_matches

    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.platform import platform_named

    found = platform_named(name, known)
    if found is None:
        names = [each for platform in known.values() for each in (platform.id, *platform.aliases)]
        hint = tuple(get_close_matches(name.lower(), names, 3, 0.5))
        raise UsageError(Message("error.usage.unknown-platform", {"name": name, "hint": hint, "known": tuple(known)}))
    return found
