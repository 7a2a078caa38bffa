"""Which trial is the one to push with, and what its figures say of the computer."""

from dataclasses import replace
from datetime import date

import pytest

from rigcheck.checks.encoder import ENCODER_CHECKS, ask_encoder
from rigcheck.encoder_state import Candidate, EncoderTrials, Trial
from rigcheck.measure.encoder import choose, fit_of, measure_encoder, scaled_to, share_of
from rigcheck.model import Reason, Stage
from rigcheck.profile import Box, CameraDevice, Mode, ObsPc, Profile, Setting
from rigcheck.push_plan import Encode, PushPlan, Target
from rigcheck.push_rule import PushRules
from rigcheck.samples import PROGRAM

FAST = Trial("x264", "superfast", 1080, 1920, 30, 4450, wall_fps=120, cpu_ms=15)
GOOD = Trial("x264", "veryfast", 1080, 1920, 30, 4450, wall_fps=60, cpu_ms=30)
SLOW = Trial("x264", "faster", 1080, 1920, 30, 4450, wall_fps=33, cpu_ms=55)
CARD = Trial("nvenc", "p5", 1080, 1920, 30, 4450, wall_fps=200, cpu_ms=3)
ROOM = Profile(camera={"main": CameraDevice("Cam", Mode(1920, 1080, 30), rotate=90)})


def setting(profile=ROOM, **more):
    return Setting(profile, Stage.HOST, date(2026, 11, 22), **more)


def measured(*trials, cores=2, **more):
    sample = EncoderTrials(trials, {}, cores, 0.4, 60)
    return {each.metric.id: each for each in measure_encoder(sample, setting(**more), "main")}


def planned(**changes):
    return PushPlan(replace(Encode(1080, 1920, 30.0, 4450), **changes), (), "uplink", "high", ())


def test_the_share_is_of_all_cores():
    assert share_of(GOOD, 2) == pytest.approx(0.45)
    assert share_of(GOOD, 8) == pytest.approx(0.1125)


@pytest.mark.parametrize(
    ("trial", "cores", "fit"),
    [
        (GOOD, 2, "enough"),
        (SLOW, 2, "slow"),
        (replace(GOOD, wall_fps=25), 2, "busy"),  # its processor time would do: something else has the cores
        (replace(GOOD, wall_fps=44), 2, "busy"),
        (replace(SLOW, cpu_ms=80, wall_fps=42), 16, "slow"),  # it got more than three cores: it has no use for more
        (replace(CARD, wall_fps=40), 2, "slow"),  # its chip is too slow, whatever the processor does
    ],
)
def test_a_busy_computer_is_not_a_slow_one(trial, cores, fit):
    assert fit_of(trial, cores) == fit


def test_a_room_s_own_rules_hold():
    strict = PushRules(cores_share=0.4)
    assert (fit_of(GOOD, 2), fit_of(GOOD, 2, strict)) == ("enough", "slow")
    assert fit_of(GOOD, 2, PushRules(speed=3)) == "slow"


def test_the_slowest_preset_that_is_in_time_is_chosen_whatever_noise_its_cost_has():
    assert choose((FAST, GOOD, SLOW), 2) is GOOD
    cheap = replace(GOOD, cpu_ms=14)
    assert choose((FAST, cheap), 2) is cheap


def test_hardware_that_is_in_time_comes_first():
    assert choose((FAST, GOOD, CARD), 2) is CARD
    assert choose((FAST, replace(CARD, wall_fps=31)), 2) is FAST


def test_where_none_is_in_time_a_busy_one_is_better_than_none():
    busy = replace(FAST, wall_fps=20)
    assert choose((busy, SLOW), 2) is busy
    assert choose((SLOW,), 2) is None
    assert choose((), 2) is None


def test_without_a_plan_the_chosen_trial_is_measured():
    found = measured(FAST, GOOD, SLOW)
    assert {key: each.value for key, each in found.items()} == pytest.approx(
        {"encoder.realtime_x": 2.0, "encoder.cpu_ms_per_frame": 30.0, "encoder.cpu_pct": 45.0}
    )
    assert all(not each.estimate and "what" not in each.params for each in found.values())
    assert found["encoder.realtime_x"].params["preset"] == "veryfast"


def test_with_a_plan_its_own_encoder_is_measured():
    assert measured(FAST, GOOD, SLOW, plan=planned(preset="superfast"))["encoder.realtime_x"].value == 4.0
    late = measured(FAST, GOOD, SLOW, plan=planned(preset="faster"))["encoder.cpu_pct"]
    assert (late.value, late.params["what"]) == (pytest.approx(82.5), ("slow",))


def test_a_busy_computer_is_said_to_be_busy():
    found = measured(replace(GOOD, wall_fps=20))["encoder.realtime_x"]
    assert (found.params["what"], found.params["load"]) == (("busy",), 0.4)


def test_where_nothing_will_do_the_cheapest_is_told():
    assert measured(replace(FAST, cpu_ms=50, wall_fps=40), SLOW)["encoder.cpu_ms_per_frame"].value == 50


def test_a_smaller_picture_is_scaled_to_what_is_pushed_and_an_estimate():
    """A portrait cut out of a landscape camera: 608x1080 of the 1080x1920 that will be encoded."""
    small = replace(GOOD, width_px=608, height_px=1080, cpu_ms=10, wall_fps=190)
    found = measured(small, plan=planned())["encoder.cpu_ms_per_frame"]
    assert (found.estimate, found.value) == (True, pytest.approx(10 * 1080 * 1920 / (608 * 1080)))
    assert scaled_to(small, 1080, 1920).wall_fps == pytest.approx(190 * 608 * 1080 / (1080 * 1920))


def test_of_several_sizes_the_nearest_is_taken():
    small, large = (replace(GOOD, width_px=w, height_px=h, cpu_ms=ms) for w, h, ms in ((540, 960, 8), (720, 1280, 14)))
    found = measured(small, large, target=Target(720, 1280))["encoder.cpu_ms_per_frame"]
    assert (found.value, found.estimate) == (14, False)


def test_nothing_tried_is_no_value():
    assert measured()["encoder.realtime_x"].reason is Reason.NOT_IN_FILE
    other_rate = measured(replace(GOOD, fps=60))
    assert other_rate["encoder.cpu_pct"].value is None


def test_the_main_camera_is_asked_at_the_show_s_target():
    request = ask_encoder(setting(target=Target(720, 1280, 25.0, 2500)), "main")
    assert (request.device, request.mode, request.rotate) == ("Cam", Mode(1920, 1080, 30), 90)
    assert request.candidates == (Candidate(720, 1280, 25.0, 2500),)
    assert request.disturbs
    assert request.resource == "camera:Cam"


def test_a_plan_s_own_preset_is_tried_too_in_the_order_of_cost():
    (candidate,) = ask_encoder(setting(plan=planned(preset="ultrafast", video_kbps=3000)), "main").candidates
    assert candidate.presets == ("ultrafast", "superfast", "veryfast", "faster", "medium")
    assert candidate.video_kbps == 3000
    (hardware,) = ask_encoder(setting(plan=planned(encoder="nvenc", preset="p5")), "main").candidates
    assert hardware == Candidate(1080, 1920, 30.0, 4450)


def test_where_obs_answers_its_programme_is_the_picture():
    room = replace(ROOM, obs={"main": ObsPc()}, camera={"main": CameraDevice("Cam", crop=Box(0, 0, 0.5, 1))})
    request = ask_encoder(setting(room, obs_answers=True), "main")
    assert (request.device, request.crop, request.resource) == (PROGRAM, None, PROGRAM)
    assert request.obs is not None


def test_a_room_without_a_camera_has_no_trial():
    assert setting(replace(ROOM, camera={})).names("encoder") == ()
    assert {check.part for check in ENCODER_CHECKS} == {"encoder"}
