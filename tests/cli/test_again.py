"""The last report of a room: `--again` looks only at what was not ok, `explain 2` tells of that fault."""

import json
import re
from datetime import datetime, timedelta

import pytest
from command import ROOT, report, rigcheck

from rigcheck.cli.last import Last, _finding
from rigcheck.model import Status

BAD = ("preflight", "--replay", "demo:bad")


def kept(home) -> list:
    return sorted((home / "state" / "rigcheck").glob("report-*.json"))


def test_again_looks_only_at_what_was_not_ok(tmp_path) -> None:
    first = report(rigcheck(tmp_path, *BAD, "--format", "json"))
    wrong = {f["check"] for f in first["findings"] if f["status"] in ("fail", "warn", "unknown")}
    second = rigcheck(tmp_path, *BAD, "--again", "--format", "json")
    assert second.stderr == ""
    assert {f["check"] for f in report(second)["findings"]} == wrong
    assert second.returncode == 2
    assert "only what was not ok at" in rigcheck(tmp_path, *BAD, "--again").stdout


def test_a_third_look_still_looks_at_all_that_was_wrong_at_first(tmp_path) -> None:
    rigcheck(tmp_path, *BAD)
    counts = [len(report(rigcheck(tmp_path, *BAD, "--again", "--format", "json"))["findings"]) for _ in range(2)]
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    "spoil", ["missing", "damaged", "not json", "nested", "no zone", "other room", "good", "unsaved"]
)
def test_without_a_usable_last_run_everything_is_looked_at_and_said_so(tmp_path, spoil: str) -> None:
    first = "demo:good" if spoil == "good" else "demo:bad"
    done = rigcheck(tmp_path, "preflight", "--replay", first, *(["--no-save"] if spoil == "unsaved" else []))
    assert done.returncode in (0, 2)
    for path in kept(tmp_path):
        text = path.read_text(encoding="utf-8")
        if spoil == "missing":
            path.unlink()
        elif spoil == "damaged":
            path.write_text(text[: len(text) // 2], encoding="utf-8")
        elif spoil == "not json":
            path.write_text("[]", encoding="utf-8")
        elif spoil == "nested":
            path.write_text("[" * 100_000, encoding="utf-8")
        elif spoil == "no zone":
            path.write_text(re.sub(r'("started_at": )"[^"]*"', r'\1"2001-01-01T00:00:00"', text), encoding="utf-8")
        elif spoil == "other room":
            path.write_text(text.replace("replay:bad", "live"), encoding="utf-8")
    again = rigcheck(tmp_path, "preflight", "--replay", first, "--again", "--format", "json")
    assert "so everything is looked at" in again.stderr
    assert len(report(again)["findings"]) > 50


def test_what_was_ok_is_looked_at_as_a_whole_and_said_to_be(tmp_path) -> None:
    rigcheck(tmp_path, *BAD)
    again = rigcheck(tmp_path, *BAD, "--again", "--only", "power")
    assert again.stderr == "rigcheck: all of this was ok in the last run, so everything is looked at\n"
    assert "only what was not ok" not in again.stdout


def test_what_was_kept_is_the_report_itself(tmp_path) -> None:
    made = report(rigcheck(tmp_path, *BAD, "--format", "json"))
    findings = [_finding(each) for each in made["findings"]]
    assert [f.status for f in findings] == [Status(each["status"]) for each in made["findings"]]
    (path,) = kept(tmp_path)
    assert json.loads(path.read_text(encoding="utf-8"))["findings"] == made["findings"]


def test_a_last_run_is_of_today_of_this_room_and_not_from_the_future() -> None:
    now = datetime.fromisoformat("2026-11-22T20:00:00+08:00")
    last = Last(now, "preflight", "beauty-3", "live", "ab", ())
    assert last.is_of(now, "live", "ab")
    assert last.is_of(now + timedelta(hours=12), "live", "ab")
    assert not last.is_of(now + timedelta(hours=12, seconds=1), "live", "ab")
    assert not last.is_of(now - timedelta(seconds=1), "live", "ab")
    assert not last.is_of(now, "replay:bad", "ab")
    assert not last.is_of(now, "live", None)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_a_number_is_that_fault_of_the_last_run(tmp_path, language: str) -> None:
    table = rigcheck(tmp_path, *BAD, "--lang", language, "-v").stdout
    told = rigcheck(tmp_path, "explain", "3", "--lang", language)
    assert told.returncode == 0
    assert "light.subject" in told.stdout
    fault = "FAIL 3" if language == "en" else "故障 3"
    (line,) = (line for line in table.splitlines() if line.startswith(fault))
    run, first, *_ = told.stdout.splitlines()
    assert re.search(r"preflight \S+.*bad.*\d{4}-\d\d-\d\d \d\d:\d\d$", run)
    assert first.startswith(fault)
    assert first.split()[2].startswith(line.split()[2])
    assert max(map(len, told.stdout.splitlines())) <= 79


@pytest.mark.parametrize(
    "spoilt", [{"value": [1]}, {"off_by": "x"}, {"limit": {"ok": [1, 2, 3], "warn": None}}], ids=str
)
def test_a_fault_that_is_none_is_no_bug_of_ours(tmp_path, spoilt) -> None:
    rigcheck(tmp_path, *BAD)
    (path,) = kept(tmp_path)
    said = json.loads(path.read_text(encoding="utf-8"))
    said["findings"][0] |= spoilt
    path.write_text(json.dumps(said), encoding="utf-8")
    told = rigcheck(tmp_path, "explain", "1")
    assert (told.returncode, "no run is kept" in told.stderr) == (64, True)


def test_a_number_after_again_is_of_that_run(tmp_path) -> None:
    rigcheck(tmp_path, *BAD)
    rigcheck(tmp_path, *BAD, "--again", "--skip", "mic")
    assert "light.subject" in rigcheck(tmp_path, "explain", "1").stdout


@pytest.mark.parametrize(
    ("ran", "number", "word"), [(False, "1", "preflight first"), (True, "99", "it has 7"), (True, "0", "it has 7")]
)
def test_a_number_that_is_none_is_a_usage_error(tmp_path, ran: bool, number: str, word: str) -> None:
    if ran:
        rigcheck(tmp_path, *BAD)
    told = rigcheck(tmp_path, "explain", number)
    assert told.returncode == 64
    assert word in told.stderr
    assert ROOT.is_dir()


def test_a_state_folder_that_is_none_costs_nothing_but_the_last_run(tmp_path) -> None:
    (tmp_path / "state").write_text("in the way")
    assert rigcheck(tmp_path, *BAD, "--again").returncode == 2
    assert rigcheck(tmp_path, "explain", "1").returncode == 64
