"""A camera's clip against the room's baseline: values, what told them, and every reason why there are none."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from signals_baseline import baseline_of, clip_of, goods_moved, room, seen, soft, veiled
from signals_video import texture

from rigcheck.measure.camera import measure_camera, measure_noise
from rigcheck.measure.drift import kept_picture
from rigcheck.model import Reason, Stage
from rigcheck.profile import Box, CameraDevice, Mode, Profile, Setting

LOGO = Box(0.5, 0.15, 0.3, 0.4)
ANCHORED, PLAIN = CameraDevice(anchor=LOGO), CameraDevice()
ROOM = room()
GOOD = clip_of(seen(ROOM))
DRIFT = ("focus_ratio", "shift_pct", "haze_pct")


def measured(clip, device=ANCHORED, baseline=None, name="main"):
    baseline = baseline or baseline_of(GOOD, device)
    setting = Setting(Profile(camera={name: device}), Stage.HOST, date(2026, 11, 21), baseline=baseline)
    found = {item.metric.id: item for item in measure_camera(clip, setting, name)}
    return [found[f"camera.{each}"] for each in DRIFT]


def values(clip, device=ANCHORED):
    return [item.value for item in measured(clip, device)]


def reasons(*args, **kwargs):
    return {item.reason for item in measured(*args, **kwargs)}


@pytest.mark.parametrize("device", [ANCHORED, PLAIN], ids=["anchor", "whole picture"])
def test_a_room_that_is_as_it_was(device):
    again = clip_of(seen(ROOM), sigma=1, seed=5)
    focus, shift, haze = values(again, device)
    assert focus == pytest.approx(1, abs=0.05)
    assert shift == pytest.approx(0, abs=0.1)
    assert haze == pytest.approx(0, abs=2)


def test_what_told_it_is_said_and_a_whole_picture_only_estimates():
    by_anchor, by_all = measured(GOOD), measured(GOOD, PLAIN)
    assert [item.params["what"] for item in (*by_anchor, *by_all)] == [("anchor",)] * 3 + [("picture",)] * 3
    assert [item.estimate for item in (*by_anchor, *by_all)] == [False] * 3 + [True] * 3


@pytest.mark.parametrize("device", [ANCHORED, PLAIN], ids=["anchor", "whole picture"])
def test_each_fault_moves_its_own_figure_only(device):
    moved = values(clip_of(seen(ROOM, 6, -2)), device)
    assert moved[1] == pytest.approx(np.hypot(6, 2), abs=0.5)
    assert (moved[0] > 0.9, moved[2] < 5) == (True, True)
    blurred = values(clip_of(soft(seen(ROOM), 5)), device)
    assert blurred[0] < 0.2
    assert (blurred[1] < 0.5, blurred[2] < 20) == (True, True)
    fogged = values(clip_of(veiled(seen(ROOM), 0.6)), device)
    assert fogged[2] == pytest.approx(40, abs=5)
    assert (fogged[0] > 0.85, fogged[1] < 0.5) == (True, True)


def test_neither_other_goods_nor_gain_noise_nor_half_the_light_is_a_fault():
    picture = goods_moved(seen(ROOM), share=0.3)
    rows, columns = slice(70, 310), slice(470, 780)  # round the logo, which stays
    picture[rows, columns] = seen(ROOM)[rows, columns]
    focus, shift, haze = values(clip_of(picture * 0.6, sigma=6))
    assert focus > 0.7
    assert shift < 0.5
    assert haze < 20


def test_focus_falls_with_blur_without_end():
    found = [values(clip_of(soft(seen(ROOM), sigma)))[0] for sigma in (0.7, 1.5, 3, 6, 12)]
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.02


def test_a_camera_turned_elsewhere_is_not_seen_rather_than_good():
    assert reasons(clip_of(seen(room(4)))) == {Reason.NOT_RECOGNISED}
    assert Reason.NOT_RECOGNISED.is_blind
    assert reasons(clip_of(np.zeros((540, 960)), sigma=0)) == {Reason.NOT_RECOGNISED}


def test_a_wall_has_nothing_to_be_known_by():
    wall = clip_of(np.full((540, 960), 120.0))
    assert reasons(wall, baseline=baseline_of(wall, ANCHORED)) == {Reason.NONE_HERE}


def test_no_baseline_and_none_of_this_camera():
    assert reasons(GOOD, baseline=baseline_of(GOOD, ANCHORED, cameras={})) == {Reason.NO_BASELINE}
    assert reasons(GOOD, name="side") == {Reason.NO_BASELINE}


@pytest.mark.parametrize(
    ("device", "clip", "was", "now"),
    [
        (replace(ANCHORED, device="Other"), {}, "device -", "device Other"),
        (replace(ANCHORED, mode=Mode(1280, 720, 30)), {}, "mode -", "mode 1280x720@30"),
        (replace(ANCHORED, rotate=180), {}, "rotate 0", "rotate 180"),
        (ANCHORED, {"via": "obs-record"}, "via device", "via obs-record"),
        (ANCHORED, {"frames": np.zeros((1, 960, 540, 3), np.uint8)}, "size 480x270", "size 540x960"),
    ],
    ids=["device", "mode", "rotate", "way", "shape"],
)
def test_a_baseline_of_another_camera_or_mode_is_refused_and_says_why(device, clip, was, now):
    found = measured(replace(GOOD, **clip), device, baseline_of(GOOD, ANCHORED))
    assert {item.reason for item in found} == {Reason.OTHER_BASELINE}
    assert (found[0].params["was"], found[0].params["now"]) == (was, now)
    assert not Reason.OTHER_BASELINE.is_blind


def test_an_address_is_told_apart_without_its_secrets():
    one, other = (CameraDevice(f"rtsp://admin:geheim{n}@10.0.0.7/key{n}") for n in (1, 2))
    found = measured(GOOD, other, baseline_of(GOOD, one))
    assert {item.reason for item in found} == {Reason.OTHER_BASELINE}
    said = f"{found[0].params} {baseline_of(GOOD, one).cameras['main'].device}"
    assert "rtsp://10.0.0.7" in said
    assert not any(word in said for word in ("geheim", "admin", "key1", "key2"))
    again = CameraDevice("rtsp://admin:changed@10.0.0.7/key1")
    assert measured(GOOD, again, baseline_of(GOOD, one))[0].value is not None


def test_in_the_programme_a_cameras_boxes_do_not_hold():
    through = replace(GOOD, via="obs-record")
    found = measured(through, ANCHORED, baseline_of(through, ANCHORED))
    assert {item.params["what"] for item in found} == {("picture",)}


def test_without_a_whole_frame_there_is_nothing_to_compare_and_nothing_to_keep():
    bare = clip_of(seen(ROOM), keep=0)
    assert kept_picture(bare, ANCHORED, measure_noise(bare)) is None
    assert reasons(bare) == {Reason.NONE_HERE}


@pytest.mark.parametrize(("height", "width"), [(1280, 720), (90, 160), (16, 16), (300, 2000)])
def test_a_kept_picture_is_small_and_knows_itself_again(height, width):
    clip = clip_of(texture(height, width), frames=2)
    kept = kept_picture(clip, ANCHORED, measure_noise(clip))
    assert kept.picture.shape[1] == min(480, width)
    assert kept.picture.shape[0] / kept.picture.shape[1] == pytest.approx(height / width, rel=0.02)
    focus, shift, _ = measured(clip, ANCHORED, baseline_of(clip, ANCHORED))
    assert shift.value is None or shift.value == pytest.approx(0, abs=0.5)
    assert focus.value is None or focus.value == pytest.approx(1, abs=0.01)


def test_a_still_tells_it_too():
    still = clip_of(seen(ROOM, 4), frames=1, clock="none")
    assert measured(still)[1].value == pytest.approx(4, abs=0.5)
