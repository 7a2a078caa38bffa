"""One picture: boxes on turned sensors, linear light, levels and ceilings."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from signals_video import rounded, texture

from rigcheck.measure.picture import (
    brightest,
    cropped,
    grey,
    histogram,
    levels,
    linear,
    on_sensor,
    pixels,
    turned_back,
    upright,
)
from rigcheck.profile import Box

PLACES = st.floats(0, 0.999)
SIZES = st.integers(1, 400)
RAMP = np.tile(np.linspace(0, 255, 1024), (32, 1))


@given(
    st.builds(lambda x, y, w, h: Box(x, y, max(0.001, w * (1 - x)), max(0.001, h * (1 - y))), *[PLACES] * 4),
    SIZES,
    SIZES,
)
def test_a_box_always_covers_something_inside(box, height, width):
    rows, columns = pixels(box, height, width)
    assert 0 <= rows.start < rows.stop <= height
    assert 0 <= columns.start < columns.stop <= width


@given(st.sampled_from([0, 90, 180, 270]), SIZES, SIZES, st.sampled_from(["portrait", "landscape", None]))
def test_an_upright_area_is_found_again_on_the_sensor(rotate, height, width, crop):
    sensor = np.arange(height * width).reshape(height, width)
    up = upright(sensor, rotate)
    area = cropped(crop, *up.shape)
    assert np.array_equal(upright(sensor[on_sensor(area, rotate, height, width)], rotate), up[area])
    assert np.array_equal(turned_back(up, rotate), sensor)


@pytest.mark.parametrize(
    ("word", "picture"),
    [
        ("full", RAMP),
        ("limited", 16 + RAMP * 219 / 255),
        ("crushed", (RAMP - 16) * 255 / 219),
        ("washed", 45 + RAMP * 0.6),
        (None, np.full((20, 20), 130)),
        (None, np.zeros((20, 20))),
        ("full", 128 + 1.15 * (texture() - 128)),
        ("washed", 60 + texture() * 0.5),
    ],
)
def test_levels_have_the_right_word(word, picture):
    assert levels(rounded(picture)).word == word


def test_line_art_is_not_crushed():
    assert levels(rounded(np.where(RAMP > 127, 255, 0))).word == "full"


def test_photographs_are_neither_crushed_nor_washed(material):
    import cv2

    for path in sorted((material / "images").glob("*")):
        assert levels(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)).word == "full", path.name


def test_the_ceiling_is_where_pixels_pile_up():
    assert levels(rounded(128 + 1.15 * (texture() - 128))).ceiling == 250
    clipped = rounded(np.minimum(16 + texture(contrast=90) * 1.2, 235))
    assert levels(clipped).ceiling == 230


def test_linear_light_and_histogram():
    assert linear(np.array([0, 255])).tolist() == [0, 1]
    assert linear(np.array([186]))[0] == pytest.approx(0.5, abs=0.005)
    shares = histogram(np.array([[0, 7], [7, 255]], np.uint8))
    assert (shares[0], shares[7], shares[255], shares.sum()) == (0.25, 0.5, 0.25, 1)
    assert histogram(np.empty((0, 4), np.uint8)).sum() == 0


def test_grey_is_opencvs_and_brightest_the_highest_channel():
    import cv2

    picture = np.random.default_rng(0).integers(0, 256, (2, 30, 40, 3), np.uint8)
    assert np.array_equal(grey(picture)[1], cv2.cvtColor(picture[1], cv2.COLOR_BGR2GRAY))
    assert np.array_equal(brightest(picture[0]), picture[0].max(axis=2))
