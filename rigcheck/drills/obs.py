"""One kind of deed for everything that can be read and set in an OBS: look how it is, set it, look, and set it back."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, Literal, Protocol, TypeVar, cast

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.errors import NotSeen
from rigcheck.model import Message, Reason
from rigcheck.profile import ObsPc, Profile, Secret
from rigcheck.samples import ObsAddress
from rigcheck.sources.obs_client import ObsClient, connect, plain_url

State = Any
"""How a thing in OBS is, as plain JSON data."""
Wants_contra = TypeVar("Wants_contra", contravariant=True)
SETTLE_S = 6.0
"""Our own rule: what OBS has not done by then it will not do."""
POLL_S = 0.03


class Thing(Protocol[Wants_contra]):
    """Something in an OBS that can be looked at and set."""

    async def find(self, obs: ObsClient, wants: Wants_contra, profile: Profile) -> Record:
        """Which one it is (`thing`: its name), as `look` and `put` need it. Raises DrillError, or NotSeen from OBS."""
        ...

    async def look(self, obs: ObsClient, record: Record) -> State:
        """How it is now."""
        ...

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Set it; OBS may take a moment. `doing` is in the record of a deed, not of an undo."""
        ...

    def goal(self, record: Record) -> State:
        """How the deed wants it: from the record, whose `was` is how it is now."""
        ...

    def manual(self, record: Record) -> Message:
        """How a person sets it back in OBS's own window."""
        ...


@dataclasses.dataclass(slots=True)
class ObsAction:
    """An action on a thing in the OBS that `at` names (obs.main, obs.spare), else in the main one."""

    name: str
    wants: type[Any]
    short: str
    thing: Thing[Any]
    seen_by_person: bool = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """Words that do not fit, or no OBS in the profile. Whether OBS has the names is seen with it at hand."""
        return (*faults_of(obs_of, step, profile), *faults_of(self._words, step, profile))

    def changes(self, step: Step) -> Message:
        """What viewers, or OBS's operator, will notice."""
        said = dataclasses.asdict(read_wants(step, self.wants, self.short))
        return Message(".".join(("drill", self.name, said.get("do", "changes"))), said)

    async def before(self, step: Step, profile: Profile) -> Record:
        """How it is now. Raises DrillError where OBS does not answer or does not have it."""
        pc, wants = self._read(step, profile)
        password = pc.password.ref if pc.password else None
        where = {"url": pc.url, "password": password, "wants": dataclasses.asdict(wants)}
        async with talk(where) as obs:
            found = {**where, **await self.thing.find(obs, wants, profile)}
            found["thing"] = f"{plain_url(pc.url)} {found['thing']}"
            return {**found, "was": await self.thing.look(obs, found)}

    async def do(self, record: Record) -> None:
        """Set it, and see that it is so. Raises DrillError."""
        await self._put({**record, "doing": True}, self.thing.goal(record))

    async def undo(self, record: Record) -> None:
        """Set it back, and see that it is so. Raises DrillError."""
        await self._put(record, record["was"])

    async def is_undone(self, record: Record) -> bool:
        """Whether it is as it was."""
        async with talk(record) as obs:
            return bool(await self.thing.look(obs, record) == record["was"])

    def manual(self, record: Record) -> Message:
        """What to click."""
        return self.thing.manual({**record, "url": plain_url(record["url"])})

    def _read(self, step: Step, profile: Profile) -> tuple[ObsPc, Any]:
        return obs_of(step, profile), self._words(step, profile)

    def _words(self, step: Step, profile: Profile) -> Any:  # noqa: ANN401 - a `wants`
        del profile
        return read_wants(step, self.wants, self.short)

    async def _put(self, record: Record, state: State) -> None:
        async with talk(record) as obs:
            await self.thing.put(obs, record, state)

            async def is_so() -> bool:
                return bool(await self.thing.look(obs, record) == state)

            await until(is_so, self.name)


def role_of(step: Step) -> str:
    """Which OBS a step is about: `at: obs.spare` says spare, anything else is the main one."""
    return step.at.removeprefix("obs.") if step.at and step.at.startswith("obs.") else "main"


def obs_of(step: Step, profile: Profile) -> ObsPc:
    """The OBS that a step is about. Raises DrillError where the profile has none, or not that one."""
    role = role_of(step)
    found = profile.obs.get(cast("Literal['main', 'spare']", role))
    if found is None:
        raise DrillError(Message("error.drill.no-obs", {"action": step.action, "name": role}))
    return found


@asynccontextmanager
async def talk(record: Record) -> AsyncIterator[ObsClient]:
    """A conversation with the OBS of a record. Raises DrillError where it does not come about, or is refused or cut off."""
    password = Secret(record["password"]) if record["password"] else None
    try:
        async with connect(ObsAddress(record["url"], password)) as obs:
            yield obs
    except NotSeen as fault:
        raise told_of(fault, record["url"]) from fault


def told_of(fault: NotSeen, address: str) -> DrillError:
    """Why the OBS at this address could not be asked, or what it refused."""
    url = plain_url(address)
    if fault.reason is Reason.DENIED:
        return DrillError(Message("error.drill.obs-denied", {"url": url}))
    if fault.reason is Reason.REFUSED:
        facts = {"url": url, "request": fault.params["request"], "code": fault.params["code"]}
        return DrillError(Message("error.drill.obs-refused", facts))
    return DrillError(Message("error.drill.obs-silent", {"url": url}))


async def until(happened: Callable[[], Awaitable[bool]], what: str, limit_s: float = SETTLE_S) -> None:
    """Ask OBS again and again until it has happened. Raises DrillError where it does not."""
    with anyio.move_on_after(limit_s):
        while True:
            if await happened():
                return
            await anyio.sleep(POLL_S)
    raise DrillError(Message("error.drill.obs-unchanged", {"what": what, "seconds": limit_s}))


async def need(obs: ObsClient, request: str, data: Mapping[str, Any], missing: DrillError) -> dict[str, Any]:
    """An answer of OBS about something that may not be there, or not of that kind; then `missing` is raised."""
    try:
        return await obs.ask(request, dict(data))
    except NotSeen as fault:
        if fault.reason is Reason.REFUSED:
            raise missing from fault
        raise
