"""What a whole take tells of whine, echo, clap, clock and packs: the right phase, channel, reason and name."""

from datetime import date

import numpy as np
import pytest
from signals_audio import RATE, amplitude, low_passed, mono, noise, stereo, tones, voice

from rigcheck import metrics
from rigcheck.checks.mic import MIC_CHECKS
from rigcheck.judge import Case, find
from rigcheck.loading import load_limits
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Impact, Limit, Reason, Span, Stage, Status
from rigcheck.profile import MicDevice, Profile, Setting
from rigcheck.samples import AudioClip, LevelTrace

TODAY = date(2026, 11, 21)
SETTING = Setting(Profile(), Stage.HOST, TODAY)
SPEAK, QUIET = (0, 6 * RATE), (6 * RATE, 10 * RATE)
BLOCK = RATE // 10
NEW = ("tone_dbfs", "tone_hz", "echo_db", "reverb_s", "rate_error_ppm", "taps")


def measured(samples, rate=RATE, **clip):
    found = measure_mic(AudioClip(rate, np.asarray(samples, np.float32), **clip), SETTING, "main")
    assert len(found) == len({each.metric for each in found})
    return {each.metric.id.removeprefix("mic."): each for each in found}


def prompted(speech, quiet, **clip):
    return measured(np.concatenate((speech, quiet)), speak=SPEAK, quiet=QUIET, **clip)


def verdict(check_id, read):
    (check,) = (check for check in MIC_CHECKS if check.id == check_id)
    setting = Setting(Profile(mic={"main": MicDevice(layout="split")}), Stage.HOST, TODAY)
    limits = load_limits() | {
        each.id: own for each in check.metrics if check.limit_of and (own := check.limit_of(setting, "main", each))
    }
    case = Case(check, "main", "device", Impact.DEGRADE, {each.metric.id: each for each in read.values()}, limits)
    return find(case, (), TODAY)


def test_a_whine_is_read_in_the_quiet_phase():
    whine = tones((-60 + 3.01, 4), hz=1000) + noise(-80, 4)
    read = prompted(stereo(voice(6)), stereo(whine))
    assert read["tone_hz"].value == pytest.approx(1000, rel=0.02)
    assert read["tone_dbfs"].value == pytest.approx(-60, abs=1)
    found = verdict("mic.tone", read)
    assert (found.status, found.message.params["names"]) == (Status.WARN, ("1000 Hz",))


def test_no_tone_is_never_a_fault_however_loud_the_floor():
    read = prompted(stereo(voice(6)), stereo(noise(-10, 4)))
    assert read["tone_hz"].reason is Reason.NO_TONE
    assert read["tone_dbfs"].value > -55
    assert verdict("mic.tone", read).status is Status.SKIP


def test_a_short_take_has_neither_tone_nor_echo():
    read = measured(stereo(voice(1.5)))
    assert {read[name].reason for name in ("tone_dbfs", "tone_hz", "echo_db")} == {Reason.TOO_SHORT}


def test_an_echo_is_looked_for_in_the_speech():
    speech = voice(6)
    late = np.concatenate((np.zeros(RATE // 8), speech[: -RATE // 8]))
    read = prompted(stereo(speech + 0.5 * late) + stereo(noise(-60, 6)), stereo(noise(-60, 4)))
    assert read["echo_db"].value == pytest.approx(-6, abs=2)
    found = verdict("mic.echo", read)
    assert (found.status, found.message.params["names"]) == (Status.FAIL, ("125 ms",))
    assert prompted(stereo(speech), stereo(noise(-60, 4)))["echo_db"].reason is Reason.NO_ECHO


def test_a_clap_anywhere_in_the_take():
    time = np.arange(4 * RATE) / RATE
    clap = 0.3 * noise(-12, 4) * 10 ** (-3 * time / 1.0)
    clap[: RATE // 2] = 0
    clap[RATE // 2 :] = (0.5 * noise(-6, 4) * 10 ** (-3 * time / 1.0))[: -RATE // 2]
    read = prompted(stereo(voice(6)), stereo(np.float32(clap) + noise(-85, 4)))
    assert read["reverb_s"].value == pytest.approx(1.0, rel=0.1)
    assert not read["reverb_s"].estimate
    assert verdict("mic.reverb", read).status is Status.FAIL
    assert measured(stereo(voice(6)))["reverb_s"].reason is Reason.NO_CLAP


def arrivals(count, ppm):
    rng = np.random.default_rng(1)
    times = np.arange(count) * BLOCK / (RATE * (1 + ppm / 1e6)) + rng.exponential(0.0001, count)
    return tuple(np.maximum.accumulate(times).tolist())


def clocked(ppm, count=200, **clip):
    return measured(mono(voice(6)), live=True, block=BLOCK, arrived_s=arrivals(count, ppm), **clip)


def test_the_cards_clock():
    read = clocked(60)["rate_error_ppm"]
    assert read.value == pytest.approx(60, abs=10)
    assert not read.estimate
    assert "names" not in read.params


def test_a_mixed_up_rate_is_named_and_is_no_hole_in_the_sound():
    read = clocked(1e6 * (44_100 / 48_000 - 1), missing=9000)
    assert read["rate_error_ppm"].value == pytest.approx(-81_250, abs=10)
    found = verdict("mic.rate", read)
    assert found.status is Status.FAIL
    assert {key: found.advice.message.params[key] for key in ("found", "wanted")} == {"found": 44_100, "wanted": 48_000}
    assert read["dropouts"].value == 0
    assert clocked(0, missing=9000)["dropouts"].value == 1


def test_where_no_clock_ran():
    assert measured(mono(voice(3)))["rate_error_ppm"].reason is Reason.NOT_THIS_WAY
    assert measured(mono(voice(3)), live=True)["rate_error_ppm"].reason is Reason.NOT_IN_FILE
    assert clocked(0, count=9)["rate_error_ppm"].reason is Reason.TOO_SHORT


def turns():
    rest = np.zeros(3 * RATE, np.float32)
    first, second = np.concatenate((voice(3, seed=1), rest)), np.concatenate((rest, voice(3, seed=2)))
    hiss = stereo(noise(-70, 6))
    return np.stack((first + 0.1 * second, second + 0.1 * first), axis=1) + hiss


QUIET_ROOM = stereo(noise(-70, 4))


def test_two_packs_each_heard_alone():
    read = prompted(turns(), QUIET_ROOM, layout="split")
    assert (read["taps"].value, read["taps"].estimate) == (2, False)
    assert verdict("mic.packs", read).status is Status.OK


def test_a_pack_that_was_not_heard_is_named():
    one = turns()
    one[:, 1] = noise(-70, 6, seed=4)
    read = prompted(one, QUIET_ROOM, layout="split")
    assert (read["taps"].value, read["taps"].params) == (1, {"what": ("channel-2",)})
    found = verdict("mic.packs", read)
    assert (found.status, found.message.id) == (Status.FAIL, "mic.packs.low")


def test_a_dead_channel_of_a_split_layout_is_named_by_both():
    one = turns() * np.float32([0, 1])
    read = prompted(one, QUIET_ROOM * np.float32([0, 1]), layout="split")
    assert read["muted"].value is True
    assert read["muted"].params["what"] == read["taps"].params["what"] == ("channel-1",)
    assert read["taps"].value == 1


def test_the_same_pack_on_both_channels():
    read = prompted(stereo(voice(6) + noise(-70, 6)), QUIET_ROOM, layout="split")
    assert (read["taps"].value, read["taps"].params) == (0, {"what": ("same",)})


def test_without_prompts_only_what_is_sure_is_told():
    one = turns()
    one[:, 1] = noise(-70, 6, seed=4)
    assert measured(one, layout="split")["taps"].reason is Reason.NO_SPEECH
    assert measured(turns(), layout="split")["taps"].value == 2
    same = measured(stereo(voice(6) + noise(-70, 6)), layout="split")
    assert (same["taps"].value, same["taps"].estimate) == (0, True)
    assert verdict("mic.packs", same).status is Status.WARN


@pytest.mark.parametrize(
    ("lower_db", "value", "what"),
    [(10, 2, None), (0, 1, "safety-equal"), (30, 1, "safety-faint"), (200, 1, "safety-silent")],
)
def test_a_safety_track(lower_db, value, what):
    sound = voice(6) + noise(-70, 6)
    take = np.stack((sound, np.float32(amplitude(-lower_db)) * sound), axis=1)
    read = prompted(take, QUIET_ROOM, layout="safety")
    assert (read["taps"].value, read["taps"].params) == (value, {"what": (what,)} if what else {})


@pytest.mark.parametrize("layout", ["split", "safety"])
def test_one_channel_where_two_should_be(layout):
    read = prompted(mono(voice(6)), mono(noise(-70, 4)), layout=layout)
    assert (read["taps"].value, read["taps"].params) == (1, {"what": ("one-channel",)})


@pytest.mark.parametrize(("layout", "reason"), [("mono", Reason.MONO), ("stereo", Reason.NOT_IN_PROFILE)])
def test_other_layouts_have_no_packs(layout, reason):
    assert measured(stereo(voice(6)), layout=layout)["taps"].reason is reason


def test_only_layouts_of_two_packs_have_a_limit():
    (check,) = (check for check in MIC_CHECKS if check.id == "mic.packs")
    for layout in ("mono", "stereo", "split", "safety"):
        setting = Setting(Profile(mic={"main": MicDevice(layout=layout)}), Stage.HOST, TODAY)
        wanted = Limit(Span(2.0, None), origin="profile") if layout in ("split", "safety") else None
        assert check.limit_of(setting, "main", metrics.MIC_TAPS) == wanted


@pytest.mark.parametrize("edge_hz", [4000, 8000])
def test_a_hands_free_profile_is_named(edge_hz):
    read = measured(stereo(low_passed(voice(6) + noise(-60, 6), edge_hz)))
    assert read["bandwidth_hz"].params == {"what": ("hands-free",)}


def test_other_edges_are_no_hands_free_profile():
    sound = noise(-30, 6)
    for other in (low_passed(sound, 6000), low_passed(sound, 16_000), sound):
        assert measured(stereo(other))["bandwidth_hz"].params == {}


def test_a_dull_mic_is_no_hands_free_profile_wherever_it_ends():
    sound = noise(-30, 3)
    spectrum, hertz = np.fft.rfft(sound), np.fft.rfftfreq(len(sound), 1 / RATE)
    edges = []
    for corner_hz in range(900, 1400, 50):
        dull = np.fft.irfft(spectrum / (1 + (hertz / corner_hz) ** 4), len(sound))  # a slope of 24 dB an octave
        read = measured(mono(dull))["bandwidth_hz"]
        edges.append(read.value)
        assert read.params == {}
    assert min(abs(edge / 8000 - 1) for edge in edges) < 0.03


def test_meters_do_not_see_any_of_it():
    level = np.full((40, 2), 0.1, np.float32)
    found = measure_mic(LevelTrace(np.arange(40) / 20, level, 2 * level, muted=False), SETTING, "main")
    unseen = {each.metric.id.removeprefix("mic.") for each in found if each.reason is Reason.NOT_THIS_WAY}
    assert unseen >= set(NEW)
