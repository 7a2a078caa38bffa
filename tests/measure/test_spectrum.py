import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, low_passed, noise, read_wav, tones, voice

from rigcheck.measure.level import power_db
from rigcheck.measure.spectrum import bandwidth, hum, power_spectrum


def mains(level_db, seconds, hz, *, orders=(1,), rate=RATE):
    """Hum of `level_db` dBFS RMS in all, its lines equally strong."""
    each = level_db + 3.01 - 10 * np.log10(len(orders))
    return sum(tones((each, seconds), rate=rate, hz=hz * order) for order in orders)


def test_the_bins_add_up_to_the_mean_square():
    sound = noise(-30, 3)
    assert power_db(power_spectrum(sound, 4096).sum()) == pytest.approx(-30, abs=0.1)
    assert power_db(power_spectrum(tones((-20, 1)), 4801).sum()) == pytest.approx(-23.01, abs=0.01)


@pytest.mark.parametrize("hz", [50, 60])
@pytest.mark.parametrize("orders", [(1,), (1, 3, 5), (2, 4), (1, 2, 3, 4, 5, 6, 7, 8)])
@pytest.mark.parametrize("level_db", [-80, -70, -60, -40])
def test_hum_in_a_quiet_room(hz, orders, level_db):
    read = hum(noise(-75, 4) + mains(level_db, 4, hz, orders=orders), RATE, is_quiet=True)
    assert read.dbfs == pytest.approx(level_db, abs=1)
    assert read.mains_hz == hz


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 44100, 96000, 192000])
def test_hum_at_every_rate(rate):
    sound = noise(-70, 4, rate=rate) + mains(-55, 4, 50, orders=(1, 2, 3, 8), rate=rate)
    read = hum(sound, rate, is_quiet=True)
    assert read.dbfs == pytest.approx(-55, abs=0.5)
    assert read.mains_hz == 50


@pytest.mark.parametrize("drift", [-0.2, 0.2])
def test_mains_wander(drift):
    read = hum(noise(-75, 4) + mains(-50, 4, 50 + drift, orders=(1, 2, 3)), RATE, is_quiet=True)
    assert read.dbfs == pytest.approx(-50, abs=1)
    assert read.mains_hz == 50


def test_hum_alone_without_any_floor():
    read = hum(mains(-30, 4, 60), RATE, is_quiet=True)
    assert (read.dbfs, read.mains_hz) == (pytest.approx(-30, abs=0.1), 60)


@pytest.mark.parametrize("seed", range(12))
def test_noise_does_not_hum_but_has_a_floor(seed):
    read = hum(noise(-50, 4, seed=seed), RATE, is_quiet=True)
    assert read.mains_hz is None
    assert -110 < read.dbfs < -60


def test_a_tone_that_is_not_mains_is_no_hum():
    assert hum(noise(-70, 4) + tones((-40, 4), hz=437.0), RATE, is_quiet=True).mains_hz is None


def test_a_voice_does_not_hum():
    assert hum(voice(12), RATE, is_quiet=False).mains_hz is None


def test_hum_under_a_voice_is_found_without_a_quiet_phase():
    read = hum(voice(12) + mains(-40, 12, 50, orders=(1, 3)), RATE, is_quiet=False)
    assert read.mains_hz == 50
    assert read.dbfs == pytest.approx(-40, abs=1)


def test_half_a_second_is_the_least():
    assert hum(noise(-60, 0.4), RATE, is_quiet=True) is None
    assert hum(mains(-40, 0.5, 50) + noise(-70, 0.5), RATE, is_quiet=True).mains_hz == 50


def test_silence_has_a_floor_of_nothing():
    assert hum(np.zeros(4 * RATE, np.float32), RATE, is_quiet=True).dbfs == -200


@settings(max_examples=15, deadline=None)
@given(st.floats(-60, -20), st.sampled_from([50, 60]))
def test_twice_the_amplitude_is_6_02_db_of_hum(level_db, hz):
    sound = noise(level_db - 30, 4) + mains(level_db, 4, hz, orders=(1, 2))
    once, twice = hum(sound, RATE, is_quiet=True), hum(2 * sound, RATE, is_quiet=True)
    assert twice.dbfs - once.dbfs == pytest.approx(6.02, abs=0.01)
    assert twice.mains_hz == once.mains_hz == hz


@pytest.mark.parametrize("edge_hz", [3400, 4000, 7000, 8000, 12345, 16000, 20000])
@pytest.mark.parametrize("source", ["noise", "voice"])
def test_bandwidth_is_where_the_wall_stands(edge_hz, source):
    sound = noise(-30, 3) if source == "noise" else voice(6)
    assert bandwidth(low_passed(sound, edge_hz), RATE).hz == pytest.approx(edge_hz, rel=0.05)


def test_bandwidth_of_everything_is_half_the_rate():
    assert bandwidth(noise(-30, 2), RATE).hz == RATE / 2


def test_what_is_under_60_db_does_not_count():
    sound = low_passed(noise(-20, 3), 8000)
    above = tones((-20 - 10 * np.log10(240) - 50, 3), hz=15000)  # 50 dB under the strongest band's noise
    assert bandwidth(sound + above, RATE).hz == pytest.approx(15000, rel=0.05)
    assert bandwidth(sound + np.float32(amplitude(-25)) * above, RATE).hz == pytest.approx(8000, rel=0.05)


def test_silence_and_scraps_have_no_bandwidth():
    assert bandwidth(np.zeros(RATE, np.float32), RATE) is None
    assert bandwidth(np.zeros(3, np.float32), RATE) is None


@pytest.mark.material
def test_real_speech_does_not_hum_and_reaches_half_its_rate(material):
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    assert hum(samples[:, 0], rate, is_quiet=False).mains_hz is None
    assert bandwidth(samples[:, 0], rate).hz > 3500
