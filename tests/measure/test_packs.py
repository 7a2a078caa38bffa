"""Two packs, speaking and tapped in turn, each on its own channel; and all the ways in which they are not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_audio import RATE, amplitude, noise, voice

from rigcheck.measure.packs import packs, safety_fault

NONE = np.zeros(3 * RATE, np.float32)


def two(left, right, noise_db=(-70, -70)):
    hiss = [noise(level, len(left) / RATE, seed=seed) for seed, level in enumerate(noise_db)]
    return np.stack((left + hiss[0], right + hiss[1]), axis=1)


def turns(leak_db=-16.0):
    """One host speaks for three seconds, then the other; each is heard a little by the other's lavalier."""
    first, second = np.concatenate((voice(3, seed=1), NONE)), np.concatenate((NONE, voice(3, seed=2)))
    leak = np.float32(amplitude(leak_db))
    return two(first + leak * second, second + leak * first)


def taps(channel, at_s=(4.0, 4.5, 5.0)):
    """Thumps on one pack: bursts of a tenth of a second."""
    sound = np.zeros((6 * RATE, 2), np.float32)
    for seed, second in enumerate(at_s):
        start = round(second * RATE)
        decay = np.exp(-np.arange(RATE // 10) / (0.03 * RATE))
        sound[start : start + RATE // 10, channel] = 0.5 * decay * noise(-6, 0.1, seed=seed)
    return sound


def test_hosts_who_speak_in_turn():
    assert packs(turns(), RATE) == ((1, 2), (1, 2))


def test_one_speaks_and_the_other_pack_is_tapped():
    leak = np.float32(amplitude(-18))
    speaks = voice(6)
    assert packs(two(speaks, leak * speaks) + taps(1, (0.05, 2.0, 4.0)), RATE).alone == (1, 2)


def test_both_only_tapped():
    assert packs(two(np.zeros(6 * RATE), np.zeros(6 * RATE)) + taps(0, (1, 1.5)) + taps(1, (3, 3.5)), RATE).alone == (
        1,
        2,
    )


@pytest.mark.parametrize("gain_db", [0, -6, 6])
def test_the_same_pack_on_both_channels(gain_db):
    sound = voice(6)
    assert packs(two(sound, np.float32(amplitude(gain_db)) * sound), RATE) == ((1, 2), ())


def test_the_same_pack_on_both_channels_one_far_lower_is_still_no_second_pack():
    sound = voice(6)
    assert packs(two(sound, np.float32(amplitude(-20)) * sound), RATE).alone == (1,)


def test_gains_that_differ_do_not_matter():
    assert packs(turns() * np.float32([1, amplitude(-18)]), RATE).alone == (1, 2)


@pytest.mark.parametrize("hiss_db", [-90, -50])
def test_a_pack_that_is_off(hiss_db):
    found = packs(two(voice(6), np.zeros(6 * RATE), (-70, hiss_db)), RATE)
    assert found == ((1,), (1,))


def test_digital_silence():
    assert packs(np.stack((voice(6), np.zeros(6 * RATE, np.float32)), axis=1), RATE) == ((1,), (1,))
    assert packs(np.zeros((RATE, 2), np.float32), RATE) == ((), ())
    assert packs(np.zeros((0, 2), np.float32), RATE) == ((), ())


def test_a_click_is_no_tap():
    sound = two(voice(6), np.zeros(6 * RATE))
    sound[100_000:100_100, 1] += 0.9
    assert packs(sound, RATE).alone == (1,)


def test_dc_does_not_matter():
    assert packs(turns() + np.float32([0.2, -0.1]), RATE).alone == (1, 2)


def test_one_channel_has_nothing_beside_it():
    assert packs(turns()[:, :1], RATE).alone == (1,)


@settings(max_examples=10, deadline=None)
@given(st.floats(-30, -14), st.floats(-12, 12), st.booleans())
def test_turning_the_channels_round_turns_the_answer_round(leak_db, gain_db, both):
    sound = (turns(leak_db) if both else two(voice(6), np.zeros(6 * RATE))) * np.float32([1, amplitude(gain_db)])
    found, turned = packs(sound, RATE), packs(sound[:, ::-1], RATE)
    assert [{1: 2, 2: 1}[number] for number in found.alone] == list(turned.alone)[::-1]
    assert len(found.alone) == (2 if both else 1)


@pytest.mark.parametrize(
    ("safety_db", "fault"),
    [(0, "equal"), (-4, "equal"), (3, "equal"), (-7, None), (-12, None), (-19, None), (-26, "faint")],
)
def test_how_much_lower_a_safety_track_is(safety_db, fault):
    sound = voice(4)
    assert safety_fault(two(sound, np.float32(amplitude(safety_db)) * sound, (-80, -80)), RATE) == fault


def test_a_safety_track_of_another_sound_or_of_none():
    assert safety_fault(two(voice(4), 0.3 * voice(4)[::-1]), RATE) == "other"
    assert safety_fault(np.stack((voice(4), np.zeros(4 * RATE, np.float32)), axis=1), RATE) == "silent"


def test_an_inverted_safety_track_is_the_same_sound():
    assert safety_fault(np.stack((voice(4), -0.3 * voice(4)), axis=1), RATE) is None
