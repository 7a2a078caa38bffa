"""A line that is slow all of a sudden: what it sends is held to a rate by Linux's own shaper (tc, tbf)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Le

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError, find_tool, run_command, shown
from rigcheck.drills.line import LineWants, interface_of
from rigcheck.drills.line_tool import may_change_lines
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.model import Message
from rigcheck.profile import Profile

HANDLE = "7d17:"
"""Our own mark on a shaper: one that somebody else has set is never touched."""
LATENCY_MS = 200
"""Our own rule: as much waits as in a modem that is overrun; more is bufferbloat, which is another fault."""
_NONE = "0:"  # the handle of what the kernel gives an interface by itself


@dataclass(frozen=True, slots=True)
class LimitWants:
    """`line_limit: {line: main, kbps: 1500}`: what the line may send from now on, in 1000 bit/s."""

    line: str
    kbps: Annotated[int, Ge(64), Le(10_000_000)]


@dataclass(slots=True)
class LineLimit:
    """Hold a line to a rate, or let it go again. Undone, nothing of ours shapes it."""

    name: str
    on: bool
    seen_by_person: bool = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """No such line or interface, no rate, no tc."""
        return faults_of(self._wants, step, profile)

    def changes(self, step: Step) -> Message:
        """Which line is held to what."""
        if not self.on:
            return Message("drill.line-unlimit.changes", {"line": read_wants(step, LineWants, "line").line})
        wants = read_wants(step, LimitWants)
        return Message("drill.line-limit.changes", {"line": wants.line, "kbps": wants.kbps})

    async def before(self, step: Step, profile: Profile) -> Record:
        """Raises DrillError where somebody else shapes the line already, or we must not."""
        interface, kbps = self._wants(step, profile)
        if not may_change_lines():
            raise DrillError(Message("error.drill.no-rights", {"what": interface}))
        try:
            shaper = await _shaper(interface)
        except CommandError as error:
            raise DrillError(Message("error.drill.command", {"error": str(error)})) from error
        if self.on and shaper not in (_NONE, HANDLE):
            raise DrillError(Message("error.drill.shaped", {"interface": interface}))
        return {"thing": f"rate:{interface}", "interface": interface, "kbps": kbps, "was": shaper}

    async def do(self, record: Record) -> None:
        """Hold it, or let it go."""
        if record["kbps"] is None:
            await _let_go(record["interface"])
        else:
            await run_command(_hold(record["interface"], record["kbps"]))

    async def undo(self, record: Record) -> None:
        """Let it go. Raises CommandError, also where the interface is gone."""
        await _let_go(record["interface"])

    async def is_undone(self, record: Record) -> bool:
        """Whether no shaper of ours is left."""
        return await _shaper(record["interface"]) != HANDLE

    def manual(self, record: Record) -> Message:
        """The very command of the undo."""
        return Message("drill.command.manual", {"command": shown([_free(record["interface"])])})

    def _wants(self, step: Step, profile: Profile) -> tuple[str, int | None]:
        wants = read_wants(step, LimitWants) if self.on else read_wants(step, LineWants, "line")
        interface = interface_of(step, profile, wants.line)
        if find_tool("tc") is None:
            raise DrillError(Message("error.drill.no-tool", {"tool": "tc", "what": self.name}))
        return interface, wants.kbps if isinstance(wants, LimitWants) else None


def _hold(interface: str, kbps: int) -> tuple[str, ...]:
    """Its bucket has 10 ms of the rate, and never less than tc's usual 32 kB: one packet has to fit in."""
    bucket = max(32 * 1024, kbps * 1000 // 8 // 100)
    limits = ("rate", f"{kbps}kbit", "burst", str(bucket), "latency", f"{LATENCY_MS}ms")
    return ("tc", "qdisc", "replace", "dev", interface, "root", "handle", HANDLE, "tbf", *limits)


def _free(interface: str) -> tuple[str, ...]:
    return ("tc", "qdisc", "delete", "dev", interface, "root", "handle", HANDLE)


async def _let_go(interface: str) -> None:
    if await _shaper(interface) == HANDLE:
        await run_command(_free(interface))


async def _shaper(interface: str) -> str:
    """The handle of the interface's root qdisc: `0:` where it is the kernel's own. Raises CommandError."""
    listed = json.loads(await run_command(["tc", "-j", "qdisc", "show", "dev", interface]) or "[]")
    roots = [each["handle"] for each in listed if each.get("root")]
    return roots[0] if roots else _NONE
