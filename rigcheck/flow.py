"""The one flow: checks ask, a source acquires (equal requests once, equal resources in turn), measures, the judge, a Report.

There is no other path. `now` and today's date come in from outside; the only clock used here is the event loop's, for
deadlines and for how long the run took.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from typing import Protocol, cast

import anyio
import anyio.to_thread

from rigcheck.check import Check, Source
from rigcheck.errors import NotSeen, RigcheckError
from rigcheck.judge import Case, find, overall, worst_first
from rigcheck.metrics import HOST_ON_AIR, METRICS
from rigcheck.model import (
    Finding,
    Impact,
    Limit,
    Measurement,
    Metric,
    Need,
    ProfileRef,
    Reason,
    Report,
    Stage,
    Taken,
)
from rigcheck.profile import Profile, Setting
from rigcheck.samples import OnAirRequest, OnAirState, Request, Sample

log = logging.getLogger(__name__)

PRESENT = {
    Stage.ROOM: frozenset({Need.QUIET}),
    Stage.HOST: frozenset({Need.HOST, Need.LIGHTS, Need.QUIET}),
    Stage.GO: frozenset({Need.HOST, Need.LIGHTS}),
}
"""What each stage has to offer."""
GO_LIMIT_S = 10.0
"""The go stage ends within this, whatever happens (CONTRACT)."""


Outcome = Sample | NotSeen


class Watcher(Protocol):
    """Somebody who is told what is being measured: a progress display, a recorder."""

    def began(self, request: Request) -> None:
        """An acquisition has started."""
        ...

    def ended(self, request: Request, outcome: Outcome) -> None:
        """An acquisition is over, with a Sample or the NotSeen that says why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Run:
    """One run: what to check, in which room, through which source, under which conditions.

    `timeout_s` bounds all acquisitions together. `allow_on_air` lets disturbing acquisitions happen although a show is
    (or may be) going out. `said` is how the command line named the profile.
    """

    command: str
    checks: Sequence[Check]
    setting: Setting
    source: Source
    now: datetime
    limits: Mapping[str, Limit]
    timeout_s: float | None = None
    allow_on_air: bool = False
    warn_ok: bool = False
    said: str | None = None
    watchers: tuple[Watcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A check on one device: either a request, or the reason why nothing is asked."""

    check: Check
    device: str
    request: Request
    skip: Reason | None = None


Measured = tuple[Measurement, ...] | NotSeen


async def run(plan: Run) -> Report:
    """Do the run. Never raises for anything a device or service does; cancelling it leaves nothing running.

    Raises RigcheckError where a recording turns out to be no evidence at all.
    """
    started = anyio.current_time()
    timeout_s = plan.timeout_s if plan.timeout_s is not None else _stage_limit_s(plan)
    end = started + timeout_s if timeout_s is not None else inf
    tasks = plan_tasks(plan)
    outcomes: dict[Request, Outcome] = {}
    if plan.source.is_live and any(task.request.disturbs for task in tasks if task.skip is None):
        await _acquire_all(plan, [OnAirRequest()], outcomes, end)
        tasks = [_guarded(task, outcomes[OnAirRequest()], allow=plan.allow_on_air) for task in tasks]
        _tell_of_guarded(plan, tasks)
    requests = dict.fromkeys(task.request for task in tasks if task.skip is None)
    await _acquire_all(plan, [request for request in requests if request not in outcomes], outcomes, end)
    measured = await _measure_all(plan, tasks, outcomes)
    return _report(plan, tasks, measured, anyio.current_time() - started)


def _stage_limit_s(plan: Run) -> float | None:
    return GO_LIMIT_S if plan.setting.stage is Stage.GO and plan.source.is_live else None


def plan_tasks(plan: Run) -> list[Task]:
    """Every check on every device it is meant for, with what to ask or why not."""
    present = PRESENT[plan.setting.stage]
    return [
        Task(check, name, check.ask(plan.setting, name), _lacking(check.needs - present))
        for check in plan.checks
        for name in plan.setting.names(check.section)
    ]


def _lacking(needs: Iterable[Need]) -> Reason | None:
    lacking = sorted(needs)
    return Reason(f"needs-{lacking[0]}") if lacking else None


def _guarded(task: Task, on_air: Outcome, *, allow: bool) -> Task:
    """On air, or when that is unknown, nothing that disturbs is done without an explicit wish."""
    if task.skip is not None or not task.request.disturbs or allow:
        return task
    reason = _on_air_reason(on_air)
    return task if reason is None else Task(task.check, task.device, task.request, reason)


def _tell_of_guarded(plan: Run, tasks: list[Task]) -> None:
    """Watchers hear of what was left undone too, so that a recording says why it lacks it."""
    for request, skip in {task.request: task.skip for task in tasks}.items():
        for watcher in plan.watchers if skip in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN) else ():
            watcher.ended(request, NotSeen(cast("Reason", skip)))


def _on_air_reason(outcome: Outcome) -> Reason | None:
    if isinstance(outcome, OnAirState):
        if outcome.pushing:
            return Reason.ON_AIR
        return Reason.ON_AIR_UNKNOWN if outcome.unasked else None
    return Reason.ON_AIR_UNKNOWN


async def _acquire_all(plan: Run, requests: list[Request], outcomes: dict[Request, Outcome], end: float) -> None:
    """Acquire at once what does not share a resource, the rest in turn. Fills `outcomes`."""
    locks = {request.resource: anyio.Lock() for request in requests}
    refused: list[RigcheckError] = []

    async def acquire(request: Request) -> None:
        async with locks[request.resource]:
            for watcher in plan.watchers:
                watcher.began(request)
            try:
                outcomes[request] = await _acquire(plan.source, request, end)
            except RigcheckError as error:  # kept: a task group would wrap it
                refused.append(error)
                return
            for watcher in plan.watchers:
                watcher.ended(request, outcomes[request])

    async with anyio.create_task_group() as group:
        for request in requests:
            group.start_soon(acquire, request)
    if refused:
        raise refused[0]


async def _acquire(source: Source, request: Request, end: float) -> Outcome:
    """One acquisition under its own deadline and the run's. A source that breaks costs its own evidence, never the run."""
    deadline = min(anyio.current_time() + request.deadline_s, end) if source.is_live else end
    given_s = max(0.0, deadline - anyio.current_time())
    outcome: Outcome = NotSeen(Reason.TIMEOUT, {"seconds": round(given_s, 1) if given_s < inf else None})
    with anyio.move_on_after(given_s):
        try:
            outcome = await source.acquire(request)
        except NotSeen as unseen:
            outcome = unseen
        except RigcheckError:
            raise
        except Exception as error:
            log.debug("acquiring %s", request.key, exc_info=True)
            outcome = NotSeen(Reason.FAILED, {"error": type(error).__name__})
    return outcome


async def _measure_all(plan: Run, tasks: list[Task], outcomes: Mapping[Request, Outcome]) -> dict[int, Measured]:
    """Per task its measurements; equal measures of equal evidence are done once. Keyed by the task's position."""
    done: dict[tuple[object, Request], Measured] = {}
    for task in tasks:
        pair = (task.check.measure, task.request)
        if task.skip is None and pair not in done:
            done[pair] = await _measure(plan.setting, task, outcomes[task.request])
    return {
        index: NotSeen(task.skip) if task.skip is not None else done[(task.check.measure, task.request)]
        for index, task in enumerate(tasks)
    }


async def _measure(setting: Setting, task: Task, outcome: Outcome) -> Measured:
    if isinstance(outcome, NotSeen):
        return outcome
    try:
        return await anyio.to_thread.run_sync(task.check.measure, outcome, setting, task.device)
    except Exception as error:
        log.debug("measuring %s", task.request.key, exc_info=True)
        return NotSeen(Reason.FAILED, {"error": type(error).__name__})


def _report(plan: Run, tasks: list[Task], measured: Mapping[int, Measured], took_s: float) -> Report:
    profile = plan.setting.profile
    findings = [_finding(plan, task, measured[index]) for index, task in enumerate(tasks)]
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
        not_checked=tuple(profile.later),
        warn_ok=plan.warn_ok,
    )


def _finding(plan: Run, task: Task, measured: Measured) -> Finding:
    reading = _unseen(task.check, measured) if isinstance(measured, NotSeen) else measured
    case = Case(
        check=task.check,
        device=task.device,
        via="device" if plan.source.is_live else "replay",
        impact=Impact.BACKUP if _is_spare(plan.setting, task) else task.check.impact,
        measured={measurement.metric.id: measurement for measurement in reading},
        limits=_limits(plan, task),
    )
    return find(case, plan.setting.profile.waivers, plan.setting.today)


def _is_spare(setting: Setting, task: Task) -> bool:
    return task.device.startswith("backup") and task.device != setting.main_of(task.check.section)


def _unseen(check: Check, unseen: NotSeen) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, unseen.reason, params=unseen.params) for metric in check.metrics)


def _limits(plan: Run, task: Task) -> dict[str, Limit]:
    """The limits that hold for a task, by metric id."""
    found = ((metric.id, _limit(plan, task, metric)) for metric in task.check.metrics)
    return {metric_id: limit for metric_id, limit in found if limit is not None}


def _limit(plan: Run, task: Task, metric: Metric) -> Limit | None:
    """The profile's limit, else the one that depends on the room, else the built-in one."""
    own = plan.setting.profile.limits.get(metric.id)
    if own is not None:
        return own
    of_room = task.check.limit_of(plan.setting, task.device, metric) if task.check.limit_of else None
    return of_room or plan.limits.get(metric.id)


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


def _unseen_part(check: Check, unseen: NotSeen) -> list[Measurement]:
    """Nothing of a part was seen: all of its metrics, without values. Being on air is evidence of its own."""
    if check.metrics == (HOST_ON_AIR,):
        return [Measurement(HOST_ON_AIR, None, unseen.reason, params=unseen.params)]
    metrics = [metric for metric in METRICS.values() if metric.part == check.part and metric is not HOST_ON_AIR]
    return [Measurement(metric, None, unseen.reason, params=unseen.params) for metric in metrics]


def next_start(profile: Profile, now: datetime) -> datetime | None:
    """When the show starts next, in the time zone of `now`: today, or tomorrow where that is over 12 hours past."""
    if profile.show.starts is None:
        return None
    hour, minute = (int(part) for part in profile.show.starts.split(":"))
    start = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return start + timedelta(days=1) if now - start > timedelta(hours=12) else start
