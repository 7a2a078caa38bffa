"""`rigcheck explain`: what a metric or a check means, how it is measured, where its limit comes from, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS
from rigcheck.errors import UsageError
from rigcheck.i18n import Catalogue
from rigcheck.metrics import METRICS
from rigcheck.model import Limit, Message, Metric, OneOf, Span
from rigcheck.present.fault import Fault
from rigcheck.present.fit import pad, wrap
from rigcheck.present.wording import bounds_text, consequence, metric_name, sentence, steps, unit_text

WIDTH, LABEL = 79, 16
SIDES = ("low", "high", "bad")
_BLANK_LIMIT = "..."
_MANY = 6
"""More words than this that only warn are all that there are besides those in order."""


@dataclass(frozen=True, slots=True)
class _Facts:
    """What an explanation draws on."""

    words: Catalogue
    limits: Mapping[str, Limit]  # the built-in ones, by metric id
    sources: Mapping[str, str]  # where they come from, by metric id


def explain(subject: str, words: Catalogue, limits: Mapping[str, Limit], sources: Mapping[str, str]) -> str:
    """All there is to know about a metric or a check, by its id, in at most 79 columns.

    Raises UsageError, with the nearest ids, for anything else.
    """
    known = _Facts(words, limits, sources)
    check = next((check for check in ALL_CHECKS if check.id == subject), None)
    if check is not None:  # where a metric has the same id, its check tells of it too
        return "\n".join(_check(check, known))
    if subject in METRICS:
        return "\n".join(_metric(METRICS[subject], known))
    raise UsageError(Message("error.usage.unknown-subject", {"name": subject, "hint": _near(subject)}))


def explain_fault(
    number: int, fault: Fault, words: Catalogue, limits: Mapping[str, Limit], sources: Mapping[str, str]
) -> str:
    """A fault of the last run: what was seen then and what to do, then all there is to know about its check."""
    first = fault.first
    device = "" if first.device == "main" else _aside(first.device, words)
    seen = f"{words.text(f'status.{first.status}')} {number}"
    told = [
        *_row_as(seen, sentence(first, words) + device),
        *_row("table.do", steps(first, words), words),
        *_row("table.else", consequence(first, words), words),
    ]
    return "\n".join([*told, "", explain(first.check, words, limits, sources)])


def _near(subject: str) -> tuple[str, ...]:
    return tuple(get_close_matches(subject, [*METRICS, *(check.id for check in ALL_CHECKS)], 3, 0.4))


def _check(check: Check, known: _Facts) -> list[str]:
    words = known.words
    who = words.text("table.who", {"who": words.text(f"who.{check.who}"), "minutes": check.minutes})
    return [
        f"{check.id}  {words.text(f'{check.id}.name')}",
        *_row("explain.impact", words.text(f"impact.{check.impact}") + _aside(who, words), words),
        *_row("explain.needs", words.listed([words.text(f"need.{need}") for need in sorted(check.needs)]), words),
        *[line for metric in check.metrics for line in ("", *_about(metric, known, check))],
        "",
        *_stories(check, known),
    ]


def _aside(what: str, words: Catalogue) -> str:
    return words.text("count.aside", {"what": what})


def _metric(metric: Metric, known: _Facts) -> list[str]:
    words = known.words
    judges = [check for check in ALL_CHECKS if metric in check.metrics]
    judged = words.listed([check.id + _aside(words.text(f"{check.id}.name"), words) for check in judges])
    return [
        *_about(metric, known, judges[0] if judges else None),
        *_row("explain.judged", judged or words.text("explain.never"), words),
        *[line for check in judges for line in _stories(check, known)],
    ]


def _about(metric: Metric, known: _Facts, check: Check | None) -> list[str]:
    words, unit = known.words, unit_text(metric, known.words)
    return [
        f"{metric.id}  {metric_name(metric, words)}" + (_aside(unit, words) if unit else ""),
        *_row("explain.is", words.text(f"metric.{metric.id}.means"), words),
        *_row("explain.how", words.text(f"metric.{metric.id}.how"), words),
        *(_row("explain.limit", _limit(metric, known, check), words) if check else []),
        *_row("explain.source", known.sources.get(metric.id, ""), words),
    ]


def _limit(metric: Metric, known: _Facts, check: Check | None) -> str:
    words, limit = known.words, known.limits.get(metric.id)
    if limit is None:
        return words.text("explain.of_room" if check and check.limit_of else "explain.none")
    told = [words.text("explain.ok", {"limit": bounds_text(metric, limit.ok, words)})]
    further = None if limit.warn is None else _further(limit)
    if isinstance(further, OneOf) and len(further.values) > _MANY:
        return words.text("join.facts").join([*told, words.text("explain.warn", {"limit": words.text("explain.rest")})])
    if further is not None:
        told.append(words.text("explain.warn", {"limit": bounds_text(metric, further, words)}))
    return words.text("join.facts").join([*told, words.text("explain.beyond")])


def _further(limit: Limit) -> Span | OneOf:
    """What is allowed with a warning: for words, only those that are not ok anyway."""
    if isinstance(limit.ok, OneOf) and isinstance(limit.warn, OneOf):
        return OneOf(tuple(value for value in limit.warn.values if value not in limit.ok))
    return limit.warn or limit.ok


def _stories(check: Check, known: _Facts) -> list[str]:
    """What to do about it, for every side on which it can be wrong."""
    words = known.words
    limit = next((known.limits[m.id] for m in check.metrics if m.id in known.limits), None)
    blanks = {"limit": bounds_text(check.metrics[0], limit.ok, words) if limit else _BLANK_LIMIT}
    lines: list[str] = []
    for side in (side for side in SIDES if words.has(f"{check.id}.{side}.title")):
        told = [words.text(f"{check.id}.{side}.title", blanks)]
        told.append(words.text("explain.do", {"do": words.text(f"{check.id}.{side}.do", blanks)}))
        told.append(words.text("explain.else", {"else": words.text(f"{check.id}.{side}.else", blanks)}))
        lines += _row(f"explain.{side}", told, words)
    return lines


def _row(label_id: str, text: str | Iterable[str], words: Catalogue) -> list[str]:
    """A labelled paragraph, or several under one label; nothing where there is nothing to say."""
    return _row_as(words.text(label_id), text)


def _row_as(label: str, text: str | Iterable[str]) -> list[str]:
    texts = [text] if isinstance(text, str) else list(text)
    lines = [line for paragraph in texts if paragraph for line in wrap(paragraph, WIDTH - LABEL)]
    return [pad(label if at == 0 else "", LABEL) + line for at, line in enumerate(lines)]
