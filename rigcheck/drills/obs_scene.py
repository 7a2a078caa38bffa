"""OBS's programme scene, and the items by which an input is part of its scenes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.obs import State
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.sources.obs_client import ObsClient
from rigcheck.value import Label


@dataclass(frozen=True, slots=True)
class SceneWants:
    """`obs_scene: Standby`."""

    scene: Label


class Scene:
    """Which scene is on the programme; also in studio mode, without its preview."""

    async def find(self, obs: ObsClient, wants: SceneWants, profile: Profile) -> Record:
        """Raises DrillError where there is no such scene."""
        del profile
        known = await _scenes(obs)
        if wants.scene not in known:
            raise DrillError(Message("error.drill.no-scene", {"name": wants.scene, "known": tuple(known)}))
        return {"thing": "scene"}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """Its name."""
        del record
        return (await obs.ask("GetCurrentProgramScene"))["currentProgramSceneName"]

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Cut, or fade, to it."""
        if await self.look(obs, record) != state:
            await obs.ask("SetCurrentProgramScene", {"sceneName": state})

    def goal(self, record: Record) -> State:
        """The scene that is wanted."""
        return record["wants"]["scene"]

    def manual(self, record: Record) -> Message:
        """Click it."""
        return Message("drill.obs_scene.manual", {"url": record["url"], "scene": record["was"]})


@dataclass(frozen=True, slots=True)
class ItemWants:
    """`obs_input_off: {input: Cam 1}`: in every scene, or in one only."""

    input: Label
    scene: Label | None = None


@dataclass(frozen=True, slots=True)
class Items:
    """Whether an input is shown and heard, item by item: [scene or group, number of the item, shown].

    Off is off wherever it is part of the picture, as a camera whose cable is out. On is on in the programme, and
    wherever it was before an earlier deed of this drill.
    """

    shown: bool

    async def find(self, obs: ObsClient, wants: ItemWants, profile: Profile) -> Record:
        """Raises DrillError where it is part of no scene (of that scene): then it can only be muted."""
        del profile
        there = await _items(obs, wants.input, wants.scene)
        if not there:
            raise DrillError(Message("error.drill.no-item", {"name": wants.input, "scene": wants.scene}))
        if self.shown and wants.scene is None:
            live = (await obs.ask("GetCurrentProgramScene"))["currentProgramSceneName"]
            there = await _items(obs, wants.input, live)
        return {"thing": f"input {wants.input}", "input": wants.input, "mine": [at for at, _ in there]}

    async def look(self, obs: ObsClient, record: Record) -> State:
        """All of its items."""
        return [[*at, shown] for at, shown in await _items(obs, record["input"])]

    async def put(self, obs: ObsClient, record: Record, state: State) -> None:
        """Show and hide what is otherwise now. Raises DrillError where an item is gone."""
        now = {(place, number): shown for place, number, shown in await self.look(obs, record)}
        for place, number, shown in state:
            if (place, number) not in now:
                raise DrillError(Message("error.drill.no-item", {"name": record["input"], "scene": place}))
            if now[place, number] != shown:
                wish = {"sceneName": place, "sceneItemId": number, "sceneItemEnabled": shown}
                await obs.ask("SetSceneItemEnabled", wish)

    def goal(self, record: Record) -> State:
        """Its items shown, or hidden. Raises DrillError where it is not in the programme and nothing has hidden it."""
        mine = {(place, number) for place, number in record["mine"]}
        if self.shown and record["wants"]["scene"] is None:
            mine |= {(place, number) for place, number, shown in record.get("first", {}).get("was", ()) if shown}
        if not mine:
            raise DrillError(Message("error.drill.no-item", {"name": record["input"], "scene": None}))
        return [
            [place, number, self.shown if (place, number) in mine else shown] for place, number, shown in record["was"]
        ]

    def manual(self, record: Record) -> Message:
        """The eye beside its name, scene by scene."""
        was = record["was"]
        facts = {
            "url": record["url"],
            "input": record["input"],
            "shown": tuple(dict.fromkeys(place for place, _, shown in was if shown)),
            "hidden": tuple(dict.fromkeys(place for place, _, shown in was if not shown)),
        }
        return Message("drill.obs_input.manual", facts)


Item = tuple[list[Any], bool]
"""([scene or group, number of the item], shown)."""


async def _items(obs: ObsClient, name: str, within: str | None = None) -> list[Item]:
    """The items of an input, in the order of OBS's list of scenes (in one of them only); in a shared group, once."""
    found: dict[tuple[str, int], Item] = {}
    for scene in [scene for scene in await _scenes(obs) if within in (None, scene)]:
        listed = [(scene, each) for each in (await obs.ask("GetSceneItemList", {"sceneName": scene}))["sceneItems"]]
        for group in [each["sourceName"] for _, each in listed if each["isGroup"]]:
            inside = (await obs.ask("GetGroupSceneItemList", {"sceneName": group}))["sceneItems"]
            listed += [(group, each) for each in inside]
        for place, each in listed:
            number = int(each["sceneItemId"])
            if each["sourceName"] == name:
                found[place, number] = ([place, number], bool(each["sceneItemEnabled"]))
    return list(found.values())


async def _scenes(obs: ObsClient) -> list[str]:
    """In the order of OBS's list, which its answer has upside down."""
    return [str(each["sceneName"]) for each in reversed((await obs.ask("GetSceneList"))["scenes"])]
