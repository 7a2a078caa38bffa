"""Drills, one after the other: guarded, performed, undone, and looked at again; all looking is the one flow's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

import anyio

from rigcheck.check import Source
from rigcheck.checks.drill import DRILL_CHECKS
from rigcheck.drill_plan import Drill, FarEnd, Step, Within, full_within
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.company import Company
from rigcheck.drills.crew import Crew
from rigcheck.drills.eyes import Eyes
from rigcheck.drills.guard import refuse_live, refuse_pending, refuse_without_people
from rigcheck.drills.journal import Journal
from rigcheck.drills.perform import PATIENCE, STEP_LIMIT_S, Performance
from rigcheck.drills.rollback import Rollback, Undone
from rigcheck.drills.steady import Look, chosen, refuse_unsteady
from rigcheck.errors import NotSeen
from rigcheck.model import Message, Reason, Report
from rigcheck.plan import Run
from rigcheck.profile import Profile
from rigcheck.samples import Request, Sample
from rigcheck.sources.standby import place_of
from rigcheck.viewer_state import DrillRequest, DrillTrace

BY_PERSON_S = 180.0
"""Our own rule: a step that a person does, and that has no deadline of its own, is over by then."""
MOST_S = 1800.0
"""Our own rule: no drill takes longer, whatever is written."""
SETTLED_S, SETTLE_S = 1.0, 15.0
"""Our own rule: the programme is good when it was so for a second; it has this long to become so."""
POLL_S = 0.05
HARM = ("content", "camera", "mic", "light", "other", "app", "ingest", "network", "pc", "power")
"""`--all` goes from what viewers hardly notice, if it is not undone, to what darkens the room."""

OpenEyes = Callable[[FarEnd, Profile, Crew, Path | None], AbstractAsyncContextManager[Eyes]]


@dataclass(frozen=True, slots=True)
class Held:
    """A drill that was performed: when it began (UTC), how it went, what became of its undo, and why it failed."""

    drill: Drill
    at: datetime
    trace: DrillTrace
    undone: tuple[Undone, ...] = ()
    trouble: Message | None = None


@dataclass(slots=True)
class Conduct:
    """Everything that drills need, and what became of them so far: `held`, `undone` also where the last one was stopped.

    `refused` says why a later drill did not begin.
    `look` does a run of the flow (under a display); `plan` is the run that all looks are made from.
    """

    plan: Run
    look: Look
    actions: Mapping[str, Action]
    crew: Crew
    journal: Path
    open_eyes: OpenEyes
    during_show: bool = False
    held: list[Held] = field(default_factory=list)
    undone: list[Undone] = field(default_factory=list)
    refused: DrillError | None = None

    async def hold(self, drills: Sequence[Drill]) -> Report:
        """Hold the drills, and report. After one that left something changed, or does not find the room as it should, none begins.

        Raises DrillError where not even the first one may begin: nothing was changed then.
        """
        began_s = anyio.current_time()
        before: tuple[str, ...] = ()
        for drill in drills:
            before = tuple(dict.fromkeys((*before, *drill.before)))
            try:
                await self._refuse(drill, before)
                await self._hold(drill)
            except DrillError as refused:
                if not self.held:
                    raise
                self.refused = refused
                await self.crew.tell(refused.message)
                break
            before = drill.before
        report = await self.report(drills)
        return replace(report, took_s=anyio.current_time() - began_s)

    async def _refuse(self, drill: Drill, before: tuple[str, ...]) -> None:
        """Raises DrillError where a drill may not begin."""
        setting = self.plan.setting
        refuse_pending(self.journal)
        refuse_without_people(drill, self.actions, self.crew)
        if not self.during_show:
            await refuse_live(drill, self.plan.source, setting)
        await refuse_unsteady(drill, before, self.plan, self.look, during_show=self.during_show)

    async def _hold(self, drill: Drill) -> None:
        """Perform a drill. Raises DrillError where its programme is not good to begin with; nothing was changed then."""
        profile = self.plan.setting.profile
        at = datetime.now(UTC)
        journal = Journal(self.journal, drill.name, profile.room, at.strftime("%Y-%m-%dT%H:%M:%SZ"))
        rollback = Rollback(journal, self.actions)
        within = full_within(drill)
        self.undone = rollback.outcomes
        limit_s = deadline_s(drill, within, self.actions)
        async with self.open_eyes(far_end_of(profile), profile, self.crew, slate_of(profile)) as eyes:
            amiss = await _amiss(eyes)
            if amiss is None:
                performance = Performance(drill, within, profile, rollback, eyes, self.crew, limit_s)
                company = Company(performance)
                performance.heralds.append(company.tell_news)
                async with anyio.create_task_group() as beside:
                    beside.start_soon(company.run)
                    trace = await performance.run()
                    beside.cancel_scope.cancel()
                with suppress(DrillError):
                    await company.tell_news()
                self.held.append(Held(drill, at, trace, tuple(rollback.outcomes), performance.trouble))
        if amiss is not None:
            await self.crew.tell(Message(f"drill.told.{amiss}"))
            raise DrillError(Message("error.drill.programme", {"drill": drill.name, "cause": amiss}))

    async def report(self, drills: Sequence[Drill], *, is_stopped: bool = False) -> Report:
        """The times of all drills that were to be held, and the steady state of those that were, measured again.

        `is_stopped`: nothing is looked at any more, so that all but the times is unknown.
        """
        before = dict.fromkeys(name for held in self.held for name in held.drill.before)
        setting = self.plan.setting
        traces = {held.drill.name: held.trace for held in self.held}
        return await self.look(
            replace(
                self.plan,
                checks=(*DRILL_CHECKS, *chosen(tuple(before))),
                setting=replace(setting, profile=replace(setting.profile, drills=tuple(drills))),
                source=Told(self.plan.source, traces, is_stopped),
            )
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A source that knows how the drills went; everything else is looked at through the other one, until it is stopped."""

    other: Source
    traces: Mapping[str, DrillTrace]
    is_stopped: bool = False

    @property
    def name(self) -> str:
        """The other's."""
        return self.other.name

    @property
    def is_live(self) -> bool:
        """The other's."""
        return self.other.is_live

    async def acquire(self, request: Request) -> Sample:
        """A drill's trace, or what the other source has. Raises NotSeen, not-drilled for a drill that was not held."""
        if self.is_stopped and not isinstance(request, DrillRequest):
            raise NotSeen(Reason.FAILED)
        if not isinstance(request, DrillRequest):
            return await self.other.acquire(request)
        if request.name not in self.traces:
            raise NotSeen(Reason.NOT_DRILLED)
        return self.traces[request.name]


def by_harm(drills: Sequence[Drill]) -> tuple[Drill, ...]:
    """The drills in order of what they could leave behind, least first."""
    return tuple(sorted(drills, key=lambda drill: HARM.index(drill.covers)))


def far_end_of(profile: Profile) -> FarEnd:
    """What the viewer sees: as written, else OBS's programme, else somebody with the viewer's phone."""
    return profile.far_end or (FarEnd(obs="program") if profile.obs else FarEnd(person="phone"))


def slate_of(profile: Profile) -> Path | None:
    """The standby picture or video, where there is one."""
    content = profile.backup.content
    return place_of(content.file, profile.path) if content is not None and content.file is not None else None


def deadline_s(drill: Drill, within: Within, actions: Mapping[str, Action]) -> float:
    """The most a drill may take but for its undo: each step's own limit, and the waiting for what should be seen."""
    steps = sum(_limit_s(step, actions) for step in (*drill.fault, *drill.switch, *drill.restore))
    waits = sum(limit_s or 0.0 for limit_s in (within.detect_s, within.outage_s, within.restore_s))
    return min(MOST_S, steps + PATIENCE * waits + STEP_LIMIT_S)


def _limit_s(step: Step, actions: Mapping[str, Action]) -> float:
    return step.deadline_s or (BY_PERSON_S if actions[step.action].seen_by_person else STEP_LIMIT_S)


async def _amiss(eyes: Eyes) -> str | None:
    """Wait until the programme is good at the far end; what is wrong with it where it does not become so."""
    since_s = None
    with anyio.move_on_after(SETTLE_S):
        while since_s is None or eyes.now_s() - since_s < SETTLED_S:
            since_s = None if eyes.glance().cause is not None else eyes.now_s() if since_s is None else since_s
            await anyio.sleep(POLL_S)
        return None
    return eyes.glance().cause or "unsteady"
