"""An input's sound in OBS, and the video or music that a media input plays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import anyio

from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.obs import State, need
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.sources.obs_client import ObsClient
from rigcheck.sources.obs_input import MEDIA
from rigcheck.value import Label

STOP_S = 0.3
"""OBS says at once that it has stopped, and stops a moment later: what is pressed in between would be stopped, too."""
_ACTION = "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_"
_STATES = {"playing": "playing", "opening": "playing", "buffering": "playing", "paused": "paused"}
"""OBS's words, and ours; all others (none, stopped, ended, error) are `stopped`."""
_ASKS = {"playing": "PLAY", "paused": "PAUSE", "stopped": "STOP"}
_GOALS = {"restart": "playing", "play": "playing", "pause": "paused", "stop": "stopped"}


@dataclass(frozen=True, slots=True)
class InputWants:
    """`obs_mute: Lav 1`."""

    input: Label


@dataclass(frozen=True, slots=True)
class Sound:
    """Whether an input is muted."""

    muted: bool

    async def find(self, obs: ObsClient, wants: InputWants, profile: Profile) -> Record:
        """Raises DrillError where there is no such input, or it has no sound."""
        del profile
        missing = DrillError(Message("error.drill.no-input", {"name": wants.input}))
        await need(obs, "GetInputMute", {"inputName": wants.input}, missing)
        return {"thing": f"sound {wants.input}", "input": wants.input}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """True where it is muted."""
        return bool((await obs.ask("GetInputMute", {"inputName": record["input"]}))["inputMuted"])

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Mute it or not."""
        await obs.ask("SetInputMute", {"inputName": record["input"], "inputMuted": state})

    def goal(self, record: Record) -> State:
        """As the action's name says."""
        del record
        return self.muted

    def manual(self, record: Record) -> Message:
        """The loudspeaker beside its name."""
        facts = {"url": record["url"], "input": record["input"]}
        if record["was"]:
            return Message("drill.obs_mute.manual", facts)
        return Message("drill.obs_unmute.manual", facts)


@dataclass(frozen=True, slots=True)
class MediaWants:
    """`obs_media: {input: Standby video, do: restart}`."""

    input: Label
    do: Literal["restart", "play", "pause", "stop"] = "restart"


class Media:
    """Whether a media input plays. Where in its file it was is not brought back: a show goes on."""

    async def find(self, obs: ObsClient, wants: MediaWants, profile: Profile) -> Record:
        """Raises DrillError where there is no such input, or it plays nothing."""
        del profile
        missing = DrillError(Message("error.drill.no-media", {"name": wants.input}))
        kind = (await need(obs, "GetInputSettings", {"inputName": wants.input}, missing))["inputKind"]
        if kind not in MEDIA:
            raise missing
        return {"thing": f"media {wants.input}", "input": wants.input}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """`playing`, `paused` or `stopped`."""
        state = (await obs.ask("GetMediaInputStatus", {"inputName": record["input"]}))["mediaState"]
        return _STATES.get(str(state).removeprefix("OBS_MEDIA_STATE_").lower(), "stopped")

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Press its buttons: what has stopped begins anew, and so does what the deed restarts."""
        now = await self.look(obs, record)
        begins = "doing" in record and record["wants"]["do"] == "restart"
        if begins or (now == "stopped" and state != now):
            await self._press(obs, record, "RESTART")
            now = "playing"
        if now != state:
            await self._press(obs, record, _ASKS[state])
        if now != state == "stopped":
            await anyio.sleep(STOP_S)

    def goal(self, record: Record) -> State:
        """As the step says."""
        return _GOALS[record["wants"]["do"]]

    def manual(self, record: Record) -> Message:
        """Its buttons below the preview."""
        return Message(f"drill.obs_media.manual.{record['was']}", {"url": record["url"], "input": record["input"]})

    async def _press(self, obs: ObsClient, record: Record, action: str) -> None:
        wish = {"inputName": record["input"], "mediaAction": f"{_ACTION}{action}"}
        await obs.ask("TriggerMediaInputAction", wish)
