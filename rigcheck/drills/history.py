"""How a room's drills went before: the best, the usual, and which way it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Literal

from rigcheck import metrics as m
from rigcheck.drill_plan import Drill
from rigcheck.drill_state import By, Drilled
from rigcheck.model import Metric, Report, Status
from rigcheck.viewer_state import DrillTrace

LATELY = 3
STEADY = 0.1
"""Our own rule: the last three against those before; less than a tenth between them is no news."""
_BY: dict[str, By] = {"obs-shot": "obs", "person": "person"}
MEASURED = (Status.OK, Status.WARN, Status.FAIL)


@dataclass(frozen=True, slots=True)
class Trend:
    """What a drill's history says of its outage, in seconds: `goes` compares the last three with those before."""

    n: int
    best_s: float
    median_s: float
    goes: Literal["better", "worse", "same"] | None = None


def drilled_of(report: Report, drill: Drill, at: datetime, trace: DrillTrace, operator: str | None) -> Drilled:
    """What is to be remembered of a drill that began `at` (UTC) and went like this."""
    found = [f.counted for f in report.findings if f.device == drill.name and f.check.startswith("drill.")]
    worst = max(found, key=lambda status: status.severity, default=Status.UNKNOWN)
    via = trace.viewer.via if trace.viewer else "person" if trace.taps else "far-end"
    return Drilled(
        drill=drill.name,
        covers=drill.covers,
        at=at,
        operator=operator,
        status=Status.UNKNOWN if worst is Status.SKIP else worst,
        detect_s=_taken_s(report, drill.name, m.DRILL_DETECT),
        switch_s=_taken_s(report, drill.name, m.DRILL_SWITCH),
        outage_s=_taken_s(report, drill.name, m.DRILL_OUTAGE),
        restore_s=_taken_s(report, drill.name, m.DRILL_RESTORE),
        by=_BY.get(via, "far-end"),
    )


def _taken_s(report: Report, drill: str, metric: Metric) -> float | None:
    values = (t.measurement.value for t in report.taken if (t.device, t.measurement.metric) == (drill, metric))
    return next((float(value) for value in values if isinstance(value, int | float)), None)


def trend_of(drilled: Sequence[Drilled]) -> Trend | None:
    """The trend of one drill's records, oldest first; None without any whose outage was measured."""
    outages_s = [each.outage_s for each in drilled if each.outage_s is not None and each.status in MEASURED]
    if not outages_s:
        return None
    return Trend(len(outages_s), min(outages_s), median(outages_s), _goes(outages_s))


def _goes(outages_s: Sequence[float]) -> Literal["better", "worse", "same"] | None:
    before, lately = outages_s[:-LATELY], outages_s[-LATELY:]
    if not before:
        return None
    then_s, now_s = median(before), median(lately)
    if abs(now_s - then_s) <= STEADY * max(then_s, now_s):
        return "same"
    return "better" if now_s < then_s else "worse"
