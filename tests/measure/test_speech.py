import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, noise, read_wav, tones, voice

from rigcheck.measure.speech import a_weighting, estimated_noise, speech_dbfs
from rigcheck.measure.speech import noise as measured_noise


def test_a_steady_sine_is_its_rms():
    assert speech_dbfs(tones((-20, 4)), RATE) == pytest.approx(-23.0, abs=0.05)


def test_a_sine_and_as_much_silence_counts_the_hangover():
    """P.56: 4 s of tone, its 0.1 s of decay and 0.2 s of hangover are active of 8 s: activity 0.534."""
    assert speech_dbfs(tones((-20, 4), (None, 4)), RATE) == pytest.approx(-23.30, abs=0.1)


def test_pauses_do_not_lower_the_level():
    spoken = voice(10)
    pausing = np.concatenate((spoken, np.zeros(10 * RATE, np.float32)))
    assert speech_dbfs(pausing, RATE) == pytest.approx(speech_dbfs(spoken, RATE), abs=0.3)


def test_dc_is_taken_off():
    assert speech_dbfs(tones((-40, 4)) + np.float32(0.1), RATE, dc=0.1) == pytest.approx(-43.0, abs=0.05)


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 96000, 192000])
def test_speech_level_at_every_rate(rate):
    assert speech_dbfs(tones((-20, 4), (None, 4), rate=rate), rate) == pytest.approx(-23.30, abs=0.1)


def test_silence_has_no_speech_level():
    assert speech_dbfs(np.zeros(RATE, np.float32), RATE) is None


@settings(max_examples=20, deadline=None)
@given(st.floats(-60, 0), st.integers(0, 50))
def test_twice_the_amplitude_is_6_02_db(level_db, seed):
    sound = voice(3, rms_db=level_db, seed=seed)
    assert speech_dbfs(2 * sound, RATE) - speech_dbfs(sound, RATE) == pytest.approx(6.0206, abs=1e-3)


@pytest.mark.parametrize(
    ("hz", "db"),
    [
        *((31.5, -39.4), (63, -26.2), (125, -16.1), (250, -8.6), (500, -3.2), (1000, 0.0), (2000, 1.2), (4000, 1.0)),
        *((8000, -1.1), (16000, -6.6)),
    ],
)
def test_a_weighting_is_the_table_of_iec_61672(hz, db):
    exact_hz = 1000 * 10 ** (round(10 * np.log10(hz / 1000)) / 10)
    assert 10 * np.log10(a_weighting(np.array([exact_hz]))[0]) == pytest.approx(db, abs=0.06)


@pytest.mark.parametrize(("hz", "db"), [(100, -19.1), (1000, 0.0), (4000, 1.0), (10000, -2.5)])
def test_noise_is_a_weighted_rms(hz, db):
    read = measured_noise(tones((-40, 4), hz=hz), RATE)
    assert read.weighted_dbfs == pytest.approx(-43.01 + db, abs=0.1)
    assert read.plain_dbfs == pytest.approx(-43.01, abs=0.05)
    assert not read.is_estimate


def test_noise_is_without_dc():
    read = measured_noise(noise(-60, 4) + np.float32(0.05), RATE)
    assert read.plain_dbfs == pytest.approx(-60, abs=0.1)
    assert read.weighted_dbfs == pytest.approx(-62.8, abs=0.3)  # white noise to 24 kHz


def test_a_rumble_does_not_leak_into_the_weighted_noise():
    rumble = tones((-20, 4), hz=10.3) + noise(-80, 4)
    assert measured_noise(rumble, RATE).weighted_dbfs == pytest.approx(-82.6, abs=0.5)


def test_digital_silence_is_not_a_quiet_room():
    assert measured_noise(np.zeros(RATE, np.float32), RATE) is None
    assert estimated_noise(np.zeros(RATE, np.float32), RATE) is None
    assert measured_noise(noise(-60, 0.01), RATE) is None


@pytest.mark.parametrize(("snr", "low", "high"), [(5, 3, 8), (10, 8, 13), (15, 13, 18), (20, 16, 22), (30, 20, 32)])
def test_a_blind_estimate_tells_bad_from_good(snr, low, high):
    spoken = voice(12)
    level = speech_dbfs(spoken, RATE)
    mixed = spoken + noise(level - snr, 12)
    read = estimated_noise(mixed, RATE)
    assert read.is_estimate
    assert low <= speech_dbfs(mixed, RATE) - read.plain_dbfs <= high


@pytest.mark.parametrize("dc", [0.0, 0.0002])
def test_gated_pauses_are_not_the_noise(dc):
    """The pauses are digital silence (with the offset the take's mean has); the noise is where there is sound."""
    gated = voice(10) + noise(-50, 10)
    gated[RATE : 3 * RATE] = 0
    assert estimated_noise(gated, RATE, dc).plain_dbfs > -55


def test_estimated_noise_weighs_and_takes_dc_off():
    read = estimated_noise(tones((-40, 4), hz=100) + np.float32(0.2), RATE, dc=0.2)
    assert read.plain_dbfs == pytest.approx(-43.0, abs=0.3)
    assert read.weighted_dbfs == pytest.approx(-62.1, abs=1)  # 50 Hz a bin


@pytest.mark.material
def test_real_speech(material):
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    dc = float(samples.mean())
    level = speech_dbfs(samples[:, 0], rate, dc)
    assert level == pytest.approx(-26.73, abs=0.1)
    turned_down = samples[:, 0] * np.float32(amplitude(-20))
    assert speech_dbfs(turned_down, rate, 0.1 * dc) == pytest.approx(level - 20, abs=0.1)


@pytest.mark.material
def test_real_babble_as_loud_as_the_voice(material):
    clean, rate = read_wav(material / "audio" / "pesq-speech.wav")
    both, _ = read_wav(material / "audio" / "pesq-speech_bab_0dB.wav")
    babble = (both - clean)[:, 0]
    activity_db = 0.46  # the published 0.01 dB is RMS against RMS; P.56 leaves the pauses out (activity 0.90)
    snr = speech_dbfs(clean[:, 0], rate, float(clean.mean())) - measured_noise(babble, rate).plain_dbfs
    assert snr == pytest.approx(0.01 + activity_db, abs=0.1)
