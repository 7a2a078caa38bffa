"""Any other deed: a program of the room's own with the program that undoes it. Argv lists, time limits, no shell."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from shutil import which
from typing import Annotated

from annotated_types import Gt, Le

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError, run_silently, shown
from rigcheck.drills.perform import STEP_LIMIT_S
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.model import Message
from rigcheck.profile import Profile

CHECK_LIMIT_S = 5.0
UNDO_LIMIT_S = 10.0
"""Our own rule: it has to fit, with its check before and after, into the time that any undo has."""


@dataclass(frozen=True, slots=True)
class RunWants:
    """`run: {argv: [...], undo: [...]}`.

    `undo` may run twice, and after a deed that never came to be: it has to be one that does no harm then. `check` ends
    with 0 where all is as it was; without one, the undo's own exit code is all there is.
    """

    argv: tuple[str, ...]
    undo: tuple[str, ...]
    check: tuple[str, ...] | None = None
    limit_s: Annotated[float, Gt(0), Le(300)] = 10.0


class Run:
    """Run a program; undone, run another one."""

    name = "run"
    seen_by_person = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """No argv, no undo, a program that is not there, or one that may take longer than its step."""
        return faults_of(_refuse_too_long, step, profile)

    def changes(self, step: Step) -> Message:
        """Both commands, as typed."""
        wants = read_wants(step, RunWants)
        return Message("drill.run.changes", {"command": shown([wants.argv]), "undo": shown([wants.undo])})

    async def before(self, step: Step, profile: Profile) -> Record:
        """The programs by their full paths, and the folder they run in: the undo may come from elsewhere."""
        wants = _read(step, profile)
        check = [*wants.check] if wants.check else None
        commands = {"argv": [*wants.argv], "undo": [*wants.undo], "check": check}
        thing = f"run:{shown([wants.undo])}"
        return {"thing": thing, **commands, "limit_s": wants.limit_s, "folder": str(Path.cwd())}

    async def do(self, record: Record) -> None:
        """Run it. Raises CommandError where it fails or takes too long."""
        await _run(record, "argv", record["limit_s"])

    async def undo(self, record: Record) -> None:
        """Run the other one, unless the check says that there is nothing to undo. Raises CommandError."""
        if record["check"] is None or not await self.is_undone(record):
            await _run(record, "undo", UNDO_LIMIT_S)

    async def is_undone(self, record: Record) -> bool:
        """What the check says; without one, the undo has told by its exit code."""
        if record["check"] is None:
            return True
        return await run_silently(record["check"], CHECK_LIMIT_S, record["folder"]) == 0

    def manual(self, record: Record) -> Message:
        """The very command of the undo."""
        return Message("drill.command.manual", {"command": shown([record["undo"]])})


def _read(step: Step, profile: Profile) -> RunWants:
    del profile
    wants = _words(step)
    check = None if wants.check is None else _with_path(wants.check)
    argv, undo = _with_path(wants.argv), _with_path(wants.undo)
    return RunWants(argv, undo, check, wants.limit_s)


def _refuse_too_long(step: Step, profile: Profile) -> None:
    wants, has_s = _words(step), step.deadline_s or STEP_LIMIT_S
    if wants.limit_s > has_s:
        raise DrillError(Message("error.drill.run-late", {"limit_s": wants.limit_s, "has_s": has_s}))
    _read(step, profile)


def _words(step: Step) -> RunWants:
    """What is written, whatever programs this computer has."""
    wants = read_wants(step, RunWants)
    for field in ("argv", "undo", "check"):
        if getattr(wants, field) == ():
            raise DrillError(Message("error.drill.wants", {"action": step.action, "field": field}))
    return wants


def _with_path(argv: tuple[str, ...]) -> tuple[str, ...]:
    found = which(argv[0])
    if found is None:
        raise DrillError(Message("error.drill.no-program", {"program": argv[0]}))
    return (str(Path(found).absolute()), *argv[1:])


async def _run(record: Record, which_one: str, limit_s: float) -> None:
    code = await run_silently(record[which_one], limit_s, record["folder"])
    if code:
        raise CommandError(f"{shown([record[which_one]])}: exit code {code}")
