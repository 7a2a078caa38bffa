"""A green screen's light, wherever it is to be seen in the picture."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_colour import colour_clip, seen

from rigcheck.measure.evenness import evenness
from rigcheck.measure.picture import grey, is_green

GREEN = np.array([0.05, 0.35, 0.08])  # linear light off a lit green cloth
HOST = np.array([0.45, 0.32, 0.25])


def encoded(light):
    """Codes of linear light as the contract has it: gamma 2.2."""
    return 255 * light ** (1 / 2.2)


def screen(light, size=(270, 480)):
    """RGB codes of a green screen under (3, 3) relative light."""
    fields = np.kron(np.asarray(light, float), np.ones((size[0] // 3, size[1] // 3)))
    return encoded(fields[..., None] * GREEN)


def even(rgb, sigma=2):
    frames = np.stack([seen(rgb, sigma)])
    return evenness(frames, grey(frames), "green")


@pytest.mark.parametrize("dark", [1, 0.79, 0.6, 0.3])
def test_a_dark_corner_is_read_behind_a_host(dark) -> None:
    picture = screen([[1, 1, 1], [1, 1, 1], [1, 1, dark]])
    picture[60:, 180:300] = encoded(HOST)
    assert even(picture) == pytest.approx(dark / ((8 + dark) / 9), abs=0.02)


def test_fields_without_green_do_not_count() -> None:
    picture = screen([[1, 1, 1], [1, 0.8, 1], [1, 1, 1]])
    picture[180:] = encoded(HOST)
    assert even(picture) == pytest.approx(0.8 / (5.8 / 6), abs=0.02)


@given(st.floats(0.3, 1), st.floats(0.3, 1))
@settings(max_examples=15, deadline=None)
def test_a_darker_corner_is_never_more_even(one, other) -> None:
    dark, bright = (even(screen([[1, 1, 1], [1, 1, 1], [k, 1, 1]])) for k in sorted((one, other)))
    assert dark <= bright + 0.01


def test_a_room_without_green_has_no_green_screen() -> None:
    assert even(np.broadcast_to(encoded(HOST), (270, 480, 3))) is None
    plant = np.broadcast_to(encoded(HOST), (270, 480, 3)).copy()
    plant[:40, :60] = encoded(GREEN)
    assert even(plant) is None


@pytest.mark.parametrize(
    ("rgb", "wanted"),
    [
        ((60, 170, 80), True),
        ((20, 60, 30), True),
        ((110, 200, 110), True),
        ((5, 20, 5), False),
        ((120, 130, 120), False),
        ((200, 180, 60), False),
        ((40, 150, 160), False),
        ((0, 0, 0), False),
    ],
)
def test_what_a_keyer_takes_for_green(rgb, wanted) -> None:
    assert bool(is_green(np.array([[rgb[::-1]]], np.uint8))[0, 0]) is wanted


def test_green_is_looked_at_in_every_kept_frame() -> None:
    clip = colour_clip(*[seen(screen(np.ones((3, 3)))) for _ in range(20)])
    assert evenness(clip.frames, grey(clip.frames), "green") == pytest.approx(1, abs=0.01)
    mixed = np.stack([seen(screen(np.ones((3, 3)))), np.zeros((270, 480, 3), np.uint8)])
    assert evenness(mixed, grey(mixed), "green") == pytest.approx(1, abs=0.01)
