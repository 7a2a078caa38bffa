"""How far a picture has moved, against known shifts: synthetic rooms and photographs, spoilt in every way that happens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_baseline import codes, goods_moved, room, seen, soft, veiled

from rigcheck.measure.shift import find_shift, is_plain
from rigcheck.profile import Box

ROOM = room()
LOGO = Box(0.55, 0.2, 0.2, 0.25)
OWED = 0.5  # % of the width
PHOTOS = ("imageio-astronaut.png", "skimage-UNIS_EV0.jpg", "skimage-page.png", "skimage-rocket.jpg", "skimage-moon.png")


def working(picture):
    import cv2

    return cv2.resize(codes(picture), (480, 270), interpolation=cv2.INTER_AREA)


THEN = working(seen(ROOM))
moves = st.tuples(st.floats(-15, 15), st.floats(-8, 8))


@settings(max_examples=40, deadline=None)
@given(moves)
def test_a_shift_is_measured_to_half_a_percent(move):
    found = find_shift(THEN, working(seen(ROOM, *move)))
    assert found is not None
    assert not found.by_anchor
    assert (100 * found.x, 100 * found.y) == pytest.approx(move, abs=OWED)
    assert found.pct == pytest.approx(np.hypot(*move), abs=OWED)


SPOILT = {
    "noise": lambda picture: picture + np.random.default_rng(0).normal(0, 8, picture.shape),
    "half the light": lambda picture: picture * 0.5,
    "burnt out": lambda picture: picture * 1.6,
    "fog": lambda picture: veiled(picture, 0.3),
    "other goods": goods_moved,
    "out of focus": lambda picture: soft(picture, 4),
    "far out of focus": lambda picture: soft(picture, 12),
    "a lamp less on one side": lambda picture: picture * np.linspace(0.3, 1, picture.shape[1]),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
@pytest.mark.parametrize("move", [(0, 0), (3, -2), (-15, 4)])
def test_neither_light_nor_lens_nor_goods_pass_for_a_shift(spoil, move):
    found = find_shift(THEN, working(spoil(seen(ROOM, *move))))
    assert found is not None
    assert (100 * found.x, 100 * found.y) == pytest.approx(move, abs=OWED)


@pytest.mark.parametrize("name", PHOTOS)
@pytest.mark.parametrize("move", [(0, 0), (2.5, 1), (-9, 3), (15, 0)])
def test_photographs(material, name, move):
    import cv2

    photo = cv2.imread(str(material / "images" / name), cv2.IMREAD_GRAYSCALE)
    wide = cv2.resize(photo, (1440, 1020), interpolation=cv2.INTER_CUBIC).astype(float)
    found = find_shift(working(seen(wide)), working(seen(wide, *move) * 0.8 + 6))
    assert found is not None
    assert (100 * found.x, 100 * found.y) == pytest.approx(move, abs=OWED)


def test_where_everything_else_has_changed_the_anchor_tells():
    other = room(seed=7)
    now = seen(other, 4, 1)
    rows, columns = slice(80, 300), slice(500, 780)  # the logo and what is around it
    now[rows, columns] = seen(ROOM, 4, 1)[rows, columns]
    found = find_shift(THEN, working(now), LOGO)
    assert found is not None
    assert found.by_anchor
    assert (100 * found.x, 100 * found.y) == pytest.approx((4, 1), abs=OWED)
    assert find_shift(THEN, working(seen(other, 4, 1)), LOGO) is None


def test_an_anchor_that_is_covered_leaves_it_to_the_whole_picture():
    now = seen(ROOM, 5, 0)
    now[60:320, 480:820] = seen(room(seed=8))[60:320, 480:820]
    found = find_shift(THEN, working(now), LOGO)
    assert found is not None
    assert not found.by_anchor
    assert 100 * found.x == pytest.approx(5, abs=OWED)


@pytest.mark.parametrize("seed", range(1, 7))
def test_another_room_is_not_recognised(seed):
    assert find_shift(THEN, working(seen(room(seed)))) is None
    assert find_shift(THEN, working(seen(room(seed))), LOGO) is None


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 255), st.integers(1, 300), st.integers(1, 300))
def test_a_plain_picture_of_any_size_says_nothing(code, height, width):
    plain = np.full((height, width), code, np.uint8)
    assert is_plain(plain)
    assert find_shift(plain, plain) is None
    assert find_shift(plain, plain, LOGO) is None


def test_a_room_is_not_plain():
    assert not is_plain(THEN)
    assert find_shift(THEN, np.zeros_like(THEN)) is None
