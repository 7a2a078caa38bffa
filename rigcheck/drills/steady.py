"""The room before a drill, and after it: what has to hold, and what must be there to switch to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS
from rigcheck.checks.backup import BACKUP_CHECKS
from rigcheck.checks.drill import DRILL_CHECKS
from rigcheck.drill_plan import Backup, Drill
from rigcheck.drills.action import DrillError
from rigcheck.model import Finding, Message, Reason, Report, Status
from rigcheck.plan import Run
from rigcheck.profile import Profile

Look = Callable[[Run], Awaitable[Report]]
"""A run of the flow, under a display."""
STEADY_CHECKS: tuple[Check, ...] = tuple(check for check in ALL_CHECKS if check not in DRILL_CHECKS)
"""What may have to hold before a drill."""
READY_CHECKS: tuple[Check, ...] = tuple(check for check in BACKUP_CHECKS if check.id != "backup.drilled")
"""What stands by must be there, play, and be like what it stands in for, or switching to it shows nothing."""
READY = frozenset(check.id for check in READY_CHECKS)


async def refuse_unsteady(drill: Drill, before: Sequence[str], plan: Run, look: Look, *, during_show: bool) -> None:
    """Raises NotSteadyError where something does not hold that `before` names, or what stands by is not ready."""
    setting = plan.setting
    backup = standing_by(drill, setting.profile)
    checks = (*chosen(before), *(READY_CHECKS if backup != Backup() else ()))
    if not checks:
        return
    ready = replace(setting, profile=replace(setting.profile, backup=backup))
    report = await look(replace(plan, checks=checks, setting=ready))
    amiss = tuple(finding for finding in report.findings if not _holds(finding, during_show=during_show))
    if amiss:
        raise NotSteadyError(drill, amiss)


def _holds(finding: Finding, *, during_show: bool) -> bool:
    """What could not be looked at proves nothing; during a show, what must not be looked at is let pass.

    Of what stands by, only what the room has none of is.
    """
    if finding.check in READY and finding.status is Status.SKIP:
        return True
    unlooked = during_show and finding.reason in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN)
    return unlooked or finding.counted in (Status.OK, Status.WARN)


class NotSteadyError(DrillError):
    """The room is not as it must be before a drill; `findings` say what is amiss."""

    def __init__(self, drill: Drill, findings: tuple[Finding, ...]) -> None:
        what = tuple(dict.fromkeys(finding.check for finding in findings))
        super().__init__(Message("error.drill.unsteady", {"drill": drill.name, "what": what}))
        self.findings = findings


def chosen(names: Sequence[str]) -> tuple[Check, ...]:
    """The checks of these ids and parts, and those that judge these metrics, in their own order."""
    return tuple(check for check in STEADY_CHECKS if not called(check).isdisjoint(names))


def standing_by(drill: Drill, profile: Profile) -> Backup:
    """What the room has for the kind of fault that is drilled, and nothing else."""
    found = getattr(profile.backup, drill.covers, None)
    return Backup() if found is None else replace(Backup(), **{drill.covers: found})


def called(check: Check) -> frozenset[str]:
    """The names by which a profile may ask for a check."""
    return frozenset({check.id, check.part, *(metric.id for metric in check.metrics)})
