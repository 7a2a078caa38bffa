"""OBS's stream, which drills start from profiles of their own only, and its virtual camera.

OBS profiles whose name begins with `rigcheck-drill` are the technician's duplicates of the show's profile, with a test
ingest or rigcheck's relay as their server. No setting of any profile is ever written, and no key is read: OBS has them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from rigcheck.drill_plan import DRILL_PROFILE, is_of_drills
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.obs import State, until
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.sources.obs_client import ObsClient
from rigcheck.sources.obs_output import is_streaming, outputs_of
from rigcheck.sources.obs_settings import HARMLESS, target_of
from rigcheck.value import Label


@dataclass(frozen=True, slots=True)
class StreamWants:
    """`obs_stream: stop`, `obs_stream: start`, or `{do: start, profile: rigcheck-drill-2}`."""

    do: Literal["start", "stop"]
    profile: Label = DRILL_PROFILE


class Stream:
    """{profile, streaming}: which OBS profile is chosen, and whether it streams."""

    async def find(self, obs: ObsClient, wants: StreamWants, profile: Profile) -> Record:
        """Raises DrillError where a show streams, nothing streams that could be stopped, or there is no such profile."""
        record = {"thing": "stream", "test_hosts": [*profile.push.trial_hosts()]}
        now = await self.look(obs, record)
        if now["streaming"]:
            await _refuse_live(obs, record)
        if wants.do == "stop":
            if not now["streaming"]:
                raise DrillError(Message("error.drill.no-stream"))
            return {**record, "profile": now["profile"]}
        known = (await obs.ask("GetProfileList"))["profiles"]
        if wants.profile not in known or not is_of_drills(wants.profile):
            raise DrillError(Message("error.drill.no-profile", {"name": wants.profile, "of": DRILL_PROFILE}))
        if wants.profile != now["profile"]:
            await _refuse_busy(obs)
        return {**record, "profile": wants.profile}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """The profile that is chosen, and whether a stream goes out (or tries to)."""
        del record
        name = (await obs.ask("GetProfileList"))["currentProfileName"]
        return {"profile": name, "streaming": is_streaming(*await outputs_of(obs))}

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """End a stream before another profile is chosen, or where none is wanted; then start one, if one is.

        Raises DrillError where the stream would go to a platform, or the drill's profile has another picture.
        """
        now = await self.look(obs, record)
        if now["streaming"] and now != state:
            await self._switch(obs, record, on=False)
        if now["profile"] != state["profile"]:
            await self._choose(obs, record, state["profile"])
        if state["streaming"] and not (await self.look(obs, record))["streaming"]:
            await _refuse_live(obs, record)
            await self._switch(obs, record, on=True)

    def goal(self, record: Record) -> State:
        """The drill's profile streaming, or the same profile as now not streaming."""
        return {"profile": record["profile"], "streaming": record["wants"]["do"] == "start"}

    def manual(self, record: Record) -> Message:
        """The menu and the button."""
        facts = {"url": record["url"], "profile": record["was"]["profile"]}
        if record["was"]["streaming"]:
            return Message("drill.obs_stream.manual.on", facts)
        return Message("drill.obs_stream.manual.off", facts)

    async def _choose(self, obs: ObsClient, record: Record, name: str) -> None:
        before = await obs.ask("GetVideoSettings")
        await obs.ask("SetCurrentProfile", {"profileName": name})

        async def is_chosen() -> bool:
            return bool((await self.look(obs, record))["profile"] == name)

        await until(is_chosen, "profile")
        if is_of_drills(name) and await obs.ask("GetVideoSettings") != before:
            raise DrillError(Message("error.drill.other-picture", {"name": name}))

    async def _switch(self, obs: ObsClient, record: Record, *, on: bool) -> None:
        """OBS says yes at once; what becomes of it is seen by asking."""
        await obs.ask("StartStream" if on else "StopStream")

        async def is_so() -> bool:
            return bool((await self.look(obs, record))["streaming"] == on)

        await until(is_so, "stream")


async def _refuse_live(obs: ObsClient, record: Record) -> None:
    """Raises DrillError where the chosen profile's stream goes to a platform, or may."""
    said = await obs.ask("GetStreamServiceSettings")
    kind, settings = str(said["streamServiceType"]), said["streamServiceSettings"]
    if target_of(kind, settings, tuple(record["test_hosts"])) not in HARMLESS:
        name = (await obs.ask("GetProfileList"))["currentProfileName"]
        raise DrillError(Message("error.drill.live-target", {"name": name}))


async def _refuse_busy(obs: ObsClient) -> None:
    """Raises DrillError while OBS records or gives its picture away: another profile would change it."""
    _, outputs = await outputs_of(obs)
    busy = tuple(str(each["outputName"]) for each in outputs if each["outputActive"])
    others = tuple(name for name in busy if not name.endswith("_stream"))
    if others:
        raise DrillError(Message("error.drill.obs-busy", {"what": others}))


@dataclass(frozen=True, slots=True)
class CameraWants:
    """`obs_virtual_camera: stop`."""

    do: Literal["start", "stop"]


class VirtualCamera:
    """Whether OBS gives its programme to other programs (a platform's own companion) as a camera."""

    async def find(self, obs: ObsClient, wants: CameraWants, profile: Profile) -> Record:
        """Raises DrillError where this OBS has none."""
        del wants, profile
        (there,) = await obs.ask_all([("GetVirtualCamStatus", {})])
        if there is None:
            raise DrillError(Message("error.drill.no-virtual-camera"))
        return {"thing": "virtual camera"}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """True where it is on."""
        del record
        return bool((await obs.ask("GetVirtualCamStatus"))["outputActive"])

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Switch it."""
        if await self.look(obs, record) != state:
            await obs.ask("StartVirtualCam" if state else "StopVirtualCam")

    def goal(self, record: Record) -> State:
        """As the step says."""
        return bool(record["wants"]["do"] == "start")

    def manual(self, record: Record) -> Message:
        """Its button among the controls."""
        if record["was"]:
            return Message("drill.obs_virtual_camera.manual.on", {"url": record["url"]})
        return Message("drill.obs_virtual_camera.manual.off", {"url": record["url"]})
