"""A line of this computer taken down and up again, for real: the cable that is pulled without anybody walking."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError, run_command, shown
from rigcheck.drills.lifeline import refuse_cutting
from rigcheck.drills.line_tool import commands_for, has_its_own, is_line_up, look_at_line
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.model import Message
from rigcheck.profile import Profile

DOWN, UP = "line_down", "line_up"
SETTLE_S = 8.0
"""Our own rule: a DHCP client that dropped its address with the line has it again within some seconds."""


@dataclass(frozen=True, slots=True)
class LineWants:
    """`line_down: main`: a line of the profile's network section."""

    line: str


def interface_of(step: Step, profile: Profile, line: str) -> str:
    """The interface of a line, if this computer has it. Raises DrillError."""
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    lines = profile.network.lines
    if line not in lines:
        raise DrillError(Message("error.drill.no-line", {"action": step.action, "line": line, "known": tuple(lines)}))
    interface = lines[line].interface
    if interface is None:
        raise DrillError(Message("error.drill.no-interface", {"action": step.action, "line": line}))
    is_off = sys.platform == "win32" and step.action == UP  # Windows does not list what is switched off
    if interface not in psutil.net_if_addrs() and not is_off:
        raise DrillError(Message("error.drill.interface-gone", {"line": line, "interface": interface}))
    return interface


@dataclass(slots=True)
class LineSwitch:
    """Take a line down, or bring it up. Undone, it is as it was, with the addresses and routes that it had."""

    name: str
    up: bool
    seen_by_person: bool = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """No such line, a line without an interface of its own, or an interface that is not there."""
        return faults_of(self._interface, step, profile)

    def changes(self, step: Step) -> Message:
        """Which line goes down or up."""
        line = read_wants(step, LineWants, "line").line
        if self.up:
            return Message("drill.line-up.changes", {"line": line})
        return Message("drill.line-down.changes", {"line": line})

    async def before(self, step: Step, profile: Profile) -> Record:
        """How the line is. Raises DrillError where it cannot be switched, or must not be cut."""
        interface = self._interface(step, profile)
        try:
            if not self.up:
                await refuse_cutting(interface)
            look = await look_at_line(interface)
        except CommandError as error:
            raise DrillError(Message("error.drill.command", {"error": str(error)})) from error
        return {"thing": f"line:{interface}", "interface": interface, "up": self.up, **look}

    async def do(self, record: Record) -> None:
        """Switch it; up again, it gets what it had before it went down."""
        first = record.get("first")
        await _run(first if self.up and first and first["was_up"] else record, up=self.up)

    async def undo(self, record: Record) -> None:
        """As it was. Raises CommandError."""
        if not await self.is_undone(record):
            await _run(record, up=record["was_up"])

    async def is_undone(self, record: Record) -> bool:
        """Whether it is switched as it was; a line that was up needs its addresses and routes, too."""
        if await is_line_up(record) != record["was_up"]:
            return False
        return not record["was_up"] or await has_its_own(record)

    def manual(self, record: Record) -> Message:
        """The very commands of the undo."""
        command = shown(commands_for(record, up=record["was_up"]))
        return Message("drill.command.manual", {"command": command})

    def _interface(self, step: Step, profile: Profile) -> str:
        return interface_of(step, profile, read_wants(step, LineWants, "line").line)


async def _run(record: Record, *, up: bool) -> None:
    """The switch itself, then what goes with it. A route has no neighbour before the line has its address again."""
    switch, *others = commands_for(record, up=up)
    await run_command(switch)
    until_s = anyio.current_time() + SETTLE_S
    for command in others:
        await _insist(command, until_s)


async def _insist(command: tuple[str, ...], until_s: float) -> None:
    while True:
        try:
            await run_command(command)
        except CommandError:
            if anyio.current_time() > until_s:
                raise
        else:
            return
        await anyio.sleep(0.25)
