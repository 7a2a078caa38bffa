"""Which rate the pictures were made at: from repeats, from time stamps, and where nobody can tell."""

import dataclasses
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_video import film, noisy, reduced, texture, write_video

from rigcheck.loading import load_limits
from rigcheck.measure.cadence import cadence as timing
from rigcheck.measure.camera import measure_camera
from rigcheck.measure.pulldown import REPEATING, SKIPPING, WORDS, measure_pulldown
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import CameraRequest
from rigcheck.sources.media import read_clip

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 22))
SMALL = {"height": 90, "width": 160}


def cadence(clip):
    return next(item for item in measure_camera(clip, SETTING, "main") if item.metric.id == "camera.cadence")


def converted(source, stream, seconds=5, phase=0.3):
    """A film of `source` pictures a second in a stream of `stream`: each frame shows the newest picture there is."""
    shown = np.floor(phase + np.arange(int(seconds * stream)) * source / stream).astype(int)
    pictures = list(film(shown[-1] + 1, **SMALL))
    return [pictures[at] for at in shown]


@pytest.mark.parametrize("fps", [24, 25, 29.97, 30, 50, 59.94, 60])
def test_one_picture_a_frame_is_even(fps):
    found = cadence(reduced(film(int(5 * fps), **SMALL), fps=fps))
    assert (found.value, found.estimate) == ("steady", False)


@pytest.mark.parametrize(
    ("source", "stream", "word"),
    [
        (25, 30, "25-in-30"),
        (25, 29.97, "25-in-30"),
        (24, 30, "24-in-30"),
        (23.976, 29.97, "24-in-30"),
        (20, 30, "20-in-30"),
        (24, 25, "24-in-25"),
        (23.976, 25, "24-in-25"),
        (50, 60, "50-in-60"),
        (50, 59.94, "50-in-60"),
        (48, 60, "48-in-60"),
        (25, 60, "25-in-60"),
        (24, 60, "24-in-60"),
        (24, 50, "24-in-50"),
        (30, 50, "30-in-50"),
        (15, 30, "half"),
        (30, 60, "half"),
        (25, 50, "half"),
        (12.5, 25, "half"),
        (10, 30, "third"),
        (20, 60, "third"),
        (15, 60, "quarter"),
    ],
)
@pytest.mark.parametrize("phase", [0.0, 0.4, 0.9])
def test_the_rhythm_of_repeats_tells_both_rates(source, stream, word, phase):
    assert cadence(reduced(converted(source, stream, phase=phase), fps=stream)).value == word


@pytest.mark.parametrize(
    ("source", "stream", "word"),
    [(50, 30, "50-in-30"), (60, 25, "60-in-25"), (60, 50, "60-in-50"), (30, 25, "30-in-25"), (30, 24, "30-in-24")],
)
def test_left_out_pictures_show_between_the_time_stamps(source, stream, word):
    """Stamps on the source's own steps, a little astray as they come."""
    taken = np.floor(np.arange(int(5 * stream)) * source / stream + 0.3)
    times_s = (taken + np.random.default_rng(2).normal(0, 0.03, taken.size)) / source
    found = cadence(reduced(film(taken.size, **SMALL), times_s=times_s - times_s[0]))
    assert found.value == word


@pytest.mark.parametrize("jitter_ms", [1, 3, 5])
def test_stamps_that_are_a_little_astray_are_no_other_rate(jitter_ms):
    times_s = np.arange(150) / 30 + np.random.default_rng(3).normal(0, jitter_ms / 1000, 150)
    assert cadence(reduced(film(150, **SMALL), times_s=np.sort(times_s))).value == "steady"


def test_stamps_that_are_far_astray_are_uneven():
    times_s = np.arange(150) / 30 + np.random.default_rng(3).uniform(0, 0.03, 150)
    assert cadence(reduced(film(150, **SMALL), times_s=np.sort(times_s))).value == "uneven"


@pytest.mark.parametrize("seed", range(8))
def test_repeats_without_a_rhythm_are_uneven(seed):
    rng = np.random.default_rng(seed)
    shown = np.cumsum(rng.random(150) > rng.uniform(0.08, 0.3))
    pictures = list(film(shown[-1] + 1, **SMALL))
    assert cadence(reduced([pictures[at] for at in shown])).value == "uneven"


def test_hiccups_do_not_hide_the_rhythm():
    frames = converted(25, 30)
    frames[70] = frames[69]
    del frames[100]
    assert cadence(reduced(frames)).value == "25-in-30"


def test_a_repeat_now_and_then_is_the_other_checks_matter():
    frames = list(film(150, **SMALL))
    frames[40], frames[90] = frames[39], frames[89]
    assert cadence(reduced(frames)).value == "steady"
    assert cadence(reduced(frames[30:105])).value == "steady"  # a short look: two make no rhythm


def test_every_fifth_frame_late_is_no_faster_source():
    times_s = np.cumsum(np.tile([0.036, 0.036, 0.036, 0.036, 0.056], 25))
    assert cadence(reduced(film(125, **SMALL), times_s=times_s)).value == "steady"


def test_the_longest_moving_stretch_counts():
    frames = converted(25, 30, seconds=4)
    frames[50:50] = [frames[49]] * 30
    assert cadence(reduced(frames)).value == "25-in-30"


def test_nothing_that_moves_is_no_cadence():
    assert cadence(reduced([next(film(1, **SMALL))] * 150)).reason is Reason.STILL
    moving = [*film(20, **SMALL)]
    assert cadence(reduced([*moving, *[moving[-1]] * 60, *moving])).reason is Reason.STILL


def test_what_cannot_tell_says_why():
    assert cadence(reduced(film(20, **SMALL))).reason is Reason.TOO_SHORT
    assert cadence(reduced(film(1, **SMALL), clock="none")).reason is Reason.STILL
    assert cadence(reduced(film(60, **SMALL), clock="none")).reason is Reason.NO_CLOCK
    assert cadence(reduced(film(20, **SMALL), fps=5, clock="shots")).reason is Reason.NOT_THIS_WAY


@pytest.mark.parametrize(("source", "stream", "word"), [(25, 30, "25-in-30"), (15, 30, "half"), (30, 30, "steady")])
def test_an_encoded_stream_is_an_estimate(tmp_path, source, stream, word):
    rng, picture = np.random.default_rng(1), texture(180, 320)
    pictures = [noisy(np.roll(picture, 3 * at, axis=1), 1, rng) for at in range(int(5 * source) + 1)]
    frames = [pictures[at] for at in np.floor(np.arange(5 * stream) * source / stream).astype(int)]
    path = write_video(tmp_path / "made.mp4", frames, fps=stream, options={"crf": "20"})
    found = cadence(read_clip(path, CameraRequest(), whole=True))
    assert (found.value, found.estimate) == (word, True)


@given(
    st.sampled_from([(rhythm.source, rhythm.stream, rhythm.word) for rhythm in REPEATING if rhythm.fps]),
    st.floats(0, 0.99),
    st.integers(4, 8),
)
@settings(max_examples=25, deadline=None)
def test_wherever_the_rhythm_begins_and_however_long(rates, phase, seconds):
    source, stream, word = rates
    clip = reduced([np.zeros((4, 4), np.uint8)], fps=stream)
    count = int(seconds * stream)
    again = np.diff(np.floor(phase + np.arange(count) * source / stream), prepend=-1) == 0
    change = np.where(again, 0, 0.01).astype(np.float32)
    traces = {name: np.full(count, 0.1, np.float32) for name in ("mean", "dark", "bright", "deep", "focus")}
    made = dataclasses.replace(
        clip, t_s=np.arange(count) / stream, change=change, same=again, key=np.zeros(count, bool), **traces
    )
    assert measure_pulldown(made, timing(made.t_s)).value == word


def test_words_and_limits_go_together():
    limit = load_limits()["camera.cadence"]
    assert limit.ok.values == ("steady",)
    assert set(limit.warn.values) == set(WORDS)
    assert {rhythm.word for rhythm in (*REPEATING, *SKIPPING)} < set(WORDS)
