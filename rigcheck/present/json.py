"""The report as one JSON object, the same in every language except the `text` fields. Schema: data/report.schema.json."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from rigcheck import __version__
from rigcheck.errors import exit_of
from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Limit, Message, OneOf, Params, Past, ProfileRef, Report, Span, Taken
from rigcheck.present.wording import sentence, steps

SCHEMA = 1
DIGITS = 6
"""Significant digits of a measured number. Our own rule: a hundred times finer than the accuracy owed anywhere."""


def report_json(report: Report, words: Catalogue) -> str:
    """The report; keys in the order of the contract, no NaN or infinity, times in UTC."""
    return json_text(report_object(report, words))


def report_object(report: Report, words: Catalogue) -> dict[str, Any]:
    """The report as a JSON value."""
    return {
        "schema": SCHEMA,
        "rigcheck": __version__,
        "command": report.command,
        "started_at": utc_text(report.started_at),
        "took_s": _number(report.took_s),
        "source": report.source,
        "profile": profile_json(report.profile),
        "room": report.room,
        "site": report.site,
        "stage": report.stage,
        "show_at": utc_text(report.show_at),
        "on_air": report.on_air,
        "status": report.status,
        "exit_code": int(exit_of(report.status, warn_ok=report.warn_ok)),
        "measurements": {taken.key: _plain(taken.measurement.value) for taken in report.taken},
        "units": {taken.key: taken.measurement.metric.unit for taken in report.taken},
        "reasons": {taken.key: taken.measurement.reason for taken in report.taken if _is_unseen(taken)},
        "findings": [_finding(finding, words) for finding in report.findings],
        "not_checked": list(report.not_checked),
        "baseline": _past(report.past),
    }


def error_json(message: Message, exit_code: int, words: Catalogue) -> str:
    """An error that came before there was a report."""
    error = {"id": message.id, "params": params_json(message.params), "text": words.text(message.id, message.params)}
    return json_text({"schema": SCHEMA, "error": {**error, "exit_code": int(exit_code)}})


def json_text(value: dict[str, Any]) -> str:
    """JSON as people may read it too; NaN and infinity are refused."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=2)


def _is_unseen(taken: Taken) -> bool:
    return taken.measurement.value is None and taken.measurement.reason is not None


def profile_json(profile: ProfileRef | None) -> dict[str, Any] | None:
    """Which profile it was."""
    return {"name": profile.name, "path": profile.path, "sha256": profile.sha256} if profile else None


def _past(past: Past | None) -> dict[str, Any] | None:
    if past is None:
        return None
    figures = {key: _number(figure) for key, figure in past.figures.items()}
    return {"name": past.name, "taken_at": utc_text(past.taken_at), "figures": figures}


def _finding(finding: Finding, words: Catalogue) -> dict[str, Any]:
    metric, waiver = finding.metric, finding.waiver
    return {
        "check": finding.check,
        "status": finding.status,
        "impact": finding.impact,
        "device": finding.device,
        "via": finding.via,
        "metric": metric.id if metric else None,
        "value": _plain(finding.value),
        "unit": metric.unit if metric else None,
        "off_by": _plain(finding.off_by),
        "estimate": finding.estimate,
        "waived": {"until": waiver.until.isoformat(), "why": waiver.why} if waiver else None,
        "limit": _limit(finding.limit),
        "message": _message(finding, words),
        "advice": _advice(finding, words),
    }


def _limit(limit: Limit | None) -> dict[str, Any] | None:
    if limit is None:
        return None
    return {"ok": _allowed(limit.ok), "warn": _allowed(limit.warn) if limit.warn else None, "origin": limit.origin}


def _allowed(allowed: Span | OneOf) -> list[Any]:
    values = allowed.values if isinstance(allowed, OneOf) else (allowed.low, allowed.high)
    return [_plain(value) for value in values]


def _message(finding: Finding, words: Catalogue) -> dict[str, Any]:
    message = finding.message
    return {"id": message.id, "params": params_json(message.params), "text": sentence(finding, words)}


def _advice(finding: Finding, words: Catalogue) -> dict[str, Any] | None:
    if finding.advice is None:
        return None
    message = finding.advice.message
    told = words.text("join.sentences").join(steps(finding, words))
    return {
        "id": message.id,
        "params": params_json(message.params),
        "text": told,
        "who": finding.advice.who,
        "minutes": _number(finding.advice.minutes),
    }


def params_json(params: Params) -> dict[str, Any]:
    """A message's params as JSON values."""
    return {name: list(value) if isinstance(value, tuple) else _plain(value) for name, value in params.items()}


def _plain(value: object) -> Any:  # noqa: ANN401 - a JSON value
    return _number(value) if isinstance(value, float) else value


def _number(value: float) -> float | None:
    """Six significant digits; what is not finite is no number."""
    return (value if isinstance(value, int) else float(f"{value:.{DIGITS}g}")) if math.isfinite(value) else None


def utc_text(moment: datetime | None) -> str | None:
    """A moment as the contract writes it, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if moment else None
