"""The action of the relay: a fault on the encoder's way to the ingest, taken back by passing on again."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.relay_door import Door, State, find_doors
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.drills.wants import faults_of
from rigcheck.errors import NotSeen
from rigcheck.model import Message
from rigcheck.profile import Profile


class RelayAction:
    """`relay: cut`, `{mode: delay, ms: 500}`, `{mode: throttle, kbps: 800}`; `listen` where several relays run."""

    name = "relay"
    seen_by_person = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """What is wrong with the words of this step; whether a relay runs is seen when the drill begins."""
        return faults_of(lambda step, _: _way(step), step, profile)

    def changes(self, step: Step) -> Message:
        """What the encoder and the ingest will notice."""
        way = _way(step)
        said = {"ms": way.delay_ms, "kbps": way.kbps, "listen": _listen(step)}
        return Message(f"drill.relay.{way.mode}", said)

    async def before(self, step: Step, profile: Profile) -> Record:
        """The relay as it is. Raises DrillError where none runs, or nothing flows that could be disturbed."""
        del profile
        way = _way(step)
        door, state = await _find(_listen(step))
        if way != PASS and state.way == PASS and not state.links:
            raise DrillError(Message("error.drill.relay-idle", {"listen": door.listen}))
        return {
            "thing": f"relay {door.listen}",
            "listen": door.listen,
            "to": door.to,
            "way": way.plain(),
            "was": state.way.plain(),
        }

    async def do(self, record: Record) -> None:
        """Pass on as the step wants."""
        await _turn(record, "way")

    async def undo(self, record: Record) -> None:
        """Pass on as before."""
        await _turn(record, "was")

    async def is_undone(self, record: Record) -> bool:
        """Whether it passes on as before."""
        _, state = await _find(record["listen"])
        return state.way == Way.read(record["was"])

    def manual(self, record: Record) -> Message:
        """A relay that is started anew passes everything on."""
        return Message("drill.relay.manual", {"listen": record["listen"], "to": record["to"]})


RELAY = RelayAction()


def _way(step: Step) -> Way:
    """What the step wants. Raises DrillError."""
    wants = step.wants
    said = {word: value for word, value in wants.items() if word != "listen"} if isinstance(wants, Mapping) else wants
    try:
        return Way.read(said)
    except ValueError as error:
        raise DrillError(Message("error.drill.relay-wants")) from error


def _listen(step: Step) -> str | None:
    found = step.wants.get("listen") if isinstance(step.wants, Mapping) else None
    return None if found is None else str(found)


async def _turn(record: Record, word: str) -> None:
    door, _ = await _find(record["listen"])
    await _ask(door, Way.read(record[word]))


async def _find(listen: str | None) -> tuple[Door, State]:
    """The relay that listens there, the only one where nobody says. Raises DrillError."""
    doors = [door for door in find_doors() if listen in (None, door.listen)]
    found = [(door, state) for door in doors if (state := await _asked(door))]
    if not found:
        raise DrillError(Message("error.drill.relay-absent", {"listen": listen}))
    if len(found) > 1:
        known = tuple(door.listen for door, _ in found)
        raise DrillError(Message("error.drill.relay-several", {"known": known}))
    return found[0]


async def _asked(door: Door) -> State | None:
    try:
        return await door.ask()
    except NotSeen:  # its file outlived it
        return None


async def _ask(door: Door, way: Way) -> None:
    try:
        await door.ask(way)
    except NotSeen as fault:
        raise DrillError(Message("error.drill.relay-absent", {"listen": door.listen})) from fault
