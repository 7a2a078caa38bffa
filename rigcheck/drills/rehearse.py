"""A drill on dry land: the crew is walked through every step and timed, and nothing is touched."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import anyio

from rigcheck.drill_plan import Drill, Step
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.crew import Crew
from rigcheck.model import Message


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One step, as it was walked through: how long it took from the word to the confirmation, and the time it has."""

    drill: str
    phase: str  # fault, switch, restore
    what: Message
    who: str | None
    took_s: float
    deadline_s: float | None

    @property
    def is_in_time(self) -> bool:
        """Whether it was confirmed within its time; a step without any always is."""
        return self.deadline_s is None or self.took_s <= self.deadline_s


async def rehearse(drills: Sequence[Drill], actions: Mapping[str, Action], crew: Crew) -> tuple[Rehearsed, ...]:
    """Walk through the drills. Raises DrillError where nobody is there."""
    if not crew.is_there:
        raise DrillError(Message("error.drill.nobody", {"drill": drills[0].name}))
    walked: list[Rehearsed] = []
    for drill in drills:
        await crew.tell(Message("drill.rehearse.begin", {"drill": drill.name}))
        for phase, steps in (("fault", drill.fault), ("switch", drill.switch), ("restore", drill.restore)):
            if phase == "switch":
                await _cue(drill, crew)
            walked += [await _step(drill, phase, step, actions, crew) for step in steps]
    return tuple(walked)


async def _cue(drill: Drill, crew: Crew) -> None:
    """What the crew hears when the fault has been noticed."""
    for who, what in (drill.crew or {}).items():
        await crew.tell(Message("drill.crew", {"what": what}), who)
    if drill.notice:
        await crew.tell(Message("drill.notice", {"notice": drill.notice}))


async def _step(drill: Drill, phase: str, step: Step, actions: Mapping[str, Action], crew: Crew) -> Rehearsed:
    """Have it said, not done: a late answer is kept with its time, nobody is cut off."""
    what = actions[step.action].changes(step)
    began_s = anyio.current_time()
    await crew.tell(Message(f"drill.rehearse.{phase}", {"at": step.at}), step.who)
    await crew.ask(what, step.who)
    return Rehearsed(drill.name, phase, what, step.who, anyio.current_time() - began_s, step.deadline_s)
