"""Whines put under noise and voices at known levels, and what sounds like one and is none."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, noise, read_wav, tones, voice

from rigcheck.measure.spectrum import hum
from rigcheck.measure.tone import tone

CREST_DB = 3.01  # of a sine


def whine(rms_db, hz, seconds=4, rate=RATE):
    return tones((rms_db + CREST_DB, seconds), hz=hz, rate=rate)


@pytest.mark.parametrize("hz", [215.4, 997, 1000, 3003.3, 8000, 15_734, 19_500])
@pytest.mark.parametrize("level_db", [-40, -60, -80])
def test_a_whine_in_a_quiet_room(level_db, hz):
    read = tone(whine(level_db, hz) + noise(-70, 4), RATE, is_quiet=True)
    assert read.dbfs == pytest.approx(level_db, abs=1)
    assert read.hz == pytest.approx(hz, rel=0.02)


@pytest.mark.parametrize(("level_db", "hz"), [(-45, 500), (-45, 1000), (-55, 3003.3), (-65, 9000), (-70, 15_734)])
def test_a_whine_under_a_voice_that_never_stops_for_it(level_db, hz):
    read = tone(whine(level_db, hz, 8) + voice(8) + noise(-70, 8), RATE, is_quiet=False)
    assert read.hz == pytest.approx(hz, rel=0.02)
    assert read.dbfs == pytest.approx(level_db, abs=1)


def test_the_strongest_of_several():
    sound = whine(-60, 1000) + whine(-55, 2000) + whine(-70, 3000) + noise(-80, 4)
    assert tone(sound, RATE, is_quiet=True).hz == pytest.approx(2000, rel=0.001)


def test_the_level_where_there_is_none_is_the_floors():
    read = tone(noise(-60, 4), RATE, is_quiet=True)
    assert read.hz is None
    a_line = 5 * RATE / 16384  # Hz
    assert read.dbfs == pytest.approx(-60 + 10 * np.log10(a_line / (RATE / 2)), abs=10)  # what is nearly always there


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_tone(seed):
    assert tone(noise(-50, 3.6, seed=seed), RATE, is_quiet=True).hz is None
    assert tone(noise(-50, 8, seed=seed), RATE, is_quiet=False).hz is None


@pytest.mark.parametrize("seed", range(8))
def test_a_voice_is_no_tone(seed):
    assert tone(voice(8, seed=seed) + noise(-75, 8), RATE, is_quiet=False).hz is None


def melody(seconds, note_s=0.5):
    """Plucked notes of a scale, each with its harmonics."""
    scale = 220 * 2 ** (np.array([0, 4, 7, 12, 9, 5, 2, 11]) / 12)
    time = np.arange(round(note_s * RATE)) / RATE
    notes = [sum(np.sin(2 * np.pi * k * hz * time) / k**2 for k in range(1, 8)) * np.exp(-3 * time) for hz in scale]
    return (0.1 * np.concatenate(notes * int(seconds / note_s / len(notes)))).astype(np.float32)


def test_music_is_no_tone():
    assert tone(melody(8) + noise(-80, 8), RATE, is_quiet=False).hz is None


@pytest.mark.material
@pytest.mark.parametrize("name", ["pesq-speech.wav", "pesq-speech_bab_0dB.wav"])
def test_real_speech_is_no_tone(material, name):
    samples, rate = read_wav(material / "audio" / name)
    assert tone(samples[:, 0], rate, is_quiet=False).hz is None


@pytest.mark.material
def test_a_whine_under_real_speech(material):
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    sound = samples[:, 0] + whine(-55, 6000, len(samples) / rate, rate)
    read = tone(sound, rate, is_quiet=False)
    assert read.hz == pytest.approx(6000, rel=0.02)
    assert read.dbfs == pytest.approx(-55, abs=1)


def buzz(mains_hz, rms_db=-40, orders=30):
    """A dimmer's: all multiples of the mains, slowly falling."""
    return sum(whine(rms_db - 0.8 * k, mains_hz * k) for k in range(1, orders + 1))


@pytest.mark.parametrize("mains_hz", [50, 60])
def test_the_mains_are_no_tone(mains_hz):
    sound = buzz(mains_hz) + noise(-75, 4)
    found = hum(sound, RATE, is_quiet=True)
    assert found.mains_hz == mains_hz
    assert tone(sound, RATE, is_quiet=True, mains_hz=mains_hz).hz is None


def test_a_lone_strong_harmonic_of_the_hum_is_hum():
    sound = whine(-50, 50) + whine(-60, 100) + whine(-45, 300) + noise(-80, 4)
    assert tone(sound, RATE, is_quiet=True, mains_hz=50).hz is None


def test_a_usb_whine_at_1_khz_beside_a_hum_is_a_tone():
    sound = sum(whine(-50 - 3 * k, 50 * k) for k in range(1, 7)) + whine(-60, 1000) + noise(-80, 4)
    read = tone(sound, RATE, is_quiet=True, mains_hz=50)
    assert read.hz == pytest.approx(1000, rel=0.001)
    assert read.dbfs == pytest.approx(-60, abs=1)


def test_a_tone_that_comes_and_goes_is_none():
    beeps = whine(-40, 1000, 8) * (np.arange(8 * RATE) // (RATE // 2) % 2)
    assert tone(beeps + noise(-75, 8), RATE, is_quiet=False).hz is None


def test_how_much_is_needed():
    assert tone(whine(-40, 1000, 0.4), RATE, is_quiet=True) is None
    assert tone(whine(-40, 1000, 0.6) + noise(-80, 0.6), RATE, is_quiet=True).hz == pytest.approx(1000, rel=0.02)
    assert tone(whine(-40, 1000, 2.9), RATE, is_quiet=False) is None
    assert tone(np.zeros(0, np.float32), RATE, is_quiet=True) is None


def test_silence_has_a_floor_of_nothing():
    read = tone(np.zeros(4 * RATE, np.float32), RATE, is_quiet=True)
    assert read.dbfs < -190
    assert read.hz is None


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
def test_any_rate(rate):
    sound = whine(-50, 2345, 4, rate) + noise(-70, 4, rate=rate)
    read = tone(sound, rate, is_quiet=True)
    assert (read.dbfs, read.hz) == (pytest.approx(-50, abs=1), pytest.approx(2345, rel=0.02))


@settings(max_examples=15, deadline=None)
@given(st.floats(160, 19_000), st.floats(-80, -20), st.floats(-20, 20))
def test_the_level_follows_the_gain_and_the_frequency_stays(hz, level_db, gain_db):
    sound = whine(level_db, hz) + noise(level_db - 10, 4)
    once, more = tone(sound, RATE, is_quiet=True), tone(sound * np.float32(amplitude(gain_db)), RATE, is_quiet=True)
    assert once.hz == pytest.approx(hz, rel=0.02)
    assert once.dbfs == pytest.approx(level_db, abs=1)
    assert more.hz == pytest.approx(once.hz, rel=1e-4)
    assert more.dbfs - once.dbfs == pytest.approx(gain_db, abs=0.01)
