"""Noise: within 10 % for sigma 1-10, standing and with a moving subject, full and limited range; estimates for stills."""

import numpy as np
import pytest
from signals_video import film, flickering, moving, noisy, reduced, rounded, texture

from rigcheck.measure.noise import spatial_sigma, temporal_sigma


def measured(clip):
    return temporal_sigma(clip.thumbs, clip.same, limited=clip.limited)


@pytest.mark.parametrize("sigma", [1, 1.5, 2, 3, 5, 10])
@pytest.mark.parametrize("subject", [0, 0.4])
def test_temporal_noise(sigma, subject):
    assert measured(reduced(film(30, sigma=sigma, subject=subject))) == pytest.approx(sigma, rel=0.1)


@pytest.mark.parametrize("sigma", [1, 2, 10])
def test_limited_codes_count_as_full_ones(sigma):
    rng, scene = np.random.default_rng(0), 16 + texture() * 219 / 255
    frames = [rounded(scene + rng.normal(0, sigma * 219 / 255, scene.shape)) for _ in range(20)]
    assert measured(reduced(frames, limited=True)) == pytest.approx(sigma, rel=0.1)


def test_two_frames_and_lamps_that_flicker_are_enough():
    assert measured(reduced(film(2, sigma=3))) == pytest.approx(3, rel=0.1)
    lit = flickering(30, texture(), hz=100, fps=30, depth=0.05, sigma=2)
    assert measured(reduced(lit)) == pytest.approx(2, rel=0.1)


def test_repeated_frames_do_not_hide_noise():
    frames = [frame for frame in film(20, sigma=4, subject=0) for _ in range(2)]
    assert measured(reduced(frames)) == pytest.approx(4, rel=0.1)


def test_no_noise_and_no_evidence():
    still = rounded(texture())
    assert measured(reduced([still, still])) is None
    assert measured(reduced([np.zeros((90, 160), np.uint8), np.ones((90, 160), np.uint8)])) is None
    pan = [rounded(moving(texture(), frame, 0)) for frame in range(3)]
    pan[1][0, 0] += 1
    pan[2][0, 0] += 2
    assert measured(reduced(pan)) == 0


@pytest.mark.parametrize("sigma", [1, 2, 5, 10])
def test_spatial_noise_of_a_set_with_flat_parts(sigma):
    scene = texture()
    scene[:200] = np.linspace(90, 150, scene.shape[1])
    picture = noisy(scene, sigma, np.random.default_rng(1))
    assert spatial_sigma(picture, limited=False) == pytest.approx(sigma, rel=0.1)


def test_spatial_noise_needs_a_block():
    assert spatial_sigma(np.zeros((8, 8), np.uint8), limited=False) is None
    assert spatial_sigma(np.zeros((64, 64), np.uint8), limited=False) is None
