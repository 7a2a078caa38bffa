"""Colour against the published pairs of Sharma et al., sRGB's own white and primaries, and casts that were put in."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.measure.colour import cast, ciede2000, lab, linear_srgb

lab_values = st.tuples(st.floats(0, 100), st.floats(-120, 120), st.floats(-120, 120))


def pairs(material) -> np.ndarray:
    lines = (material / "colour" / "skimage-ciede2000_test_data.txt").read_text().splitlines()
    rows = [re.split(r"\s+", line.strip()) for line in lines if line.strip() and not line.startswith("#")]
    return np.array([[float(cell) for cell in row] for row in rows if len(row) > 10])


def test_sharmas_pairs(material) -> None:
    table = pairs(material)
    assert len(table) == 34
    columns = np.array(table)
    first, second, wanted = columns[:, 2:5], columns[:, 17:20], columns[:, 15]
    assert np.abs(ciede2000(first, second) - wanted).max() < 1e-4
    assert np.abs(ciede2000(second, first) - wanted).max() < 1e-4


@pytest.mark.parametrize(
    ("rgb", "wanted"),
    [
        ((255, 255, 255), (100, 0, 0)),
        ((0, 0, 0), (0, 0, 0)),
        ((255, 0, 0), (53.24, 80.09, 67.20)),
        ((0, 255, 0), (87.73, -86.18, 83.18)),
        ((0, 0, 255), (32.30, 79.19, -107.86)),
        ((119, 119, 119), (50.03, 0, 0)),
    ],
)
def test_srgb_in_cielab(rgb, wanted) -> None:
    assert lab(np.array(rgb)) == pytest.approx(wanted, abs=0.02)


@given(lab_values, lab_values)
def test_a_difference_has_no_direction_and_is_none_of_a_colour_to_itself(first, second) -> None:
    there, back = ciede2000(np.array(first), np.array(second)), ciede2000(np.array(second), np.array(first))
    assert there == pytest.approx(back, abs=1e-9)
    assert there >= 0
    assert ciede2000(np.array(first), np.array(first)) == 0


@pytest.mark.parametrize(
    ("gains", "wanted"), [((1.2, 1, 0.8), 0.20), ((0.85, 1, 1.2), 0.20), ((1, 1, 1), 0), ((1.05, 1, 1), 0.05)]
)
def test_a_cast_that_was_put_in_is_read_back(gains, wanted) -> None:
    grey = np.full(3, 0.4)
    assert cast(grey * gains) == pytest.approx(wanted, abs=1e-9)
    tinted = np.array([0.5, 0.4, 0.3])
    assert cast(tinted * gains, tinted) == pytest.approx(wanted, abs=1e-9)


def test_black_has_no_cast_that_is_not_a_number() -> None:
    assert cast(np.zeros(3)) == 1
    assert linear_srgb(np.array([0, 255])).tolist() == [0, 1]
