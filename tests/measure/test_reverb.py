"""Claps in rooms of known reverberation time, over known noise; and what is no clap."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, noise, read_wav, tones, voice

from rigcheck.measure.reverb import reverb


def clap(seconds, range_db, *, rate=RATE, seed=1, peak_db=-6.0, before_s=1.0):
    """Noise that decays by 60 dB in `seconds`, after a second of the room; both are white, so are alike in every band."""
    rng = np.random.default_rng(seed)
    time = np.arange(4 * rate) / rate
    decay = rng.standard_normal(len(time)) * 10 ** (-3 * time / seconds)
    sound = np.concatenate((np.zeros(round(before_s * rate)), decay))
    sound += amplitude(-range_db) * rng.standard_normal(len(sound))
    return (amplitude(peak_db - 12) * sound).astype(np.float32)


@pytest.mark.parametrize("seconds", [0.2, 0.3, 0.5, 0.8, 1.2, 2.0])
@pytest.mark.parametrize("range_db", [46, 60])
def test_a_clap(seconds, range_db):
    read = reverb(clap(seconds, range_db), RATE)
    assert read.seconds == pytest.approx(seconds, rel=0.1)
    assert read.range_db == pytest.approx(range_db, abs=6)


@pytest.mark.parametrize("seconds", [0.3, 0.8])
def test_little_range_is_an_estimate_and_less_is_nothing(seconds):
    near = reverb(clap(seconds, 38), RATE)
    assert near.is_estimate
    assert near.seconds == pytest.approx(seconds, rel=0.2)
    assert not reverb(clap(seconds, 60), RATE).is_estimate
    assert reverb(clap(seconds, 29), RATE) is None


@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_noise_does_not_bend_the_decay(seconds):
    reads = [reverb(clap(seconds, 38, seed=seed), RATE) for seed in range(12)]
    assert np.mean([read.seconds for read in reads if read]) == pytest.approx(seconds, rel=0.03)


def test_two_slopes_read_the_first_20_db():
    """The seats of a theatre ring shorter than its fly tower: T20 stays with what is heard."""
    rng, time = np.random.default_rng(3), np.arange(4 * RATE) / RATE
    power = 10 ** (-6 * time / 0.4) + 1e-5 * 10 ** (-6 * time / 2)
    sound = np.concatenate((noise(-100, 1), 0.3 * np.sqrt(power) * rng.standard_normal(len(time))))
    assert reverb(sound.astype(np.float32), RATE).seconds == pytest.approx(0.4, rel=0.1)


def test_the_clearest_of_several_claps():
    sound = np.concatenate((clap(0.3, 40, peak_db=-26), clap(0.5, 60)))
    assert reverb(sound, RATE).seconds == pytest.approx(0.5, rel=0.1)


def test_speech_after_the_clap_ends_the_decay_but_not_the_measure():
    sound = clap(0.3, 60)
    sound[RATE + round(0.5 * RATE) : RATE + round(3.5 * RATE)] += voice(3)
    assert reverb(sound, RATE).seconds == pytest.approx(0.3, rel=0.1)


@pytest.mark.parametrize(
    "sound",
    [
        voice(8) + noise(-60, 8),
        np.concatenate((noise(-90, 1), voice(5))),
        noise(-30, 4),
        tones((None, 1), (-20, 0.4), (None, 1), (-20, 0.4), (None, 1)) + noise(-90, 3.8),
        np.concatenate((noise(-90, 1), noise(-20, 3))),
        np.concatenate((noise(-90, 1), np.float32([0.9]), noise(-90, 1))),
        np.zeros(4 * RATE, np.float32),
        noise(-30, 0.05),
        np.zeros(0, np.float32),
    ],
    ids=["voice", "sudden voice", "noise", "beeps", "a fan starts", "a click", "silence", "scrap", "nothing"],
)
def test_what_is_no_clap(sound):
    assert reverb(sound, RATE) is None


@pytest.mark.material
@pytest.mark.parametrize("name", ["pesq-speech.wav", "pesq-speech_bab_0dB.wav"])
def test_real_speech_is_no_clap(material, name):
    samples, rate = read_wav(material / "audio" / name)
    assert reverb(samples[:, 0], rate) is None


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
def test_any_rate(rate):
    assert reverb(clap(0.5, 55, rate=rate), rate).seconds == pytest.approx(0.5, rel=0.1)


def test_a_clap_right_at_the_start_has_no_room_before_it():
    assert reverb(clap(0.5, 60, before_s=0.05), RATE) is None


@settings(max_examples=12, deadline=None)
@given(st.floats(0.25, 2.0), st.floats(50, 65), st.integers(0, 999), st.floats(-30, 0))
def test_any_room_at_any_gain(seconds, range_db, seed, peak_db):
    read = reverb(clap(seconds, range_db, seed=seed, peak_db=peak_db), RATE)
    assert read.seconds == pytest.approx(seconds, rel=0.12)  # one clap is one draw of the noise: twice its spread
