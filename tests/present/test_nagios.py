"""A monitoring plug-in's output, read by the monitoring plug-ins' own tool and by the guidelines' grammar."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command import rigcheck
from reports import Room, report_of

from rigcheck.i18n import load_catalogue
from rigcheck.model import Limit, OneOf, Span, Status
from rigcheck.present.nagios import _range, nagios

WORDS = load_catalogue("en")
NEGATE = shutil.which("negate", path="/usr/lib/nagios/plugins:/usr/lib/monitoring-plugins")
NUMBER = r"-?\d+(\.\d+)?(e[+-]\d+)?"
RANGE = rf"(((~|{NUMBER}):)?({NUMBER})?)"
DATUM = re.compile(rf"'[^'=]+'={NUMBER}(us|ms|s|%|B|KB|MB|GB|TB|c)?(;{RANGE})?(;{RANGE})?")


@pytest.mark.parametrize(("room", "word", "code"), [("demo:good", "OK", 0), ("demo:bad", "CRITICAL", 2)])
def test_it_is_what_the_guidelines_want(tmp_path, room, word, code) -> None:
    done = rigcheck(tmp_path, "preflight", "--replay", room, "--format", "nagios")
    assert done.returncode == code
    status, _, data = done.stdout.splitlines()[0].partition(" | ")
    assert status.startswith(f"RIGCHECK {word} - ")
    assert all(DATUM.fullmatch(datum) for datum in data.split(" "))
    assert "'mic.loudness_lufs'=" in data
    assert done.stdout.count("|") == 1


@pytest.mark.skipif(NEGATE is None, reason="needs Debian's monitoring-plugins-basic")
def test_the_plug_ins_own_tool_takes_it_for_one(tmp_path) -> None:
    plugin = tmp_path / "check_room"
    plugin.write_text(f"#!/bin/sh\nexec {sys.executable} -m rigcheck preflight --replay demo:bad --format nagios\n")
    plugin.chmod(0o755)
    done = subprocess.run([str(NEGATE), "-s", "-c", "OK", plugin], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("RIGCHECK OK - ")
    assert "FAIL mic.level" in done.stdout


def test_faults_that_are_waived_are_no_lines_and_no_text_can_add_a_bar() -> None:
    made = report_of(Room({"mic.loudness_lufs": -31.0}))
    (fault,) = (f for f in made.findings if f.status is Status.FAIL)
    text = nagios(replace(made, room="a|b\nc"), WORDS)
    assert text.startswith("RIGCHECK CRITICAL - a/b c: ")
    assert len(text.splitlines()) == 2
    assert f"FAIL {fault.check}" in text.splitlines()[1]
    assert "FAIL" not in nagios(report_of(Room()), WORDS)


def test_a_warning_that_is_fine_is_ok() -> None:
    made = report_of(Room({"mic.loudness_lufs": -22.0}))
    assert nagios(made, WORDS).startswith("RIGCHECK WARNING - ")
    assert nagios(replace(made, warn_ok=True), WORDS).startswith("RIGCHECK OK - ")
    assert nagios(replace(made, status=Status.UNKNOWN, taken=()), WORDS).startswith("RIGCHECK UNKNOWN - ")


@pytest.mark.parametrize(
    ("allowed", "text"),
    [(Span(1, 2.5), "1:2.5"), (Span(None, 3), "~:3"), (Span(-4, None), "-4:"), (Span(None, None), ""), (OneOf((True,)), "")],
)  # fmt: skip
def test_ranges(allowed, text) -> None:
    assert _range(allowed) == text
    assert Limit(allowed).warn is None
    assert Path(__file__).is_file()
