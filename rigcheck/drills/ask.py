"""What no program can do: a person pulls the plug, and puts it in again."""

from __future__ import annotations

from dataclasses import dataclass

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError
from rigcheck.drills.crew import Crew
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.model import Message
from rigcheck.profile import Profile


@dataclass(frozen=True, slots=True)
class AskWants:
    """`ask: "Pull the HDMI cable of camera 1"`, or `{what: ..., undo: "Plug it in again"}`."""

    what: str
    undo: str | None = None


@dataclass(slots=True)
class Ask:
    """Have a person do something; undone, have the same person put it right and say so.

    A person's word is all there is here; that the programme is back is measured, like every drill's end.
    """

    crew: Crew
    name: str = "ask"
    seen_by_person: bool = True

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """Nothing to ask for."""
        return faults_of(_read, step, profile)

    def changes(self, step: Step) -> Message:
        """What is asked for."""
        return Message("drill.ask.changes", {"what": read_wants(step, AskWants, "what").what})

    async def before(self, step: Step, profile: Profile) -> Record:
        """Who is asked for what. Raises DrillError where nobody is there to be asked.

        A later step that asks for another one's undo is about the same thing.
        """
        wants = _read(step, profile)
        if not self.crew.is_there:
            raise DrillError(Message("error.drill.nobody-to-ask", {"what": wants.what}))
        thing = f"ask:{wants.undo or wants.what}"
        return {"thing": thing, "what": wants.what, "undo": wants.undo, "who": step.who, "at": step.at}

    async def do(self, record: Record) -> None:
        """Ask, and wait until it is confirmed."""
        await self.crew.ask(Message("drill.ask.please", {"what": record["what"], "at": record["at"]}), record["who"])

    async def undo(self, record: Record) -> None:
        """Ask for the undo, and wait until it is confirmed. Raises CommandError where nobody is there."""
        if not self.crew.is_there:
            raise CommandError("nobody is there to be asked")
        await self.crew.ask(_undo_of(record), record["who"])

    async def is_undone(self, record: Record) -> bool:
        """The person's word, which the undo has waited for."""
        del record
        return self.crew.is_there

    def manual(self, record: Record) -> Message:
        """What the person should do."""
        return _undo_of(record)


def _read(step: Step, profile: Profile) -> AskWants:
    del profile
    wants = read_wants(step, AskWants, "what")
    if not wants.what.strip() or (wants.undo is not None and not wants.undo.strip()):
        raise DrillError(Message("error.drill.wants", {"action": step.action, "field": "what"}))
    return wants


def _undo_of(record: Record) -> Message:
    if record["undo"] is None:
        return Message("drill.ask.as-it-was", {"what": record["what"], "at": record["at"]})
    return Message("drill.ask.undo", {"what": record["undo"], "at": record["at"]})
