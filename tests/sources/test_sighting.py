"""What comes from a far end becomes a trace in which a viewer's own buffering does not count."""

import numpy as np
import pytest

from rigcheck.measure.outage import spells
from rigcheck.sources.sighting import Frame, Sightings

FPS = 30


def steady(seen: Sightings, arrivals, pts) -> None:
    for at_s, pts_s in zip(arrivals, pts, strict=True):
        seen.frame(Frame(at_s, pts_s, mean=100, dark=0, change=0.02))


def test_frames_are_shown_when_they_come():
    seen = Sightings("far-end")
    seen.open(9.5)
    arrivals = 10 + np.arange(90) / FPS + np.random.default_rng(3).uniform(0, 0.02, 90)
    steady(seen, arrivals, np.arange(90) / FPS)
    trace = seen.trace(13.5)
    assert trace.t_s[FPS + 5 :] == pytest.approx(arrivals[FPS + 5 :])
    assert (trace.until_s, trace.buffered_s) == (13.5, None)
    assert [spell.cause for spell in spells(trace)] == ["no-data"]


def test_what_waited_for_the_connection_was_there_before_it_but_not_before_it_was_begun():
    """A player takes a second to find out what a stream is; its frames came while it did."""
    seen = Sightings("far-end")
    seen.open(9.0)
    pts = np.arange(90) / FPS
    steady(seen, np.maximum(10.0, 9.2 + pts), pts)
    assert seen.trace(12.2).t_s == pytest.approx(9.2 + pts, abs=1e-6)
    late = Sightings("far-end")
    late.open(9.8)
    steady(late, np.maximum(10.0, 9.2 + pts), pts)
    assert late.trace(12.2).t_s[0] == 9.8


def segmented(stop: int | None = None, again: int = 0) -> Sightings:
    """Twelve seconds in segments of two, each there when its last frame is made; three at once at the beginning."""
    seen = Sightings("far-end", is_segmented=True)
    seen.open(99.0)
    for number in range(12 * FPS):
        if stop is not None and stop <= number < again:
            continue
        pts_s = number / FPS
        made_s = 100 + max(6, 2 * (int(pts_s) // 2 + 1))
        seen.frame(Frame(made_s, pts_s, 100, 0, 0.02))
    return seen


def test_of_a_segmented_stream_what_players_hold_back_is_taken_out():
    seen = segmented()
    assert seen.is_ready
    trace = seen.trace(112.0)
    assert trace.buffered_s == pytest.approx(2.0, abs=0.1)
    assert np.diff(trace.t_s).max() < 0.4
    assert spells(trace) == []
    assert trace.until_s == pytest.approx(112.0 - trace.buffered_s)


def test_before_its_rhythm_shows_a_segmented_stream_is_not_ready():
    seen = Sightings("far-end", is_segmented=True)
    seen.open(99.0)
    steady(seen, np.full(180, 106.0), np.arange(180) / FPS)
    assert not seen.is_ready
    assert Sightings("far-end").is_ready is False


def test_the_last_seconds_tell_how_things_are_now():
    seen = Sightings("far-end")
    seen.open(0.0)
    steady(seen, np.arange(3000) / FPS, np.arange(3000) / FPS)
    seen.sound(100.0, -20.0)
    recent = seen.recent(101.0)
    assert 200 < recent.t_s.size < 310
    assert [spell.is_open for spell in spells(recent)] == [True]
    assert Sightings("obs-shot").recent(5.0).t_s.size == 0


def test_a_trace_is_its_own_and_does_not_grow():
    seen = Sightings("far-end")
    seen.open(0.0)
    steady(seen, [0.1], [0.0])
    trace = seen.trace(1.0)
    seen.data(0.2, 500)
    steady(seen, [0.2], [0.1])
    assert trace.t_s.size == 1
    assert seen.trace(1.0).bytes_n.tolist() == [500]
