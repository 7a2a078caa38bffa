"""Every camera metric of a clip, with its reason where there is no value."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from signals_video import film, reduced, texture

from rigcheck import metrics
from rigcheck.measure.camera import measure_camera
from rigcheck.model import Reason, Stage
from rigcheck.profile import Mode, Profile, Setting

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 21))


def values(clip):
    found = {item.metric.id: item for item in measure_camera(clip, SETTING, "main")}
    of_several = {"camera.match_de00", "camera.together_pct"}
    assert set(found) == {name for name in metrics.METRICS if name.startswith("camera.")} - of_several
    return found


def test_a_good_clip():
    clip = dataclasses.replace(reduced(film(60), rotate=90), asked=Mode(960, 540, 29.97), first_frame_ms=412.0)
    found = values(clip)
    assert (found["camera.width_px"].value, found["camera.height_px"].value) == (540, 960)
    assert found["camera.fps"].value == pytest.approx(30, abs=0.01)
    assert found["camera.fps_of_asked_pct"].value == pytest.approx(100.1, abs=0.05)
    assert found["camera.noise_sigma"].value == pytest.approx(2, rel=0.1)
    assert not found["camera.noise_sigma"].estimate
    for name in ("jitter_ms", "dropped_pct", "duplicated_pct", "black_s", "frozen_s"):
        assert found[f"camera.{name}"].value == pytest.approx(0, abs=0.001), name
    assert found["camera.levels"].value in ("full", "limited")
    assert found["camera.first_frame_ms"].value == 412
    for name in ("focus_ratio", "shift_pct", "haze_pct"):
        assert found[f"camera.{name}"].reason is Reason.NO_BASELINE


def test_faults_have_numbers():
    frames = list(film(120, height=180, width=320))
    frames[30:60] = [frames[30]] * 30
    frames[80:95] = [np.zeros_like(frames[0])] * 15
    keep = [at for at in range(120) if at not in (10, 70, 71)]
    found = values(reduced([frames[at] for at in keep], times_s=[at / 30 for at in keep]))
    assert found["camera.dropped_pct"].value == pytest.approx(100 * 3 / 120)
    assert found["camera.frozen_s"].value == pytest.approx(1, abs=1 / 30)
    assert found["camera.black_s"].value == pytest.approx(0.5, abs=1 / 30)
    assert found["camera.duplicated_pct"].value == pytest.approx(100 * (29 + 14) / 117)
    assert found["camera.fps_of_asked_pct"].reason is Reason.NOT_IN_PROFILE
    assert found["camera.first_frame_ms"].reason is Reason.NOT_IN_FILE


def test_a_still_tells_what_a_still_can():
    found = values(reduced([next(film(1))], clock="none"))
    timed = ("fps", "fps_of_asked_pct", "jitter_ms", "dropped_pct", "duplicated_pct", "black_s", "frozen_s")
    assert {found[f"camera.{name}"].reason for name in timed} == {Reason.STILL}
    assert found["camera.noise_sigma"].estimate
    assert found["camera.focus"].value > 0


def test_no_clock_and_no_time():
    found = values(reduced(film(10, height=90, width=160), clock="none"))
    assert found["camera.fps"].reason is Reason.NO_CLOCK
    assert found["camera.duplicated_pct"].value == 0
    assert values(reduced([np.zeros((90, 160), np.uint8)]))["camera.fps"].reason is Reason.TOO_SHORT


def test_nothing_to_see_is_no_value():
    found = values(reduced([np.zeros((90, 160), np.uint8)] * 30, keep=0))
    assert found["camera.levels"].reason is Reason.NONE_HERE
    assert found["camera.noise_sigma"].reason is Reason.NONE_HERE
    assert found["camera.black_s"].value == pytest.approx(1)


def test_blur_is_monotonic():
    import cv2

    rng, sharp = np.random.default_rng(0), texture()
    detail = []
    for sigma in (0.3, 1, 2, 4):
        soft = cv2.GaussianBlur(sharp, (0, 0), sigma)
        noise = (np.clip(soft + rng.normal(0, 1, soft.shape), 0, 255).astype(np.uint8) for _ in range(5))
        detail.append(values(reduced(noise))["camera.focus"].value)
    assert detail == sorted(detail, reverse=True)


def shots(frames, count_per_s=5):
    return reduced(list(frames), times_s=[at / count_per_s for at in range(len(frames))], clock="shots")


def test_single_pictures_tell_no_rhythm():
    found = values(dataclasses.replace(shots(list(film(10))), via="obs-shot"))
    blind = {name for name, item in found.items() if item.reason is Reason.NOT_THIS_WAY}
    timed = {"fps", "fps_of_asked_pct", "jitter_ms", "dropped_pct", "duplicated_pct", "cadence"}
    timed |= {"noise_sigma", "first_frame_ms"}
    assert blind == {f"camera.{name}" for name in timed}
    assert (found["camera.black_s"].value, found["camera.frozen_s"].value) == (0, 0)
    assert found["camera.focus"].value > 0
    assert found["camera.levels"].value in ("full", "limited")


def test_between_single_pictures_there_may_be_others():
    picture = next(film(1))
    part = values(shots([*film(5), *[picture] * 5]))["camera.frozen_s"]
    assert (part.value, part.estimate) == (pytest.approx(1.0), True)
    whole = values(shots([picture] * 10))["camera.frozen_s"]
    assert (whole.value, whole.estimate) == (pytest.approx(2.0), False)
    black = values(shots([np.zeros_like(picture)] * 10))["camera.black_s"]
    assert (black.value, black.estimate) == (pytest.approx(2.0), False)
    assert values(shots([picture]))["camera.frozen_s"].reason is Reason.TOO_SHORT


def test_what_stands_in_for_another_picture_is_an_estimate_throughout():
    found = values(dataclasses.replace(shots(list(film(10))), is_estimate=True))
    assert all(item.estimate for item in found.values() if item.value is not None)
