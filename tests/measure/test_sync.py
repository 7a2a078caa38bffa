"""Picture and sound together: flashes and beeps at known times, and rooms in which nobody flashed or clapped."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rigcheck.measure.sync import measure_sync
from rigcheck.metrics import SYNC_DRIFT, SYNC_OFFSET
from rigcheck.model import Stage
from rigcheck.profile import Profile, Setting
from rigcheck.reason import Reason
from rigcheck.sync_state import STEP_S, SyncClip

IRREGULAR = np.cumsum([0.9, 1.13, 0.71, 1.37, 0.83, 1.59, 0.97, 1.21, 0.77, 1.43])  # seconds


def picture(flashes_s, length_s, fps=30.0, *, shutter_s=1 / 100, noise=0.3, gamma=1.0, lasts_s=0.2):
    t_s = 5 + np.arange(int(length_s * fps)) / fps  # a recording's clock need not begin at nought
    opens = t_s - 5
    lit = sum(np.clip(np.minimum(opens + shutter_s, at + lasts_s) - np.maximum(opens, at), 0, None) for at in flashes_s)
    luma = 60 + 40 * (lit / shutter_s) ** (1 / gamma) + np.random.default_rng(3).normal(0, noise, t_s.size)
    return t_s, luma.astype(np.float32)


def sound(beeps_s, length_s, noise=0.001, level=0.3, lasts_s=0.05):
    made = np.abs(np.random.default_rng(4).normal(0, noise, int(length_s / STEP_S)))
    for at in beeps_s:
        first = int(at / STEP_S)
        made[first : first + int(lasts_s / STEP_S)] += level
    return made.astype(np.float32)


def clip(events_s=IRREGULAR, offset_ms=0.0, drift=0.0, length_s=13.0, noise=0.001, **how):
    late_s = offset_ms / 1000 + drift / 60_000 * (events_s - events_s.mean())
    return SyncClip(*picture(events_s, length_s, **how), sound(events_s + late_s, length_s, noise), 5.0)


SETTING = Setting(Profile(name="room"), next(iter(Stage)), date(2025, 1, 1))


def measured(made):
    offset, drift = measure_sync(made, SETTING, "main")
    assert (offset.metric, drift.metric) == (SYNC_OFFSET, SYNC_DRIFT)
    return offset, drift


def refusals(made):
    found = measured(made)
    assert [one.value for one in found] == [None, None]
    return {one.reason for one in found}


@pytest.mark.parametrize("fps", [25, 29.97, 30, 60])
@pytest.mark.parametrize("shutter_s", [1 / 100, 1 / 30])
@pytest.mark.parametrize("offset_ms", [0, 200, -150, 40])
def test_ten_events_tell_the_offset(fps, shutter_s, offset_ms):
    offset, drift = measured(clip(offset_ms=offset_ms, fps=fps, shutter_s=min(shutter_s, 1 / fps)))
    assert offset.value == pytest.approx(offset_ms, abs=5)
    assert (offset.estimate, offset.params) == (False, {"events": 10})
    assert drift.reason is Reason.TOO_SHORT


@pytest.mark.parametrize("shutter_s", [1 / 100, 1 / 30])
@pytest.mark.parametrize("phase", range(8))
def test_wherever_the_flashes_fall_in_a_frame(shutter_s, phase):
    events_s = IRREGULAR + np.random.default_rng(phase).uniform(0, 0.1, 10)
    assert measured(clip(events_s, 40, shutter_s=shutter_s))[0].value == pytest.approx(40, abs=5)


@pytest.mark.parametrize("gamma", [1, 2.2])
def test_brightness_is_coded_one_way_or_another(gamma):
    assert measured(clip(offset_ms=40, shutter_s=1 / 30, gamma=gamma))[0].value == pytest.approx(40, abs=5)


@pytest.mark.parametrize(("shutter_s", "within"), [(1 / 100, 4), (1 / 30, 1)])
@pytest.mark.parametrize("rate", [0, 10, -10])
def test_drift(shutter_s, within, rate):
    events_s = IRREGULAR * 4.6
    offset, drift = measured(clip(events_s, 40, rate, length_s=62, shutter_s=shutter_s))
    assert offset.value == pytest.approx(40, abs=5)
    assert drift.value == pytest.approx(rate, abs=within)


@pytest.mark.parametrize("rate", [0, 10, -30, 60, -80, 140])
def test_drift_of_a_rendered_clip_whose_flashes_begin_with_frames(rate):
    events_s = np.round(IRREGULAR * 4.6 * 30) / 30
    offset, drift = measured(clip(events_s, 40, rate, length_s=62, shutter_s=1 / 30))
    assert offset.value == pytest.approx(40, abs=1)
    assert drift.value == pytest.approx(rate, abs=1)


@pytest.mark.parametrize("shutter_s", [1 / 100, 1 / 30])
@pytest.mark.parametrize("rate", [60, -140])
def test_fast_drift_loses_no_events(shutter_s, rate):
    offset, drift = measured(clip(IRREGULAR * 4.6, 40, rate, length_s=62, shutter_s=shutter_s))
    assert offset.value == pytest.approx(40, abs=5)
    assert drift.value == pytest.approx(rate, abs=4)
    assert offset.params == drift.params == {"events": 10}


def test_drift_of_minutes():
    """At its ends sound is 100 ms off: no one offset takes even half of the events."""
    offset, drift = measured(clip(IRREGULAR * 23.7, 40, 50, length_s=262))
    assert offset.value == pytest.approx(40, abs=5)
    assert drift.value == pytest.approx(50, abs=1)
    assert offset.params == {"events": 10}


@pytest.mark.parametrize("rate", [-600, 2000])
def test_drift_beyond_what_is_looked_for_is_no_clap_and_never_a_bound(rate):
    assert refusals(clip(IRREGULAR * 4.6, 40, rate, length_s=62)) == {Reason.NO_CLAP}


@pytest.mark.parametrize("seed", range(20))
def test_a_minute_of_lamps_and_talk_goes_together_at_no_drift_either(seed):
    random = np.random.default_rng(seed)
    flashes, talk = (np.sort(random.uniform(1, 59, count)) for count in random.integers(3, 40, 2))
    assert refusals(SyncClip(*picture(flashes, 60), sound(talk, 60), 5.0)) == {Reason.NO_CLAP}


def test_noise_in_picture_and_sound():
    assert measured(clip(offset_ms=-60, noise=0.01, shutter_s=1 / 50))[0].value == pytest.approx(-60, abs=5)
    made = clip(offset_ms=-60, shutter_s=1 / 50)
    loud = SyncClip(made.t_s, made.luma + np.random.default_rng(1).normal(0, 1, made.luma.size), made.sound, 5.0)
    assert measured(loud)[0].value == pytest.approx(-60, abs=5)


def test_digital_silence_between_the_beeps():
    assert measured(clip(offset_ms=40, noise=0))[0].value == pytest.approx(40, abs=5)


@pytest.mark.parametrize("share", [0.05, 0.09])
def test_what_a_codec_echoes_ahead_of_a_beep_is_not_its_beginning(share):
    """As AAC of 128 and of 64 kbit/s does, 3 ms ahead of a beep 44 dB over the noise."""
    beeps_s = IRREGULAR + 0.04
    heard = sound(beeps_s, 13, noise=0.003) + sound(beeps_s - 0.003, 13, noise=0, level=0.3 * share, lasts_s=0.003)
    offset, _ = measured(SyncClip(*picture(IRREGULAR, 13), heard, 5.0))
    assert offset.value == pytest.approx(measured(clip(offset_ms=40, noise=0.003))[0].value, abs=0.5)
    assert offset.params == {"events": 10}


def test_what_swells_slowly_however_loud_is_no_beep():
    swell = np.linspace(0, 1, round(0.2 / STEP_S), dtype=np.float32) ** 4
    heard = sound([], 13)
    for at in IRREGULAR:
        heard[int(at / STEP_S) :][: swell.size] += swell
    assert refusals(SyncClip(*picture(IRREGULAR, 13), heard, 5.0)) == {Reason.NO_CLAP}


def test_a_beep_without_flash_and_a_flash_without_beep_do_no_harm():
    beeps = np.append(IRREGULAR[1:] + 0.04, [12.1, 12.5])
    made = SyncClip(*picture(IRREGULAR, 13), sound(beeps, 13), 5.0)
    offset, _ = measured(made)
    assert offset.value == pytest.approx(40, abs=5)
    assert offset.params == {"events": 9}


def test_few_events_are_an_estimate_and_two_are_none():
    assert measured(clip(IRREGULAR[:4], 40))[0].estimate
    assert measured(clip(IRREGULAR[:3], 40))[0].value == pytest.approx(40, abs=17)
    assert refusals(clip(IRREGULAR[:2], 40)) == {Reason.NO_CLAP}


def test_talk_before_a_still_camera_is_no_clap():
    t_s, luma = picture([], 20)
    talk = sound(np.cumsum(np.random.default_rng(5).uniform(0.2, 0.9, 30)), 20, lasts_s=0.12)
    assert refusals(SyncClip(t_s, luma + 3 * np.sin(t_s), talk, 5.0)) == {Reason.NO_CLAP}


@pytest.mark.parametrize("seed", range(40))
def test_flicker_of_a_screen_and_talk_are_no_clap(seed):
    random = np.random.default_rng(seed)
    flashes, talk = (np.sort(random.uniform(1, 29, count)) for count in random.integers(3, 60, 2))
    assert refusals(SyncClip(*picture(flashes, 30), sound(talk, 30), 5.0)) == {Reason.NO_CLAP}


@pytest.mark.parametrize("beat_s", [0.4, 0.5])
def test_music_with_cuts_is_no_clap(beat_s):
    t_s, luma = picture([], 20)
    beats = np.arange(0.5, 20, beat_s)
    cuts = np.where((t_s - 5) // (4 * beat_s) % 2 == 0, 0, 50)
    assert refusals(SyncClip(t_s, luma + cuts, sound(beats, 20), 5.0)) == {Reason.NO_CLAP}
    assert refusals(SyncClip(*picture(beats, 20, lasts_s=0.1), sound(beats, 20), 5.0)) == {Reason.NO_CLAP}


def test_cuts_to_a_brighter_camera_on_words_are_no_clap():
    cuts_s = np.cumsum([1.1, 1.7, 1.3, 1.9, 1.2, 2.1, 1.6, 1.4, 1.8, 1.5])
    t_s, luma = picture([], 18)
    brighter = 50 * (np.searchsorted(cuts_s, t_s - 5) % 2)
    assert refusals(SyncClip(t_s, luma + brighter, sound(cuts_s[::2], 18), 5.0)) == {Reason.NO_CLAP}


def test_three_lamps_that_happen_to_go_with_much_talk_are_no_clap():
    talk = np.append(IRREGULAR, IRREGULAR + 11)
    assert refusals(SyncClip(*picture(talk[[2, 9, 15]], 24), sound(talk, 24), 5.0)) == {Reason.NO_CLAP}


def test_still_empty_and_silent():
    none = np.zeros(0, np.float32)
    flashes = picture(IRREGULAR, 13)
    assert refusals(SyncClip(np.zeros(0), none, none, 0.0)) == {Reason.NO_CLAP}
    assert refusals(SyncClip(np.zeros(1), none[:0].repeat(0), none, 0.0)) == {Reason.NO_CLAP}
    assert refusals(SyncClip(*picture([], 13, noise=0), sound(IRREGULAR, 13), 5.0)) == {Reason.NO_CLAP}
    assert refusals(SyncClip(*flashes, np.zeros(52_000, np.float32), 5.0)) == {Reason.NO_CLAP}
    assert refusals(SyncClip(*flashes, none, 5.0)) == {Reason.NO_CLAP}


@pytest.mark.parametrize("part", ["t_s", "luma", "sound"])
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_no_number_is_junk(part, value):
    made = clip()
    getattr(made, part)[7] = value
    assert refusals(made) == {Reason.JUNK}


def test_a_clock_that_does_not_advance_is_junk():
    made = clip()
    made.t_s[7] = made.t_s[6]
    assert refusals(made) == {Reason.JUNK}
    assert refusals(SyncClip(clip().t_s, made.luma, made.sound, float("nan"))) == {Reason.JUNK}


@settings(max_examples=30, deadline=None)
@given(st.floats(-300, 300))
def test_sound_later_by_x_is_an_offset_larger_by_x(later_ms):
    made = clip()
    moved = SyncClip(made.t_s, made.luma, made.sound, 5 + later_ms / 1000)
    assert measured(moved)[0].value - measured(made)[0].value == pytest.approx(later_ms, abs=1.0)
