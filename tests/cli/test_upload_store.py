"""What is remembered of a room's lines, and what is made of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from reports import NOW, sample

from rigcheck import metrics as m
from rigcheck.cli import upload_store
from rigcheck.cli.upload_store import MOST_TESTS, keep_uploads, kept_uploads
from rigcheck.model import Measurement, Reason, Taken
from rigcheck.recommend.evidence import EarlierTest


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(upload_store, "state_folder", lambda: tmp_path)
    return tmp_path


def run(kbps, minutes=0.0, device="main", **params):
    reason = None if kbps else Reason.TIMEOUT
    taken = Taken(device, Measurement(m.NETWORK_UPLOAD_P5, kbps, reason, params=params))
    return replace(sample("good"), started_at=NOW + timedelta(minutes=minutes), taken=(taken,))


def stored(room="a", line="main", minutes=0.0):
    return kept_uploads(room, (line,), NOW + timedelta(minutes=minutes), 15.0)[line]


def test_tests_are_kept_by_room_and_line() -> None:
    keep_uploads(run(6000.0), "a")
    keep_uploads(run(5000.0, 1, at_least=True), "a")
    keep_uploads(run(900.0, 2, device="backup"), "a")
    keep_uploads(run(None, 3), "a")
    assert stored(minutes=4).tests == (EarlierTest(6000), EarlierTest(5000, at_least=True))
    assert stored(line="backup", minutes=4).tests == (EarlierTest(900),)
    assert stored(room=None).tests == ()


@pytest.mark.parametrize(("minutes", "age"), [(0.0, 0.0), (15.0, 15.0), (15.1, None)])
def test_the_last_one_stands_in_while_it_is_fresh(minutes, age) -> None:
    keep_uploads(run(6000.0), "a")
    assert stored(minutes=minutes).age_min == (pytest.approx(age) if age is not None else None)


def test_tests_of_tomorrow_are_none() -> None:
    keep_uploads(run(6000.0, 10), "a")
    assert stored().tests == ()


def test_only_the_last_ones_are_kept() -> None:
    for minute in range(MOST_TESTS + 5):
        keep_uploads(run(1000.0 + minute, minute), "a")
    tests = stored(minutes=100).tests
    assert len(tests) == MOST_TESTS
    assert tests[0] == EarlierTest(1005)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"tests": 3}', '{"tests": [[1, 2]]}', '{"tests": [[0, "nan", 1]]}', "[" * 9999]
)
def test_what_makes_no_sense_is_nothing(folder, text) -> None:
    keep_uploads(run(6000.0), "a")
    (path,) = folder.iterdir()
    path.write_text(text)
    assert stored(minutes=1).tests == ()


def test_a_folder_that_cannot_be_written_costs_the_memory_alone(folder, monkeypatch) -> None:
    monkeypatch.setattr(upload_store, "state_folder", lambda: folder / "nowhere")
    keep_uploads(run(6000.0), "a")
    assert stored().tests == ()
