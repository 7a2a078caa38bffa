"""From what was measured to a Report: limits chosen, the judge asked, metrics listed once, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from rigcheck.check import Check
from rigcheck.checks.against import BASELINE, narrowed
from rigcheck.errors import NotSeen
from rigcheck.judge import Case, find, overall, worst_first
from rigcheck.metrics import HOST_ON_AIR, METRICS
from rigcheck.model import Finding, Impact, Limit, Measurement, Metric, Past, ProfileRef, Report, Taken
from rigcheck.plan import Answer, Measured, Run, Task
from rigcheck.profile import Profile, Setting
from rigcheck.samples import Request


def assemble(
    plan: Run, tasks: list[Task], measured: Mapping[int, Measured], outcomes: Mapping[Request, Answer], took_s: float
) -> Report:
    """The Report on a run's tasks; `measured` by the position of the task."""
    profile = plan.setting.profile
    vias = [_via(plan, task.request, outcomes.get(task.request)) for task in tasks]
    findings = [_finding(plan, task, measured[index], vias[index]) for index, task in enumerate(tasks)]
    order = {check.id: index for index, check in enumerate(plan.checks)}
    taken = _taken(plan, tasks, measured)
    on_air = next((t.measurement.value for t in taken if t.measurement.metric is HOST_ON_AIR), None)
    return Report(
        command=plan.command,
        started_at=plan.now,
        took_s=took_s,
        source=plan.source.name,
        profile=ProfileRef(profile.name, profile.path, profile.sha256, plan.said) if profile.name else None,
        room=profile.room,
        site=profile.site,
        platforms=profile.show.platforms,
        orientation=profile.show.orientation,
        stage=plan.setting.stage,
        show_at=next_start(profile, plan.now),
        on_air=on_air if isinstance(on_air, bool) else None,
        status=overall(findings, require_backup=profile.require_backup),
        findings=worst_first(findings, order),
        taken=taken,
        warn_ok=plan.warn_ok,
        require_backup=profile.require_backup,
        again=plan.again,
        past=_past(plan, taken),
        waivers=tuple(waiver for waiver in profile.waivers if waiver.check in order),
    )


def _past(plan: Run, taken: Iterable[Taken]) -> Past | None:
    """What the baseline had for the figures that were looked for now; None without any."""
    then = plan.setting.baseline
    figures = {each.key: then.figures[each.key] for each in taken if each.key in then.figures} if then else {}
    return Past(then.name, then.taken_at, figures) if then and figures else None


def _via(plan: Run, request: Request, outcome: Answer | None) -> str:
    """Through what a task looked, also where it saw nothing: a recording, OBS, or the device itself."""
    if not plan.source.is_live:
        return "replay"
    return request.via if isinstance(outcome, NotSeen) else str(getattr(outcome, "via", "device"))


def _finding(plan: Run, task: Task, measured: Measured, via: str) -> Finding:
    reading = _unseen(task.check, measured) if isinstance(measured, NotSeen) else measured
    case = Case(
        check=task.check,
        device=task.device,
        via=via,
        impact=Impact.BACKUP if _is_spare(plan.setting, task) else task.check.impact,
        measured={measurement.metric.id: measurement for measurement in reading},
        limits=_limits(plan, task),
    )
    return find(case, plan.setting.profile.waivers, plan.setting.today)


def _is_spare(setting: Setting, task: Task) -> bool:
    return task.device.startswith(("backup", "spare")) and task.device != setting.main_of(task.check.section)


def _unseen(check: Check, unseen: NotSeen) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, unseen.reason, params=unseen.params) for metric in check.metrics)


def _limits(plan: Run, task: Task) -> dict[str, Limit]:
    """The limits that hold for a task, by metric id."""
    found = ((metric.id, _limit(plan, task, metric)) for metric in task.check.metrics)
    return {metric_id: limit for metric_id, limit in found if limit is not None}


def _limit(plan: Run, task: Task, metric: Metric) -> Limit | None:
    """The profile's limit, else the one that depends on the room, else the built-in one; a baseline only narrows it."""
    own = plan.setting.profile.limits.get(metric.id)
    if own is not None:
        return own
    of_room = task.check.limit_of(plan.setting, task.device, metric) if task.check.limit_of else None
    built_in = plan.limits.get(metric.id)
    if of_room and built_in and of_room.origin == BASELINE:
        return narrowed(built_in, of_room)
    return of_room or built_in


def _taken(plan: Run, tasks: list[Task], measured: Mapping[int, Measured]) -> tuple[Taken, ...]:
    """Every metric that was looked for on every device, once: as measured, else with the reason why not."""
    found: dict[tuple[str, str], Taken] = {}
    for index in sorted(range(len(tasks)), key=lambda index: isinstance(measured[index], NotSeen)):
        task, outcome = tasks[index], measured[index]
        is_main = task.device == plan.setting.main_of(task.check.section)
        for measurement in _unseen_part(task.check, outcome) if isinstance(outcome, NotSeen) else outcome:
            found.setdefault((measurement.metric.id, task.device), Taken(task.device, measurement, is_main))
    order = {metric: index for index, metric in enumerate(METRICS)}
    return tuple(sorted(found.values(), key=lambda t: (not t.is_main, t.device, order[t.measurement.metric.id])))


_ALONE = ("checklist", "backup")
"""Parts each of whose checks has evidence of its own; being on air is such evidence, too."""


def _unseen_part(check: Check, unseen: NotSeen) -> list[Measurement]:
    """Nothing of a part was seen: all of its metrics, without values. Some evidence is of one metric alone: see _ALONE."""
    if check.metrics == (HOST_ON_AIR,) or check.part in _ALONE:
        return list(_unseen(check, unseen))
    metrics = [metric for metric in METRICS.values() if metric.part == check.part and metric is not HOST_ON_AIR]
    return [Measurement(metric, None, unseen.reason, params=unseen.params) for metric in metrics]


def next_start(profile: Profile, now: datetime) -> datetime | None:
    """When the show starts next, in the time zone of `now`: today, or tomorrow where that is over 12 hours past."""
    if profile.show.starts is None:
        return None
    hour, minute = (int(part) for part in profile.show.starts.split(":"))
    start = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return start + timedelta(days=1) if now - start > timedelta(hours=12) else start
