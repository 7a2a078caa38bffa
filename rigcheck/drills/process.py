"""A program that hangs all of a sudden: one process of this computer, stopped where it is, and let go on again."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio.to_thread

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError
from rigcheck.drills.lifeline import remote_sessions
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.model import Message, Params
from rigcheck.profile import Profile

if TYPE_CHECKING:
    import psutil

_SYSTEM = frozenset({0, 1, 2, 4})
"""The idle task, init (launchd), Linux's kernel threads' parent, Windows' System."""
_BORN = 19  # field 22 of /proc/PID/stat, counted after the name
Told = TypeVar("Told")


@dataclass(frozen=True, slots=True)
class ProcessWants:
    """`process_stop: obs64.exe`, or `{name: ffmpeg, pid: 4711}` where several have the name."""

    name: str
    pid: int | None = None


@dataclass(slots=True)
class ProcessSwitch:
    """Stop a process (SIGSTOP, on Windows all its threads), or let it go on. Undone, it runs (or stands) as before."""

    name: str
    stop: bool
    seen_by_person: bool = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """No name. Whether the program runs is seen when the drill does: the show's may be started for it."""
        return faults_of(_read, step, profile)

    def changes(self, step: Step) -> Message:
        """Which program stands still, or goes on."""
        name = read_wants(step, ProcessWants, "name").name
        if self.stop:
            return Message("drill.process-stop.changes", {"name": name})
        return Message("drill.process-continue.changes", {"name": name})

    async def before(self, step: Step, profile: Profile) -> Record:
        """The process by its name, number and birth, so that no other is ever taken for it. Raises DrillError."""
        return await anyio.to_thread.run_sync(self._look, step, profile)

    async def do(self, record: Record) -> None:
        """Stop it, or let it go on."""
        await _told(lambda: _switch(record, stop=record["stop"]))

    async def undo(self, record: Record) -> None:
        """As it was. Raises CommandError where the process has ended and nobody has started another of its name."""
        if not await self.is_undone(record):
            await _told(lambda: _switch(record, stop=record["was_stopped"]))

    async def is_undone(self, record: Record) -> bool:
        """Whether it is as it was; of a process that has ended, whether another of its name runs in its place."""
        return await _told(lambda: _is_as_it_was(record))

    def manual(self, record: Record) -> Message:
        """The very command, and what to do where the process has ended."""
        what = {"name": record["name"], "pid": record["pid"]}
        if sys.platform == "win32":
            return Message("drill.process.manual-windows", what)
        word = "STOP" if record["was_stopped"] else "CONT"
        return Message("drill.process.manual", {**what, "command": f"kill -{word} {record['pid']}"})

    def _look(self, step: Step, profile: Profile) -> Record:
        import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

        wants = _read(step, profile)
        process = _only_one(wants)
        try:
            _refuse(process)
            born, name = _birth(process), process.name()
            was_stopped = process.status() == psutil.STATUS_STOPPED
        except psutil.NoSuchProcess:
            raise DrillError(Message("error.drill.no-process", {"name": wants.name})) from None
        what = {"name": name, "pid": process.pid, "born": born}
        return {"thing": f"process:{process.pid}:{born}", **what, "stop": self.stop, "was_stopped": was_stopped}


def _read(step: Step, profile: Profile) -> ProcessWants:
    del profile
    return read_wants(step, ProcessWants, "name")


def _only_one(wants: ProcessWants) -> psutil.Process:
    """The one process of exactly this name (Windows: in any case)."""
    found = [each for each in _named(wants.name) if wants.pid in (None, each.pid)]
    if not found:
        raise DrillError(Message("error.drill.no-process", {"name": wants.name, "pid": wants.pid}))
    if len(found) > 1:
        pids = tuple(str(each.pid) for each in found)
        raise DrillError(Message("error.drill.many-processes", {"name": wants.name, "pids": pids}))
    return found[0]


def _named(name: str) -> list[psutil.Process]:
    import psutil  # noqa: PLC0415 - likewise

    fold = str.lower if sys.platform == "win32" else str
    gone = (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)
    listed = psutil.process_iter(["name", "status"])
    return [p for p in listed if fold(p.info["name"] or "") == fold(name) and p.info["status"] not in gone]


def _refuse(process: psutil.Process) -> None:
    """Neither ourselves nor what we run in, nor the system, nor what somebody sits here by. Raises DrillError."""
    import psutil  # noqa: PLC0415 - likewise

    name, pid = process.name(), process.pid
    what: Params = {"name": name, "pid": pid}
    ours = {os.getpid(), *(parent.pid for parent in psutil.Process().parents())}
    if process.pid in _SYSTEM | ours or _is_kernels(process):
        raise DrillError(Message("error.drill.own-process", what))
    if process.pid in {session.pid for session in remote_sessions()}:
        raise DrillError(Message("error.drill.remote-process", what))
    if sys.platform != "win32":
        try:
            os.kill(process.pid, 0)
        except PermissionError:
            raise DrillError(Message("error.drill.no-rights", {"what": f"{name} ({pid})"})) from None
        except ProcessLookupError:
            raise DrillError(Message("error.drill.no-process", what)) from None


def _is_kernels(process: psutil.Process) -> bool:
    """Whether it is one of Linux's kernel threads: children of number 2."""
    return sys.platform == "linux" and process.ppid() == 2  # noqa: PLR2004 - kthreadd's number


def _birth(process: psutil.Process) -> str:
    """When it began, in a form that does not change with the clock: of Linux, ticks since the system came up."""
    if sys.platform != "linux":
        return f"{process.create_time():.2f}"
    try:
        stat = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[_BORN]


def _same(record: Record) -> psutil.Process | None:
    """The process of the record; None where it has ended, whoever has its number now."""
    import psutil  # noqa: PLC0415 - likewise

    try:
        process = psutil.Process(record["pid"])
        is_it = _birth(process) == record["born"] and process.name() == record["name"]
        return process if is_it and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _switch(record: Record, *, stop: bool) -> None:
    process = _same(record)
    if process is None:
        raise CommandError(f"{record['name']} ({record['pid']}) has ended")
    if stop:
        process.suspend()
    else:
        process.resume()


def _is_as_it_was(record: Record) -> bool:
    import psutil  # noqa: PLC0415 - likewise

    process = _same(record)
    if process is not None:
        return bool((process.status() == psutil.STATUS_STOPPED) == record["was_stopped"])
    return any(each.info["status"] != psutil.STATUS_STOPPED for each in _named(record["name"]))


async def _told(look: Callable[[], Told]) -> Told:
    """In a thread; what the system refuses is told as a CommandError."""
    import psutil  # noqa: PLC0415 - likewise

    try:
        return await anyio.to_thread.run_sync(look)
    except psutil.Error as error:
        raise CommandError(str(error)) from error
