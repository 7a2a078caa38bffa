"""`rigcheck selftest`, as a technician or CI runs it."""

import json

import pexpect
from command import command, environment, rigcheck
from rich.cells import cell_len

from rigcheck.checks import ALL_CHECKS
from rigcheck.cli.main import run_command_line
from rigcheck.i18n import load_catalogue
from rigcheck.measure import mic
from rigcheck.selftest.table import EXCUSES, FAULTS


def test_all_is_well_as_it_is_shipped(tmp_path) -> None:
    done = rigcheck(tmp_path, "selftest", "--lang", "zh-Hans")
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0] == load_catalogue("zh-Hans").text("selftest.right", {"n": len(FAULTS)})
    assert max(map(cell_len, lines)) <= 79
    assert {line.split()[0] for line in lines if line} >= {fault.check for fault in FAULTS}


def test_a_broken_measure_is_exit_2_and_named(monkeypatch, capsys) -> None:
    monkeypatch.setattr(mic, "dropouts", lambda *_: 0)
    assert run_command_line(["selftest", "--format", "json", "--lang", "en"]) == 2
    made = json.loads(capsys.readouterr().out)
    assert made["exit_code"] == 2
    wrong = [row["fault"]["id"] for row in made["rows"] if not row["ok"]]
    assert wrong == ["selftest.fault.mic.dropouts"]
    assert {row["check"] for row in made["rows"]} == {check.id for check in ALL_CHECKS} - {e.check for e in EXCUSES}


def test_another_format_is_refused(tmp_path) -> None:
    done = rigcheck(tmp_path, "selftest", "--format", "junit", "--lang", "en")
    assert done.returncode == 64
    assert "junit" in done.stderr


def test_on_a_terminal_it_counts_and_cleans_up(tmp_path) -> None:
    program, *arguments = command("selftest", "--output", tmp_path / "matrix.txt", "--lang", "en")
    terminal = pexpect.spawn(program, arguments, env=environment(tmp_path, TERM="xterm"), cwd=tmp_path, timeout=110)
    terminal.expect(pexpect.EOF)
    terminal.close()
    shown = terminal.before.decode()
    assert terminal.exitstatus == 0
    assert f"1 of {len(FAULTS)}: mic.muted" in shown
    assert f"{len(FAULTS)} of {len(FAULTS)}: {FAULTS[-1].check}" in shown
    assert shown.endswith("\r\x1b[K")
    assert (tmp_path / "matrix.txt").read_text().startswith("SELFTEST OK")


def test_it_tells_what_it_does(tmp_path) -> None:
    done = rigcheck(tmp_path, "selftest", "--help")
    assert done.returncode == 0
    assert "fault" in done.stdout
