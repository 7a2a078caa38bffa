from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, low_passed, mono, noise, read_wav, stereo, tones, voice

from rigcheck import metrics
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import AudioClip

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 21))
EVERY = {metric.id for metric in metrics.METRICS.values() if metric.part == "mic"}
PHASES = {"speak": (0, 6 * RATE), "quiet": (6 * RATE, 10 * RATE)}


def measured(samples, rate=RATE, **clip):
    found = measure_mic(AudioClip(rate, np.asarray(samples, np.float32), **clip), SETTING, "main")
    assert sorted(each.metric.id for each in found) == sorted(EVERY)
    assert all((each.value is None) == (each.reason is not None) for each in found)
    return {each.metric.id.removeprefix("mic."): each for each in found}


def values(*given, **clip):
    return {name: each.value for name, each in measured(*given, **clip).items()}


def prompted(speech_db=-20.0, noise_db=-60.0):
    """Six seconds of voice, four of a quiet room."""
    sound = np.concatenate((voice(6, rms_db=speech_db), np.zeros(4 * RATE, np.float32)))
    return sound + noise(noise_db, 10)


def test_a_prompted_take():
    read = measured(stereo(prompted()), **PHASES)
    assert read["noise_dbfs"].value == pytest.approx(-62.8, abs=0.3)
    assert read["snr_db"].value == pytest.approx(read["speech_dbfs"].value + 60, abs=0.1)
    assert not read["snr_db"].estimate
    assert not read["noise_dbfs"].estimate
    assert read["muted"].value is False
    assert read["hum_hz"].reason is Reason.NO_HUM
    assert read["dropouts"].value == read["clipped_ppm"].value == read["clip_run"].value == 0
    assert read["balance_db"].value == pytest.approx(0, abs=0.01)
    assert read["polarity"].value == pytest.approx(1, abs=0.01)
    assert read["bandwidth_hz"].value == RATE / 2


def test_a_plain_take_estimates_noise_and_says_so():
    read = measured(stereo(prompted()))
    assert {name for name, each in read.items() if each.estimate and each.value is not None} == {
        "noise_dbfs",
        "snr_db",
        "loudness_range_lu",
    }
    assert read["snr_db"].value > 30


def test_speech_is_measured_in_the_speech_and_noise_in_the_quiet():
    loud_quiet = stereo(np.concatenate((voice(6), noise(-10, 4))))
    read = values(loud_quiet, **PHASES)
    alone = values(stereo(voice(6)))
    for name in ("loudness_lufs", "momentary_max_lufs", "short_max_lufs", "speech_dbfs", "peak_dbfs", "true_peak_dbtp"):
        assert read[name] == pytest.approx(alone[name], abs=0.05)
    assert read["noise_dbfs"] == pytest.approx(-12.8, abs=0.3)
    assert read["snr_db"] < 0


def test_levels_of_a_sine():
    read = values(stereo(tones((-20, 8))))
    assert read["peak_dbfs"] == pytest.approx(-20, abs=0.001)
    assert read["speech_dbfs"] == pytest.approx(-23.01, abs=0.05)
    assert read["loudness_lufs"] == pytest.approx(-20, abs=0.1)
    assert read["true_peak_dbtp"] == pytest.approx(-20, abs=0.2)


@pytest.mark.parametrize("layout", ["mono", "stereo", "split", "safety"])
def test_one_channel_is_dual_mono_whatever_the_layout(layout):
    read, both = measured(mono(prompted()), layout=layout), values(stereo(prompted()))
    assert read["loudness_lufs"].value == pytest.approx(both["loudness_lufs"], abs=0.01)
    assert read["balance_db"].reason is read["polarity"].reason is Reason.MONO


def test_split_packs_are_judged_by_the_louder_one():
    packs = np.stack((voice(6, rms_db=-40, seed=5), voice(6, rms_db=-20)), axis=1)
    read, louder = measured(packs, layout="split"), values(mono(packs[:, 1]))
    assert read["loudness_lufs"].value == louder["loudness_lufs"]
    assert read["speech_dbfs"].value == louder["speech_dbfs"]
    assert read["polarity"].reason is read["balance_db"].reason is Reason.SPLIT


def test_a_safety_copy_is_not_streamed():
    take = np.stack((voice(6), np.clip(30 * voice(6), -1, 1)), axis=1)
    read, first = values(take, layout="safety"), values(mono(take[:, 0]))
    del read["taps"], first["taps"]
    assert read == first


def test_a_mono_microphone_may_leave_the_other_input_open():
    take = np.stack((voice(6), np.zeros(6 * RATE)), axis=1)
    assert values(take, layout="mono")["muted"] is False
    assert values(take[:, ::-1], layout="mono")["muted"] is True


@pytest.mark.parametrize("layout", ["stereo", "split", "safety"])
def test_a_dead_channel_is_muted(layout):
    take = np.stack((voice(6), np.zeros(6 * RATE)), axis=1)
    read = measured(take, layout=layout)
    assert read["muted"].value is True
    assert read["muted"].params == {"channels": ("2",), "what": ("channel-2",)}
    assert read["loudness_lufs"].value is not None
    assert read["balance_db"].value is None


@pytest.mark.parametrize("level", [0.0, 0.2, 1e-5])
@pytest.mark.parametrize("channels", [1, 2])
def test_silence_is_muted_and_nothing_else(level, channels):
    read = measured(np.full((3 * RATE, channels), level))
    assert read.pop("muted").value is True
    assert {each.reason for each in read.values()} == {Reason.NO_SPEECH}


def test_silence_only_while_the_host_spoke_is_lost():
    take = np.concatenate((np.zeros(6 * RATE, np.float32), noise(-40, 4)))
    read = measured(stereo(take), **PHASES)
    assert read.pop("muted").value is False
    assert {each.reason for each in read.values()} == {Reason.LOST}
    assert Reason.LOST.is_blind


def test_a_faint_hiss_is_far_too_quiet_and_not_an_estimate():
    """A receiver without its transmitter: not muted, under every gate, and never without a number."""
    read = measured(stereo(noise(-85, 5)))
    assert read["muted"].value is False
    assert read["loudness_lufs"].value < -75
    assert not read["loudness_lufs"].estimate


def test_little_speech_makes_an_estimate():
    brief = np.concatenate((voice(2), np.zeros(4 * RATE, np.float32))) + noise(-90, 6)
    assert measured(stereo(brief))["loudness_lufs"].estimate
    assert not measured(stereo(voice(6)))["loudness_lufs"].estimate


@pytest.mark.parametrize("junk", [np.nan, np.inf, -np.inf, 1e30, 32768.0])
@pytest.mark.parametrize("channel", [0, 1])
def test_numbers_that_are_no_sound_give_no_value(junk, channel):
    samples = stereo(voice(2))
    samples[12345, channel] = junk
    assert {each.reason for each in measured(samples).values()} == {Reason.JUNK}


@pytest.mark.parametrize("rate", [0, -1, 1, 7999, 192_001])
def test_an_impossible_rate_gives_no_value(rate):
    assert {each.reason for each in measured(stereo(voice(1)), rate).values()} == {Reason.JUNK}


@pytest.mark.parametrize("shape", [(0, 2), (100, 0), (100,)])
def test_no_samples_are_lost(shape):
    assert {each.reason for each in measured(np.zeros(shape)).values()} == {Reason.LOST}


@pytest.mark.parametrize("length", [1, 2, 3, 10, 47, 100, 479, 1000, 4800, 19_199, 19_200])
@pytest.mark.parametrize("rate", [8000, 48000, 192_000])
def test_scraps_of_sound_never_crash(length, rate):
    read = measured(stereo(noise(-20, 5)[:length]), rate)
    assert read["loudness_lufs"].value is None or length >= 0.4 * rate
    assert read["muted"].value is not None


@pytest.mark.parametrize("channels", range(1, 12))
def test_any_number_of_channels(channels):
    take = np.repeat(mono(voice(3)), channels, axis=1)
    read = values(take)
    assert read["loudness_lufs"] is not None
    assert read["muted"] is False


@pytest.mark.parametrize(("speak", "quiet"), [((0, 0), (5, 5)), ((-10, 10**9), (10**9, 10**9 + 5)), ((9, 3), (3, -7))])
def test_phases_that_are_not_there_are_as_good_as_none(speak, quiet):
    assert values(stereo(voice(3)), speak=speak, quiet=quiet) == values(stereo(voice(3)))


def test_a_gated_quiet_phase_falls_back_to_an_estimate():
    take = np.concatenate((voice(6) + noise(-60, 6), np.zeros(4 * RATE, np.float32)))
    read = measured(stereo(take), **PHASES)
    assert read["snr_db"].estimate
    assert 20 < read["snr_db"].value < 50


@pytest.mark.parametrize("offset", [-0.02, 0.003, 0.1])
def test_dc_is_read_and_disturbs_nothing(offset):
    without, with_it = values(stereo(prompted()), **PHASES), values(stereo(prompted()) + np.float32(offset), **PHASES)
    assert with_it["dc_pct"] - without["dc_pct"] == pytest.approx(100 * offset, abs=0.001)
    for name in ("speech_dbfs", "noise_dbfs", "snr_db", "hum_dbfs", "polarity", "balance_db", "loudness_lufs"):
        assert with_it[name] == pytest.approx(without[name], abs=0.1)
    assert with_it["clipped_ppm"] == with_it["dropouts"] == 0


def test_faults_are_read_off_the_channel_that_has_them():
    take = stereo(voice(6))
    take[:, 0] = 0.5 * np.clip(20 * take[:, 0], -0.3, 0.3)
    take[100_000:100_480, 1] = 0
    take[:, 1] += np.float32(-0.05)
    read = values(take)
    assert read["clipped_ppm"] > 1000
    assert read["clip_run"] > 10
    assert read["dc_pct"] == pytest.approx(-5, abs=0.05)


def test_dropouts_add_what_the_driver_and_the_clock_tell():
    take = stereo(voice(6))
    take[100_000:100_480] = 0
    assert values(take)["dropouts"] == 1
    assert values(take, overflows=3)["dropouts"] == 4
    assert values(take, missing=512)["dropouts"] == 2
    assert values(take, overflows=3, missing=512)["dropouts"] == 4


@pytest.mark.parametrize("hz", [50, 60])
def test_hum_in_the_quiet_phase(hz):
    hum = sum(tones((-55 + 3.01 - 4.77, 10), hz=hz * order) for order in (1, 2, 3))
    read = values(stereo(prompted(noise_db=-70) + hum), **PHASES)
    assert read["hum_hz"] == hz
    assert read["hum_dbfs"] == pytest.approx(-55, abs=0.5)


@pytest.mark.parametrize("edge_hz", [4000, 8000])
def test_a_hands_free_profile_shows(edge_hz):
    assert values(stereo(low_passed(prompted(), edge_hz)))["bandwidth_hz"] == pytest.approx(edge_hz, rel=0.05)


def test_a_microphone_wired_the_wrong_way_round():
    take = stereo(prompted()) * np.float32([1, -0.5])
    read = values(take)
    assert read["polarity"] == pytest.approx(-1, abs=0.01)
    assert read["balance_db"] == pytest.approx(6.02, abs=0.01)


LEVELS = (
    *("loudness_lufs", "momentary_max_lufs", "short_max_lufs", "true_peak_dbtp", "peak_dbfs"),
    *("speech_dbfs", "noise_dbfs", "hum_dbfs", "tone_dbfs"),
)
UNMOVED = (
    "echo_db",
    "tone_hz",
    "reverb_s",
    "snr_db",
    "balance_db",
    "polarity",
    "clipped_ppm",
    "clip_run",
    "bandwidth_hz",
    "muted",
    "dropouts",
    "hum_hz",
)


@settings(max_examples=8, deadline=None)
@given(st.floats(-44, -28), st.floats(12, 18), st.booleans(), st.booleans())
def test_doubling_the_amplitude_adds_6_02_db_to_every_level_and_moves_nothing_else(level_db, snr_db, phased, two):
    # the noise stays over BS.1770's fixed gate at -70 LUFS: what crosses that gate may move the loudness otherwise
    sound = prompted(level_db, level_db - snr_db)
    take, phases = (stereo(sound) if two else mono(sound)), (PHASES if phased else {})
    once, twice = values(take, **phases), values(2 * take, **phases)
    for name in LEVELS:
        assert twice[name] - once[name] == pytest.approx(6.02, abs=0.06)
    for name in UNMOVED:
        assert twice[name] == pytest.approx(once[name], abs=0.01) if once[name] is not None else twice[name] is None
    assert twice["dc_pct"] == pytest.approx(2 * once["dc_pct"], abs=1e-6)


@settings(max_examples=8, deadline=None)
@given(st.floats(0.05, 1), st.integers(0, 99))
def test_turning_one_channel_over_flips_the_polarity_alone(gain, seed):
    take = np.stack((voice(2, seed=seed), gain * voice(2, seed=seed) + noise(-50, 2)), axis=1)
    one, other = values(take), values(take * np.float32([1, -1]))
    assert other.pop("polarity") == pytest.approx(-one.pop("polarity"), abs=1e-3)
    assert other.pop("dc_pct") == pytest.approx(one.pop("dc_pct"), abs=0.01)
    for name, value in one.items():
        assert other[name] == (pytest.approx(value, abs=0.01) if isinstance(value, float) else value), name


@pytest.mark.material
def test_real_speech(material):
    samples, rate = read_wav(material / "audio" / "pesq-speech.wav")
    read = values(samples, rate, layout="mono")
    assert read["speech_dbfs"] == pytest.approx(-26.73, abs=0.3)
    assert read["dc_pct"] == pytest.approx(0.296, abs=0.01)
    assert (read["clipped_ppm"], read["dropouts"], read["muted"], read["hum_hz"]) == (0, 0, False, None)


@pytest.mark.material
def test_real_babble_is_a_bad_signal_to_noise_ratio(material):
    clean, rate = read_wav(material / "audio" / "pesq-speech.wav")
    both, _ = read_wav(material / "audio" / "pesq-speech_bab_0dB.wav")
    read = values(both, rate, layout="mono")
    assert read["snr_db"] < 15
    assert read["dc_pct"] == pytest.approx(0.46, abs=0.01)
    phased = values(
        np.concatenate((clean, both - clean)), rate, speak=(0, len(clean)), quiet=(len(clean), 2 * len(clean))
    )
    assert phased["snr_db"] == pytest.approx(0.47, abs=0.3)


def test_the_peak_is_the_sample_peak():
    sound = voice(3)
    sound[5000] = -amplitude(-3.3)
    assert values(stereo(sound))["peak_dbfs"] == pytest.approx(-3.3, abs=1e-4)
