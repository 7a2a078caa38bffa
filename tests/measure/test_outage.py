"""What a viewer lost, on far ends with known answers."""

from dataclasses import replace

import numpy as np
import pytest
from viewer_made import FPS, black, cut, frozen, programme, silent, slate

from rigcheck.measure.outage import BLACK_S, FROZEN_S, GAP_S, SILENT_S, slate_spans, spells

FRAME_S = 1 / FPS


def told(trace, **how):
    return [(spell.cause, round(spell.start_s, 2), round(spell.end_s, 2)) for spell in spells(trace, **how)]


def test_a_good_programme_has_lost_nothing():
    assert spells(programme()) == []
    assert spells(programme(), from_start=True) == []


@pytest.mark.parametrize(
    ("fault", "cause", "rule_s"),
    [(cut, "no-data", GAP_S), (black, "black", BLACK_S), (frozen, "frozen", FROZEN_S), (silent, "silent", SILENT_S)],
)
@pytest.mark.parametrize("seconds", [0.5, 2.5, 7.0])
def test_a_loss_is_timed_to_a_frame_and_known_as_soon_as_its_rule_allows(fault, cause, rule_s, seconds):
    found = spells(fault(programme(), 105.0, 105.0 + seconds))
    if seconds < rule_s:
        assert found == []
        return
    (spell,) = found
    assert spell.cause == cause
    assert (spell.start_s, spell.end_s) == pytest.approx((105.0, 105.0 + seconds), abs=FRAME_S + 0.05)
    assert spell.seen_s == pytest.approx(spell.start_s + rule_s, abs=FRAME_S + 1e-6)
    assert not spell.is_open


@pytest.mark.parametrize("fault", [cut, black, frozen, silent])
def test_what_lasts_to_the_end_is_open(fault):
    (spell,) = spells(fault(programme(), 115.0, 130.0))
    assert spell.is_open
    assert spell.end_s == 120.0


def test_hiccups_are_no_loss():
    trace = silent(black(cut(programme(), 103.0, 103.3), 105.0, 105.4), 108.0, 109.5)
    assert spells(trace) == []


def test_where_several_hold_the_worst_is_told_and_what_is_left_of_the_others():
    trace = silent(cut(black(programme(), 105.0, 112.0), 107.0, 109.0), 104.0, 115.0)
    assert told(trace) == [
        ("silent", 103.95, 105.0),
        ("black", 105.0, 107.0),
        ("no-data", 107.0, 109.0),
        ("black", 109.0, 112.0),
        ("silent", 112.0, 115.0),
    ]


def test_a_pause_for_breath_before_a_cut_is_no_silence():
    trace = cut(silent(programme(), 104.0, 105.0), 105.0, 112.0)
    assert told(trace) == [("no-data", 105.0, 112.0)]


def test_what_is_left_of_a_loss_beside_a_worse_one_is_told_from_a_hiccup_on():
    assert told(cut(black(programme(), 105.0, 107.0), 105.2, 106.0)) == [
        ("no-data", 105.2, 106.0),
        ("black", 106.0, 107.0),
    ]


def test_no_data_leaves_no_slivers_of_silence_around_it():
    assert [spell.cause for spell in spells(cut(programme(), 105.0, 112.0))] == ["no-data"]


@pytest.mark.parametrize("fault", [frozen, silent])
def test_how_it_has_been_from_the_first_moment_is_how_it_is(fault):
    trace = fault(programme(), 100.0, 110.0)
    assert spells(trace) == []
    (spell,) = spells(trace, from_start=True)
    assert (spell.start_s, spell.end_s) == pytest.approx((100.0, 110.0), abs=FRAME_S + 0.05)


def test_black_from_the_first_moment_is_a_loss():
    assert told(black(programme(), 100.0, 104.0)) == [("black", 100.0, 104.0)]


def test_a_far_end_without_a_single_frame_is_one_open_gap():
    trace = cut(programme(), 0.0, 200.0)
    (spell,) = spells(trace)
    assert (spell.cause, spell.start_s, spell.end_s, spell.is_open) == ("no-data", 100.0, 120.0, True)


def test_a_stream_without_a_sound_track_is_silent_only_where_sound_is_wanted():
    none = np.empty(0)
    trace = replace(programme(), has_sound=False, sound_t_s=none, sound_dbfs=none)
    assert spells(trace) == []
    assert told(trace, from_start=True) == [("silent", 100.0, 120.0)]


def test_single_pictures_may_be_further_apart():
    """Five a second, one of them late: no gap yet; two seconds without any are one."""
    trace = programme(fps=5)
    assert spells(cut(trace, 105.1, 105.3)) == []
    assert [spell.cause for spell in spells(cut(trace, 105.1, 107.3))] == ["no-data"]


def test_between_key_frames_nothing_is_judged_and_every_frame_counts_as_data():
    trace = black(programme(), 105.0, 109.0)
    unseen = {
        name: np.where(trace.key, getattr(trace, name), np.nan).astype(np.float32)
        for name in ("mean", "dark", "change", "slate")
    }
    found = told(replace(trace, **unseen))
    assert found == [("black", 105.0, 109.0)]
    assert told(cut(replace(programme(), **unseen), 105.0, 105.6)) == [
        ("no-data", 105.0, 105.6),
        ("black", 106.0, 109.0),
    ]


def test_a_live_room_in_which_only_noise_moves_is_not_frozen():
    trace = programme()
    assert spells(replace(trace, change=np.where(trace.key, 0.004, 0.0004).astype(np.float32))) == []


def test_the_standby_picture_is_known_by_its_likeness():
    spans = slate_spans(slate(slate(programme(), 105.0, 107.0), 115.0, 130.0))
    assert [edge for span in spans for edge in span] == pytest.approx([105.0, 107.0, 115.0, 120.0], abs=FRAME_S)
    assert slate_spans(programme()) == []
