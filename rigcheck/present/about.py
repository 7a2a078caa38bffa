"""What a finding is about: the names and words that come with its value, and why nothing was seen."""

from __future__ import annotations

from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Params, Reason, Status, Value

FEW, SOME = 2, 4
"""So many names are told beside a value, and where people are told what to do with them; a screen is small."""


def about(finding: Finding, words: Catalogue, most: int = SOME) -> str:
    """Names as they are (`names`), then words of the metric (`what`) as the reader's language has them; the first few."""
    given, said = finding.message.params, f"metric.{finding.metric.id}" if finding.metric else ""
    what = [(f"{said}.{word}", word) for word in _texts(given.get("what"))]
    items = [*_texts(given.get("names")), *(words.text(key) if words.has(key) else word for key, word in what)]
    told = words.listed(items[:most])
    return words.text("join.more", {"items": told, "n": len(items) - most}) if len(items) > most else told


def with_names(value: str, finding: Finding, words: Catalogue) -> str:
    """A value and what it is about, `2 (Lav 1, Music)`; nothing more where it is in order."""
    told = "" if finding.status is Status.OK else about(finding, words, FEW)
    return words.text("value.about", {"value": value, "about": told}) if told else value


def reason_id(reason: Reason, given: Params, part: str, words: Catalogue) -> str:
    """The id of a reason's text: parts have some of their own, and so has a password that a profile only refers to."""
    is_obs = part in ("obs", "sync") or str(given.get("url", "")).startswith(("ws://", "wss://"))
    own = f"reason.{reason}.{'secret' if given.get('ref') else 'obs' if is_obs else part}"
    return own if words.has(own) else f"reason.{reason}"


def _texts(value: Value | tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, tuple | list) else ()
