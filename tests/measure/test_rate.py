"""Arrival times of blocks from cards with known errors, as drivers and sound servers deliver them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rigcheck.measure.rate import rate_error

RATE, BLOCK = 48_000, 4800


def arrivals(seconds, ppm, *, jitter_s=0.0002, rate=RATE, seed=1):
    """When blocks come from a card that is `ppm` fast: each a little late, never early."""
    rng = np.random.default_rng(seed)
    count = round(seconds * rate / BLOCK)
    times = (1 + np.arange(count)) * BLOCK / (rate * (1 + ppm / 1e6)) + np.abs(rng.normal(0, jitter_s, count))
    return tuple(np.maximum.accumulate(times - times[0]).round(6).tolist())


@pytest.mark.parametrize("ppm", [-250, -100, -15, 0, 30, 100, 1000])
def test_a_card_that_is_fast_or_slow(ppm):
    read = rate_error(arrivals(30, ppm), BLOCK, RATE)
    assert read.ppm == pytest.approx(ppm, abs=10)
    assert not read.is_estimate


def test_ten_seconds_with_little_jitter_are_enough():
    assert rate_error(arrivals(10, 80, jitter_s=0.00005), BLOCK, RATE).ppm == pytest.approx(80, abs=10)


def test_jitter_makes_an_estimate_and_more_of_it_nothing():
    some, much = (rate_error(arrivals(14, 50, jitter_s=jitter), BLOCK, RATE) for jitter in (0.001, 0.01))
    assert some.is_estimate
    assert some.is_usable
    assert not much.is_usable


@pytest.mark.parametrize("seed", range(30))
def test_the_uncertainty_is_honest(seed):
    read = rate_error(arrivals(14, 50, jitter_s=0.002, seed=seed), BLOCK, RATE)
    assert abs(read.ppm - 50) < 2 * read.uncertainty_ppm


def test_bursts_of_a_sound_server():
    """Blocks come in threes, all at once when the last is full."""
    times = np.array(arrivals(30, 60, jitter_s=0.0002))
    held = times[np.minimum(np.arange(len(times)) // 3 * 3 + 2, len(times) - 1)]
    read = rate_error(tuple(held.tolist()), BLOCK, RATE)
    assert read.ppm == pytest.approx(60, abs=10)


def test_stragglers_are_left_out():
    times = np.array(arrivals(30, 60))
    times[[40, 41, 150]] += 0.05
    assert rate_error(tuple(np.maximum.accumulate(times).tolist()), BLOCK, RATE).ppm == pytest.approx(60, abs=10)


def test_a_hole_in_the_take_is_not_taken_for_a_slow_card():
    times = np.array(arrivals(20, 0))
    times[100:] += 1.0
    read = rate_error(tuple(times.tolist()), BLOCK, RATE)
    assert read is None or not read.is_usable


def test_a_server_that_wanders_by_itself_is_not_believed():
    """Ever later, but ever less so: as a busy sound server was seen to be."""
    times = np.array(arrivals(20, 0, jitter_s=0.003))
    times += 0.0035 * np.minimum(times, 10) + 0.0025 * np.maximum(times - 10, 0)
    read = rate_error(tuple(times.tolist()), BLOCK, RATE)
    assert read.ppm == pytest.approx(-3000, abs=300)
    assert not read.is_usable


@pytest.mark.parametrize(
    ("nominal", "real"), [(48_000, 44_100), (44_100, 48_000), (48_000, 16_000), (44_100, 22_050), (16_000, 8000)]
)
def test_a_wrong_rate_is_named(nominal, real):
    read = rate_error(arrivals(4, 1e6 * (real / nominal - 1), rate=nominal, jitter_s=0.002), BLOCK, nominal)
    assert read.is_usable
    assert read.real_hz(nominal) == real


def test_the_right_rate_has_no_other_name():
    assert rate_error(arrivals(20, 300), BLOCK, RATE).real_hz(RATE) is None
    for ppm in (40_000, -50_000):  # between all standard rates
        assert rate_error(arrivals(20, ppm), BLOCK, RATE).real_hz(RATE) is None


@pytest.mark.parametrize(
    "times",
    [(), (0.0,), (0.0,) * 50, arrivals(0.9, 0), (*arrivals(10, 0), 3.0), (*arrivals(10, 0), float("nan"))],
    ids=["none", "one", "all at once", "nine", "backwards", "not a number"],
)
def test_nothing_to_go_by(times):
    assert rate_error(times, BLOCK, RATE) is None


def test_blocks_of_nothing():
    assert rate_error(arrivals(10, 0), 0, RATE) is None


@settings(max_examples=25, deadline=None)
@given(st.floats(-500, 500), st.integers(0, 999), st.floats(20, 60))
def test_any_error_within_10_ppm(ppm, seed, seconds):
    assert rate_error(arrivals(seconds, ppm, seed=seed), BLOCK, RATE).ppm == pytest.approx(ppm, abs=10)
