"""Whether what is written about a drill fits its room: told before anything is touched, everything at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from rigcheck.drill_plan import Drill, Step
from rigcheck.drills.action import Action, DrillError
from rigcheck.errors import Exit
from rigcheck.model import Message
from rigcheck.obs_state import ObsState
from rigcheck.profile import Profile

OF_OBS = "obs_"
"""What the names of actions begin with that are done by OBS."""


class LintError(DrillError):
    """What is written about drills does not fit the room; `issues` say what, a line each."""

    exit_code = Exit.BAD_INPUT

    def __init__(self, issues: tuple[str, ...]) -> None:
        super().__init__(Message("error.drill.lint", {"n": len(issues), "issues": issues}))


def steps_of(drill: Drill) -> tuple[Step, ...]:
    """All of its steps, in their order."""
    return (*drill.fault, *drill.switch, *drill.restore)


def lint(
    drill: Drill, profile: Profile, actions: Mapping[str, Action], checks: Collection[str], obs: ObsState | None
) -> tuple[Message, ...]:
    """What is wrong with a drill. `checks` are the names that `before` may name; `obs` is what OBS said, if it did."""
    return (*_of_names(drill, profile, checks), *_of_steps(drill, profile, actions), *_of_obs(drill, obs))


def _of_names(drill: Drill, profile: Profile, checks: Collection[str]) -> Iterator[Message]:
    if [other.name for other in profile.drills].count(drill.name) > 1:
        yield Message("drill.lint.twice")
    if not (drill.fault or drill.switch):
        yield Message("drill.lint.empty")
    for name in drill.before:
        if name not in checks:
            yield Message("drill.lint.before", {"name": name, "hint": _like(name, checks)})


def _of_steps(drill: Drill, profile: Profile, actions: Mapping[str, Action]) -> Iterator[Message]:
    for step in steps_of(drill):
        action = actions.get(step.action)
        if action is None:
            yield Message("drill.lint.action", {"name": step.action, "hint": _like(step.action, actions)})
        else:
            yield from action.lint(step, profile)


def _of_obs(drill: Drill, obs: ObsState | None) -> Iterator[Message]:
    """Scenes and inputs that this OBS does not have."""
    if obs is None:
        return
    there = {"scene": obs.scenes, "input": tuple(each.name for each in obs.inputs)}
    for step in steps_of(drill):
        for kind, names in there.items():
            wanted = _wanted(step, kind)
            if wanted is not None and wanted not in names:
                yield Message(f"drill.lint.{kind}", {"name": wanted, "hint": _like(wanted, names)})


def _wanted(step: Step, kind: str) -> str | None:
    if not step.action.startswith(OF_OBS) or not isinstance(step.wants, Mapping):
        return None
    name = step.wants.get(kind)
    return name if isinstance(name, str) else None


def _like(name: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(get_close_matches(name, known, 1, 0.4))
