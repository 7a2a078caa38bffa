"""Inputs within groups, which several scenes share: a real OBS whose scene collection has one."""

import anyio
import pytest
from services_obs import ObsStudio, _source

from rigcheck.drill_plan import Step
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.profile import ObsPc, Profile

pytestmark = pytest.mark.svc
ACTIONS = {action.name: action for action in OBS_ACTIONS}
PLACE = {"visible": True, "align": 5, "pos": {"x": 0.0, "y": 0.0}, "scale": {"x": 1.0, "y": 1.0}}


class Grouped(ObsStudio):
    """Both scenes have the group `Desk`, which has the input `Cam 1`; the scene Live has that input a second time."""

    def _collection(self):
        made = super()._collection()
        camera = _source("Cam 1", "color_source_v3", {"color": 0xFF0000FF, "width": 64, "height": 64})
        inside = [{"name": "Cam 1", "id": 1, **PLACE}]
        group = _source("Desk", "group", {"custom_size": True, "cx": 64, "cy": 64, "id_counter": 1, "items": inside})
        for scene in (each for each in made["sources"] if each["id"] == "scene"):
            scene["settings"]["items"].append({"name": "Desk", "id": 21, **PLACE})
            scene["settings"]["id_counter"] = 30
            if scene["name"] == "Live":
                scene["settings"]["items"].append({"name": "Cam 1", "id": 22, **PLACE})
        return {**made, "sources": [camera, *made["sources"]], "groups": [group]}


def shown(obs, request, scene):
    return {
        each["sceneItemEnabled"]
        for each in obs.ask(request, {"sceneName": scene})["sceneItems"]
        if each["sourceName"] == "Cam 1"
    }


@pytest.fixture(scope="module")
def obs(tmp_path_factory):
    with Grouped(tmp_path_factory.mktemp("obs")) as running:
        assert shown(running, "GetGroupSceneItemList", "Desk") == {True}
        yield running


def room(obs):
    return Profile(obs={"main": ObsPc(url=obs.address.url, password=obs.address.password)})


def state(obs):
    return shown(obs, "GetGroupSceneItemList", "Desk"), shown(obs, "GetSceneItemList", "Live")


def test_an_input_is_off_within_its_group_too_and_on_again(obs):
    action = ACTIONS["obs_input_off"]
    record = anyio.run(action.before, Step("obs_input_off", "Cam 1"), room(obs))
    assert sorted(place for place, _, _ in record["was"]) == ["Desk", "Live"], "a shared group counts once"
    anyio.run(action.do, record)
    assert state(obs) == ({False}, {False})
    anyio.run(action.undo, record)
    assert state(obs) == ({True}, {True})
    assert anyio.run(action.is_undone, record)


def test_it_can_be_off_in_a_scene_that_has_it_in_a_group_only(obs):
    action = ACTIONS["obs_input_off"]
    record = anyio.run(action.before, Step("obs_input_off", {"input": "Cam 1", "scene": "Standby"}), room(obs))
    anyio.run(action.do, record)
    assert state(obs) == ({False}, {True})
    anyio.run(action.undo, record)
    assert state(obs) == ({True}, {True})
