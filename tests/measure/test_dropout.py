import numpy as np
import pytest
from signals_audio import RATE, mono, noise, read_wav, stereo, tones, voice

from rigcheck.measure.dropout import dropouts


def rounded(sound):
    return (np.round(sound * 32767) / 32768).astype(np.float32)


SOUNDS = {
    "voice": voice(5),
    "voice in 16 bits": rounded(voice(5)),
    "noise": noise(-30, 5),
    "quiet room": noise(-70, 5),
    "tone": tones((-12, 5), hz=440.7),
}
AT = 100_123


@pytest.mark.parametrize("name", SOUNDS)
def test_sound_has_no_dropouts(name):
    assert dropouts(stereo(SOUNDS[name]), RATE) == 0


@pytest.mark.parametrize("hz", [50, 60, 93.75, 100, 375, 440, 750, 997, 1000, 5000, 12000])
@pytest.mark.parametrize("level_db", [0, -12, -70])
def test_tones_have_no_dropouts(hz, level_db):
    tone = tones((level_db, 3), hz=hz)
    assert dropouts(mono(tone), RATE) == dropouts(mono(rounded(tone)), RATE) == 0


@pytest.mark.parametrize("level_db", [-78, -85, -90, -96])
def test_faint_16_bit_noise_has_no_dropouts(level_db):
    assert dropouts(mono(rounded(noise(level_db, 5))), RATE) == 0


def test_edges_of_saws_and_squares_are_no_dropouts():
    ramp = np.arange(5 * RATE) % 480 / 480 - 0.5
    assert dropouts(mono(ramp), RATE) == dropouts(mono(np.sign(ramp) * 0.3), RATE) == 0


def test_claps_clicks_and_steps_in_level_are_no_dropouts():
    sound, rng = voice(10), np.random.default_rng(4)
    for start in range(20_000, 440_000, 40_000):
        sound[start : start + 3000] += 0.5 * np.exp(-np.arange(3000) / 300) * rng.standard_normal(3000)
        sound[start + 20_000] += 0.3
    assert dropouts(mono(sound), RATE) == 0
    for parts in (((-20, 1.34), (-30, 1.66), (-20, 1)), ((-40, 1), (-6, 1), (-40, 1))):
        assert dropouts(mono(tones(*parts, hz=100.25)), RATE) == 0


@pytest.mark.parametrize("length", [48, 64, 480, 4800, 2 * RATE])
@pytest.mark.parametrize("name", SOUNDS)
def test_a_hole_is_one_dropout(name, length):
    sound = SOUNDS[name].copy()
    sound[AT : AT + length] = 0
    assert dropouts(mono(sound), RATE) == 1


def test_a_hole_shorter_than_a_millisecond_is_none():
    sound = noise(-30, 2)
    sound[1000:1047] = 0
    assert dropouts(mono(sound), RATE) == 0


def test_silence_at_either_end_is_not_a_hole():
    assert dropouts(mono(np.pad(noise(-30, 2), (RATE, RATE))), RATE) == 0


def test_a_gate_fades_and_is_not_a_hole():
    gain = np.interp(np.arange(5 * RATE), np.array([0, 2, 2.1, 3, 3.02, 5]) * RATE, [1, 1, 0, 0, 1, 1])
    at_once = np.where(np.arange(5 * RATE) < 3 * RATE, gain, 1)  # closes slowly, opens at once
    for each in (gain, at_once, at_once[::-1]):
        assert dropouts(mono(rounded(tones((-20, 5), hz=150.3) * each)), RATE) == 0


def test_holes_are_counted_once_however_many_channels_they_take():
    both = stereo(noise(-30, 3))
    both[1000:1480] = 0
    both[50_000:50_480, 0] = 0
    both[90_000:90_480, 1] = 0
    assert dropouts(both, RATE) == 3


@pytest.mark.parametrize("size", [64, 100, 128, 256, 441, 480, 512, 960, 1024])
@pytest.mark.parametrize("name", SOUNDS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_repeated_buffer_is_one_dropout(name, size, times):
    sound = SOUNDS[name].copy()
    again = np.tile(sound[AT - size : AT], times)
    replaced = sound.copy()
    replaced[AT : AT + len(again)] = again
    assert dropouts(stereo(replaced), RATE) == 1
    assert dropouts(stereo(np.insert(sound, AT, again)), RATE) == 1


def test_every_place_counts():
    sound = voice(20)
    for number in range(10):
        at = RATE + number * RATE + 4800 + 17 * number
        sound[at : at + 480] = sound[at - 480 : at] if number % 2 else 0
    assert dropouts(mono(sound), RATE) == 10


@pytest.mark.parametrize("offset", [65_536 - 480, 65_536 - 100, 65_536, 65_536 + 10])
def test_nothing_is_lost_between_blocks(offset):
    sound = noise(-30, 3)
    sound[offset : offset + 256] = sound[offset - 256 : offset]
    assert dropouts(mono(sound), RATE) == 1
    sound[offset : offset + 256] = 0
    assert dropouts(mono(sound), RATE) == 1


@pytest.mark.parametrize("at", [70_000, 100_011, 130_047])
def test_a_deleted_block_shows_in_a_tone(at):
    tone = tones((-12, 4), hz=220.3)
    assert dropouts(mono(np.delete(tone, slice(at, at + 512))), RATE) == 1


@pytest.mark.parametrize("length", [1, 2, 3, 100, 1000])
@pytest.mark.parametrize("rate", [8000, 192000])
def test_scraps_have_none(length, rate):
    assert dropouts(mono(noise(-30, 1)[:length]), rate) == 0


@pytest.mark.material
@pytest.mark.parametrize("name", ["pesq-speech", "pesq-speech_bab_0dB"])
def test_real_recordings_have_none_until_they_are_damaged(material, name):
    samples, rate = read_wav(material / "audio" / f"{name}.wav")
    assert dropouts(samples, rate) == 0
    samples[20_000:20_160] = 0
    samples[30_000:30_256] = samples[29_744:30_000]
    assert dropouts(samples, rate) == 2
