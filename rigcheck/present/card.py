"""The room's card: one A4 page that hangs on the wall, for when the PC or the network is what has failed.

Per fault: how it shows, who does what with which button, what viewers are told, and how long they may be without; below
that who everybody is and how to call them. As HTML for printing, or as plain text. No key, password or URL is on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from rich.cells import cell_len

from rigcheck.chain.backup import way_out
from rigcheck.chain.link import Step
from rigcheck.drill_plan import Cover, full_within
from rigcheck.drills.action import Action, DrillError
from rigcheck.i18n import Catalogue
from rigcheck.present.fit import GAP, cut, pad, wrap
from rigcheck.present.wording import person_text
from rigcheck.profile import Profile

ORDER: tuple[Cover, ...] = ("power", "pc", "app", "network", "ingest", "camera", "mic", "light", "content", "other")
"""What takes most with it first."""
MOST_STEPS, MOST_PEOPLE, LONGEST = 6, 12, 110
"""Of a fault, of a room, and cells of a text: more is not read when it burns."""
_SIZES_PT, _PAGE_PT, _TEXT_PT, _LINE = (11.0, 10.5, 10.0, 9.5, 9.0, 8.5, 8.0), 757.0, 390.0, 1.3
"""Font sizes; an A4 page's height and the width of its text column inside 12 mm margins; height of a line by its size."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One fault on the card. `origin`: the drill or section of the profile that says so; None: nothing is written."""

    cover: Cover
    origin: str | None
    steps: tuple[Step, ...]
    outage_s: float | None  # how long viewers may be without, where that is drilled
    left_out: int = 0  # steps for which there was no room


@dataclass(frozen=True, slots=True)
class Card:
    """The card of a room, before it is put into words."""

    room: str | None
    site: str | None
    printed: date
    sheets: tuple[Sheet, ...]
    people: tuple[tuple[str, str | None], ...]  # who, and how to reach them; None: to be filled in by hand


def card_of(profile: Profile, today: date, actions: Mapping[str, Action]) -> Card:
    """What the profile says to do, fault by fault; where it says nothing, our generic step."""
    sheets = tuple(sheet for cover in ORDER if (sheet := _sheet(cover, profile, actions)).steps)
    named = dict.fromkeys(step.who for sheet in sheets for step in sheet.steps)
    known: dict[str, str | None] = dict(profile.people)
    people = {**known, **{who: known.get(who) for who in named}}
    return Card(profile.room or profile.name, profile.site, today, sheets, tuple(people.items())[:MOST_PEOPLE])


def _sheet(cover: Cover, profile: Profile, actions: Mapping[str, Action]) -> Sheet:
    origin, found = way_out(cover, profile)
    steps = tuple(_in_words(step, actions) for step in found)
    drill = next((drill for drill in profile.drills if origin == f"drill:{drill.name}"), None)
    return _cut_to(MOST_STEPS, Sheet(cover, origin, steps, full_within(drill).outage_s if drill else None))


def _in_words(step: Step, actions: Mapping[str, Action]) -> Step:
    """What a machine does, as its action tells it; bare where it is not written as that wants it."""
    if step.deed is None or step.deed.action not in actions:
        return step
    with suppress(DrillError):
        return replace(step, text=actions[step.deed.action].changes(step.deed))
    return step


def _cut_to(most: int, sheet: Sheet) -> Sheet:
    gone = max(0, len(sheet.steps) - most)
    return replace(sheet, steps=sheet.steps[:most], left_out=sheet.left_out + gone)


def card_text(card: Card, words: Catalogue, width: int = 79) -> str:
    """As plain text of at most `width` cells, without a final newline."""
    lines = [*wrap(f"{_title(card, words)}{GAP}{card.printed}", width), "=" * width]
    for number, sheet in enumerate(card.sheets, 1):
        lines += ["", *_sheet_text(number, sheet, words, width)]
    lines += ["", "-" * width, words.text("card.people")]
    for who, contact in _people(card, words).items():
        lines += [f"  {line}" for line in wrap(f"{who}: {contact or '_' * 24}", width - 2)]
    return "\n".join([*lines, *wrap(words.text("card.foot"), width)])


def _sheet_text(number: int, sheet: Sheet, words: Catalogue, width: int) -> list[str]:
    head = wrap(f"{number} {_name(sheet, words)}: {words.text(f'card.sign.{sheet.cover}')}", width)
    told = [person_text(step.who, words) for step in sheet.steps]
    column = max(map(cell_len, told), default=0) + len(GAP)
    lines = []
    for who, step in zip(told, sheet.steps, strict=True):
        first, *rest = wrap(_said(step, words), max(20, width - 6 - column))
        lines += [f"  [ ] {pad(who, column)}{first}", *(" " * (6 + column) + line for line in rest)]
    return [*head, *(f"  {line}" for line in wrap(_note(sheet, words), width - 2)), *lines]


def card_html(card: Card, words: Catalogue) -> str:
    """As one HTML page to print, without anything to load from elsewhere; steps that do not fit are left to `drill plan`."""
    card, size = fitted(card, words)
    sheets = "\n".join(_sheet_html(number, sheet, words) for number, sheet in enumerate(card.sheets, 1))
    people = "".join(
        f"<li><b>{escape(who)}</b> {escape(contact) if contact else '<u></u>'}</li>"
        for who, contact in _people(card, words).items()
    )
    title = escape(_title(card, words))
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(words.language)}">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{_style(size)}</style>\n</head>\n<body>\n"
        f"<h1>{title}<small>{card.printed}</small></h1>\n<table>\n{sheets}\n</table>\n"
        f"<h2>{escape(words.text('card.people'))}</h2>\n<ul>{people}</ul>\n"
        f"<p>{escape(words.text('card.foot'))}</p>\n</body>\n</html>\n"
    )


def _sheet_html(number: int, sheet: Sheet, words: Catalogue) -> str:
    steps = "".join(
        f"<li><b>{escape(person_text(step.who, words))}</b> {escape(_said(step, words))}</li>" for step in sheet.steps
    )
    sign, note = (escape(text) for text in (words.text(f"card.sign.{sheet.cover}"), _note(sheet, words)))
    return (
        f"<tr><th>{number} {escape(_name(sheet, words))}<small>{sign}</small></th>"
        f"<td><ol>{steps}</ol><small>{note}</small></td></tr>"
    )


def fitted(card: Card, words: Catalogue) -> tuple[Card, float]:
    """As many steps as fit one page, at the largest font size in points that they fit with."""
    fewer = [
        replace(card, sheets=tuple(_cut_to(most, sheet) for sheet in card.sheets)) for most in range(MOST_STEPS, 0, -1)
    ]
    tries = [(each, size) for each in fewer for size in _SIZES_PT]
    return next(((each, size) for each, size in tries if _height_pt(each, words, size) <= _PAGE_PT), tries[-1])


def _height_pt(card: Card, words: Catalogue, size: float) -> float:
    """A cell is half as wide as the font is high, and a little more; margins between faults are one line."""
    cells = int(_TEXT_PT / (0.55 * size))
    heads = int(_TEXT_PT / 2.6 / (0.55 * size))
    lines = 8.0 + len(card.people) / 2 + len(wrap(words.text("card.foot"), cells))
    for sheet in card.sheets:
        steps = sum(len(wrap(f"{person_text(s.who, words)} {_said(s, words)}", cells)) for s in sheet.steps)
        sign = 1.5 + len(wrap(words.text(f"card.sign.{sheet.cover}"), heads))
        lines += max(sign, steps + len(wrap(_note(sheet, words), cells))) + 0.7
    return lines * size * _LINE


def _style(size: float) -> str:
    """One A4 page; a check box before each step, and lines to write on."""
    return (
        "@page{size:A4 portrait;margin:12mm}*{box-sizing:border-box}"
        f"body{{font:{size}pt/{_LINE} 'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',Arial,sans-serif;margin:0}}"
        "h1{font-size:1.6em;margin:0 0 .3em;border-bottom:2pt solid;display:flex;justify-content:space-between}"
        "h1 small{font-size:.6em;font-weight:400;align-self:end;white-space:nowrap}h2{font-size:1.1em;margin:.5em 0 .2em}"
        "table{width:100%;border-collapse:collapse}tr{break-inside:avoid}"
        "th,td{border-bottom:.5pt solid #999;text-align:left;vertical-align:top;padding:.3em .4em}"
        "th{width:27%}small{display:block;font-weight:400;font-size:.85em;color:#333}"
        "ol{margin:0;padding-left:1.4em}ul{margin:0;padding:0;list-style:none;columns:2}"
        "u{display:inline-block;width:9em;border-bottom:.5pt solid;text-decoration:none}p{font-size:.85em;margin:.5em 0 0}"
    )


def _title(card: Card, words: Catalogue) -> str:
    where = " / ".join(part for part in (card.room, card.site) if part)
    return cut(words.text("card.title", {"room": where}), LONGEST)


def _name(sheet: Sheet, words: Catalogue) -> str:
    return words.text(f"drill.covers.{sheet.cover}")


def _people(card: Card, words: Catalogue) -> dict[str, str | None]:
    """Everybody once: a role, and what this room calls it, are often one word."""
    people: dict[str, str | None] = {}
    for who, contact in card.people:
        called = cut(person_text(who, words), LONGEST)
        people[called] = people.get(called) or (cut(contact, LONGEST) if contact else None)
    return people


def _said(step: Step, words: Catalogue) -> str:
    text = step.text if isinstance(step.text, str) else words.text(step.text.id, step.text.params)
    return cut(words.text("now.numbered", {"text": text, "at": step.at, "seconds": step.within_s}), LONGEST)


def _note(sheet: Sheet, words: Catalogue) -> str:
    """Where it is from; nothing written, nothing rehearsed is said as plainly."""
    if sheet.origin is None:
        return words.text("card.unwritten")
    kind, _, name = sheet.origin.partition(":")
    if kind != "drill":
        return words.text("card.undrilled")
    seconds = f"{sheet.outage_s:g}" if sheet.outage_s else None
    return words.text("card.drilled", {"name": name, "seconds": seconds, "n": sheet.left_out or None})
