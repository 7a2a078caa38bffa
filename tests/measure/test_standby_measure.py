"""A standby video with known stillness and silence comes to known figures; what cannot be read is never good."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from standby_files import PLAYS, sounding, still

from rigcheck import metrics as m
from rigcheck.backup_state import DrillHistory
from rigcheck.drill_plan import Backup, BackupContent
from rigcheck.loading import load_limits
from rigcheck.measure.standby import measure_standby
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting

SETTING = Setting(Profile(backup=Backup(content=BackupContent(file="a.mp4"))), Stage.HOST, date(2026, 11, 22))
LIMITS = load_limits()


def of(sample):
    return {each.metric: each for each in measure_standby(sample, SETTING, "content")}


def test_a_good_one():
    found = of(PLAYS)
    assert {metric.id: each.value for metric, each in found.items()} == {
        "backup.content": "ok",
        "backup.content_s": 60.0,
        "backup.content_moving_pct": 100.0,
        "backup.content_voiced_pct": 100.0,
    }
    assert all(each.value in LIMITS[metric.id].ok for metric, each in found.items())


@pytest.mark.parametrize(
    ("spans", "pct"),
    [([(0, 15)], 0), ([(3, 6)], 80), ([(3, 4.5)], 100), ([(0, 4.9), (5, 9.9), (10, 15)], 0)],
    ids=["title card", "three seconds", "a breath", "slide show"],
)
def test_what_stands_still_for_two_seconds_does_not_move(spans, pct):
    assert of(still(*spans))[m.BACKUP_MOVING].value == pytest.approx(pct, abs=2.5)


def test_a_still_picture_has_no_length_and_does_not_move():
    one = replace(
        PLAYS, t_s=PLAYS.t_s[:1], change=PLAYS.change[:1], same=PLAYS.same[:1], key=PLAYS.key[:1], seconds=None
    )
    found = of(one)
    assert (found[m.BACKUP_CONTENT_LENGTH].value, found[m.BACKUP_CONTENT_LENGTH].reason) == (None, Reason.STILL)
    assert found[m.BACKUP_MOVING].value == 0


def test_a_length_that_the_file_does_not_say_is_not_made_up():
    assert of(replace(PLAYS, seconds=None))[m.BACKUP_CONTENT_LENGTH].reason is Reason.NOT_PUBLISHED


@pytest.mark.parametrize(
    ("spans", "pct"),
    [([(0, 15)], 100), ([(0, 5)], 40), ([(0.0, 0.1)], 7.3), ([(at, at + 0.5) for at in range(15)], 100)],
    ids=["all of it", "a third and its pause", "one click", "words"],
)
def test_pauses_between_words_are_part_of_speech(spans, pct):
    assert of(sounding(*spans))[m.BACKUP_VOICED].value == pytest.approx(pct, abs=0.1)


@pytest.mark.parametrize("dbfs", [-np.inf, -61.0, np.nan])
def test_nothing_to_hear(dbfs):
    assert of(replace(PLAYS, sound_dbfs=np.full(150, dbfs, np.float32)))[m.BACKUP_VOICED].value == 0


def test_no_sound_track_is_silence_too():
    assert of(replace(PLAYS, sound_dbfs=np.zeros(0, np.float32), rate_hz=None))[m.BACKUP_VOICED].value == 0


@pytest.mark.parametrize("outcome", ["missing", "denied", "damaged", "no-picture"])
def test_what_cannot_be_read_is_never_good(outcome):
    found = of(replace(PLAYS, outcome=outcome))
    assert found[m.BACKUP_CONTENT].value == outcome
    assert found[m.BACKUP_CONTENT].value not in LIMITS["backup.content"].ok
    assert found[m.BACKUP_CONTENT].params == {"names": ("a.mp4",)}
    assert {found[each].reason for each in (m.BACKUP_CONTENT_LENGTH, m.BACKUP_MOVING, m.BACKUP_VOICED)} == {
        Reason.NONE_HERE
    }


def test_without_a_file_there_is_nothing_to_measure():
    assert {each.reason for each in of(DrillHistory()).values()} == {Reason.NOT_IN_PROFILE}
