"""The platform facts: one line a platform, every figure of one, or all as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any

from rich.cells import cell_len

from rigcheck import __version__
from rigcheck.i18n import Catalogue
from rigcheck.platform import USABLE, Fact, Platform, Rate
from rigcheck.present import Look
from rigcheck.present.fit import GAP, cut, pad, wrap
from rigcheck.present.json import SCHEMA, json_text
from rigcheck.present.page import Line, paint
from rigcheck.recommend.constraint import cap_of
from rigcheck.recommend.shape import Shape

UNITS = {"max_kbps": "kbps", "audio_kbps": "kbps", "max_fps": "fps", "audio_hz": "hz", "hours": "h"}
UNITS |= dict.fromkeys(("keyint_s", "keyint_most_s", "pause_s", "idle_s"), "s")
FACTS = tuple(each.name for each in fields(Platform) if each.name not in ("id", "name", "aliases", "rates", "hints"))
LABELS = 22
USUAL = Shape(1080, 1920, 30.0)
"""The size that the list tells the rate for."""


def platform_json(platforms: Iterable[Platform]) -> str:
    """Every figure with its mark, source and date; `published` says whether the platform itself tells a most bit rate."""
    return json_text(
        {
            "schema": SCHEMA,
            "rigcheck": __version__,
            "command": "platforms",
            "platforms": [_platform(platform) for platform in platforms],
        }
    )


def _platform(platform: Platform) -> dict[str, Any]:
    facts = {name: _fact(fact) for name in FACTS if (fact := getattr(platform, name)) is not None}
    return {
        "id": platform.id,
        "name": platform.name,
        "aliases": list(platform.aliases),
        "published": platform.publishes_rate,
        "facts": facts,
        "rates": [_rate(row) for row in platform.rates],
        "hints": [{"text": hint.value, **_origin(hint)} for hint in platform.hints],
    }


def _fact(fact: Fact[Any]) -> dict[str, Any]:
    value = list(fact.value) if isinstance(fact.value, tuple) else fact.value
    return {"value": value, "limits": fact.origin.mark in USABLE, **_origin(fact)}


def _rate(row: Fact[Rate]) -> dict[str, Any]:
    rate = row.value
    size = {"width_px": rate.width_px, "height_px": rate.height_px, "fps": rate.fps, "kbps": rate.kbps}
    return {**size, **_origin(row)}


def _origin(fact: Fact[Any]) -> dict[str, str]:
    return {"mark": fact.origin.mark, "source": fact.origin.page, "date": fact.origin.date}


def platform_table(platforms: Mapping[str, Platform], words: Catalogue, look: Look) -> str:
    """One line a platform: the most bit rate at 1080x1920@30, who says so, frames and sound; at most 79 columns."""
    heads = [words.text(f"platforms.{name}") for name in ("id", "rate", "says", "frames", "sound")]
    rows = [heads, *(_row(platform, words) for platform in platforms.values())]
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(heads))]
    lines: list[Line] = [
        ((GAP.join(pad(cell, width) for cell, width in zip(row, widths, strict=True)), "bold" if at == 0 else ""),)
        for at, row in enumerate(rows)
    ]
    notes = [line for note in ("platforms.note", "platforms.one") for line in wrap(words.text(note), look.width)]
    return paint([*lines, (("", ""),), *(((line, "dim"),) for line in notes)], color=look.color)


def _row(platform: Platform, words: Catalogue) -> list[str]:
    cap, fps, sound = cap_of([platform], USUAL), platform.max_fps, platform.audio_kbps
    says = words.text(f"plan.mark.{cap.origin.mark}") if cap else words.text("platforms.no_limit")
    figures = [
        str(cap.value) if cap else "-",
        says,
        f"{fps.value:g}" if fps else "-",
        str(sound.value) if sound else "-",
    ]
    return [cut(platform.id, 20), *figures]


def platform_page(platform: Platform, words: Catalogue, look: Look) -> str:
    """Every figure of one platform with its source and date; what is not used is told as such."""
    lines: list[Line] = [((f"{platform.id}  {platform.name}", "bold"),)]
    if not platform.publishes_rate:
        told = {"platform": platform.name}
        lines += [((line, ""),) for line in wrap(words.text("platforms.no_limit_published", told), look.width)]
    for name, value, fact in _figures(platform, words):
        lines += _figure(name, value, fact, words, look)
    return paint(lines, color=look.color)


def _figures(platform: Platform, words: Catalogue) -> Iterable[tuple[str, str, Fact[Any]]]:
    for row in platform.rates:
        rate, size = row.value, f"{row.value.width_px}x{row.value.height_px}"
        told = words.text("platforms.unit.kbps", {"value": rate.kbps})
        yield "rates", words.text("platforms.at", {"size": size, "fps": f"{rate.fps:g}", "value": told}), row
    for name in FACTS:
        fact = getattr(platform, name)
        if fact is not None:
            yield name, _said(name, fact.value, words), fact
    for hint in platform.hints:
        yield "hint", hint.value, hint


def _said(name: str, value: Any, words: Catalogue) -> str:  # noqa: ANN401 - as the fact's
    if isinstance(value, bool):
        return words.text("platforms.yes_" if value else "platforms.no_")
    each = [f"{item:g}" if isinstance(item, float) else str(item) for item in _items(value)]
    text = words.listed(each)
    return words.text(f"platforms.unit.{UNITS[name]}", {"value": text}) if name in UNITS else text


def _items(value: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as the fact's
    return value if isinstance(value, tuple) else (value,)


def _figure(name: str, value: str, fact: Fact[Any], words: Catalogue, look: Look) -> list[Line]:
    label = words.text("platforms.hint" if name == "hint" else f"platforms.fact.{name}")
    column = max(LABELS, cell_len(label) + len(GAP))
    source = f"{words.text(f'plan.mark.{fact.origin.mark}')}: {fact.origin.page}"
    source += words.text("count.aside", {"what": fact.origin.date}) if fact.origin.date else ""
    told = wrap(value, look.width - column)
    lines: list[Line] = [((pad(label if at == 0 else "", column), "dim"), (line, "")) for at, line in enumerate(told)]
    return [*lines, *(((" " * column + line, "dim"),) for line in wrap(source, look.width - column))]
