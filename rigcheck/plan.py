"""What a run is to do: which check on which device, what to ask, and what is left out because the stage lacks it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from rigcheck.check import Check, Source
from rigcheck.errors import NotSeen
from rigcheck.model import Limit, Measurement, Need, Reason, Stage
from rigcheck.pair import Pair
from rigcheck.profile import Setting
from rigcheck.samples import Request, Sample

PRESENT = {
    Stage.ROOM: frozenset({Need.QUIET, Need.TIME}),
    Stage.HOST: frozenset({Need.HOST, Need.LIGHTS, Need.QUIET, Need.TIME}),
    Stage.GO: frozenset({Need.HOST, Need.LIGHTS}),
}
"""What each stage has to offer."""
Outcome = Sample | NotSeen
Answer = Outcome | Pair


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
    again: datetime | None = None  # only what was not ok then
    only: frozenset[tuple[str, str]] | None = None  # of the checks those on these devices; None: on all that there are
    watchers: tuple[Watcher, ...] = ()


@dataclass(frozen=True, slots=True)
class Task:
    """A check on one device: either a request, or the reason why nothing is asked."""

    check: Check
    device: str
    request: Request
    skip: Reason | None = None


Measured = tuple[Measurement, ...] | NotSeen


def plan_tasks(plan: Run) -> list[Task]:
    """Every check on every device it is meant for, with what to ask or why not."""
    present = PRESENT[plan.setting.stage]
    return [
        Task(check, name, check.ask(plan.setting, name), _lacking(check.needs - present))
        for check in plan.checks
        for name in plan.setting.names(check.section)
        if plan.only is None or (check.id, name) in plan.only
    ]


def _lacking(needs: Iterable[Need]) -> Reason | None:
    lacking = sorted(needs)
    return Reason(f"needs-{lacking[0]}") if lacking else None
