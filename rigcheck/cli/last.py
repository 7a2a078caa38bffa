"""The last report of each room and command, in the state folder: what `--again` looks at again, what `explain 2` is of."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from rigcheck.cli.output import write_whole
from rigcheck.cli.state import state_folder
from rigcheck.errors import UnwritableError
from rigcheck.i18n import Catalogue
from rigcheck.metrics import METRICS
from rigcheck.model import (
    Advice,
    Finding,
    Impact,
    Limit,
    Message,
    OneOf,
    Params,
    Reason,
    Report,
    Role,
    Span,
    Status,
    Value,
    Waiver,
)
from rigcheck.present.json import report_json

STALE = timedelta(hours=12)
"""Our own rule: a room looks the same for as long as a shift lasts; what is older says nothing about today."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Last:
    """A report that was kept: when, of what, and its findings in their order."""

    started_at: datetime
    command: str
    room: str | None
    source: str
    sha256: str | None  # of the profile
    findings: tuple[Finding, ...]

    def is_of(self, now: datetime, source: str, sha256: str | None) -> bool:
        """Whether it speaks of the same room, looked at the same way, today; the clock may have been set back since."""
        age = now - self.started_at
        return timedelta(0) <= age <= STALE and (self.source, self.sha256) == (source, sha256)

    @property
    def faults(self) -> frozenset[tuple[str, str]]:
        """The checks that were not ok, each with its device: to look at again."""
        wrong = (Status.FAIL, Status.WARN, Status.UNKNOWN)
        return frozenset((f.check, f.device) for f in self.findings if f.status in wrong)


def keep_last(report: Report, words: Catalogue) -> None:
    """Keep a report for later; what cannot be kept is only logged. That of a second look does not replace the first."""
    command = report.command if report.again is None else f"{report.command} again"
    try:
        write_whole(_place(report.room, command), report_json(report, words) + "\n", is_private=True)
    except (OSError, UnwritableError):
        log.warning("cannot keep this report")


def read_last(room: str | None, command: str) -> Last | None:
    """The last report of a room and a command; None where there is none, or none that can be read."""
    try:
        return _read(_place(room, command))
    except OSError:
        return None


def newest() -> Last | None:
    """The newest report that was kept, of any room and command."""
    try:
        kept = sorted(state_folder().glob("report-*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
    except OSError:
        return None
    return next((last for last in map(_read, kept) if last is not None), None)


def _place(room: str | None, command: str) -> Path:
    named = hashlib.sha256(f"{room}\0{command}".encode()).hexdigest()
    return state_folder() / f"report-{named[:16]}.json"


def _read(path: Path) -> Last | None:
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        profile = said["profile"]
        return Last(
            started_at=datetime.fromisoformat(said["started_at"]).astimezone(),
            command=str(said["command"]),
            room=None if said["room"] is None else str(said["room"]),
            source=str(said["source"]),
            sha256=profile["sha256"] if profile else None,
            findings=tuple(_finding(each) for each in said["findings"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        log.warning("the last report cannot be read: %s", path)
        return None


def _finding(said: Mapping[str, Any]) -> Finding:
    message_id = str(said["message"]["id"])
    reason = Reason(message_id.removeprefix("reason.")) if message_id.startswith("reason.") else None
    return Finding(
        check=str(said["check"]),
        status=Status(said["status"]),
        impact=Impact(said["impact"]),
        device=str(said["device"]),
        via=str(said["via"]),
        metric=METRICS[said["metric"]] if said["metric"] else None,
        value=_scalar(said["value"]),
        message=Message(message_id, _params(said["message"]["params"])),
        limit=_limit(said["limit"]),
        off_by=None if said["off_by"] is None else float(said["off_by"]),
        estimate=bool(said["estimate"]),
        reason=reason,
        advice=_advice(said["advice"]),
        waiver=_waiver(str(said["check"]), said["waived"]),
    )


def _scalar(said: Any) -> Value:  # noqa: ANN401 - what JSON holds
    """Raises TypeError for a list or an object."""
    if said is None or isinstance(said, bool | int | float | str):
        return said
    raise TypeError


def _params(said: Mapping[str, Any]) -> Params:
    return {str(name): tuple(value) if isinstance(value, list) else value for name, value in said.items()}


def _limit(said: Mapping[str, Any] | None) -> Limit | None:
    if said is None:
        return None
    return Limit(_allowed(said["ok"]), _allowed(said["warn"]) if said["warn"] else None, str(said["origin"]))


def _allowed(said: list[Any]) -> Span | OneOf:
    """Two numbers (or open ends) are a range; flags and words are themselves."""
    is_range = all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in said)
    return Span(*said) if is_range else OneOf(tuple(said))


def _advice(said: Mapping[str, Any] | None) -> Advice | None:
    if said is None:
        return None
    return Advice(Message(str(said["id"]), _params(said["params"])), Role(said["who"]), float(said["minutes"]))


def _waiver(check: str, said: Mapping[str, Any] | None) -> Waiver | None:
    return Waiver(check, date.fromisoformat(said["until"]), str(said["why"])) if said else None
