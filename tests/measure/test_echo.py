"""Echoes put into speech, real and made up, at levels and delays that are known; and speech, music and hum without."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, noise, read_wav, tones, voice

from rigcheck.measure.echo import echo


def echoed(sound, delay_ms, level_db, rate=RATE):
    """The sound and its echo, delayed by any fraction of a sample."""
    size = 1 << (len(sound) + rate).bit_length()
    hertz = np.fft.rfftfreq(size, 1 / rate)
    late = np.fft.irfft(np.fft.rfft(sound, size) * np.exp(-2j * np.pi * hertz * delay_ms / 1000), size)
    return (sound + amplitude(level_db) * late[: len(sound)]).astype(np.float32)


@pytest.mark.parametrize(("delay_ms", "level_db"), list(product((50.03, 120, 250.02, 400), (-6, -12, -18, -24))))
def test_an_echo_in_a_voice(delay_ms, level_db):
    read = echo(echoed(voice(8) + noise(-60, 8), delay_ms, level_db), RATE)
    assert read is not None
    assert read.db == pytest.approx(level_db, abs=2)
    assert read.delay_s * 1000 == pytest.approx(delay_ms, abs=1)


@pytest.mark.material
@pytest.mark.parametrize(("delay_ms", "level_db"), list(product((50.03, 120, 250.02, 400), (-6, -12, -18))))
def test_an_echo_in_real_speech(material, delay_ms, level_db):
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    read = echo(echoed(samples[:, 0], delay_ms, level_db, rate), rate)
    assert read is not None
    assert read.db == pytest.approx(level_db, abs=2)
    assert read.delay_s * 1000 == pytest.approx(delay_ms, abs=1)


@pytest.mark.material
@pytest.mark.parametrize("delay_ms", [50.03, 120, 250.02, 400])
def test_the_faintest_echo_in_real_speech_is_right_or_not_told(material, delay_ms):
    """At -24 dB three seconds of speech hide some echoes."""
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    read = echo(echoed(samples[:, 0], delay_ms, -24, rate), rate)
    assert read is None or (read.db == pytest.approx(-24, abs=2) and abs(1000 * read.delay_s - delay_ms) < 1)


@pytest.mark.material
@pytest.mark.parametrize(
    "name",
    [
        "pesq-speech.wav",
        "pesq-speech_bab_0dB.wav",
        *(f"pyloudnorm-1770-2_Comp_{x}GateTest.wav" for x in ("Abs", "Rel")),
    ],
)
def test_real_sound_has_none(material, name):
    samples, rate = read_wav(material / "audio" / name)
    assert echo(samples[:, 0], rate) is None


def music(seconds, bar_s):
    """The same noisy, ringing beat again and again, as a machine plays it."""
    time = np.arange(round(bar_s * RATE)) / RATE
    beat = np.exp(-12 * time) * (np.sin(2 * np.pi * 220 * time) + noise(-10, bar_s, seed=7))
    return np.tile(beat, round(seconds / bar_s)).astype(np.float32) * np.float32(0.2)


@pytest.mark.parametrize(
    "sound",
    [
        voice(8),
        voice(8, seed=9) + noise(-40, 8),
        noise(-40, 8),
        tones((-20, 8)),
        sum(tones((-30 - 3 * k, 8), hz=50 * k) for k in range(1, 9)) + noise(-70, 8),
        music(8, 0.25),
        music(8, 0.5) + noise(-60, 8),
    ],
    ids=["voice", "voice in noise", "noise", "tone", "hum", "beat", "slow beat"],
)
def test_what_is_no_echo(sound):
    assert echo(sound, RATE) is None


@pytest.mark.parametrize(("delay_ms", "level_db"), list(product((4, 8, 11, 12, 16, 19), (0, -3, -6))))
def test_an_echo_too_early_is_none_and_no_later_one(delay_ms, level_db):
    """A loud one has a peak at three times its delay, too, and that is where echoes are looked for."""
    assert echo(echoed(voice(8) + noise(-60, 8), delay_ms, level_db), RATE) is None


def test_an_echo_too_faint_to_be_sure_of():
    assert echo(echoed(voice(8) + noise(-60, 8), 120, -28), RATE) is None


def shaped(sound, gain_of):
    """The sound with the gain at each frequency."""
    return np.fft.irfft(np.fft.rfft(sound) * gain_of(np.fft.rfftfreq(len(sound), 1 / RATE)), len(sound))


def test_a_machines_beat_is_none_however_hard_each_is_hit():
    beat = shaped(noise(-10, 0.25, seed=7), lambda hz: np.sqrt(200 / np.maximum(hz, 100)))
    beat *= np.exp(-12 * np.arange(RATE // 4) / RATE)
    gains = np.random.default_rng(1).uniform(0.2, 1, 32)
    assert echo((np.outer(gains, beat).ravel() + noise(-70, 8)).astype(np.float32), RATE) is None


def test_what_repeats_in_the_treble_alone_is_none():
    sound = shaped(noise(-30, 6), lambda hz: np.where(hz < 6000, 1, 0.1))
    treble = shaped(sound, lambda hz: np.where(hz < 3500, 0, 3))
    bass = shaped(sound, lambda hz: np.where(hz < 3500, 1, 0))
    assert echo((echoed(bass + treble, 200, -3)), RATE) is not None
    assert echo((bass + echoed(treble, 200, -3)).astype(np.float32), RATE) is None


def test_an_echo_louder_than_the_voice_is_none_over_0_db():
    assert echo(echoed(voice(8), 120, 6), RATE).db == pytest.approx(-6, abs=2)
    assert echo(echoed(voice(8), 120, 0), RATE).db == pytest.approx(0, abs=2)


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
def test_any_rate(rate):
    sound = voice(6, rate=rate) + noise(-60, 6, rate=rate)
    assert echo(echoed(sound, 120, -9, rate), rate).db == pytest.approx(-9, abs=2)
    assert echo(sound, rate) is None


def test_silence_and_scraps_have_none():
    assert echo(np.zeros(4 * RATE, np.float32), RATE) is None
    assert echo(voice(4)[: RATE + 5], RATE) is None
    assert echo(np.zeros(0, np.float32), RATE) is None


@settings(max_examples=12, deadline=None)
@given(st.floats(25, 590), st.floats(-18, -2), st.integers(0, 99), st.floats(-30, 10))
def test_any_echo_is_found_at_its_level_whatever_the_gain(delay_ms, level_db, seed, gain_db):
    sound = voice(6, seed=seed) + noise(-60, 6, seed=seed)
    read = echo(echoed(sound, delay_ms, level_db) * np.float32(amplitude(gain_db)), RATE)
    assert read is not None
    assert read.db == pytest.approx(level_db, abs=2)
    assert read.delay_s * 1000 == pytest.approx(delay_ms, abs=1)
