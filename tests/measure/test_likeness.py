"""How sharp and how clear a picture is against another of the same things: known blurs, veils, noise and light."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_baseline import codes, goods_moved, room, seen, soft, veiled

from rigcheck.measure.likeness import contrast_lost, sharpness

SCENE = seen(room())


def working(picture):
    import cv2

    return cv2.resize(codes(picture), (480, 270), interpolation=cv2.INTER_AREA).astype(np.float32)


THEN = working(SCENE)


def ratio(picture, noise=0.0):
    return sharpness(working(picture), noise) / sharpness(THEN, 0.0)


def test_blur_is_monotonic_and_halves_before_it_is_gross():
    found = [ratio(soft(SCENE, sigma)) for sigma in (0.5, 1, 1.5, 2, 3, 5, 8)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 0.8
    assert found[3] < 0.5
    assert found[4] < 0.2


@pytest.mark.parametrize("sigma", [2, 4, 8])
def test_noise_is_no_detail(sigma):
    rng = np.random.default_rng(0)
    grain = rng.normal(0, sigma, SCENE.shape)
    assert ratio(SCENE + grain, sigma / 2) == pytest.approx(1, abs=0.06)
    assert ratio(soft(SCENE, 3) + grain, sigma / 2) < 0.2


@settings(max_examples=30, deadline=None)
@given(st.floats(0.4, 1.05), st.floats(0.5, 1))
def test_neither_light_nor_fog_moves_focus(gain, clear):
    assert ratio(veiled(SCENE, clear) * gain) == pytest.approx(1, abs=0.06)


@settings(max_examples=30, deadline=None)
@given(st.floats(0.2, 1))
def test_a_veil_is_measured_as_what_it_takes(clear):
    lost = contrast_lost(THEN, working(veiled(SCENE, clear)))
    assert lost == pytest.approx(100 * (1 - clear), abs=5)


@settings(max_examples=20, deadline=None)
@given(st.floats(0.4, 1.05))
def test_light_is_no_haze(gain):
    assert contrast_lost(THEN, working(SCENE * gain)) < 3


def test_a_smudge_counts_by_its_area():
    half = SCENE.copy()
    half[:, :480] = veiled(SCENE, 0.2)[:, :480]
    assert contrast_lost(THEN, working(half)) == pytest.approx(40, abs=4)


@pytest.mark.parametrize(
    "change",
    [
        goods_moved,
        lambda picture: soft(picture, 2),
        lambda picture: picture * np.linspace(0.5, 1, picture.shape[1]),
        lambda picture: picture + np.random.default_rng(0).normal(0, 6, picture.shape),
    ],
    ids=["other goods", "out of focus", "a lamp less on one side", "noise"],
)
def test_what_else_changes_is_no_haze(change):
    assert contrast_lost(THEN, working(change(SCENE))) < 20


def test_a_plain_picture_has_nothing_to_lose():
    plain = np.full((270, 480), 120, np.float32)
    assert sharpness(plain, 0) is None
    assert contrast_lost(plain, THEN) is None
    assert contrast_lost(THEN, plain) == pytest.approx(100)


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_any_size_gives_numbers_in_range(height, width, seed):
    rng = np.random.default_rng(seed)
    then, now = (rng.integers(0, 256, (height, width)).astype(np.float32) for _ in range(2))
    lost, sharp = contrast_lost(then, now), sharpness(then, 1.0)
    assert lost is None or 0 <= lost <= 100
    assert sharp is None or 0 <= sharp < 1000
