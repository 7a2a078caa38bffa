"""What drills do to an OBS, done to a real one: done, undone, undone twice, undone by others, and not to be undone."""

import json
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import date

import anyio
import obs_deeds
import pytest
from services_obs import AWKWARD, ObsStudio, ingest

from rigcheck.drill_plan import Step
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.drills.rollback import Rollback
from rigcheck.i18n import languages, load_catalogue
from rigcheck.measure.obs import measure_obs
from rigcheck.model import Stage
from rigcheck.profile import ObsPc, Profile, Setting

pytestmark = pytest.mark.svc
ACTIONS = {action.name: action for action in OBS_ACTIONS}
DRILL = "rigcheck-drill"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ingest(tmp_path_factory.mktemp("ingest")) as url:
        yield url


@pytest.fixture(scope="module")
def studio(tmp_path_factory, server):
    """An OBS with a group, a media input, and the technician's profile for drills."""
    with ObsStudio(tmp_path_factory.mktemp("obs")) as obs:
        obs_deeds.set_service(obs, server="rtmp://push.example.com/live", key="show-key")
        add_drill_profile(obs, DRILL, server)
        obs_deeds.add(obs, "Cam 1", "color_source_v3", "Live", color=0xFF0000FF, width=64, height=64)
        same = {"sceneName": "Standby", "sourceName": "Cam 1", "sceneItemEnabled": False}
        obs.ask("CreateSceneItem", same)
        yield obs


def add_drill_profile(obs, name, server, **video):
    """As a technician would: a copy of the show's profile with a server of its own."""
    picture = obs.ask("GetVideoSettings")
    obs.ask("CreateProfile", {"profileName": name})
    obs.ask("SetVideoSettings", picture | video)
    obs_deeds.set_parameter(obs, "SimpleOutput/VBitrate", "500")
    obs_deeds.set_parameter(obs, "SimpleOutput/Preset", "ultrafast")
    obs_deeds.set_service(obs, server=server, key="drill-key")
    obs.ask("SetCurrentProfile", {"profileName": "rig"})


@contextmanager
def drill_profile(obs, name, server, **video):
    """The same for as long as it is needed; its name."""
    add_drill_profile(obs, name, server, **video)
    try:
        yield name
    finally:
        obs.ask("RemoveProfile", {"profileName": name})


@pytest.fixture
def obs(studio):
    """The same OBS for every test, each of which must leave it as it was; started again where the last one killed it."""
    if studio.process.poll() is not None:
        studio.start()
    studio.ask("SetCurrentProgramScene", {"sceneName": "Live"})
    before = state_of(studio)
    yield studio
    if studio.process.poll() is None:
        assert state_of(studio) == before


def room(obs):
    pc = ObsPc(url=obs.address.url, password=obs.address.password)
    return Profile(obs={"main": pc})


def state_of(obs):
    """Everything that the actions change."""
    return {
        "scene": obs.ask("GetCurrentProgramScene")["currentProgramSceneName"],
        "items": items_of(obs, "Live") | items_of(obs, "Standby"),
        "muted": obs.ask("GetInputMute", {"inputName": "Music"})["inputMuted"],
        "media": media_of(obs),
        "profile": obs.ask("GetProfileList")["currentProfileName"],
        "streams": obs.ask("GetStreamStatus")["outputActive"],
        "service": obs.ask("GetStreamServiceSettings"),
    }


def items_of(obs, scene):
    listed = obs.ask("GetSceneItemList", {"sceneName": scene})["sceneItems"]
    return {(scene, each["sourceName"]): each["sceneItemEnabled"] for each in listed}


def media_of(obs):
    state = obs.ask("GetMediaInputStatus", {"inputName": "Music"})["mediaState"]
    return {"OBS_MEDIA_STATE_PLAYING": "playing", "OBS_MEDIA_STATE_PAUSED": "paused"}.get(state, "stopped")


def before(action: Action, step: Step, profile: Profile):
    assert action.lint(step, profile) == ()
    record = anyio.run(action.before, step, profile)
    return json.loads(json.dumps(record))  # as it comes from the journal


def refused(action: Action, step: Step, profile: Profile):
    with pytest.raises(DrillError) as told:
        anyio.run(action.before, step, profile)
    message = told.value.message
    for language in languages():
        assert load_catalogue(language).has(message.id)
        assert "?" not in load_catalogue(language).text(message.id, message.params)
    return message


STEPS = {
    "scene": Step("obs_scene", {"scene": "Standby"}),
    "off": Step("obs_input_off", {"input": "Cam 1"}),
    "off in one scene": Step("obs_input_off", {"input": AWKWARD, "scene": "Live"}),
    "on": Step("obs_input_on", {"input": "Cam 1", "scene": "Standby"}),
    "mute": Step("obs_mute", "Music"),
    "media": Step("obs_media", {"input": "Music", "do": "stop"}),
    "pause": Step("obs_media", {"input": "Music", "do": "pause"}),
    "stream": Step("obs_stream", "start"),
}
CHANGED = {
    "scene": ("scene", "Standby"),
    "off": ("items", ("Live", "Cam 1"), False),
    "off in one scene": ("items", ("Live", AWKWARD), False),
    "on": ("items", ("Standby", "Cam 1"), True),
    "mute": ("muted", True),
    "media": ("media", "stopped"),
    "pause": ("media", "paused"),
    "stream": ("streams", True),
}
each = pytest.mark.parametrize("name", STEPS)


def is_changed(obs, name):
    *keys, value = CHANGED[name]
    state = state_of(obs)
    for key in keys:
        state = state[key]
    return state == value


@each
def test_it_is_done_seen_and_undone_any_number_of_times(obs, name):
    step, was = STEPS[name], state_of(obs)
    action = ACTIONS[step.action]
    record = before(action, step, room(obs))
    assert state_of(obs) == was, "looking changed something"
    anyio.run(action.do, record)
    assert is_changed(obs, name)
    assert not anyio.run(action.is_undone, record)
    for _ in range(2):
        anyio.run(action.undo, record)
        assert anyio.run(action.is_undone, record)
        assert state_of(obs) == was


@each
def test_undoing_a_deed_that_never_came_to_be_changes_nothing(obs, name):
    step, was = STEPS[name], state_of(obs)
    action = ACTIONS[step.action]
    record = before(action, step, room(obs))
    assert anyio.run(action.is_undone, record)
    anyio.run(action.undo, record)
    assert state_of(obs) == was


UNDO = """
import sys
from pathlib import Path
import anyio
from rigcheck.drills.journal import read_journal
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.drills.rollback import Rollback

made = Rollback(read_journal(Path(sys.argv[1])), {action.name: action for action in OBS_ACTIONS})
anyio.run(made.undo)
print([undone.worked for undone in made.outcomes])
"""


async def perform(made: Rollback, steps, profile):
    for step in steps:
        await made.do(step, profile)


def test_another_process_undoes_everything_from_the_journal_alone(obs, tmp_path):
    was = state_of(obs)
    journal = Journal(tmp_path / NAME, "all", None, "2026-11-22T08:00:00Z")
    anyio.run(perform, Rollback(journal, ACTIONS), STEPS.values(), room(obs))
    assert all(is_changed(obs, name) for name in ("scene", "off", "mute", "stream"))
    text = journal.path.read_text()
    assert obs.password not in text
    assert "drill-key" not in text
    done = subprocess.run(
        [sys.executable, "-c", UNDO, journal.path], stdout=subprocess.PIPE, text=True, timeout=60, check=True
    )
    assert set(done.stdout.strip("[]\n").split(", ")) == {"True"}
    assert read_journal(journal.path) is None
    assert state_of(obs) == was


def test_an_obs_that_died_in_between_leaves_its_records_and_what_a_person_does(obs, tmp_path):
    journal = Journal(tmp_path / NAME, "all", None, "2026-11-22T08:00:00Z")
    made = Rollback(journal, ACTIONS)
    steps = [STEPS[name] for name in ("scene", "off", "mute", "media", "stream")]
    anyio.run(perform, made, steps, room(obs))
    obs.kill()
    anyio.run(made.undo)
    assert [undone.worked for undone in made.outcomes] == [False] * len(steps)
    left = read_journal(journal.path)
    assert left is not None
    assert len(left.deeds) == len(steps)
    words = load_catalogue("en")
    url = obs.address.url
    assert [words.text(undone.manual.id, undone.manual.params) for undone in made.outcomes] == [
        f"in OBS ({url}), press Stop Streaming, and choose rig in the menu Profile",
        f"in OBS ({url}), click Music in the list Sources, and press Play below the preview",
        f"in OBS ({url}), audio mixer, unmute Music (the loudspeaker turns white)",
        f"in OBS ({url}), list Sources, set the eye beside Cam 1; on in: Live; off in: Standby",
        f"in OBS ({url}), click the scene Live (in studio mode, then Transition)",
    ]
    for language in languages():
        for undone in made.outcomes:
            assert load_catalogue(language).has(undone.manual.id)
    obs.start()  # and then it can be undone after all
    again = Rollback(left, ACTIONS)
    anyio.run(again.undo)
    assert [undone.worked for undone in again.outcomes] == [True] * len(steps)
    assert items_of(obs, "Live")["Live", "Cam 1"]


def test_off_and_on_again_within_a_drill_is_as_it_was(obs, tmp_path):
    was = state_of(obs)
    made = Rollback(Journal(tmp_path / NAME, "camera-lost", None, "2026-11-22T08:00:00Z"), ACTIONS)
    anyio.run(perform, made, [STEPS["off"]], room(obs))
    assert is_changed(obs, "off")
    anyio.run(perform, made, [Step("obs_input_on", {"input": "Cam 1"})], room(obs))
    assert state_of(obs) == was
    anyio.run(made.undo)
    assert state_of(obs) == was


def test_on_again_behind_a_scene_that_hides_it_is_as_it_was_too(obs, tmp_path):
    was = state_of(obs)
    made = Rollback(Journal(tmp_path / NAME, "camera-lost", None, "2026-11-22T08:00:00Z"), ACTIONS)
    back = Step("obs_input_on", {"input": AWKWARD})
    anyio.run(perform, made, [Step("obs_input_off", {"input": AWKWARD}), STEPS["scene"], back], room(obs))
    assert items_of(obs, "Live")["Live", AWKWARD]
    anyio.run(made.undo)
    assert state_of(obs) == was


def test_an_input_that_is_not_in_the_programme_cannot_be_shown_in_it(obs):
    obs.ask("SetCurrentProgramScene", {"sceneName": "Standby"})
    record = before(ACTIONS["obs_input_on"], Step("obs_input_on", {"input": AWKWARD}), room(obs))
    with pytest.raises(DrillError) as told:
        anyio.run(ACTIONS["obs_input_on"].do, record)
    obs.ask("SetCurrentProgramScene", {"sceneName": "Live"})
    assert told.value.message.id == "error.drill.no-item"


def test_an_input_that_was_hidden_everywhere_is_not_shown_by_the_undo(obs):
    number = item(obs, "Live", "Cam 1")
    show(obs, "Live", number, shown=False)
    try:
        action = ACTIONS["obs_input_off"]
        record = before(action, STEPS["off"], room(obs))
        anyio.run(action.do, record)
        anyio.run(action.undo, record)
        assert not items_of(obs, "Live")["Live", "Cam 1"]
    finally:
        show(obs, "Live", number, shown=True)


def item(obs, scene, name):
    return obs.ask("GetSceneItemId", {"sceneName": scene, "sourceName": name})["sceneItemId"]


def show(obs, scene, number, *, shown):
    obs.ask("SetSceneItemEnabled", {"sceneName": scene, "sceneItemId": number, "sceneItemEnabled": shown})


def test_an_item_that_was_deleted_meanwhile_is_told(obs):
    obs_deeds.add(obs, "Passing", "color_source_v3", "Live", color=1, width=8, height=8)
    action = ACTIONS["obs_input_off"]
    record = before(action, Step("obs_input_off", "Passing"), room(obs))
    anyio.run(action.do, record)
    obs.ask("RemoveInput", {"inputName": "Passing"})
    while ("Live", "Passing") in items_of(obs, "Live"):
        time.sleep(0.05)
    with pytest.raises(DrillError) as told:
        anyio.run(action.undo, record)
    assert told.value.message.id == "error.drill.no-item"
    assert not anyio.run(action.is_undone, record)


def test_a_restarted_video_begins_anew_and_goes_on_playing_when_undone(obs):
    action = ACTIONS["obs_media"]
    obs.ask("TriggerMediaInputAction", {"inputName": "Music", "mediaAction": "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PAUSE"})
    record = before(action, Step("obs_media", "Music"), room(obs))
    anyio.run(action.do, record)
    assert media_of(obs) == "playing"
    anyio.run(action.undo, record)
    assert media_of(obs) == "paused"
    playing = before(action, Step("obs_media", {"input": "Music", "do": "play"}), room(obs))
    anyio.run(action.do, playing)
    assert media_of(obs) == "playing"


def test_a_stopped_video_that_was_paused_is_paused_again(obs):
    action = ACTIONS["obs_media"]
    pause = {"inputName": "Music", "mediaAction": "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PAUSE"}
    obs.ask("TriggerMediaInputAction", pause)
    record = before(action, STEPS["media"], room(obs))
    anyio.run(action.do, record)
    anyio.run(action.undo, record)
    assert media_of(obs) == "paused"
    obs.ask("TriggerMediaInputAction", pause | {"mediaAction": "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_PLAY"})


def test_a_stream_that_ran_runs_again_from_its_own_profile(obs, tmp_path):
    made = Rollback(Journal(tmp_path / NAME, "app-lost", None, "2026-11-22T08:00:00Z"), ACTIONS)
    obs.ask("SetCurrentProfile", {"profileName": DRILL})
    obs.ask("StartStream")
    obs.wait_for("GetStreamStatus", "outputActive", True)
    try:
        was = state_of(obs)
        anyio.run(perform, made, [Step("obs_stream", "stop")], room(obs))
        assert not state_of(obs)["streams"]
        anyio.run(made.undo)
        assert [undone.worked for undone in made.outcomes] == [True]
        assert state_of(obs) == was
    finally:
        obs.ask("StopStream")
        obs.wait_for("GetStreamStatus", "outputActive", False)
        obs.ask("SetCurrentProfile", {"profileName": "rig"})


def test_a_stream_from_one_profile_is_ended_before_it_starts_from_another(obs, server):
    """Chosen while it streams, another profile would leave the stream where it was, and show another target."""
    with drill_profile(obs, f"{DRILL}-2", server) as other:
        start_again_from(obs, other)


def start_again_from(obs, other):
    obs.ask("SetCurrentProfile", {"profileName": DRILL})
    obs.ask("StartStream")
    obs.wait_for("GetStreamStatus", "outputActive", True)
    time.sleep(2)
    action = ACTIONS["obs_stream"]
    record = before(action, Step("obs_stream", {"do": "start", "profile": other}), room(obs))
    try:
        for deed, profile in ((action.do, other), (action.undo, DRILL)):
            time.sleep(1)
            anyio.run(deed, record)
            assert (state_of(obs)["profile"], state_of(obs)["streams"]) == (profile, True)
            assert obs.ask("GetStreamStatus")["outputDuration"] < 1000, "it is still the stream from before"
    finally:
        obs.ask("StopStream")
        obs.wait_for("GetStreamStatus", "outputActive", False)
        obs.ask("SetCurrentProfile", {"profileName": "rig"})


def test_no_setting_of_any_profile_is_ever_written(obs):
    def written():
        return {path: path.read_text() for path in sorted((obs.config / "basic/profiles").rglob("*/service.json"))}

    was = written()
    assert len(was) >= 2
    action = ACTIONS["obs_stream"]
    record = before(action, STEPS["stream"], room(obs))
    anyio.run(action.do, record)
    anyio.run(action.undo, record)
    assert written() == was
    assert "show-key" not in json.dumps(record)


def test_a_preflight_fails_while_the_drill_s_profile_is_chosen(obs):
    """Nothing of the room says which profile is right: the drill's is wrong all the same, and so is its target."""
    obs.ask("SetCurrentProfile", {"profileName": DRILL})
    try:
        told = {each.metric.id: each.value for each in measured(obs)}
    finally:
        obs.ask("SetCurrentProfile", {"profileName": "rig"})
    assert (told["obs.profile_ok"], told["obs.target_is_test"]) == (False, True)
    told = {each.metric.id: each.value for each in measured(obs)}
    assert (told["obs.profile_ok"], told["obs.target_is_test"]) == (None, False)


def measured(obs):
    return measure_obs(obs_deeds.read(obs), Setting(room(obs), Stage.GO, date(2026, 11, 22)), "main")


SMALL = {"baseWidth": 320, "baseHeight": 180, "outputWidth": 320, "outputHeight": 180}


@pytest.mark.parametrize(
    ("url", "picture", "why"),
    [
        ("rtmp://push.example.com/live", {}, "live-target"),
        ("rtmp://127.0.0.1:1935/live", SMALL, "other-picture"),
        ("rtmp://127.0.0.1:9/live", {}, "obs-unchanged"),
    ],
)
def test_a_profile_that_is_not_for_drills_or_leads_nowhere_is_found_out_and_left(obs, url, picture, why):
    with drill_profile(obs, f"{DRILL}-wrong", url, **picture) as name:
        action = ACTIONS["obs_stream"]
        record = before(action, Step("obs_stream", {"do": "start", "profile": name}), room(obs))
        with pytest.raises(DrillError) as told:
            anyio.run(action.do, record)
        assert told.value.message.id == f"error.drill.{why}"
        if why != "obs-unchanged":
            assert not obs.ask("GetStreamStatus")["outputActive"]
        anyio.run(action.undo, record)


def test_while_obs_records_no_other_profile_is_chosen(obs):
    obs.ask("StartRecord")
    obs.wait_for("GetRecordStatus", "outputActive", True)
    try:
        message = refused(ACTIONS["obs_stream"], STEPS["stream"], room(obs))
        assert message.id == "error.drill.obs-busy"
    finally:
        obs.ask("StopRecord")
        obs.wait_for("GetRecordStatus", "outputActive", False)


REFUSED = {
    "no-scene": Step("obs_scene", "Nope"),
    "no-item": Step("obs_input_off", "Nope"),
    "no-input": Step("obs_mute", "Nope"),
    "no-media": Step("obs_media", "Backdrop"),
    "no-stream": Step("obs_stream", "stop"),
    "no-profile": Step("obs_stream", {"do": "start", "profile": "rig"}),
    "no-virtual-camera": Step("obs_virtual_camera", "start"),
}


@pytest.mark.parametrize("error", REFUSED)
def test_what_is_not_there_is_told_before_anything(obs, error):
    step = REFUSED[error]
    assert refused(ACTIONS[step.action], step, room(obs)).id == f"error.drill.{error}"


def test_a_camera_is_told_apart_from_a_sound_that_has_none(obs):
    step = Step("obs_input_off", {"input": AWKWARD, "scene": "Standby"})
    assert refused(ACTIONS["obs_input_off"], step, room(obs)).params["scene"] == "Standby"
    assert refused(ACTIONS["obs_mute"], Step("obs_mute", "Backdrop"), room(obs)).id == "error.drill.no-input"


def test_an_obs_that_hangs_or_has_another_password_is_told(obs, monkeypatch):
    obs.hang()
    try:
        message = refused(ACTIONS["obs_scene"], STEPS["scene"], room(obs))
        assert message.id == "error.drill.obs-silent"
    finally:
        obs.resume()
    with monkeypatch.context() as other:
        other.setenv(obs.variable, "guessed")
        message = refused(ACTIONS["obs_scene"], STEPS["scene"], room(obs))
        assert message.id == "error.drill.obs-denied"
        assert "guessed" not in str(message)


def test_the_spare_is_the_one_that_is_named(obs):
    pc = room(obs).obs["main"]
    both = Profile(obs={"main": ObsPc(url="ws://127.0.0.1:9"), "spare": pc})
    step = Step("obs_scene", "Standby", at="obs.spare")
    assert before(ACTIONS["obs_scene"], step, both)["url"] == pc.url
    assert (
        refused(ACTIONS["obs_scene"], Step("obs_scene", "Standby", at="obs.main"), both).id == "error.drill.obs-silent"
    )


WRONG = [
    Step("obs_scene", None),
    Step("obs_scene", {"scene": "Live", "colour": 5}),
    Step("obs_input_off", {"input": 5}),
    Step("obs_media", {"input": "Music", "do": "explode"}),
    Step("obs_stream", "explode"),
    Step("obs_virtual_camera", True),
    Step("obs_stream", {"do": "start", "profile": None}),
]


@pytest.mark.parametrize("step", WRONG, ids=str)
def test_what_it_does_not_know_is_refused_by_the_lint(step):
    profile = Profile(obs={"main": ObsPc()})
    (message,) = ACTIONS[step.action].lint(step, profile)
    assert message.id == "error.drill.wants"


def test_a_room_without_obs_is_refused_by_the_lint():
    (message,) = ACTIONS["obs_scene"].lint(STEPS["scene"], Profile())
    assert (message.id, message.params["name"]) == ("error.drill.no-obs", "main")


TOLD = [
    *STEPS.values(),
    Step("obs_unmute", "Music"),
    Step("obs_stream", "stop"),
    *(Step("obs_media", {"input": "Music", "do": do}) for do in ("restart", "play")),
    *(Step("obs_virtual_camera", do) for do in ("start", "stop")),
]


@pytest.mark.parametrize("step", TOLD, ids=str)
def test_what_a_step_changes_is_told_in_every_language(step):
    message = ACTIONS[step.action].changes(step)
    for language in languages():
        assert load_catalogue(language).has(message.id)
        assert "?" not in load_catalogue(language).text(message.id, message.params)
