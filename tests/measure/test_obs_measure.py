"""OBS's state with one thing wrong at a time: the metric that tells it, its value, the names it gives."""

from dataclasses import replace
from datetime import date

import pytest
from obs_states import AT_REST, CAM, LAV, SETTINGS

from rigcheck.checks.obs import (
    OBS_CHECKS,
    ask_obs,
    limit_delay,
    limit_key,
    limit_scene,
    limit_target,
    limit_virtualcam,
)
from rigcheck.judge import judge
from rigcheck.measure.canvas import canvas_faults
from rigcheck.measure.obs import measure_obs
from rigcheck.metrics import METRICS
from rigcheck.model import Limit, Measurement, OneOf, Reason, Span, Stage, Status
from rigcheck.obs_state import ObsInput
from rigcheck.profile import CameraDevice, Host, MicDevice, ObsPc, Profile, Secret, Setting, Show
from rigcheck.uplink import Ingest, Push, PushTest

MUSIC = ObsInput("音乐 🎵", "ffmpeg_source", is_active=False, muted=False, silent=False, media="playing")
PC = ObsPc(profile="taobao-1", collection="rooms", scene="Live", scenes=("Live", "Standby"), inputs=("Cam 1", "Lav 1"))
ROOM = Profile(
    camera={"main": CameraDevice(obs_input="Cam 1")},
    mic={"main": MicDevice(obs_input="Lav 1")},
    obs={"main": PC, "spare": PC},
)
GOOD = replace(AT_REST, inputs=(CAM, LAV, MUSIC))
STREAMING = {"streaming": True, "sent": (900, 1000), "dropped": (7, 7), "encoded": (900, 1000), "rendered": (900, 1000)}


def setting_of(profile: Profile = ROOM) -> Setting:
    return Setting(profile, Stage.HOST, date(2026, 11, 22))


def measured(room: Profile = ROOM, name: str = "main", **state):
    found = measure_obs(replace(GOOD, **state), setting_of(room), name)
    return {each.metric.id: each for each in found}


def one(metric: str, room: Profile = ROOM, name: str = "main", **state):
    """Value, or the reason for none; and the names or words that come with it."""
    each = measured(room, name, **state)[f"obs.{metric}"]
    return each.value if each.reason is None else each.reason, each.params.get("names", each.params.get("what", ()))


def with_pc(**changes) -> Profile:
    return replace(ROOM, obs={**ROOM.obs, "main": replace(PC, **changes)})


def test_every_metric_of_obs_is_measured_once():
    found = [each.metric.id for each in measure_obs(GOOD, setting_of(), "main")]
    assert sorted(found) == sorted(key for key in METRICS if key.startswith("obs."))


def test_a_good_obs():
    assert {key: each.value if each.reason is None else each.reason for key, each in measured().items()} == {
        "obs.reachable": True,
        "obs.profile_ok": True,
        "obs.collection_ok": True,
        "obs.scene_ok": True,
        "obs.missing_names": 0,
        "obs.muted_inputs": 0,
        "obs.silent_inputs": 0,
        "obs.missing_media": 0,
        "obs.virtualcam_on": False,
        "obs.canvas_ok": True,
        "obs.target_is_test": False,
        "obs.key_set": True,
        "obs.skipped_pct": 0.0,
        "obs.dropped_pct": Reason.NOT_STREAMING,
        "obs.reconnecting": False,
        "obs.delay_s": 0.0,
        "obs.disk_free_gb": Reason.NOT_IN_PROFILE,
        "obs.log_warnings": 0,
        "obs.spare_differs": Reason.NOT_IN_PROFILE,
        "obs.settings_differ": Reason.NO_PLAN,
    }


@pytest.mark.parametrize(
    ("metric", "state"),
    [("profile_ok", {"profile": "Rooms"}), ("collection_ok", {"collection": "x"}), ("scene_ok", {"scene": "live"})],
)
def test_another_name_is_another_profile_collection_or_scene(metric, state):
    assert one(metric, **state) == (False, tuple(state.values()))
    nameless = with_pc(profile=None, collection=None, scene=None)
    assert one(metric, nameless, **state) == (Reason.NOT_IN_PROFILE, ())


@pytest.mark.parametrize("found", ["rigcheck-drill", "rigcheck-drill-2"])
def test_a_profile_for_drills_is_wrong_for_every_show(found):
    assert one("profile_ok", profile=found) == (False, (found,))
    assert one("profile_ok", with_pc(profile=None), profile=found) == (False, (found,))
    assert one("profile_ok", with_pc(profile=None), profile="Drill") == (Reason.NOT_IN_PROFILE, ())


def test_the_names_that_obs_lacks_are_told_scenes_first():
    assert one("missing_names", inputs=(LAV,), scenes=("Standby",)) == (2, ("Live", "Cam 1"))
    assert one("missing_names", with_pc(scenes=("Lav 1",))) == (1, ("Lav 1",)), "an input is no scene"
    assert one("missing_names", Profile(obs={"main": ObsPc()})) == (Reason.NOT_IN_PROFILE, ())


def test_the_inputs_of_devices_are_looked_for_in_the_main_obs_only():
    room = replace(ROOM, mic={"main": MicDevice("obs:Lav 9"), "backup": MicDevice("obs:program")})
    assert one("missing_names", room) == (1, ("Lav 9",))
    assert one("missing_names", room, name="spare") == (0, ())


def test_a_muted_input_that_viewers_should_hear_is_told():
    mute = replace(LAV, muted=True, silent=True)
    assert one("muted_inputs", inputs=(CAM, mute, MUSIC)) == (1, ("Lav 1",))
    assert one("silent_inputs", inputs=(CAM, mute, MUSIC)) == (Reason.NONE_HERE, ()), "told once"
    assert not measured(inputs=(CAM, mute))["obs.muted_inputs"].estimate


def test_a_camera_and_a_spare_microphone_may_be_muted():
    inputs = (replace(CAM, muted=True, silent=True), LAV, replace(LAV, name="Lav 2", muted=True))
    room = replace(with_pc(inputs=("Cam 1", "Lav 1", "Lav 2")), mic={**ROOM.mic, "backup": MicDevice("obs:Lav 2")})
    assert one("muted_inputs", room, inputs=inputs) == (0, ())


def test_where_no_input_is_named_it_is_an_estimate_of_those_in_the_programme():
    room = Profile(obs={"main": ObsPc()})
    inputs = (replace(LAV, muted=True), replace(MUSIC, muted=True), replace(LAV, name="Desktop", silent=True))
    found = measured(room, inputs=inputs)
    assert found["obs.muted_inputs"].params["names"] == ("Lav 1",)
    assert found["obs.silent_inputs"].params["names"] == ("Desktop",)
    assert found["obs.muted_inputs"].estimate
    assert found["obs.silent_inputs"].estimate
    assert one("muted_inputs", room, inputs=(CAM,)) == (Reason.NONE_HERE, ())


def test_media_that_is_gone_or_cannot_be_played():
    inputs = (LAV, replace(MUSIC, file_missing=True), replace(CAM, media="error"), replace(CAM, media="ended"))
    assert one("missing_media", inputs=inputs) == (2, ("音乐 🎵", "Cam 1"))


@pytest.mark.parametrize("place", ["test", "loopback", "private", "none"])
def test_a_target_that_is_not_the_platform(place):
    assert one("target_is_test", target=place) == (True, (place,))


def test_only_a_platform_wants_a_stream_key():
    assert one("key_set") == (True, ())
    assert one("key_set", has_key=False) == (False, ())
    assert one("key_set", has_key=False, target="private") == (Reason.NONE_HERE, ())


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("pusher", ["obs", "companion"])
def test_scene_and_key_are_due_when_the_show_begins(stage, pusher):
    metric, setting = (
        METRICS["obs.scene_ok"],
        Setting(replace(ROOM, show=Show(pusher=pusher)), stage, date(2026, 11, 22)),
    )
    scene, key = limit_scene(setting, "main", metric), limit_key(setting, "main", metric)
    assert (scene is None) is (stage is Stage.GO)  # then the built-in one holds
    assert scene is None or judge(Measurement(metric, False), scene).status is Status.WARN
    assert (key == Limit(OneOf((True,)))) is (stage is Stage.GO and pusher == "obs")
    assert (key is None) is (stage is not Stage.GO or pusher != "obs")


@pytest.mark.parametrize(
    ("url", "place", "is_test"),
    [
        ("rtmp://127.0.0.1/live", "loopback", False),
        ("rtmp://relay.lan:1935/live", "private", False),
        ("rtmp://192.168.1.5/live", "private", False),
        ("rtmp://192.168.1.5/live", "loopback", True),
        ("rtmp://live.example.com/app", "private", True),
        ("rtmp://127.0.0.1/live", "test", True),
    ],
)
def test_where_the_profile_itself_pushes_is_no_test(url, place, is_test):
    assert one("target_is_test", replace(ROOM, push=Push(url)), target=place)[0] is is_test


def test_without_a_target_an_obs_that_does_not_push_is_all_right():
    room = replace(ROOM, show=Show(pusher="companion"))
    assert one("target_is_test", room, target="none") == (Reason.NONE_HERE, ())


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ({"render_skipped": (4, 13)}, 20.0),
        ({"encoded": (500, 545), "encode_skipped": (0, 9)}, 20.0),
        ({"render_skipped": (4, 13), "encode_skipped": (0, 9)}, 40.0),
        ({"rendered": (1000, 90), "render_skipped": (4, 9)}, 10.0),
        ({"rendered": (1000, 1100), "render_skipped": (40, 10), "encoded": (9, 9)}, pytest.approx(100 * 10 / 1100)),
        ({"encoded": (5000, 30), "encode_skipped": (600, 9)}, 20.0),
        ({"render_skipped": (0, 90)}, 100.0),
        ({"rendered": (1000, 1000)}, Reason.STALE),
    ],
)
def test_late_frames_are_a_difference_that_survives_a_restart_of_the_counters(state, value):
    assert one("skipped_pct", **state)[0] == value


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ({}, 0.0),
        ({"dropped": (7, 12)}, 5.0),
        ({"sent": (900, 60), "dropped": (700, 3)}, 5.0),
        ({"sent": (900, 900)}, Reason.STALE),
        ({"sent": (900, 900), "reconnecting": True}, Reason.NOT_STREAMING),
    ],
)
def test_dropped_frames_of_the_running_stream(state, value):
    assert one("dropped_pct", **{**STREAMING, **state})[0] == value


def test_the_recording_disk_matters_where_something_is_recorded():
    records = replace(ROOM, host=Host(record_to="D:/shows"))
    assert one("disk_free_gb", records) == (100.0, ())
    assert one("disk_free_gb", recording=True) == (100.0, ())
    assert one("disk_free_gb", records, disk_free_gb=None) == (Reason.NOT_PUBLISHED, ())
    assert one("disk_free_gb", records, name="spare") == (Reason.NOT_IN_PROFILE, ())


def test_flags_and_figures_as_obs_says_them():
    found = measured(virtualcam=True, reconnecting=True, delay_s=20.0, log_warnings=("wifi", "sample-rate"))
    assert found["obs.virtualcam_on"].value is True
    assert found["obs.reconnecting"].value is True
    assert found["obs.delay_s"].value == 20.0
    assert (found["obs.log_warnings"].value, found["obs.log_warnings"].params["what"]) == (2, ("wifi", "sample-rate"))


def test_what_the_spare_has_otherwise():
    assert one("spare_differs", name="spare", differs=("fps", "key")) == (2, ("fps", "key"))
    assert one("spare_differs", name="spare", differs=()) == (0, ())
    assert one("spare_differs", name="spare") == (Reason.UNREACHABLE, ())


@pytest.mark.parametrize(
    ("changes", "faults"),
    [
        ({}, ()),
        ({"fps": "30000/1001"}, ()),
        ({"fps": "59.94"}, ()),
        ({"color_space": "sRGB"}, ()),
        ({"base": "1920x1080", "output": "1280x720"}, ("orientation",)),
        ({"base": "1080x1080", "output": "720x720"}, ("orientation",)),
        ({"output": "607x1080"}, ("odd",)),
        ({"base": "720x1280", "output": "1080x1920"}, ("enlarged",)),
        ({"output": "720x1080"}, ("stretched",)),
        ({"output": "1280x720"}, ("orientation", "enlarged", "stretched")),
        ({"fps": "24"}, ("rate",)),
        ({"fps": "20"}, ("rate",)),
        ({"fps": "29.9"}, ("rate",)),
        ({"color_space": "2100PQ"}, ("space",)),
        ({"color_space": "601"}, ("space",)),
        ({"color_range": "Full"}, ("range",)),
        ({"output": "", "fps": "x", "color_range": "Partial"}, ()),
        ({"base": "0x0"}, None),
    ],
)
def test_canvas_and_output(changes, faults):
    assert canvas_faults({**SETTINGS, **changes}, "portrait") == faults


def test_the_canvas_of_a_show_in_landscape():
    wide = {"base": "1920x1080", "output": "1920x1080"}
    assert canvas_faults(wide, "landscape") == ()
    assert canvas_faults(SETTINGS, "landscape") == ("orientation",)
    assert one("canvas_ok", settings=wide) == (False, ("orientation",))
    assert one("canvas_ok", settings={}) == (Reason.NOT_PUBLISHED, ())


def test_what_is_asked():
    password = Secret("env:OBS_PASSWORD")
    spare = ObsPc(url="ws://10.0.0.2:4455", password=password)
    room = replace(ROOM, obs={"main": PC, "spare": spare})
    main, second = (ask_obs(setting_of(room), name) for name in ("main", "spare"))
    assert (main.obs.url, main.compare) == (PC.url, None)
    assert second.obs.password == password
    assert second.obs.url == spare.url
    assert second.compare == main.obs
    assert main.key != second.key


@pytest.mark.parametrize(
    ("push", "hosts"),
    [
        (None, ()),
        (Push("rtmp://live.example/app"), ()),
        (Push("rtmp://live.example/app", test=PushTest("rtmp://Test.example:1935/app")), ("test.example",)),
        (Push("rtmp://live.example/app", test=PushTest("rtmp://live.example/test")), ()),
        (
            Push("rtmp://live.example/app", backup=Ingest("rtmp://b.example/app"), test=PushTest("rtmp://B.example/x")),
            (),
        ),
        (Push(test=PushTest("srt://[2001:db8::1]:9000")), ("2001:db8::1",)),
    ],
)
def test_the_hosts_of_a_trial_ingest(push, hosts):
    assert ask_obs(setting_of(replace(ROOM, push=push or Push())), "main").test_hosts == hosts


def test_limits_that_depend_on_who_pushes_and_how_fast_it_must_be():
    metric = METRICS["obs.delay_s"]
    companion = setting_of(replace(ROOM, show=Show(pusher="companion")))
    assert limit_virtualcam(setting_of(), "main", metric) is None
    assert limit_virtualcam(companion, "main", metric).ok == OneOf((True,))
    assert limit_target(companion, "main", metric) is None
    assert limit_target(setting_of(), "main", metric).ok == OneOf((False,))
    assert limit_delay(setting_of(), "main", metric).warn == Span(None, 20.0)
    assert limit_delay(setting_of(replace(ROOM, show=Show(low_latency=True))), "main", metric).warn is None


def test_every_check_of_obs_judges_a_metric_of_its_own():
    judged = [metric.id for check in OBS_CHECKS for metric in check.metrics]
    assert sorted(judged) == sorted(key for key in METRICS if key.startswith("obs."))
