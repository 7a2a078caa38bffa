"""A drill from its fault to its end: steps in order, the stopwatch's marks, and the undo on every way out."""

from __future__ import annotations

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anyio

from rigcheck.drill_plan import Drill, Step, Within
from rigcheck.drills.action import DrillError
from rigcheck.drills.command import CommandError
from rigcheck.drills.crew import Crew
from rigcheck.drills.eyes import Eyes
from rigcheck.drills.rollback import Rollback
from rigcheck.errors import NotSeen
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.viewer_state import DrillTrace, Ended

STEP_LIMIT_S = 30.0
"""Our own rule: a machine's step that takes longer hangs. People have until the drill's own deadline."""
PATIENCE = 2.0
"""Our own rule: what has not happened in twice the time it should take is written down as not happened."""
POLL_S = 0.02


@dataclass(slots=True)
class Performance:
    """One drill that is being performed. `within` has all its targets; `deadline_s` bounds everything but the undo."""

    drill: Drill
    within: Within
    profile: Profile
    rollback: Rollback
    eyes: Eyes
    crew: Crew
    deadline_s: float
    marks: dict[str, float] = field(default_factory=dict)
    trouble: Message | None = None  # why it failed
    heralds: list[Callable[[], Awaitable[None]]] = field(
        default_factory=list
    )  # tell what was seen, before what is to be done
    _acting: anyio.CancelScope | None = None
    _stopped: str = ""

    def stop(self, why: str) -> None:
        """End it before its time; it is undone, and its trace says why."""
        self._stopped = why
        if self._acting is not None:
            self._acting.cancel()

    async def run(self) -> DrillTrace:
        """Perform it, undo it, and look until the programme is back.

        Cancelling undoes and passes on; everything else that goes wrong is told in the trace.
        """
        ended: Ended = "done"
        why = ""
        try:
            with anyio.fail_after(self.deadline_s) as self._acting:
                async with self.rollback:
                    try:
                        await self._act()
                    finally:  # where no step of the drill's own began the way back, the undo does
                        self._mark("restore")
        except TimeoutError:
            ended, why = "deadline", f"{self.deadline_s:g} s"
        except (DrillError, NotSeen, OSError) as error:
            self.trouble = _said(error)
            ended, why = "failed", self.trouble.id
        ended, why = ("stopped", self._stopped) if self._stopped else (ended, why)
        self._mark("undone")
        with contextlib.suppress(DrillError):  # eyes that failed see no end of it either
            await self._until(self._is_well, self.within.restore_s)
        left = tuple(undone.action for undone in self.rollback.outcomes if not undone.worked)
        seen, taps = self.eyes.trace(), self.eyes.taps()
        return DrillTrace(seen, dict(self.marks), taps, ended=ended, why=why, left=left)

    async def _act(self) -> None:
        await self._steps("fault", self.drill.fault)
        await self._until(self._is_ill, self.within.detect_s)
        for tell_news in self.heralds:
            await tell_news()
        for who, what in (self.drill.crew or {}).items():
            await self.crew.tell(Message("drill.crew", {"what": what}), who)
        if self.drill.notice:
            await self.crew.tell(Message("drill.notice", {"notice": self.drill.notice}))
        await self._steps("switch", self.drill.switch)
        await self._until(self._is_well, self.within.outage_s)
        await self._steps("restore", self.drill.restore)
        if self.drill.restore:  # else the undo is the way back
            await self._until(self._is_well, self.within.restore_s)

    async def _steps(self, phase: str, steps: tuple[Step, ...]) -> None:
        """A phase's mark is when its first deed was done; of a person's fault, when it was seen."""
        if not steps:
            return
        seen = phase == "fault" and self.rollback.actions[steps[0].action].seen_by_person
        if not seen:
            self._mark(phase)
        for step in steps:
            await self._step(step)
        if seen:
            await self._until(self._is_ill, self.within.detect_s)
            self._mark(phase)
        self._mark(f"{phase}_end")

    async def _step(self, step: Step) -> None:
        action = self.rollback.actions[step.action]
        limit_s = step.deadline_s or (None if action.seen_by_person else STEP_LIMIT_S)
        if step.who and not action.seen_by_person:
            await self.crew.tell(action.changes(step), step.who)
        with anyio.move_on_after(limit_s) as scope:
            await self.rollback.do(step, self.profile)
        if scope.cancelled_caught:
            raise DrillError(Message("error.drill.step-late", {"action": step.action, "limit_s": limit_s}))

    async def _until(self, happened: Callable[[], bool], target_s: float | None) -> bool:
        """Wait for what should happen within `target_s`; whether it did. That it did not is no reason to stop."""
        with anyio.move_on_after(PATIENCE * (target_s or 0.0)):
            while not happened():  # noqa: ASYNC110 - frames come from another thread, which sets no event of this loop
                await anyio.sleep(POLL_S)
        return happened()

    def _is_ill(self) -> bool:
        return self.eyes.glance().cause is not None

    def _is_well(self) -> bool:
        return self.eyes.glance().cause is None

    def _mark(self, name: str) -> None:
        self.marks.setdefault(name, self.eyes.now_s())


def _said(error: DrillError | NotSeen | OSError) -> Message:
    if isinstance(error, DrillError):
        return error.message
    if isinstance(error, NotSeen):
        return Message(f"reason.{error.reason}", error.params)
    if isinstance(error, CommandError):
        return Message("error.drill.command", {"error": str(error)})
    return Message("error.drill.journal-unwritable", {"error": error.strerror or str(error)})
