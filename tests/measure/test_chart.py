"""A colour chart with known errors: found or given, tilted, turned, mirrored, noisy, compressed, cut off, absent."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_colour import CHART_RGB, SQUARE, TILTED, colour_clip, scene_with_chart, seen, tinted
from signals_video import texture

from rigcheck.measure.chart import REFERENCE
from rigcheck.measure.colour import ciede2000, lab
from rigcheck.measure.light import measure_light
from rigcheck.model import Reason, Stage
from rigcheck.profile import CameraDevice, Profile, Setting
from rigcheck.value import Corners

GAINS = [(1, 1, 1), (1.15, 1, 0.8), (0.8, 1, 1.25), (0.6, 0.6, 0.6), (1.6, 1, 0.5)]


def given_at(corners):
    return Corners(*(tuple(map(float, corner)) for corner in corners))


def error_of(picture, chart, **changes):
    setting = Setting(Profile(camera={"main": CameraDevice(chart=chart)}), Stage.HOST, date(2026, 11, 21))
    clip = dataclasses.replace(colour_clip(picture), **changes)
    return next(item for item in measure_light(clip, setting, "main") if item.metric.id == "light.colour_error_de00")


def truth(gains):
    """What a camera with these gains is off on this chart: the definition, without a picture."""
    return float(ciede2000(lab(tinted(CHART_RGB, gains)), lab(CHART_RGB)).mean())


def test_the_reference_is_the_published_one() -> None:
    assert ciede2000(lab(CHART_RGB), REFERENCE).max() == 0


def test_opencvs_own_chart_is_the_same_in_the_same_order() -> None:
    mcc = pytest.importorskip("cv2.mcc")
    detector = mcc.CCheckerDetector_create()
    if not hasattr(detector, "getRefColors"):
        pytest.skip("this OpenCV does not tell its reference")
    detector.setColorChartType(mcc.MCC24)
    theirs = lab(np.array(detector.getRefColors()).reshape(24, 3)[:, ::-1])
    assert np.median(ciede2000(theirs, REFERENCE)) < 3  # measured on a chart of their own


@pytest.mark.parametrize("corners", [SQUARE, TILTED], ids=["square", "tilted"])
@pytest.mark.parametrize("made", [{"sigma": 0}, {"sigma": 2}, {"sigma": 6}, {"sigma": 2, "jpeg": 80}], ids=str)
@pytest.mark.parametrize("gains", GAINS, ids=str)
def test_errors_are_read_between_given_corners(corners, made, gains) -> None:
    picture = seen(tinted(scene_with_chart(corners), gains), **made)
    assert error_of(picture, given_at(corners)).value == pytest.approx(truth(gains), abs=0.5)


@pytest.mark.parametrize("corners", [SQUARE, TILTED], ids=["square", "tilted"])
@pytest.mark.parametrize(("gains", "sigma"), list(zip(GAINS, [0, 2, 6, 2, 2], strict=True)), ids=str)
def test_errors_are_read_on_a_chart_that_is_found(corners, gains, sigma) -> None:
    pytest.importorskip("cv2.mcc")
    picture = seen(tinted(scene_with_chart(corners), gains), sigma)
    assert error_of(picture, "auto").value == pytest.approx(truth(gains), abs=0.5)


@pytest.mark.parametrize("way", ["turned", "mirrored", "upside down and mirrored"])
def test_a_chart_may_be_turned_or_mirrored(way) -> None:
    picture, corners = tinted(scene_with_chart(TILTED), (1.15, 1, 0.8)), np.array(TILTED)
    if way != "mirrored":
        picture, corners = picture[::-1], corners * (1, -1) + (0, 1)
    if way != "upside down and mirrored":
        picture, corners = picture[:, ::-1], corners * (-1, 1) + (1, 0)
    shown = seen(picture, 2)
    wanted = pytest.approx(truth((1.15, 1, 0.8)), abs=0.5)
    assert error_of(shown, given_at(corners)).value == wanted
    assert error_of(shown, given_at(np.roll(corners, 2, axis=0))).value == wanted
    assert error_of(shown, given_at(corners[[1, 0, 3, 2]])).value == wanted


@given(st.floats(-0.012, 0.012), st.floats(-0.012, 0.012))
@settings(max_examples=15, deadline=None)
def test_corners_need_not_be_exact(right, down) -> None:
    shifted = given_at(np.add(TILTED, (right, down)))
    picture = seen(tinted(scene_with_chart(TILTED), (1.15, 1, 0.8)), 2)
    assert error_of(picture, shifted).value == pytest.approx(truth((1.15, 1, 0.8)), abs=0.5)


@given(st.floats(0, 0.5), st.floats(0, 0.5))
@settings(max_examples=15, deadline=None)
def test_a_stronger_cast_is_never_a_smaller_error(one, other) -> None:
    weak, strong = (
        error_of(seen(tinted(scene_with_chart(SQUARE, size=(360, 640)), (1 + k, 1, 1 - k))), given_at(SQUARE)).value
        for k in sorted((one, other))
    )
    assert strong >= weak - 0.05


def test_half_a_chart_is_none() -> None:
    scene = scene_with_chart(SQUARE)
    away = np.roll(scene, 640, axis=1)
    away[:, 200:1100] = (110, 105, 95)
    covered = scene.copy()
    covered[:, 780:] = (110, 105, 95)  # the last column is out of sight
    for picture in (scene[:, 640:], away, covered):
        assert error_of(seen(picture), given_at(SQUARE)).reason is Reason.NO_CHART
    cut = given_at([(0.8, 0.3), (1, 0.3), (1, 0.8), (0.8, 0.8)])
    assert error_of(seen(np.roll(scene, 480, axis=1)), cut).reason is Reason.NO_CHART


@pytest.mark.parametrize("seed", range(5))
def test_what_stands_in_its_place_is_no_chart(seed) -> None:
    room = np.stack([texture(360, 640, seed=3 * seed + channel) for channel in range(3)], axis=2)
    for chart in (given_at(SQUARE), "auto"):
        found = error_of(seen(room), chart)
        assert found.value is None
        assert found.reason in (Reason.NO_CHART, Reason.NOT_INSTALLED)


@pytest.mark.parametrize(
    "picture",
    [
        np.zeros((360, 640, 3)),
        np.full((360, 640, 3), 255.0),
        np.full((2, 2, 3), 90.0),
        scene_with_chart(SQUARE, rgb=np.repeat(CHART_RGB.mean(axis=1, keepdims=True), 3, axis=1)),
    ],
    ids=["black", "white", "tiny", "black and white"],
)
def test_pictures_without_colours_show_no_chart(picture) -> None:
    for chart in (given_at(SQUARE), "auto"):
        assert error_of(seen(picture), chart).reason in (Reason.NO_CHART, Reason.TOO_SMALL, Reason.NOT_INSTALLED)


def test_a_chart_far_away_is_too_small() -> None:
    corners = 0.5 + (np.array(SQUARE) - 0.5) * 0.09
    assert error_of(seen(scene_with_chart(corners)), given_at(corners)).reason is Reason.TOO_SMALL


@pytest.mark.parametrize(
    "corners",
    [[(0.3, 0.3)] * 4, [(0.1, 0.1), (0.5, 0.5), (0.9, 0.9), (0.3, 0.3)], [SQUARE[place] for place in (0, 2, 1, 3)]],
    ids=["a point", "a line", "crossed"],
)
def test_corners_that_span_nothing_are_refused_without_a_crash(corners) -> None:
    assert error_of(seen(scene_with_chart(SQUARE)), given_at(corners)).reason in (Reason.TOO_SMALL, Reason.NO_CHART)


def test_an_opencv_without_the_finder_says_so(monkeypatch) -> None:
    cv2 = pytest.importorskip("cv2")
    monkeypatch.delattr(cv2, "mcc", raising=False)
    picture = seen(scene_with_chart(SQUARE))
    found = error_of(picture, "auto")
    assert found.reason is Reason.NOT_INSTALLED
    assert found.reason.is_blind
    assert "opencv" in found.params["install"]
    assert error_of(picture, given_at(SQUARE)).value == pytest.approx(0, abs=0.5)


class Mcc4:
    """The finder's interface as OpenCV 4's contrib packages have it: the chart type goes to `process`."""

    MCC24 = 0

    def __init__(self, corners=SQUARE) -> None:
        self.corners, self.size = corners, (1, 1)

    def CCheckerDetector_create(self):  # noqa: N802 - OpenCV's name
        return self

    def getBestColorChecker(self):  # noqa: N802 - likewise
        return self

    def process(self, image, chart_type, nc):
        if image.shape[0] < 8:
            raise self.error("too few pixels")
        self.size = image.shape[1::-1]
        return (chart_type, nc) == (self.MCC24, 1)

    def getBox(self):  # noqa: N802 - likewise
        return [tuple(corner) for corner in np.array(self.corners) * self.size]


@pytest.fixture
def mcc4(monkeypatch):
    cv2 = pytest.importorskip("cv2")
    finder = Mcc4()
    finder.error = cv2.error
    monkeypatch.setattr(cv2, "mcc", finder, raising=False)
    return finder


def test_opencv_4_is_asked_in_its_own_way(mcc4) -> None:
    found = error_of(seen(tinted(scene_with_chart(SQUARE), (1.15, 1, 0.8))), "auto")
    assert found.value == pytest.approx(truth((1.15, 1, 0.8)), abs=0.5)


def test_a_finder_that_gives_up_has_found_none(mcc4) -> None:
    assert error_of(np.full((4, 4, 3), 90, np.uint8), "auto").reason is Reason.NO_CHART


@pytest.mark.parametrize("shift", [(0.6, 0), (-0.6, 0), (0, 0.5), (0, -0.6)], ids=str)
def test_a_chart_that_reaches_out_of_the_picture_is_none(mcc4, shift) -> None:
    mcc4.corners = np.add(SQUARE, shift)
    assert error_of(seen(scene_with_chart(SQUARE)), "auto").reason is Reason.NO_CHART


def test_a_chart_is_found_in_a_large_picture() -> None:
    pytest.importorskip("cv2.mcc")
    picture = seen(tinted(scene_with_chart(TILTED, size=(1080, 1920)), (1.15, 1, 0.8)), 2)
    assert error_of(picture, "auto").value == pytest.approx(truth((1.15, 1, 0.8)), abs=0.5)


def test_a_chart_is_found_in_obs_programme_but_corners_do_not_hold_there() -> None:
    picture = seen(scene_with_chart(SQUARE))
    assert error_of(picture, given_at(SQUARE), via="obs-record").reason is Reason.NOT_IN_PROFILE
    found = error_of(picture, "auto", via="obs-record")
    assert found.reason is Reason.NOT_INSTALLED or found.value == pytest.approx(0, abs=0.5)


def test_without_a_chart_in_the_profile_there_is_nothing_to_say() -> None:
    assert error_of(seen(scene_with_chart(SQUARE)), None).reason is Reason.NOT_IN_PROFILE
