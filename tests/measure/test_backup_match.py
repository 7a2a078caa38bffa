"""Would a change-over be seen: known differences in size, shape, rate and sound, and what cannot be compared."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from obs_states import AT_REST
from standby_files import PLAYS
from test_backup_ready import clip

from rigcheck.backup_state import DrillHistory
from rigcheck.drill_plan import Backup, BackupContent, BackupDevice
from rigcheck.measure.backup_match import measure_match
from rigcheck.model import Reason, Stage
from rigcheck.pair import Pair
from rigcheck.profile import CameraDevice, MicDevice, Mode, Profile, Setting
from rigcheck.push_plan import Encode, PushPlan, Target
from rigcheck.samples import AudioClip, LevelTrace

ROOM = Profile(
    camera={"main": CameraDevice(mode=Mode(1280, 720, 30), rotate=90), "backup": CameraDevice(device="b")},
    mic={"main": MicDevice(), "backup": MicDevice(device="b")},
    backup=Backup(camera=BackupDevice("backup"), mic=BackupDevice("backup"), content=BackupContent(file="a.mp4")),
)
SETTING = Setting(ROOM, Stage.HOST, date(2026, 11, 22))
UNPLANNED = replace(SETTING, profile=replace(ROOM, camera={**ROOM.camera, "main": CameraDevice()}))
OBS = replace(AT_REST, settings={"output": "720x1280", "fps": "30", "audio_rate_hz": "48000"})


def camera(width=720, height=1280, fps=30.0, **changes):
    return clip(width_px=width, height_px=height, t_s=np.arange(90) / fps, **changes)


def differs(sample, kind, setting=SETTING):
    (found,) = measure_match(sample, setting, kind)
    return found.params.get("what", ()) if found.value is not None else found.reason


@pytest.mark.parametrize(
    ("shown", "words"),
    [
        (camera(), ()),
        (camera(1080, 1920), ()),
        (camera(fps=29.97), ()),
        (camera(480, 854), ("size",)),
        (camera(1280, 720), ("shape",)),
        (camera(fps=25.0), ("rate",)),
        (camera(640, 360, fps=15.0), ("shape", "rate")),
    ],
)
def test_a_camera_against_the_main_ones_mode_turned_upright(shown, words):
    assert differs(shown, "camera") == words


@pytest.mark.parametrize(
    ("main", "words"), [(camera(), ()), (camera(1080, 1920), ("size",)), (camera(fps=60.0), ("rate",))]
)
def test_without_a_mode_against_what_the_main_one_delivers(main, words):
    assert differs(Pair(main, camera()), "camera", UNPLANNED) == words


def test_what_obs_shows_of_a_camera_is_not_its_own_size():
    assert differs(camera(100, 100, clock="shots"), "camera") is Reason.NONE_HERE
    assert differs(Pair(camera(via="obs-record"), camera()), "camera", UNPLANNED) is Reason.NONE_HERE


@pytest.mark.parametrize(("rates", "words"), [((48_000, 48_000), ()), ((48_000, 44_100), ("sound-rate",))])
def test_microphones_by_their_sample_rates(rates, words):
    main, own = (AudioClip(rate, np.zeros((10, 1), np.float32)) for rate in rates)
    assert differs(Pair(main, own), "mic") == words


def test_meters_tell_no_sample_rate():
    rms = np.zeros((3, 1), np.float32)
    meters = LevelTrace(np.arange(3.0), rms, rms, muted=False)
    assert differs(Pair(meters, meters), "mic") is Reason.NONE_HERE


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, ()),
        ({"fps": 25.0}, ("rate",)),
        ({"rate_hz": 44_100}, ("sound-rate",)),
        ({"rate_hz": None}, ()),
        ({"width_px": 1280, "height_px": 720}, ("shape",)),
        ({"width_px": 360, "height_px": 640}, ("size",)),
        ({"width_px": 900, "height_px": 900}, ()),
    ],
)
def test_a_standby_video_against_what_obs_sends(changes, words):
    assert differs(Pair(OBS, replace(PLAYS, **changes)), "content") == words


@pytest.mark.parametrize("said", ["", "30/0", "x", "1/2/3", "٣٠"])
def test_a_rate_that_obs_does_not_say_as_a_number_is_not_compared(said):
    obs = replace(OBS, settings={**OBS.settings, "fps": said})
    assert differs(Pair(obs, replace(PLAYS, fps=25.0)), "content") == ()


@pytest.mark.parametrize("said", ["30000/1001", "29.97", "30"])
def test_rates_as_obs_writes_them(said):
    obs = replace(OBS, settings={**OBS.settings, "fps": said})
    assert differs(Pair(obs, PLAYS), "content") == ()
    assert differs(Pair(obs, replace(PLAYS, fps=60.0)), "content") == ("rate",)


def test_without_obs_against_the_plan_else_what_the_show_means_to_send():
    target = replace(SETTING, target=Target(720, 1280, 30.0))
    assert differs(PLAYS, "content", target) == ()
    assert differs(PLAYS, "content", replace(SETTING, target=Target(1280, 720, 30.0))) == ("shape",)
    plan = PushPlan(Encode(720, 1280, 60.0, 2500), ("taobao",), "platform", "high", ())
    assert differs(PLAYS, "content", replace(target, plan=plan)) == ("rate",)


def test_what_cannot_be_read_differs_in_nothing():
    unread = replace(PLAYS, outcome="missing", width_px=None, height_px=None, fps=None, rate_hz=None)
    assert differs(Pair(OBS, unread), "content") is Reason.NONE_HERE
    assert differs(DrillHistory(), "content") is Reason.NONE_HERE


def test_a_reserve_that_is_the_main_one_again_is_not_compared():
    room = replace(SETTING, profile=replace(ROOM, backup=Backup(camera=BackupDevice("main"))))
    assert differs(DrillHistory(), "camera", room) is Reason.NOT_IN_PROFILE
