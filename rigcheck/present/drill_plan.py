"""Drills before they are held: the room's list with how each went before, and the plan of one.

JSON of the list: {"schema": 1, "rigcheck", "command": "drill list", "room", "drills": [{"name", "covers", "held", "last":
{"at", "operator", "status", "outage_s"} | null, "best_s", "median_s", "goes"}]}. Of a plan: {..., "command": "drill plan",
"name", "covers", "before", "steps": [{"phase", "action", "who", "at", "deadline_s", "text"}], "within": {...}, "wrong": [text]}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rigcheck import __version__
from rigcheck.drill_plan import Drill, Step, full_within
from rigcheck.drill_state import Drilled
from rigcheck.drills.action import Action
from rigcheck.drills.history import trend_of
from rigcheck.i18n import Catalogue
from rigcheck.metrics import DRILL_OUTAGE
from rigcheck.model import Message
from rigcheck.present import Look
from rigcheck.present.fit import GAP, pad, wrap
from rigcheck.present.json import SCHEMA, json_text, utc_text
from rigcheck.present.page import STYLES, Line, paint
from rigcheck.present.wording import person_text, value_text
from rigcheck.profile import Profile

LABEL, NAME, KIND = 11, 20, 12
WITHIN = ("detect_s", "switch_s", "outage_s", "restore_s")


def list_table(profile: Profile, drilled: Sequence[Drilled], words: Catalogue, look: Look) -> str:
    """A drill a line or two: its name, its kind, and how it went."""
    lines: list[Line] = []
    for drill in profile.drills:
        mine = [each for each in drilled if each.drill == drill.name]
        head = pad(drill.name, NAME) + GAP + pad(words.text(f"drill.covers.{drill.covers}"), KIND) + GAP
        first, *rest = wrap(_history(mine, words), max(20, look.width - NAME - KIND - 2 * len(GAP)))
        style = STYLES[mine[-1].status] if mine else "dim"
        lines += [
            ((head, ""), (first, style)),
            *(((" " * len(GAP + GAP + " " * (NAME + KIND)) + line, ""),) for line in rest),
        ]
    return paint(lines or [((words.text("drill.list.none"), ""),)], color=look.color)


def _history(mine: Sequence[Drilled], words: Catalogue) -> str:
    if not mine:
        return words.text("drill.list.never")
    last, trend = mine[-1], trend_of(mine)
    outage = value_text(DRILL_OUTAGE, last.outage_s, words) if last.outage_s is not None else None
    status = words.text(f"status.{last.status}")
    at = f"{last.at.astimezone():%Y-%m-%d %H:%M}"
    told = [words.text("drill.list.last", {"at": at, "who": last.operator, "status": status, "outage": outage})]
    if trend is not None and trend.n > 1:
        best, usual = (value_text(DRILL_OUTAGE, s, words) for s in (trend.best_s, trend.median_s))
        goes = words.text(f"drill.list.{trend.goes}") if trend.goes else None
        told.append(words.text("drill.list.trend", {"n": trend.n, "best": best, "median": usual, "goes": goes}))
    return words.text("join.facts").join(told)


def list_json(profile: Profile, drilled: Sequence[Drilled]) -> str:
    """One object (above)."""
    rows = [_row(drill, [each for each in drilled if each.drill == drill.name]) for drill in profile.drills]
    return json_text({**_head("drill list"), "room": profile.room, "drills": rows})


def _row(drill: Drill, mine: Sequence[Drilled]) -> dict[str, Any]:
    trend = trend_of(mine)
    last = mine[-1] if mine else None
    told = (
        {"at": utc_text(last.at), "operator": last.operator, "status": last.status, "outage_s": last.outage_s}
        if last
        else None
    )
    return {
        "name": drill.name,
        "covers": drill.covers,
        "held": len(mine),
        "last": told,
        "best_s": trend.best_s if trend else None,
        "median_s": trend.median_s if trend else None,
        "goes": trend.goes if trend else None,
    }


def _head(command: str) -> dict[str, Any]:
    return {"schema": SCHEMA, "rigcheck": __version__, "command": command}


def phases(drill: Drill) -> Iterator[tuple[str, Step]]:
    """Every step with its phase."""
    for phase, steps in (("fault", drill.fault), ("switch", drill.switch), ("restore", drill.restore)):
        yield from ((phase, step) for step in steps)


def step_text(step: Step, actions: Mapping[str, Action], words: Catalogue) -> str:
    """What a step changes and how that is undone; of an unknown action its name."""
    action = actions.get(step.action)
    if action is None:
        return step.action
    change = action.changes(step)
    return words.text(change.id, change.params)


def plan_table(
    drill: Drill, actions: Mapping[str, Action], wrong: Sequence[Message], words: Catalogue, look: Look
) -> str:
    """Everything a drill would do, in order, and what is wrong with it; `wrong` first."""
    covers = words.text(f"drill.covers.{drill.covers}")
    lines: list[Line] = [((drill.name, "bold"), (f"   {covers}", ""))]
    for each in wrong:
        lines += _labelled(words.text("drill.plan.wrong"), words.text(each.id, each.params), look, "bold red")
    if drill.before:
        lines += _labelled(words.text("drill.plan.before"), words.listed(drill.before), look)
    for number, (phase, step) in enumerate(() if wrong else phases(drill), 1):
        label = f"{number} {words.text(f'drill.plan.{phase}')}"
        lines += _labelled(label, _step(step, actions, words), look)
    lines += _labelled(words.text("drill.plan.within"), _within(drill, words), look)
    for who, what in (drill.crew or {}).items():
        lines += _labelled(
            words.text("drill.plan.crew"),
            words.text("drill.plan.said", {"who": person_text(who, words), "what": what}),
            look,
        )
    if drill.notice:
        lines += _labelled(words.text("drill.plan.notice"), drill.notice, look)
    return paint([*lines, ((words.text("drill.plan.nothing"), "dim"),)], color=look.color)


def _step(step: Step, actions: Mapping[str, Action], words: Catalogue) -> str:
    who = person_text(step.who, words) if step.who else None
    facts = {"who": who, "at": step.at, "limit_s": step.deadline_s, "what": step_text(step, actions, words)}
    return words.text("drill.plan.step", facts)


def _within(drill: Drill, words: Catalogue) -> str:
    within = full_within(drill)
    return words.text("join.facts").join(
        words.text(
            "drill.plan.target",
            {"name": words.text(f"drill.{name.removesuffix('_s')}.name"), "s": getattr(within, name)},
        )
        for name in WITHIN
    )


def _labelled(label: str, text: str, look: Look, style: str = "dim") -> list[Line]:
    first = pad(label, LABEL) + " "
    lines = wrap(text, max(20, look.width - LABEL - 1))
    return [((first if at == 0 else " " * (LABEL + 1), style), (line, "")) for at, line in enumerate(lines)]


def plan_json(drill: Drill, actions: Mapping[str, Action], wrong: Sequence[Message], words: Catalogue) -> str:
    """One object (above)."""
    steps = [
        {
            "phase": phase,
            "action": step.action,
            "who": step.who,
            "at": step.at,
            "deadline_s": step.deadline_s,
            "text": None if wrong else step_text(step, actions, words),
        }
        for phase, step in phases(drill)
    ]
    about = {"name": drill.name, "covers": drill.covers, "before": list(drill.before), "steps": steps}
    told = [words.text(each.id, each.params) for each in wrong]
    return json_text({**_head("drill plan"), **about, "within": asdict(full_within(drill)), "wrong": told})
