"""Whole drills on a real OBS that streams to a real nginx: performed, timed by what a viewer gets, and undone."""

from datetime import date

import anyio
import obs_deeds
import pytest
from services_obs import ObsStudio
from services_rtmp import ingest

from rigcheck.drill_plan import Drill, FarEnd, Step, full_within
from rigcheck.drills.far_end import open_eyes
from rigcheck.drills.journal import NAME, Journal
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.drills.perform import Performance
from rigcheck.drills.rollback import Rollback
from rigcheck.measure.drill import lost_spells, measure_drill
from rigcheck.model import Stage
from rigcheck.profile import ObsPc, Profile, Setting

pytestmark = pytest.mark.svc
ACTIONS = {action.name: action for action in OBS_ACTIONS}
DRILL = "rigcheck-drill"
ENCODER = {
    "VBitrate": "500",
    "Preset": "ultrafast",
    "UseAdvanced": "true",
    "x264Settings": "keyint=30 tune=zerolatency",  # left to itself, it sends a key frame in 8 s
}
DRILLS = (
    Drill(
        "camera-lost",
        "camera",
        fault=(Step("obs_input_off", {"input": "Backdrop"}),),
        switch=(Step("obs_scene", {"scene": "Standby"}),),
        restore=(Step("obs_input_on", {"input": "Backdrop"}), Step("obs_scene", {"scene": "Live"})),
    ),
    Drill("mic-lost", "mic", fault=(Step("obs_mute", "Music"),), switch=(Step("obs_unmute", "Spare"),)),
    Drill("app-lost", "app", fault=(Step("obs_stream", "stop"),), switch=(Step("obs_stream", "start"),)),
)


class Nobody:
    is_there = False

    async def tell(self, message, who=None):
        pass


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """(OBS, profile): a grey picture and a tone go out; a spare sound is muted; Standby is green and sounds, too."""
    with ingest(tmp_path_factory.mktemp("server")) as server, ObsStudio(tmp_path_factory.mktemp("obs")) as obs:
        url = f"{server.open_url}/room"
        obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": False})
        tone = {"local_file": str(obs.folder / "tone.wav"), "looping": True, "restart_on_activate": False}
        obs_deeds.add(obs, "Spare", "ffmpeg_source", "Live", **tone)
        obs.ask("SetInputMute", {"inputName": "Spare", "inputMuted": True})
        obs.ask("CreateSceneItem", {"sceneName": "Standby", "sourceName": "Music"})
        picture = obs.ask("GetVideoSettings")
        obs.ask("CreateProfile", {"profileName": DRILL})
        obs.ask("SetVideoSettings", picture)
        for name, value in ENCODER.items():
            obs_deeds.set_parameter(obs, f"SimpleOutput/{name}", value)
        obs_deeds.set_service(obs, server=server.open_url, key="room")
        obs.ask("StartStream")
        obs.wait_for("GetStreamStatus", "outputActive", True)
        pc = ObsPc(url=obs.address.url, password=obs.address.password)
        yield obs, Profile(obs={"main": pc}, far_end=FarEnd(url=url), drills=DRILLS)


async def perform(profile, drill, folder):
    rollback = Rollback(Journal(folder / NAME, drill.name, None, "2026-11-22T08:00:00Z"), ACTIONS)
    async with open_eyes(profile.far_end, profile, Nobody(), None) as eyes:
        await anyio.sleep(1.5)
        return await Performance(drill, full_within(drill), profile, rollback, eyes, Nobody(), 60).run()


CAUSES = {"camera-lost": "black", "mic-lost": "silent", "app-lost": "no-data"}


@pytest.mark.parametrize("drill", DRILLS, ids=lambda drill: drill.name)
def test_a_drill_is_seen_by_the_viewer_and_undone(room, drill, tmp_path):
    obs, profile = room
    was = look(obs)
    trace = anyio.run(perform, profile, drill, tmp_path)
    assert (trace.ended, trace.why, trace.left) == ("done", "", ())
    assert look(obs) == was
    assert not (tmp_path / NAME).exists()
    setting = Setting(profile, Stage.HOST, date(2026, 11, 22))
    told = {each.metric.id: each.value for each in measure_drill(trace, setting, drill.name)}
    causes = [spell.cause for spell in lost_spells(trace)]
    assert CAUSES[drill.name] in causes
    assert 0 < told["drill.detect_s"] < 5
    assert 0 < told["drill.outage_s"] < 20


def look(obs):
    items = [obs.ask("GetSceneItemList", {"sceneName": scene})["sceneItems"] for scene in ("Live", "Standby")]
    return (
        obs.ask("GetCurrentProgramScene")["currentProgramSceneName"],
        [each["sceneItemEnabled"] for listed in items for each in listed],
        [obs.ask("GetInputMute", {"inputName": name})["inputMuted"] for name in ("Music", "Spare")],
        obs.ask("GetProfileList")["currentProfileName"],
        obs.ask("GetStreamStatus")["outputActive"],
    )
