"""JUnit XML: what counts fails a build, what is waived or spare does not, and no name can break the XML."""

from dataclasses import replace

import pytest
from command import ROOT, rigcheck
from junitparser import Error, Failure, JUnitXml, Skipped
from reports import Room, report_of

from rigcheck.i18n import load_catalogue
from rigcheck.model import Impact, Reason, Status
from rigcheck.present.junit import junit

WORDS = load_catalogue("en")


def cases(text: str) -> dict[str, list[object]]:
    return {case.name: list(case.result) for suite in JUnitXml.fromstring(text.encode()) for case in suite}


def test_a_recorded_room_as_ci_sees_it(tmp_path) -> None:
    done = rigcheck(tmp_path, "preflight", "--replay", "demo:bad", "--format", "junit")
    assert done.returncode == 2
    made = JUnitXml.fromstring(done.stdout.encode())
    failed = {case.name for suite in made for case in suite if any(isinstance(each, Failure) for each in case.result)}
    assert {"mic.level@main", "light.subject@main", "obs.muted@main"} <= failed
    assert made.failures == len(failed)
    assert made.errors == 0
    assert made.skipped > 0


@pytest.mark.parametrize(
    ("status", "impact", "required", "kind"),
    [
        (Status.FAIL, Impact.STOP, False, Failure),
        (Status.UNKNOWN, Impact.DEGRADE, False, Error),
        (Status.SKIP, Impact.STOP, False, Skipped),
        (Status.WARN, Impact.STOP, False, None),
        (Status.OK, Impact.STOP, False, None),
        (Status.FAIL, Impact.BACKUP, False, None),
        (Status.UNKNOWN, Impact.BACKUP, False, None),
        (Status.FAIL, Impact.BACKUP, True, Failure),
        (Status.UNKNOWN, Impact.BACKUP, True, Error),
    ],
)
def test_what_counts_decides(status, impact, required, kind) -> None:
    good = report_of(Room())
    first = next(f for f in good.findings if f.status is Status.OK)
    seen = None if status not in (Status.UNKNOWN, Status.SKIP) else Reason.TIMEOUT
    finding = replace(first, status=status, impact=impact, reason=seen)
    text = junit(replace(good, findings=(finding,), require_backup=required), WORDS)
    (result,) = cases(text).values()
    assert [type(each) for each in result] == ([kind] if kind else [])


def test_a_run_that_judged_nothing_is_an_error() -> None:
    """What a recording holds none of is skipped, in every check: exit 3, and no reader of JUnit fails for a skip."""
    good = report_of(Room())
    skipped = tuple(replace(each, status=Status.SKIP, reason=Reason.NOT_IN_FILE) for each in good.findings)
    for findings, told in (
        (skipped, f"nothing was judged: all {len(skipped)} checks were skipped"),
        ((), "nothing was judged"),
    ):
        unknown = replace(good, command="sync", status=Status.UNKNOWN, findings=findings)
        *_, (name, (error,)) = cases(junit(unknown, WORDS)).items()
        assert (name, type(error), error.message) == ("sync", Error, told)
    assert JUnitXml.fromstring(junit(unknown, WORDS).encode()).errors == 1
    blind = replace(unknown, findings=(replace(skipped[0], status=Status.UNKNOWN, reason=Reason.TIMEOUT), skipped[1]))
    assert len(cases(junit(blind, WORDS))) == len(blind.findings), "it has its own error"


def test_a_warning_passes_and_is_told(tmp_path) -> None:
    del tmp_path
    made = report_of(Room({"mic.loudness_lufs": -22.0}))
    text = junit(made, WORDS)
    assert cases(text)["mic.level@main"] == []
    assert "warn: Mic too quiet" in text


def test_no_name_breaks_the_xml() -> None:
    made = replace(report_of(Room()), room='a<b>&\x00\x1b]0;\ud800\ufffe\uffff"')
    suites = list(JUnitXml.fromstring(junit(made, WORDS).encode()))
    assert suites[0].name.startswith('a<b>&??]0;???"')
    assert ROOT.is_dir()
