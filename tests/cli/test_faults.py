"""What can go wrong around a run: closed pipes, full disks, signals, two at once, and bugs of our own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest
from command import command, environment, report, rigcheck

FULL = Path("/dev/full")


def test_an_unknown_option_is_a_usage_error(tmp_path) -> None:
    done = rigcheck(tmp_path, "preflight", "--frobnicate")
    assert done.returncode == 64
    assert "--frobnicate" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["--only", "mic.levle"], "mic.level"),
        (["--skip", "kamera"], "camera"),
        (["--format", "yaml"], "json"),
        (["--only", "mic", "--skip", "mic"], ""),
        (["--only", " , "], "--only"),
        (["--lang", "tlh"], "zh-Hans"),
    ],
)
def test_a_wrong_word_is_a_usage_error_with_a_hint(tmp_path, arguments: list[str], word: str) -> None:
    done = rigcheck(tmp_path, "preflight", "--replay", "demo:good", *arguments)
    assert done.returncode == 64
    assert word in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["mic", "--replay", ""],
        ["mic", "--replay="],
        ["preflight", "-p", ""],
        ["preflight", "--only", ""],
        ["mic", "--quiet-take", ""],
        ["now", "--replay", ""],
        ["baseline", "set", "--replay", ""],
        ["devices", "--replay", ""],
    ],
)
def test_an_empty_value_opens_no_device(tmp_path, arguments: list[str]) -> None:
    done = rigcheck(tmp_path, *arguments)
    assert done.returncode == 64
    assert done.stdout == ""
    assert f"empty value is given after {arguments[-1].strip('=') or arguments[-2]}" in done.stderr


def test_an_empty_room_is_none_and_an_empty_variable_is_not_set(tmp_path) -> None:
    done = rigcheck(tmp_path, "host", "", "--format", "json")
    assert done.returncode == 64
    assert json.loads(done.stdout)["error"]["id"] == "error.usage.empty"
    made = report(rigcheck(tmp_path, "host", "--replay", "demo:good", "--format", "json", RIGCHECK_PROFILE=""))
    assert made["source"] == "replay:good"


def test_a_quiet_take_without_a_recording_is_wrong_usage(tmp_path) -> None:
    done = rigcheck(tmp_path, "mic", "--quiet-take", "quiet.wav", "--format", "json")
    assert done.returncode == 64
    assert json.loads(done.stdout)["error"]["id"] == "error.usage.quiet-take"


@pytest.mark.parametrize("spec", ["demo:nope", "nowhere.mp4", "."])
def test_a_missing_recording_is_bad_input(tmp_path, spec: str) -> None:
    done = rigcheck(tmp_path, "preflight", "--replay", spec, "--format", "json")
    assert done.returncode == 78
    assert done.stderr.count("\n") == 1
    error = json.loads(done.stdout)
    assert error["schema"] == 1
    assert error["error"]["exit_code"] == 78
    assert error["error"]["text"]


def test_a_closed_pipe_is_nobodys_fault(tmp_path) -> None:
    process = subprocess.Popen(
        command("preflight", "--replay", "demo:bad", "-v"),
        env=environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    process.stdout.close()
    _, stderr = process.communicate(timeout=60)
    assert stderr == b""
    assert process.returncode in (0, 2)


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_stdout_is_one_sentence(tmp_path) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            command("preflight", "--replay", "demo:good"),
            env=environment(tmp_path),
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 64
    assert done.stderr.count("\n") == 1
    assert "No space left" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_a_collector_of_another_user_can_read_an_output_file_unless_it_may_not(tmp_path) -> None:
    target = tmp_path / "report.json"
    words = ("host", "--replay", "demo:good", "--format", "json", "--output", target)
    for mask in (0o022, 0o077):
        subprocess.run(command(*words), env=environment(tmp_path), cwd=tmp_path, umask=mask, check=True)
        assert target.stat().st_mode & 0o777 == 0o644  # made so at first, and kept
    target.unlink()
    subprocess.run(command(*words), env=environment(tmp_path), cwd=tmp_path, umask=0o077, check=True)
    assert target.stat().st_mode & 0o777 == 0o600


def test_an_output_file_is_whole_or_absent(tmp_path) -> None:
    target = tmp_path / "report.json"
    done = rigcheck(tmp_path, "preflight", "--replay", "demo:bad", "--format", "json", "--output", target)
    assert done.returncode == 2
    assert done.stdout == ""
    assert json.loads(target.read_text(encoding="utf-8"))["exit_code"] == 2
    nowhere = rigcheck(tmp_path, "preflight", "--replay", "demo:bad", "--output", tmp_path / "no" / "report.txt")
    assert nowhere.returncode == 64
    assert "report.txt" in nowhere.stderr
    assert sorted(path.name for path in tmp_path.glob("*report*")) == ["report.json"]


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX pipes and links")
def test_a_pipe_is_written_to_and_a_link_stays_one(tmp_path) -> None:
    """As root, a rename would put a file in the place of /dev/stdout or /dev/null."""
    pipe, link, target = tmp_path / "pipe", tmp_path / "link", tmp_path / "report.json"
    os.mkfifo(pipe)
    heard: list[str] = []
    reader = threading.Thread(target=lambda: heard.append(pipe.read_text(encoding="utf-8")), daemon=True)
    reader.start()
    assert rigcheck(tmp_path, "platforms", "--format", "json", "--output", pipe).returncode == 0
    reader.join(10)
    assert json.loads(heard[0])
    assert pipe.is_fifo()
    link.symlink_to(target)
    assert rigcheck(tmp_path, "platforms", "--format", "json", "--output", link).returncode == 0
    assert (link.is_symlink(), json.loads(target.read_text(encoding="utf-8"))) == (True, json.loads(heard[0]))


def test_a_console_that_lacks_characters_gets_what_it_has(tmp_path) -> None:
    done = rigcheck(tmp_path, "preflight", "--replay", "demo:bad", "--lang", "zh-Hans", PYTHONIOENCODING="ascii")
    assert done.returncode == 2
    assert done.stdout


def test_a_bug_of_ours_is_one_line_and_a_file(tmp_path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import rigcheck.judge\n"
        "def broken(*_, **__): raise LookupError('boom')\n"
        "rigcheck.judge.overall = broken\n"
        "rigcheck.judge.find = broken\n"
    )
    done = rigcheck(tmp_path, "host", "--replay", "demo:good", PYTHONPATH=str(tmp_path), TMPDIR=str(tmp_path))
    assert done.returncode == 70
    assert done.stderr.count("\n") == 1
    (trace,) = tmp_path.glob("rigcheck-bug-*.txt")
    assert str(trace) in done.stderr
    assert "boom" in trace.read_text()


SLOW_ROOM = """
room: slow
camera: {main: {device: "http://127.0.0.1:{port}/never.mjpg"}}
mic: {}
power: {ups: {nut: "ups@127.0.0.1:{port}"}}
"""


@pytest.fixture
def black_hole():
    """A server that accepts and never says a word."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def slow_room(tmp_path: Path, port: int) -> Path:
    path = tmp_path / "slow.yaml"
    path.write_text(SLOW_ROOM.replace("{port}", str(port)))
    return path


def start(tmp_path: Path, port: int) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        command("camera", slow_room(tmp_path, port), "--allow-on-air"),  # other tests may be pushing
        env=environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while time.monotonic() < end and not psutil.Process(process.pid).children():
        time.sleep(0.05)
    return process


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("delay_s", [0.0, 0.3, 1.5])
def test_a_signal_ends_a_run_cleanly_at_any_moment(
    tmp_path, black_hole: int, number: int, code: int, delay_s: float
) -> None:
    process = start(tmp_path, black_hole)
    workers = psutil.Process(process.pid).children(recursive=True)
    time.sleep(delay_s)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == code, stderr
    assert stdout == ""
    assert stderr.count("\n") == 1
    _, alive = psutil.wait_procs(workers, timeout=5)
    assert alive == []


def test_ctrl_c_of_the_whole_group_is_as_clean(tmp_path, black_hole: int) -> None:
    process = start(tmp_path, black_hole)
    time.sleep(0.5)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert (process.returncode, stdout, stderr.count("\n")) == (130, "", 1), stderr


@pytest.mark.parametrize("delay_s", [0.02, 0.1, 0.25])
def test_a_signal_during_start_up_is_heard_too(tmp_path, delay_s: float) -> None:
    process = subprocess.Popen(
        command("preflight", "--replay", "demo:good"),
        env=environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(delay_s)
    process.send_signal(signal.SIGTERM)
    _, stderr = process.communicate(timeout=20)
    assert process.returncode in (143, -signal.SIGTERM), stderr
    assert "Traceback" not in stderr


def test_a_run_ends_within_its_limit_and_two_seconds(tmp_path, black_hole: int) -> None:
    began = time.monotonic()
    done = rigcheck(
        tmp_path,
        "preflight",
        slow_room(tmp_path, black_hole),
        "--only",
        "camera,power",
        "--allow-on-air",
        "--timeout",
        "2",
        "--format",
        "json",
    )
    took_s = time.monotonic() - began
    made = report(done)
    assert made["status"] == "unknown"
    assert {f["message"]["id"] for f in made["findings"] if f["status"] == "unknown"} == {"reason.timeout"}
    assert made["took_s"] < 4
    assert took_s < 8


def test_two_runs_at_once_take_turns_or_say_so(tmp_path, black_hole: int) -> None:
    first = start(tmp_path, black_hole)
    second = rigcheck(tmp_path, "camera", slow_room(tmp_path, black_hole), "--allow-on-air")
    assert second.returncode == 3
    assert second.stderr.count("\n") == 1
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=20)


def test_a_state_folder_that_cannot_be_written_costs_nothing(tmp_path) -> None:
    (tmp_path / "state").write_text("a file where a folder should be")
    done = rigcheck(tmp_path, "host", "--format", "json", "--cron")
    assert report(done)["findings"]


def test_cron_is_silent_until_something_changes(tmp_path) -> None:
    quiet = ["preflight", "--cron", "--replay"]
    assert rigcheck(tmp_path, *quiet, "demo:good").stdout
    again = rigcheck(tmp_path, *quiet, "demo:good")
    assert (again.stdout, again.stderr, again.returncode) == ("", "", 0)
    assert rigcheck(tmp_path, *quiet, "demo:bad").stdout
    assert rigcheck(tmp_path, *quiet, "demo:bad", "--no-save").stdout
