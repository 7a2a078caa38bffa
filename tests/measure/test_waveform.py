import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, noise, stereo, voice

from rigcheck.measure.level import levels
from rigcheck.measure.waveform import balance_db, polarity


@pytest.mark.parametrize("difference_db", [-20, -3, 0, 0.2, 6, 30])
def test_balance_is_left_minus_right(difference_db):
    both = stereo(voice(3)) + np.float32(0.01)
    both[:, 0] *= 10 ** (difference_db / 20)
    assert balance_db(*levels(both)) == pytest.approx(difference_db, abs=0.01)


def test_balance_with_a_silent_side_is_none():
    both = stereo(voice(1))
    both[:, 1] = 0
    assert balance_db(*levels(both)) is None
    assert polarity(both, RATE) is None


@pytest.mark.parametrize("delay_ms", [-1.9, -0.5, 0, 0.5, 1.0, 1.9])
@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("gain", [1, 0.1])
def test_polarity_is_seen_through_a_delay(delay_ms, sign, gain):
    sound = voice(5) + noise(-40, 5)
    both = np.stack((sound, sign * gain * np.roll(sound, round(delay_ms * RATE / 1000))), axis=1).astype(np.float32)
    assert polarity(both, RATE) == pytest.approx(sign, abs=0.05)


def test_unrelated_channels_have_no_polarity():
    both = np.stack((noise(-20, 5, seed=1), noise(-20, 5, seed=2)), axis=1)
    assert abs(polarity(both, RATE)) < 0.05


@pytest.mark.parametrize("share", [0.3, 0.5, 0.9])
def test_partly_related_channels(share):
    common, one, other = (noise(-20, 5, seed=seed) for seed in (1, 2, 3))
    both = np.stack([np.sqrt(share) * common + np.sqrt(1 - share) * own for own in (one, other)], axis=1)
    assert polarity(both.astype(np.float32), RATE) == pytest.approx(share, abs=0.05)


def test_dc_is_not_a_relation():
    both = np.stack((noise(-40, 3, seed=1), noise(-40, 3, seed=2)), axis=1) + np.float32(0.3)
    assert abs(polarity(both, RATE)) < 0.1


@pytest.mark.parametrize("length", [1, 2, 50, 5000])
def test_scraps_are_no_trouble(length):
    both = stereo(noise(-20, 1)[:length])
    assert polarity(both, RATE) in (None, pytest.approx(1, abs=0.01))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.floats(0, 1))
def test_turning_one_channel_over_flips_the_sign(seed, share):
    one, other = noise(-20, 0.5, seed=seed), noise(-20, 0.5, seed=seed + 1)
    both = np.stack((one, share * one + (1 - share) * other), axis=1).astype(np.float32)
    assert polarity(both * np.float32([1, -1]), RATE) == pytest.approx(-polarity(both, RATE), abs=1e-6)
