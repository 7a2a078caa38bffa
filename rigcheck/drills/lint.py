"""Whether what is written about a drill fits its room: told before anything is touched, everything at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches

from rigcheck.drill_plan import Drill, Step
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.obs import ObsAction, role_of
from rigcheck.errors import Exit
from rigcheck.model import Message
from rigcheck.obs_state import ObsState
from rigcheck.profile import Profile

OF_OBS = "obs_"
"""What the names of actions begin with that are done by OBS."""

OF_COMPUTER = frozenset({"error.drill.no-program", "error.drill.no-tool", "error.drill.interface-gone"})
"""What is missing on this computer, and may be there on the room's."""


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
    """What is wrong with a drill. `checks` are the names that `before` may name; `obs` is what the main OBS said, if it did."""
    return (*_of_names(drill, checks), *_of_steps(drill, profile, actions), *_of_obs(drill, actions, obs))


def lint_writing(
    drill: Drill, profile: Profile, actions: Mapping[str, Action], checks: Collection[str]
) -> tuple[Message, ...]:
    """What is wrong with a drill on any computer."""
    return tuple(wrong for wrong in lint(drill, profile, actions, checks, None) if wrong.id not in OF_COMPUTER)


def _of_names(drill: Drill, checks: Collection[str]) -> Iterator[Message]:
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


def _of_obs(drill: Drill, actions: Mapping[str, Action], obs: ObsState | None) -> Iterator[Message]:
    """Scenes and inputs that the main OBS does not have; the spare one is asked when its step comes."""
    if obs is None:
        return
    there = {"scene": obs.scenes, "input": tuple(each.name for each in obs.inputs)}
    for step in steps_of(drill):
        wanted = _wanted(step, actions.get(step.action))
        for kind, names in there.items():
            if kind in wanted and wanted[kind] not in names:
                yield Message(f"drill.lint.{kind}", {"name": wanted[kind], "hint": _like(wanted[kind], names)})


def _wanted(step: Step, action: Action | None) -> dict[str, str]:
    """The names that a step of the main OBS has, by field; also of a bare text, which stands for one of them."""
    if not isinstance(action, ObsAction) or role_of(step) != "main":
        return {}
    said = step.wants if isinstance(step.wants, Mapping) else {action.short: step.wants}
    return {field: name for field, name in said.items() if isinstance(name, str)}


def _like(name: str, known: Collection[str]) -> tuple[str, ...]:
    return tuple(get_close_matches(name, known, 1, 0.4))
