"""White balance against casts that were put in: on a grey card, and on a room that was good before."""

import dataclasses
from datetime import UTC, date, datetime

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_colour import colour_clip, decoded, encoded, seen, tinted
from signals_video import texture

from rigcheck.baseline import Baseline, CameraBaseline
from rigcheck.measure.light import measure_light
from rigcheck.model import Reason, Stage
from rigcheck.profile import Box, CameraDevice, Mode, Profile, Setting

CARD = Box(0.4, 0.4, 0.2, 0.2)
CASTS = [((1.2, 1, 0.8), 20), ((0.85, 1, 1.2), 20), ((1.05, 1, 1), 5), ((1, 1, 1), 0), ((1, 1, 0.5), 50)]


def cast_of(clip, device, baseline=None):
    setting = Setting(Profile(camera={"main": device}), Stage.HOST, date(2026, 11, 21), baseline=baseline)
    return next(item for item in measure_light(clip, setting, "main") if item.metric.id == "light.cast_pct")


def room(seed=0, size=(360, 640)):
    """A room in many colours, RGB codes."""
    return np.stack(
        [0.3 * texture(*size, seed=seed + channel) + 0.6 * texture(*size, seed=seed) for channel in range(3)], 2
    )


def card(light, size=(72, 128)):
    """A grey card, RGB codes: its light falls off by a fifth, as any does (a flat one would be off by rounding)."""
    return encoded(light * np.linspace(1.1, 0.9, size[1])[None, :, None] * np.ones((*size, 3)))


def with_card(light=0.3, seed=0):
    picture = room(seed)
    picture[144:216, 256:384] = card(light)
    return picture


def good(picture, device, /, **changes):
    """A baseline of this picture, as it is stored: reduced by area."""
    small = cv2.resize(seen(picture), (480, 270), interpolation=cv2.INTER_AREA)
    then = CameraBaseline(device=str(device.device), mode=device.mode, rotate=0, via="device", picture=small, focus=1.0)
    then = dataclasses.replace(then, **changes)
    return Baseline("default", datetime(2026, 11, 20, tzinfo=UTC), None, {"main": then})


@pytest.mark.parametrize(("gains", "wanted"), CASTS)
@pytest.mark.parametrize("light", [0.18, 0.5])
@pytest.mark.parametrize("made", [{}, {"sigma": 2}, {"sigma": 6}, {"sigma": 2, "jpeg": 95}], ids=str)
def test_a_cast_is_read_on_a_grey_card(gains, wanted, light, made) -> None:
    clip = colour_clip(seen(tinted(with_card(light), gains), **made))
    found = cast_of(clip, CameraDevice(grey=CARD))
    assert found.value == pytest.approx(wanted, abs=1)
    assert found.params["what"][0] == "grey"
    assert not found.estimate


@pytest.mark.parametrize(
    ("gains", "tint"),
    [
        ((1.2, 1, 0.8), "yellow"),
        ((0.8, 1, 1.2), "blue"),
        ((1, 1, 1.3), "blue"),
        ((1.1, 1, 1.15), "pink"),
        ((0.8, 1, 0.85), "green"),
    ],
)
def test_a_cast_has_a_name(gains, tint) -> None:
    found = cast_of(colour_clip(seen(tinted(with_card(), gains))), CameraDevice(grey=CARD))
    assert found.params["what"] == ("grey", tint)


@given(st.floats(0, 0.6), st.floats(0, 0.6), st.sampled_from([(1, 0, 0), (0, 0, 1), (-1, 0, 0), (1, 0, -1)]))
@settings(max_examples=40, deadline=None)
def test_a_stronger_cast_never_reads_weaker(one, other, direction) -> None:
    weak, strong = sorted((one, other))
    reads = [
        cast_of(
            colour_clip(seen(tinted(card(0.3, (36, 320)), 1 + k * np.array(direction)))),
            CameraDevice(grey=CARD),
        ).value
        for k in (weak, strong)
    ]
    assert reads[1] >= reads[0] - 0.3
    assert reads[1] == pytest.approx(100 * strong, abs=1)


def test_clipped_pixels_of_a_card_are_left_out() -> None:
    picture = tinted(with_card(0.5), (1.2, 1, 0.8))
    picture[144:200, 256:384] = 255  # a shine over three quarters of it
    assert cast_of(colour_clip(seen(picture)), CameraDevice(grey=CARD)).value == pytest.approx(20, abs=1)


@pytest.mark.parametrize("light", [1.5, 0.001], ids=["burnt out", "unlit"])
def test_a_card_that_is_burnt_out_or_unlit_cannot_be_judged(light) -> None:
    found = cast_of(colour_clip(seen(np.clip(with_card(light), 0, 255))), CameraDevice(grey=CARD))
    assert found.reason is Reason.BADLY_EXPOSED
    assert found.reason.is_blind


def test_a_lamp_without_green_has_a_finite_cast() -> None:
    found = cast_of(colour_clip(seen(np.full((36, 64, 3), (150.0, 0.0, 120.0)))), CameraDevice(grey=CARD))
    assert found.value == 999


@pytest.mark.parametrize(("gains", "wanted"), CASTS)
@pytest.mark.parametrize("anchor", [None, Box(0.05, 0.05, 0.3, 0.3)], ids=["picture", "anchor"])
def test_without_a_card_the_room_is_compared_with_its_baseline(gains, wanted, anchor) -> None:
    device = CameraDevice("cam", anchor=anchor)
    now = tinted(room(), gains)
    now[180:360, 250:400] = (200, 30, 60)  # today's goods are red
    found = cast_of(colour_clip(seen(now, sigma=2)), device, good(room(), device))
    assert found.value == pytest.approx(wanted, abs=1.5)
    assert found.params["what"][0] == ("anchor" if anchor else "picture")
    assert found.estimate == (anchor is None)


def test_more_light_is_no_cast() -> None:
    device = CameraDevice("cam")
    brighter = encoded(decoded(room()) * 1.3)
    assert cast_of(colour_clip(seen(brighter)), device, good(room(), device)).value == pytest.approx(0, abs=1)


def test_the_card_goes_before_the_baseline() -> None:
    device = CameraDevice("cam", grey=CARD)
    clip = colour_clip(seen(tinted(with_card(), (1.2, 1, 0.8))))
    assert cast_of(clip, device, good(tinted(with_card(), (1.2, 1, 0.8)), device)).value == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    "changes",
    [
        {"device": "other"},
        {"mode": Mode(1280, 720, 30)},
        {"rotate": 90},
        {"via": "obs-shot"},
        {"picture": np.full((480, 270, 3), 90, np.uint8)},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_baseline_of_another_look_is_none(changes) -> None:
    device, clip = CameraDevice("cam"), colour_clip(seen(room()))
    assert cast_of(clip, device, good(room(), device)).value == pytest.approx(0, abs=0.5)
    assert cast_of(clip, device, good(room(), device, **changes)).reason is Reason.NO_BASELINE
    assert cast_of(clip, device).reason is Reason.NO_BASELINE


def test_a_baseline_that_was_dark_tells_nothing() -> None:
    device = CameraDevice("cam")
    found = cast_of(colour_clip(seen(room())), device, good(np.full((360, 640, 3), 5.0), device))
    assert found.reason is Reason.BADLY_EXPOSED


def test_a_cameras_boxes_do_not_hold_in_obs_programme() -> None:
    clip = dataclasses.replace(colour_clip(seen(with_card())), via="obs-record")
    assert cast_of(clip, CameraDevice("cam", grey=CARD)).reason is Reason.NOT_THIS_WAY
    assert cast_of(clip, CameraDevice("obs:program", grey=CARD)).value == pytest.approx(0, abs=1)
    assert cast_of(clip, CameraDevice("cam")).reason is Reason.NO_BASELINE
