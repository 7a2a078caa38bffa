import math

import numpy as np
import pytest
from signals_audio import RATE, mono, noise, tones

from rigcheck.measure.level import (
    amplitude_db,
    block_magnitudes,
    block_means,
    block_powers,
    channel_blocks,
    level,
    power_db,
    spread,
)


def test_a_full_scale_sine_is_minus_3_01_dbfs():
    assert power_db(level(mono(tones((0, 1))), 0).power) == pytest.approx(-3.01, abs=0.01)


def test_nothing_is_minus_infinity():
    assert power_db(0.0) == amplitude_db(0.0) == -math.inf


def test_power_is_without_dc_even_under_a_large_one():
    read = level(mono(noise(-60, 2) + 0.5), 0)
    assert read.mean == pytest.approx(0.5, abs=1e-4)
    assert power_db(read.power) == pytest.approx(-60, abs=0.1)
    assert read.peak == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(("sound", "dead"), [(0, True), (0.3, True), (2e-5, True), (1e-4, False)])
def test_dead_is_silence_a_constant_or_the_last_bit(sound, dead):
    toggling = np.where(np.arange(RATE) % 3, 0, sound) if sound < 0.1 else np.full(RATE, sound)
    assert level(mono(toggling), 0).is_dead is dead


def test_blocks_cover_the_channel_once_in_order():
    samples = np.random.default_rng(0).standard_normal((200_000, 2)).astype(np.float32)
    found = list(channel_blocks(samples, 1))
    assert [start for start, _ in found] == [0, 65536, 131072, 196608]
    np.testing.assert_array_equal(np.concatenate([block for _, block in found]), samples[:, 1])


@pytest.mark.parametrize("size", [1, 48, 480, 65536, 70_000])
@pytest.mark.parametrize("length", [0, 47, 150_000])
def test_block_sums_equal_the_plain_ones(size, length):
    sound = np.random.default_rng(1).standard_normal((length, 2)).astype(np.float32)[:, 0]
    rows = sound[: length // size * size].reshape(-1, size).astype(float)
    np.testing.assert_allclose(block_means(sound, size), rows.mean(axis=1), atol=1e-5)
    np.testing.assert_allclose(block_powers(sound, size, 0.5), np.square(rows - 0.5).mean(axis=1), rtol=1e-4)
    np.testing.assert_allclose(block_magnitudes(sound, size, 0.5), np.abs(rows - 0.5).mean(axis=1), rtol=1e-4)


def test_spread_takes_all_or_evenly_some():
    assert spread(1000, 100, 20) == list(range(0, 1000, 100))
    assert spread(1000, 100, 4) == [0, 300, 600, 900]
    assert spread(99, 100, 4) == []
