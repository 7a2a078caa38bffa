"""The report as a monitoring plug-in's output: a status line with the performance data, then a line a fault.

By the Monitoring Plugins Development Guidelines: labels in quotes, ranges that alert on what lies outside them,
and no `|` but the one before the performance data.
"""

from __future__ import annotations

from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Limit, OneOf, Report, Span, Status, Taken
from rigcheck.present.head import headline
from rigcheck.present.wording import sentence

_WORDS = {Status.OK: "OK", Status.WARN: "WARNING", Status.FAIL: "CRITICAL"}
_UNITS = {"s": "s", "ms": "ms", "%": "%", "byte": "B"}
"""The units that the guidelines know; of the others only the number is told."""


def nagios(report: Report, words: Catalogue) -> str:
    """The output; the process's exit code is the same as in any other format."""
    word = "OK" if report.warn_ok and report.status is Status.WARN else _WORDS.get(report.status, "UNKNOWN")
    head = f"RIGCHECK {word} - {f'{report.room}: ' if report.room else ''}{headline(report, words)}"
    faults = [finding for finding in report.findings if finding.counted in (Status.FAIL, Status.UNKNOWN, Status.WARN)]
    lines = [_clean(line) for line in (head, *(_line(finding, words) for finding in faults))]
    data = [_datum(taken, report) for taken in report.taken if _is_number(taken)]
    return "\n".join([f"{lines[0]} | {' '.join(data)}" if data else lines[0], *lines[1:]])


def _line(finding: Finding, words: Catalogue) -> str:
    device = "" if finding.device == "main" else f" ({finding.device})"
    return f"{finding.status.upper()} {finding.check}{device}: {sentence(finding, words)}"


def _clean(line: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in line).replace("|", "/").split())


def _is_number(taken: Taken) -> bool:
    value = taken.measurement.value
    return isinstance(value, int | float) and not isinstance(value, bool)


def _datum(taken: Taken, report: Report) -> str:
    metric = taken.measurement.metric
    limit = next((f.limit for f in report.findings if f.metric is metric and f.device == taken.device), None)
    label = "".join("_" if char in "'=" or not char.isprintable() else char for char in taken.key)
    value = f"{taken.measurement.value:.10g}{_UNITS.get(metric.unit, '')}"
    return f"'{label}'={value};{_ranges(limit)}".rstrip(";")


def _ranges(limit: Limit | None) -> str:
    """Where it warns and where it is critical; without a warning range, outside ok is critical."""
    if limit is None:
        return ""
    if limit.warn is None:
        return f";{_range(limit.ok)}"
    return f"{_range(limit.ok)};{_range(limit.warn)}"


def _range(allowed: Span | OneOf) -> str:
    if isinstance(allowed, OneOf) or (allowed.low is None and allowed.high is None):
        return ""
    low = "~" if allowed.low is None else f"{allowed.low:.10g}"
    return f"{low}:{'' if allowed.high is None else f'{allowed.high:.10g}'}"
