"""What is remembered of drills: a line each, also after half a line; and what that says of the trend."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rigcheck.cli import drill_store
from rigcheck.cli.drill_store import keep_drilled, kept_drills
from rigcheck.drill_state import Drilled
from rigcheck.drills.history import trend_of
from rigcheck.model import Status

ONE = Drilled(
    drill="camera-lost",
    covers="camera",
    at=datetime(2026, 11, 22, 8, 0, tzinfo=UTC),
    operator="小李",
    status=Status.OK,
    detect_s=0.4,
    switch_s=1.5,
    outage_s=1.9,
    restore_s=None,
    by="far-end",
)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(drill_store, "state_folder", lambda: tmp_path)
    return tmp_path


def test_what_is_kept_is_read_back_oldest_first_by_room(folder) -> None:
    later = replace(ONE, at=ONE.at + timedelta(days=1), operator=None, status=Status.UNKNOWN, by="obs")
    keep_drilled("beauty-3", later)
    keep_drilled("beauty-3", ONE)
    keep_drilled(None, ONE)
    assert kept_drills("beauty-3") == (ONE, later)
    assert kept_drills(None) == (ONE,)
    assert kept_drills("another") == ()


def test_a_name_that_is_no_utf_8_is_kept_with_question_marks() -> None:
    assert keep_drilled("beauty-3", replace(ONE, operator="\udcbf小李")) is None
    assert kept_drills("beauty-3") == (replace(ONE, operator="?小李"),)


@pytest.mark.parametrize("junk", ['{"drill": "cam', "null", "[]", "{}", "\0\0\0", '"x"', "1e999"])
def test_a_line_that_is_none_is_passed_over(folder, junk: str) -> None:
    keep_drilled("beauty-3", ONE)
    (path,) = folder.glob("drills-*.jsonl")
    path.write_text(path.read_text() + junk + "\n")
    keep_drilled("beauty-3", ONE)
    assert kept_drills("beauty-3") == (ONE, ONE)


@pytest.mark.parametrize(
    "change",
    [
        {"covers": "cam"},
        {"by": "me"},
        {"at": "2026-11-22T08:00:00"},
        {"at": 5},
        {"status": "fine"},
        {"outage_s": "x"},
        {"outage_s": float("nan")},
        {"outage_s": float("inf")},
        {"outage_s": -1},
    ],
)
def test_a_value_that_cannot_be_costs_its_line(folder, change: dict) -> None:
    keep_drilled("beauty-3", ONE)
    (path,) = folder.glob("drills-*.jsonl")
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}) + "\n")
    assert kept_drills("beauty-3") == ()


def test_half_a_line_before_a_power_cut_does_not_cost_the_next_one(folder) -> None:
    keep_drilled("beauty-3", ONE)
    (path,) = folder.glob("drills-*.jsonl")
    path.write_text(path.read_text() + '{"drill": "cam')
    keep_drilled("beauty-3", ONE)
    assert kept_drills("beauty-3") == (ONE, ONE)


def test_a_folder_that_cannot_be_written_or_read_costs_the_memory(folder, monkeypatch) -> None:
    def refuse():
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(drill_store, "state_folder", refuse)
    unkept = keep_drilled("beauty-3", ONE)
    assert unkept is not None
    assert unkept.params == {"name": "camera-lost", "error": "Permission denied"}
    assert kept_drills("beauty-3") == ()


def of(*outages_s: float | None, status: Status = Status.OK) -> list[Drilled]:
    return [replace(ONE, outage_s=outage_s, status=status) for outage_s in outages_s]


@pytest.mark.parametrize(
    ("outages_s", "goes"),
    [
        ((5, 5, 5), None),
        ((9, 5, 5, 5), "better"),
        ((5, 5, 5, 5), "same"),
        ((5, 5.2, 5, 5.4), "same"),
        ((2, 5, 5, 5), "worse"),
        ((20, 8, 9, 5, 100, 5), "better"),
    ],
)
def test_the_trend_compares_the_last_three_with_those_before(outages_s, goes) -> None:
    trend = trend_of(of(*outages_s))
    assert trend is not None
    assert (trend.n, trend.best_s, trend.goes) == (len(outages_s), min(outages_s), goes)


def test_what_was_not_measured_is_no_part_of_the_trend() -> None:
    assert trend_of(of(None)) is None
    assert trend_of(of(3, status=Status.UNKNOWN)) is None
    trend = trend_of([*of(None, 4, 8), *of(1, status=Status.UNKNOWN), *of(6, status=Status.FAIL)])
    assert trend is not None
    assert (trend.n, trend.best_s, trend.median_s) == (3, 4, 6)
