"""Exposure that pumps by a known amount, among noise, flicker, movement and flashes; and what cannot be told."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_video import film, flickering, limited, noisy, reduced, rounded, texture, write_video

from rigcheck.measure.light import measure_light
from rigcheck.model import Reason, Stage
from rigcheck.profile import Box, CameraDevice, Profile, Setting
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip

SIZE = (270, 480)


def pumping(clip, **device):
    setting = Setting(Profile(camera={"main": CameraDevice(**device)}), Stage.HOST, date(2026, 11, 21))
    return next(item for item in measure_light(clip, setting, "main") if item.metric.id == "light.pumping_pct")


def gains(pct, count=150, fps=30.0, at_s=1.5, takes_s=0.7):
    """Gain in linear light that falls by 100 (1 - low) / (1 + low) = pct while goods are shown, and comes back."""
    low, t_s = (100 - pct) / (100 + pct), np.arange(count) / fps
    down = np.clip((t_s - at_s) / takes_s, 0, 1) - np.clip((t_s - at_s - 1.7) / takes_s, 0, 1)
    return 1 - (1 - low) * down


def exposed(frames, gain):
    """Frames with their light multiplied, frame by frame (gamma 2.2)."""
    return (np.asarray(frame, float) * k ** (1 / 2.2) for frame, k in zip(frames, gain, strict=False))


def pumped(pct, sigma=2.0, subject=0.4, **how):
    """A room with a moving subject, its exposure and then its noise."""
    rng = np.random.default_rng(1)
    scene = film(150, height=SIZE[0], width=SIZE[1], sigma=0, subject=subject)
    return (noisy(frame, sigma, rng) for frame in exposed(scene, gains(pct, **how)))


@pytest.mark.parametrize("pct", [0, 3, 6, 12, 25])
@pytest.mark.parametrize("sigma", [0, 2, 6])
def test_a_swing_is_read_back(pct, sigma) -> None:
    found = pumping(reduced(pumped(pct, sigma)))
    assert found.value == pytest.approx(pct, abs=0.8)
    assert found.params["box"] == "rim"


@given(st.floats(0, 30), st.floats(0, 30))
@settings(max_examples=5, deadline=None)
def test_a_wider_swing_never_reads_narrower(one, other) -> None:
    narrow, wide = (pumping(reduced(pumped(pct))).value for pct in sorted((one, other)))
    assert wide >= narrow - 0.3


def test_only_the_backdrop_counts_where_there_is_one() -> None:
    scene = texture(*SIZE)
    frames = []
    for k in gains(12):
        frame = scene * k ** (1 / 2.2)
        frame[:, :240] = scene[:, :240]
        frames.append(rounded(frame))
    clip = reduced(frames)
    assert pumping(clip, backdrop=Box(0, 0, 0.45, 1)).value == pytest.approx(0, abs=0.3)
    right = pumping(clip, backdrop=Box(0.55, 0, 0.45, 1))
    assert right.value == pytest.approx(12, abs=0.5)
    assert right.params["box"] == "backdrop"


@pytest.mark.parametrize(("hz", "fps"), [(100, 30), (100, 25), (120, 30), (120, 25), (217, 30)])
def test_lamps_that_flicker_are_no_pumping(hz, fps) -> None:
    clip = reduced(flickering(150, texture(*SIZE), hz=hz, fps=fps, depth=0.3, sigma=2), fps=fps)
    assert pumping(clip).value < 2


def test_pumping_is_seen_through_flicker() -> None:
    scene = flickering(150, texture(*SIZE), hz=100, fps=30, depth=0.2)
    clip = reduced(rounded(frame) for frame in exposed(scene, gains(12)))
    assert pumping(clip).value == pytest.approx(12, abs=2)


def test_a_flash_is_no_pumping() -> None:
    gain = np.ones(150)
    gain[70] = 1.8
    assert pumping(reduced(rounded(f) for f in exposed([texture(*SIZE) * 0.7] * 150, gain))).value < 4


@pytest.mark.parametrize("seed", range(3))
def test_movement_in_half_of_the_rim_is_no_pumping(seed) -> None:
    scene = texture(*SIZE, seed=seed)
    other = np.clip(1.3 * texture(*SIZE, seed=seed + 50), 0, 235)
    frames = []
    for at in range(150):
        frame = scene.copy()
        frame[150:, : 3 * at] = other[150:, : 3 * at]  # goods are carried through the lower part
        frames.append(frame)
    found = pumping(reduced(noisy(frame, 2, np.random.default_rng(at)) for at, frame in enumerate(frames)))
    assert found.reason is Reason.NONE_HERE or found.value < 2


def test_a_camera_that_is_panned_cannot_be_judged() -> None:
    wide = np.hstack([texture(*SIZE, seed=3), texture(*SIZE, seed=4)])
    found = pumping(reduced(rounded(wide[:, 3 * at : 3 * at + 480]) for at in range(150)))
    assert found.reason is Reason.NONE_HERE or found.value < 4


@pytest.mark.parametrize("code", [4, 252])
def test_black_and_burnt_out_rims_tell_nothing(code) -> None:
    scene = np.full(SIZE, float(code))
    scene[80:190, 140:340] = 120
    assert pumping(reduced([rounded(scene)] * 150)).reason is Reason.NONE_HERE


def test_a_pumping_phone_video_is_read_too(tmp_path) -> None:
    path = write_video(tmp_path / "phone.mp4", map(limited, pumped(12)), options={"crf": "23"})
    assert pumping(read_clip(path, CameraRequest(), whole=True)).value == pytest.approx(12, abs=1)


def test_reasons_where_there_is_no_value() -> None:
    frame = rounded(texture(*SIZE))
    assert pumping(reduced([frame], clock="none")).reason is Reason.STILL
    assert pumping(reduced([frame] * 90, clock="none")).reason is Reason.NO_CLOCK
    assert pumping(reduced([frame] * 45)).reason is Reason.TOO_SHORT
    assert pumping(reduced([frame] * 10, fps=2)).reason is Reason.TOO_SHORT
    assert pumping(dataclasses.replace(reduced([frame] * 90), clock="shots")).reason is Reason.NOT_THIS_WAY
    assert pumping(reduced([rounded(texture(6, 6))] * 90)).value == pytest.approx(0)
