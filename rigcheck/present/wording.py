"""A finding in words: what was measured, wanted, how far off, what to do. Every format for people says it from here."""

from __future__ import annotations

from rigcheck.i18n import Catalogue
from rigcheck.metrics import METRICS
from rigcheck.model import Finding, Limit, Metric, OneOf, Params, Reason, Role, Span, Status, Value
from rigcheck.present.about import about, reason_id, with_names

FAULTS = (Status.FAIL, Status.WARN)
_LEVELS = frozenset({"LUFS", "dBTP", "dBFS", "dBFS(A)"})
_SIDES = ("low", "high", "bad")
_ROLES = frozenset(role.value for role in Role)


def number_text(value: float, digits: int) -> str:
    """A number with its metric's decimals, never "-0.0"."""
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else text


def person_text(who: str, words: Catalogue) -> str:
    """Somebody of the crew: a role as the language calls it, anybody else as the profile does."""
    return words.text(f"who.{who}") if who in _ROLES else who


def duration_text(seconds: float, words: Catalogue) -> str:
    """Seconds as people say them: `40 s`, `10 min`, `1 min 30 s`, `3 h 5 min`."""
    minutes, rest = divmod(round(seconds), 60)
    if minutes >= 60:  # noqa: PLR2004 - minutes in an hour
        return words.text("time.h_min", {"h": minutes // 60, "min": minutes % 60})
    if minutes and rest:
        return words.text("time.min_s", {"min": minutes, "s": rest})
    return words.text("time.min", {"min": minutes}) if minutes else words.text("time.s", {"s": rest})


def unit_text(metric: Metric, words: Catalogue) -> str:
    """A metric's unit as it is printed: IRE as percent, flags without; what is counted may have a word of its own."""
    own = next((each for each in (metric.id, metric.unit) if words.has(f"unit.{each}")), None)
    return words.text(f"unit.{own}") if own else metric.unit


def value_text(metric: Metric, value: Value, words: Catalogue) -> str:
    """A value with its unit; flags and words as phrases ("on battery"); whole seconds as minutes and seconds."""
    if isinstance(value, bool | str):
        said = f"metric.{metric.id}.{_key(value)}"
        return words.text(said) if words.has(said) else str(value)
    if value is None:
        return words.text("value.none")
    if _is_duration(metric):
        return duration_text(value, words)
    unit = unit_text(metric, words)
    return _with_unit(number_text(value, metric.digits), unit, words)


def found_text(finding: Finding, words: Catalogue) -> str:
    """The value of a finding, `at least 6900 kbit/s` where there may be more of it."""
    value = value_text(finding.metric, finding.value, words) if finding.metric else words.text("value.none")
    return words.text("value.at_least", {"value": value}) if finding.message.params.get("at_least") is True else value


def _key(value: bool | str) -> str:
    return value if isinstance(value, str) else ("is" if value else "not")


def _is_duration(metric: Metric) -> bool:
    return metric.unit == "s" and metric.digits == 0


def _with_unit(number: str, unit: str, words: Catalogue) -> str:
    return words.text("value.plain", {"value": number, "unit": unit}) if unit else number


def bounds_text(metric: Metric, allowed: Span | OneOf, words: Catalogue) -> str:
    """What is allowed, without a unit: `-18..-13`, `at least 20`, `10 min`, `on mains`."""
    if isinstance(allowed, OneOf):
        return words.text("want.or").join(value_text(metric, value, words) for value in allowed.values)
    low, high = (_bound(metric, bound, words) for bound in (allowed.low, allowed.high))
    return words.text(f"bounds.{_shape(allowed)}", {"low": low, "high": high})


def _bound(metric: Metric, bound: float | None, words: Catalogue) -> str:
    if bound is None:
        return ""
    return duration_text(bound, words) if _is_duration(metric) else f"{bound:.10g}"


def _shape(allowed: Span | OneOf) -> str:
    if isinstance(allowed, OneOf):
        return "word"
    if allowed.low is None or allowed.high is None:
        return "least" if allowed.low is not None else "most" if allowed.high is not None else "any"
    return "exactly" if allowed.low == allowed.high else "between"


def want_text(metric: Metric, limit: Limit, words: Catalogue) -> str:
    """What was wanted, and who says so: `want -18..-13 (room)`."""
    want = words.text(f"want.{_shape(limit.ok)}", {"bounds": bounds_text(metric, limit.ok, words)})
    origin = f"origin.{limit.origin}"
    return words.text(
        "want.origin", {"want": want, "origin": words.text(origin) if words.has(origin) else limit.origin}
    )


def off_text(metric: Metric, off_by: float, words: Catalogue) -> str:
    """How far off, from the nearest bound: `13 dB low`. Levels differ by dB, whatever they are levels of."""
    side = "low" if off_by < 0 else "high"
    if _is_duration(metric):
        return words.text(f"gap.{side}", {"amount": duration_text(abs(off_by), words)})
    amount = f"{abs(off_by):.{metric.digits}f}"
    amount = f"{abs(off_by):.1g}" if float(amount) == 0 else amount
    amount = amount.rstrip("0").rstrip(".") if "." in amount else amount
    unit = "dB" if metric.unit in _LEVELS else unit_text(metric, words)
    return words.text(f"gap.{side}", {"amount": _with_unit(amount, unit, words)})


def facts(finding: Finding, words: Catalogue) -> list[str]:
    """What was measured, what was wanted, how far off: those that there are. Where nothing was seen, the reason."""
    if finding.reason is not None:
        return [words.text(_reason(finding, finding.reason, words), finding.message.params)]
    if finding.metric is None:
        return []
    value = with_names(found_text(finding, words), finding, words)
    found = [words.text("value.estimate", {"value": value}) if finding.estimate else value]
    if finding.limit is not None and finding.status in FAULTS:
        found.append(want_text(finding.metric, finding.limit, words))
    if finding.off_by and abs(finding.off_by) != finding.value:  # from a limit of 0 it would only say it again
        found.append(off_text(finding.metric, finding.off_by, words))
    return found


def _reason(finding: Finding, reason: Reason, words: Catalogue) -> str:
    return reason_id(reason, finding.message.params, finding.check.partition(".")[0], words)


def name(finding: Finding, words: Catalogue) -> str:
    """The check's name."""
    return words.text(f"{finding.check}.name")


def title(finding: Finding, words: Catalogue) -> str:
    """The fault in a few words ("Mic too quiet"), or the check's name where there is no fault."""
    return _story(finding, "title", words)[0] if finding.status in FAULTS else name(finding, words)


def steps(finding: Finding, words: Catalogue) -> list[str]:
    """What to do now, step by step; nothing where nothing need be done."""
    if finding.advice is None:
        return []
    if finding.status in FAULTS:
        return _story(finding, "do", words)
    given = params(finding, words)
    if finding.reason is not None:
        return words.lines(f"{_reason(finding, finding.reason, words)}.do", given)
    return words.lines(finding.advice.message.id, given)


def consequence(finding: Finding, words: Catalogue) -> str:
    """What viewers would notice of a fault; empty where there is none."""
    return _story(finding, "else", words)[0] if finding.status in FAULTS else ""


def _story(finding: Finding, what: str, words: Catalogue) -> list[str]:
    """The check's own words for this side; the common ones where a room sets a limit on a side without a story."""
    own = f"{finding.message.id}.{what}"
    side = finding.message.id.rpartition(".")[2]
    return words.lines(own if words.has(own) or side not in _SIDES else f"any.{side}.{what}", params(finding, words))


def params(finding: Finding, words: Catalogue) -> Params:
    """What fills the blanks of a finding's texts: what the measurement supplied, and the finding's own figures."""
    own: dict[str, Value | tuple[str, ...]] = {
        "name": name(finding, words),
        "role": finding.device,
        "about": about(finding, words),
    }
    if finding.metric is not None:
        own["value"] = value_text(finding.metric, finding.value, words)
        own["unit"] = unit_text(finding.metric, words)
        if finding.limit is not None:
            own["limit"] = bounds_text(finding.metric, finding.limit.ok, words)
    return {**finding.message.params, **own}


def who_text(finding: Finding, words: Catalogue) -> str:
    """Who does it and for about how long; empty where nothing is to be done."""
    if finding.advice is None:
        return ""
    who = words.text(f"who.{finding.advice.who}")
    return words.text("table.who", {"who": who, "minutes": finding.advice.minutes})


def sentence(finding: Finding, words: Catalogue) -> str:
    """The whole finding in one line, for programs that show or send it."""
    if finding.status is Status.OK:
        told = words.text("finding.ok", {"name": name(finding, words)})
    elif finding.reason is not None:
        why = facts(finding, words)[0]
        return words.text("finding.blind", {"name": name(finding, words), "why": why})
    else:
        told = title(finding, words)
    found = words.text("join.facts").join(facts(finding, words))
    return words.text("finding.with_value", {"title": told, "value": found}) if found else told


def metric_name(metric: Metric, words: Catalogue) -> str:
    """The metric's short name."""
    return words.text(f"metric.{metric.id}.name") if metric.id in METRICS else metric.id
