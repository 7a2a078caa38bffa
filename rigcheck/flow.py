"""The one flow: checks ask, a source acquires (equal requests once, equal resources in turn), measures, the judge, a Report.

There is no other path. `now` and today's date come in from outside; the only clock used here is the event loop's, for
deadlines and for how long the run took.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from math import inf
from typing import cast

import anyio
import anyio.to_thread

from rigcheck.assembly import assemble
from rigcheck.check import Source
from rigcheck.checks.host import ask_on_air
from rigcheck.errors import NotSeen, RigcheckError
from rigcheck.model import Reason, Report, Stage
from rigcheck.pair import Pair
from rigcheck.plan import Answer, Measured, Outcome, Run, Task, Watcher, plan_tasks
from rigcheck.profile import WORD, Setting
from rigcheck.samples import OnAirState, Request, Sample

log = logging.getLogger(__name__)

GO_LIMIT_S = 9.0
"""The go stage takes ten seconds at most, whatever happens (CONTRACT); starting and telling are among them."""


async def run(plan: Run) -> Report:
    """Do the run. Never raises for anything a device or service does; cancelling it leaves nothing running.

    Raises RigcheckError where a recording turns out to be no evidence at all.
    """
    started = anyio.current_time()
    timeout_s = plan.timeout_s if plan.timeout_s is not None else _stage_limit_s(plan)
    end = started + timeout_s if timeout_s is not None else inf
    outcomes: dict[Request, Answer] = {}
    plan = await _settle(plan, outcomes, end)
    tasks = [_guarded(task, plan, outcomes) for task in plan_tasks(plan)]
    _tell_of_guarded(plan, tasks)
    asked = [task.request for task in tasks if task.skip is None and not task.request.asks_person]
    wanted = [part for request in asked for part in request.parts or (request,) if part not in outcomes]
    outcomes |= await acquire(plan.source, wanted, end, plan.watchers)
    outcomes |= {request: _paired(request, outcomes) for request in asked if request.parts}
    tasks += await _ask_person(plan, tasks, outcomes, end)
    measured = await _measure_all(plan, tasks, outcomes)
    return assemble(plan, tasks, measured, outcomes, anyio.current_time() - started)


async def _ask_person(plan: Run, tasks: list[Task], outcomes: dict[Request, Answer], end: float) -> list[Task]:
    """Ask what only a person can tell, and where a device was not seen, a person too: tasks that were answered."""
    blind = [task for task in tasks if _is_blind(plan, task, outcomes) and _is_main(plan, task)]
    seen_by = replace(plan.setting, unseen=tuple(dict.fromkeys(task.check.section for task in blind)))
    words = [task for task in plan_tasks(replace(plan, setting=seen_by)) if task.check.section.startswith(WORD)]
    questions = [task.request for task in (*tasks, *words) if task.request.asks_person]
    outcomes |= await acquire(plan.source, questions, end, plan.watchers)
    return [task for task in words if not isinstance(outcomes[task.request], NotSeen)]


def _is_blind(plan: Run, task: Task, outcomes: Mapping[Request, Answer]) -> bool:
    outcome = outcomes.get(task.request)
    return isinstance(outcome, NotSeen) and _as_described(plan.setting, task, outcome).reason.is_blind


def _as_described(setting: Setting, task: Task, unseen: NotSeen) -> NotSeen:
    """A room may be without any camera; one whose profile tells of a camera misses it."""
    if unseen.reason is Reason.NONE_HERE and setting.describes(task.check.section, task.device):
        return NotSeen(Reason.MISSING)
    return unseen


def _is_main(plan: Run, task: Task) -> bool:
    return task.device == plan.setting.main_of(task.check.section)


def _paired(request: Request, outcomes: Mapping[Request, Answer]) -> Answer:
    """What the parts of a request brought, side by side; where one of them was not seen, there is no pair."""
    found = [outcomes[part] for part in request.parts]
    unseen = next((outcome for outcome in found if isinstance(outcome, NotSeen)), None)
    if unseen is not None:
        return unseen
    first, second, *rest = cast("list[Sample]", found)
    return Pair(first, second, tuple(rest))


def _stage_limit_s(plan: Run) -> float | None:
    return GO_LIMIT_S if plan.setting.stage is Stage.GO and plan.source.is_live else None


async def _settle(plan: Run, outcomes: dict[Request, Answer], end: float) -> Run:
    """Find out what the rest depends on: whether a show goes out, and whether OBS can be asked for its programme."""
    opens = plan.source.is_live and any(task.request.disturbs for task in plan_tasks(plan) if task.skip is None)
    if not opens and not plan.setting.profile.obs:
        return plan
    request = ask_on_air(plan.setting, "main")
    outcomes |= await acquire(plan.source, [request], end, plan.watchers)
    outcome = outcomes[request]
    answers = isinstance(outcome, OnAirState) and outcome.obs_answers
    return replace(plan, setting=replace(plan.setting, obs_answers=answers))


def _guarded(task: Task, plan: Run, outcomes: Mapping[Request, Answer]) -> Task:
    """On air, or when that is unknown, nothing that disturbs is done without an explicit wish."""
    if task.skip is not None or not task.request.disturbs or plan.allow_on_air or not plan.source.is_live:
        return task
    reason = _on_air_reason(outcomes[ask_on_air(plan.setting, "main")])
    return task if reason is None else Task(task.check, task.device, task.request, reason)


def _tell_of_guarded(plan: Run, tasks: list[Task]) -> None:
    """Watchers hear of what was left undone too, so that a recording says why it lacks it."""
    for request, skip in {task.request: task.skip for task in tasks}.items():
        is_told = skip in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN) and not request.parts
        for watcher in plan.watchers if is_told else ():
            watcher.ended(request, NotSeen(cast("Reason", skip)))


def _on_air_reason(outcome: Answer) -> Reason | None:
    if isinstance(outcome, OnAirState):
        if outcome.pushing:
            return Reason.ON_AIR
        return Reason.ON_AIR_UNKNOWN if outcome.unasked else None
    return Reason.ON_AIR_UNKNOWN


async def acquire(
    source: Source, requests: Iterable[Request], end: float = inf, watchers: Sequence[Watcher] = ()
) -> dict[Request, Outcome]:
    """What came of each request: those that share no resource at once, the rest in turn, none longer than until `end`.

    `end` is in the event loop's time. Raises RigcheckError where a recording turns out to be no evidence at all.
    """
    requests = tuple(dict.fromkeys(requests))
    locks = {resource: anyio.Lock() for request in requests for resource in request.resources}
    outcomes: dict[Request, Outcome] = {}
    refused: list[RigcheckError] = []

    async def acquire_one(request: Request) -> None:
        async with AsyncExitStack() as stack:
            for resource in sorted(request.resources):  # in one order for all: no two wait for each other
                await stack.enter_async_context(locks[resource])
            for watcher in watchers:
                watcher.began(request)
            try:
                outcomes[request] = await _acquire(source, request, end)
            except RigcheckError as error:  # kept: a task group would wrap it
                refused.append(error)
                return
            for watcher in watchers:
                watcher.ended(request, outcomes[request])

    async with anyio.create_task_group() as group:
        for request in requests:
            group.start_soon(acquire_one, request)
    if refused:
        raise refused[0]
    return outcomes


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


async def _measure_all(plan: Run, tasks: list[Task], outcomes: Mapping[Request, Answer]) -> dict[int, Measured]:
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


async def _measure(setting: Setting, task: Task, outcome: Answer) -> Measured:
    if isinstance(outcome, NotSeen):
        return _as_described(setting, task, outcome)
    try:
        return await anyio.to_thread.run_sync(task.check.measure, outcome, setting, task.device)
    except Exception as error:
        log.debug("measuring %s", task.request.key, exc_info=True)
        return NotSeen(Reason.FAILED, {"error": type(error).__name__})
