"""What a mail from cron says, and waivers that end: in every language, within the screen."""

from dataclasses import replace
from datetime import timedelta

import pytest
from reports import TODAY, sample
from rich.cells import cell_len

from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Reason, Status, Waiver
from rigcheck.present import Look
from rigcheck.present.changes import Earlier, changes, verdicts_of
from rigcheck.present.lapse import lapses
from rigcheck.present.table import table

LOOK = Look(color=False, verbose=False, quiet=False)
WORDS = {language: load_catalogue(language) for language in languages()}
GOOD, BAD = sample("good"), sample("backlit")
EARLIER = GOOD.started_at - timedelta(hours=1)

each_language = pytest.mark.parametrize("words", WORDS.values(), ids=WORDS)


def told(report, before, words=WORDS["en"], at=EARLIER):
    return changes(report, Earlier(at, verdicts_of(before)), words, LOOK)


def ending(days: int, check: str = "light.evenness"):
    return replace(GOOD, waivers=(Waiver(check, TODAY + timedelta(days=days), "lamp on order"),))


@each_language
def test_changes_both_ways_stay_within_the_screen(words):
    for report, before in ((BAD, GOOD), (GOOD, BAD), (ending(-3), GOOD), (ending(3), ending(40))):
        text = told(report, before, words)
        assert text
        assert max(map(cell_len, text.split("\n"))) <= 79
    assert told(GOOD, GOOD, words) == told(BAD, BAD, words) == ""


def test_a_check_that_is_new_is_news_only_where_it_is_wrong():
    before = {key: word for key, word in verdicts_of(GOOD).items() if not key.startswith("mic.level")}
    assert changes(GOOD, Earlier(EARLIER, before), WORDS["en"], LOOK) == ""
    assert "Mic" in changes(BAD, Earlier(EARLIER, before), WORDS["en"], LOOK)


def test_a_fault_that_is_accepted_or_no_longer_so_is_news():
    fault = next(finding for finding in BAD.findings if finding.status is Status.FAIL)
    rest = tuple(finding for finding in BAD.findings if finding is not fault)
    accepted = replace(BAD, findings=(*rest, replace(fault, waiver=Waiver(fault.check, TODAY, "it stays"))))
    assert "was FAIL" in told(accepted, BAD)
    assert f"rigcheck explain {fault.check}" not in told(accepted, BAD)
    assert told(BAD, accepted).count("\nFAIL") == 1
    settled = replace(BAD, findings=(*rest, replace(fault, status=Status.OK, limit=None)))
    assert "was waived" in told(settled, accepted)


def test_what_is_left_out_on_air_has_no_verdict():
    hidden = tuple(replace(finding, status=Status.SKIP, reason=Reason.ON_AIR) for finding in BAD.findings)
    assert verdicts_of(replace(BAD, findings=hidden)) == {}
    assert told(replace(GOOD, findings=hidden), GOOD) == ""


def test_the_last_look_lies_before_this_one_or_is_not_told():
    assert f"changed since {EARLIER:%Y-%m-%d %H:%M}" in told(BAD, GOOD)
    assert "since" not in told(BAD, GOOD, at=BAD.started_at + timedelta(seconds=1))


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (-400, "expired on 2025-10-17"),
        (-1, "expired on 2026-11-20"),
        (0, "ends after 2026-11-21, days left: 0"),
        (7, "ends after 2026-11-28, days left: 7"),
        (8, ""),
    ],
)
def test_a_waiver_that_ends_is_told_a_week_before_and_ever_after(days: int, words: str):
    text = table(ending(days), WORDS["en"], LOOK)
    joined = " ".join(text.split())
    assert (words in joined) if words else ("the waiver" not in joined)
    assert "light.evenness" in joined or not words


@each_language
def test_waiver_lines_stay_within_the_screen(words):
    for days in (-1, 3):
        lines = table(ending(days), words, LOOK).split("\n")
        assert max(map(cell_len, lines)) <= 79


def test_a_waiver_speaks_up_once_a_run_in_cron():
    assert verdicts_of(ending(3))["waiver:light.evenness"] == "soon"
    assert verdicts_of(ending(-3))["waiver:light.evenness"] == "expired"
    assert told(ending(2), ending(3)) == ""
    assert "expired" in told(ending(-1), ending(0))
    assert lapses(ending(30)) == []


@each_language
def test_a_run_without_a_profile_is_repeated_without_a_name(words):
    text = table(replace(BAD, profile=None), words, LOOK)
    assert "rigcheck mic " in text
    assert "rigcheck mic?" not in text
