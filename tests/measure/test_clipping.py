from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, mono, noise, read_wav, stereo, tones, voice

from rigcheck.measure.clipping import Clipping, clipping
from rigcheck.measure.level import level

NONE = Clipping(0.0, 0)


def of(sound):
    samples = mono(sound)
    return clipping(samples, 0, level(samples, 0))


def rounded(sound):
    return (np.round(sound * 32767) / 32768).astype(np.float32)


def clipped_by_hand(sound):
    """What the definition says: samples in runs of 3 and more within 0.2 % of the ceiling."""
    near = np.abs(sound) >= 0.998 * np.abs(sound).max()
    edges = np.flatnonzero(np.diff(np.concatenate(([0], near.astype(int), [0]))))
    runs = edges[1::2] - edges[::2]
    runs = runs[runs >= 3]
    return Clipping(1e6 * runs.sum() / len(sound), runs.max(initial=0))


@pytest.mark.parametrize("hz", [20, 50, 93.75, 100, 150, 240, 300, 375, 400, 440, 480, 997, 1000, 3000, 6000, 12000])
@pytest.mark.parametrize("phase", [0.0, 0.3, np.pi / 2])
def test_sines_are_not_clipped(hz, phase):
    sine = 0.5 * np.sin(2 * np.pi * hz * np.arange(RATE) / RATE + phase)
    assert of(sine) == of(rounded(sine)) == NONE


def test_clean_speech_and_noise_are_not_clipped():
    assert of(voice(10)) == of(rounded(voice(10))) == of(noise(-20, 5)) == NONE


@pytest.mark.parametrize("level_db", [-30, -40, -50, -60, -70])
def test_crests_of_quiet_16_bit_sound_are_not_clipped(level_db):
    for hz in (50, 100, 440, 1000):
        assert of(rounded(tones((level_db, 1), hz=hz))) == NONE
    assert of(rounded(voice(10, rms_db=level_db - 15))) == NONE


@pytest.mark.parametrize("gain_db", [-20, -40])
def test_clipped_then_stored_quietly_in_16_bits_is_still_clipped(gain_db):
    cut = np.clip(10 * voice(5), -1, 1)
    assert of(rounded(cut * amplitude(gain_db))).ppm == pytest.approx(of(cut).ppm, rel=0.05)


def test_a_crest_that_is_flat_but_not_crowded_is_no_clip():
    """Three equal samples at the top of each wave, as many just below: a shape, not a cut."""
    wave = np.concatenate((np.linspace(0, 0.995, 50), [0.997, 0.997, 1, 1, 1, 0.997, 0.997], np.linspace(0.995, 0, 50)))
    assert of(np.tile(np.concatenate((wave, -wave)), 100) * 0.5) == NONE


@pytest.mark.parametrize("over_db", [2, 3, 6, 12, 20])
@pytest.mark.parametrize(
    "sound", [voice(5), tones((0, 2), hz=100), tones((0, 2), hz=1234.5)], ids=("voice", "low", "high")
)
def test_hard_clips_are_counted_exactly(over_db, sound):
    balanced = np.concatenate((sound, -sound)) / np.abs(sound).max()
    cut = np.clip(balanced * amplitude(over_db), -1, 1).astype(np.float32)
    assert of(cut) == clipped_by_hand(cut)
    assert of(cut).ppm > 100


@pytest.mark.parametrize("gain_db", [-40, -20, -6, 6])
def test_clipped_then_turned_down_is_still_clipped(gain_db):
    cut = np.clip(10 * voice(5), -1, 1)
    assert of(cut) == of(cut * np.float32(amplitude(gain_db)))
    assert of(cut).ppm > 1000


def test_one_flat_top_of_a_known_length():
    sound = voice(5)
    sound[RATE : RATE + 7] = 0.9
    assert of(sound) == Clipping(1e6 * 7 / len(sound), 7)


def test_clipped_at_the_top_only():
    cut = np.minimum(tones((0, 1), hz=100), 0.5)
    read = of(cut)
    assert read.longest_run == pytest.approx(RATE / 100 / 3, abs=2)


@pytest.mark.parametrize("dc", [-0.1, 0.003, 0.1])
def test_dc_hides_nothing(dc):
    cut = np.clip(10 * voice(5), -0.8, 0.8)
    assert of(cut + np.float32(dc)).ppm == pytest.approx(of(cut).ppm, rel=1e-3)


def test_silence_and_constants_are_not_clipped():
    assert of(np.zeros(RATE)) == of(np.full(RATE, 0.5)) == NONE


def test_each_channel_is_its_own():
    both = stereo(voice(3))
    both[:, 1] = np.clip(20 * both[:, 1], -1, 1)
    assert clipping(both, 0, level(both, 0)) == NONE
    assert clipping(both, 1, level(both, 1)).ppm > 1000


@settings(max_examples=20, deadline=None)
@given(st.floats(1, 12), st.floats(-30, 0))
def test_gain_after_the_clip_changes_nothing(over_db, gain_db):
    cut = np.clip(tones((over_db, 1), hz=220), -1, 1)
    before, after = of(cut), of(cut * np.float32(amplitude(gain_db)))
    assert after.ppm == pytest.approx(before.ppm, rel=0.01)
    assert abs(after.longest_run - before.longest_run) <= 1


@pytest.mark.material
def test_real_speech_driven_into_a_clipper(material):
    samples, _ = read_wav(material / "audio" / "pesq-speech.wav")
    full = samples[:, 0] - samples.mean()
    full /= np.abs(full).max()
    reads = [of(np.clip(full * amplitude(over_db), -1, 1)) for over_db in (0, 1, 3, 6, 12)]
    assert reads[0] == NONE
    assert of(samples[:, 0]) == NONE
    assert all(one.ppm < louder.ppm for one, louder in pairwise(reads))
    assert all(one.longest_run < louder.longest_run for one, louder in pairwise(reads))
