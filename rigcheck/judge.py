"""One judge for everything: a Measurement against a Limit gives a verdict, a Check's verdicts give its Finding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from rigcheck.check import Check
from rigcheck.model import (
    Advice,
    Finding,
    Impact,
    Limit,
    Measurement,
    Message,
    Metric,
    OneOf,
    Reason,
    Role,
    Span,
    Status,
    Value,
    Waiver,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a measurement lies: `side` is ok, low, high, bad (a flag or word), or none (no value)."""

    status: Status
    side: str
    off_by: float | None = None
    reason: Reason | None = None


def judge(measurement: Measurement, limit: Limit | None) -> Verdict:
    """The verdict on one measurement.

    No value is SKIP (there is none of it here) or UNKNOWN (we should have seen it), never OK. Without a limit a value
    is OK. An estimate cannot FAIL: it warns (our own rule, because an estimate may be wrong by more than a limit).
    """
    if measurement.value is None:
        return unseen(measurement.reason or Reason.JUNK)
    if limit is None:
        return Verdict(Status.OK, "ok")
    status = _place(measurement.value, limit)
    if status is None:
        return unseen(Reason.JUNK)
    if status is Status.FAIL and measurement.estimate:
        status = Status.WARN
    return _sided(status, measurement.value, limit.ok)


def unseen(reason: Reason) -> Verdict:
    """The verdict where there is no value."""
    return Verdict(Status.UNKNOWN if reason.is_blind else Status.SKIP, "none", None, reason)


def _place(value: Value, limit: Limit) -> Status | None:
    """Inside ok, inside warn, or outside; None where the value is not of the limit's kind."""
    inside_ok = _inside(value, limit.ok)
    if inside_ok is None or inside_ok:
        return None if inside_ok is None else Status.OK
    return Status.WARN if limit.warn is not None and _inside(value, limit.warn) else Status.FAIL


def _inside(value: Value, allowed: Span | OneOf) -> bool | None:
    if isinstance(allowed, OneOf):
        return value in allowed if isinstance(value, bool | str) else None
    return value in allowed if isinstance(value, int | float) and not isinstance(value, bool) else None


def _sided(status: Status, value: Value, ok: Span | OneOf) -> Verdict:
    if status is Status.OK:
        return Verdict(status, "ok", 0.0 if isinstance(ok, Span) else None)
    if isinstance(ok, Span) and isinstance(value, int | float):
        off_by = ok.distance(value)
        return Verdict(status, "low" if off_by < 0 else "high", off_by)
    return Verdict(status, "bad")


@dataclass(frozen=True, slots=True)
class Case:
    """A check on one device, with what was measured for it and the limits that hold."""

    check: Check
    device: str
    via: str
    impact: Impact
    measured: Mapping[str, Measurement]  # by metric id
    limits: Mapping[str, Limit]  # by metric id


def find(case: Case, waivers: Iterable[Waiver], today: date) -> Finding:
    """The Finding of a check: of its metrics the worst one speaks, the first of equals."""
    verdicts = [(metric, *_verdict(case, metric)) for metric in case.check.metrics]
    metric, measurement, verdict = max(verdicts, key=lambda entry: entry[2].status.severity)
    return Finding(
        check=case.check.id,
        status=verdict.status,
        impact=case.impact,
        device=case.device,
        via=case.via,
        metric=metric,
        value=measurement.value if verdict.reason is None else None,
        message=_message(case.check, verdict, measurement),
        limit=case.limits.get(metric.id),
        off_by=verdict.off_by,
        estimate=measurement.estimate,
        reason=verdict.reason,
        advice=_advice(case.check, verdict, measurement),
        waiver=_waiver(case.check.id, verdict.status, waivers, today),
    )


def _verdict(case: Case, metric: Metric) -> tuple[Measurement, Verdict]:
    """The verdict on one metric; a fault that needs another metric's value to be one (hum without its tone) is SKIP."""
    measurement = case.measured.get(metric.id, Measurement(metric, None, Reason.FAILED))
    verdict = judge(measurement, case.limits.get(metric.id))
    sign = case.measured.get(case.check.given.id) if case.check.given else None
    if sign is not None and sign.value is None and verdict.status in (Status.WARN, Status.FAIL):
        verdict = unseen(sign.reason or Reason.JUNK)
    return measurement, verdict


def _message(check: Check, verdict: Verdict, measurement: Measurement) -> Message:
    if verdict.reason is not None:
        return Message(f"reason.{verdict.reason}", measurement.params)
    return Message(f"{check.id}.{verdict.side}", measurement.params)


def _advice(check: Check, verdict: Verdict, measurement: Measurement) -> Advice | None:
    if verdict.status is Status.UNKNOWN:
        return Advice(Message(f"reason.{verdict.reason}.do", measurement.params), Role.TECH, 2)
    if verdict.status in (Status.WARN, Status.FAIL):
        return Advice(Message(f"{check.id}.{verdict.side}.do", measurement.params), check.who, check.minutes)
    return None


def _waiver(check: str, status: Status, waivers: Iterable[Waiver], today: date) -> Waiver | None:
    if status in (Status.OK, Status.SKIP):
        return None
    return next((waiver for waiver in waivers if waiver.check == check and today <= waiver.until), None)


def counted(finding: Finding, *, require_backup: bool) -> Status:
    """What a finding counts for the run: waived ones as ok; a lost reserve as a warning, unless it is required."""
    status = finding.counted
    if finding.impact is Impact.BACKUP and not require_backup and status in (Status.FAIL, Status.UNKNOWN):
        return Status.WARN
    return status


def overall(findings: Sequence[Finding], *, require_backup: bool) -> Status:
    """The run's status: the worst that counts. Nothing but skips is UNKNOWN: a run that looked at nothing is no pass."""
    worst = max((counted(f, require_backup=require_backup) for f in findings), key=_severity, default=Status.SKIP)
    return Status.UNKNOWN if worst is Status.SKIP else worst


def _severity(status: Status) -> int:
    return status.severity


_IMPACTS = tuple(Impact)


def worst_first(findings: Iterable[Finding], order: Mapping[str, int]) -> tuple[Finding, ...]:
    """Findings by severity, then by what viewers lose, then in the order of the checks; waived ones after the rest."""
    return tuple(
        sorted(
            findings,
            key=lambda f: (
                f.waiver is not None,
                -f.status.severity,
                _IMPACTS.index(f.impact),
                order[f.check],
                f.device,
            ),
        )
    )
