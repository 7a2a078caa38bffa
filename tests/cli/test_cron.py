"""Runs that nobody attends: a week of them tells exactly the changes; two at once, a clock set back, a broken disk."""

import json
import os
import pwd
import resource
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from command import command, environment, rigcheck
from services_nut import AVAILABLE, Upsd

from rigcheck.cli import cron
from rigcheck.cli.main import run_command_line
from rigcheck.cli.options import Options
from rigcheck.cli.state import state_folder
from rigcheck.errors import BusyError, NotSeen
from rigcheck.loading import dump_profile, user_profile_dir
from rigcheck.model import Message, Reason, Stage, Waiver
from rigcheck.profile import PowerDevice, Profile
from rigcheck.samples import HostState, OnAirState, PowerState
from rigcheck.sources.store import Recording, write_recording

MONDAY = datetime(2026, 11, 16, 8, 0, tzinfo=timezone(timedelta(hours=8)))
STEP = timedelta(hours=4)
ROOM = Profile(
    room="beauty-3",
    camera={},
    mic={},
    power={"ups": PowerDevice(nut="ups@recorded")},
    checklist=("goods on the table",),
    waivers=(Waiver("host.cpu", date(2026, 11, 19), "new PC ordered"),),
)
UPS = {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1740", "ups.load": "31", "input.voltage": "226"}
ON_BATTERY = {"ups.status": "OB DISCHRG", "battery.charge": "60", "battery.runtime": "400", "input.voltage": "0"}
PC = HostState(cpu_pct=97.0, memory_available_mb=9216.0, disk_free_gb=212.4, never_sleeps=True, on_battery=False)
SCRIPT = {  # by run: what is different in the room from then on
    5: {"ups": ON_BATTERY},
    6: {"ups": UPS},
    11: {"ups": {**UPS, "ups.load": "75"}},
    14: {"ups": {**UPS, "ups.load": "92"}},
    17: {"ups": {**UPS, "ups.load": "90"}},
    20: {"ups": NotSeen(Reason.UNREACHABLE, {"url": "recorded"})},
    27: {"ups": UPS},
    30: {"pc": replace(PC, disk_free_gb=1.0)},
    31: {"pc": replace(PC, cpu_pct=12.0)},
    36: {"pc": PC},
}
TOLD = {  # by run: the headline, and what begins each line of news, in this order
    5: (
        *("DO NOT GO LIVE", "FAIL 1    UPS runs on battery", "FAIL 2    Mains voltage low"),
        *("WARN 3    UPS lasts too short", "WARN 4    UPS not charged", "SKIP      UPS load  the device does not say"),
    ),
    6: (
        *("ROOM READY ", "OK        Mains power  on mains  was FAIL", "OK        UPS runtime  29 min  was WARN"),
        *("OK        UPS load  31 %  was SKIP", "OK        UPS charge  100 %  was WARN"),
        "OK        Mains voltage  226 V  was FAIL",
    ),
    11: ("ROOM READY, WITH CARE", "WARN 1    UPS is loaded too much  75 %"),
    14: ("ROOM READY, WITH FAULTS", "FAIL 1    UPS is loaded too much  92 %"),
    20: (
        "NOT KNOWN IF THE ROOM IS READY",
        "UNKNOWN 1 power                   cannot be reached (recorded)   11 checks",
    ),
    22: (  # the waiver held up to and including the day before
        *("NOT KNOWN IF THE ROOM IS READY", "FAIL 1    Computer too busy       97 %"),
        "waived    Computer load: the waiver expired on 2026-11-19",
    ),
    27: ("ROOM READY, WITH FAULTS", "OK        power  11 checks  was UNKNOWN"),
    30: ("ROOM READY, WITH FAULTS", "FAIL 2    Disk too full  1.0 GB"),
    31: ("ROOM READY ", "OK        Computer load  12 %  was FAIL", "OK        Free disk  212.4 GB  was FAIL"),
    36: ("ROOM READY, WITH FAULTS", "FAIL 1    Computer too busy       97 %"),
}


def news(text: str) -> list[str]:
    """The headline, and the lines that begin a piece of news."""
    first, *rest = text.splitlines()
    return [first, *(line for line in rest if line.startswith(("FAIL", "WARN", "UNK", "OK", "SKIP", "waived")))]


def recorded(folder: Path, at: datetime, ups: object, pc: HostState) -> Path:
    state = ups if isinstance(ups, NotSeen) else PowerState("nut", ups)  # type: ignore[arg-type] # the script's own
    outcomes = {
        "host@main": pc,
        "on_air@main": OnAirState(),
        "power@ups": state,
        "checklist@1": NotSeen(Reason.NOT_ASKED),
    }
    room = folder / "room"
    write_recording(room, Recording(at, Stage.ROOM, False, dump_profile(ROOM), outcomes), "test")
    return room


@pytest.fixture
def home(tmp_path, monkeypatch) -> Path:
    for name, value in environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    return tmp_path


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    """A run in this process: its exit code and all it printed, on stdout and stderr."""
    code = run_command_line([*map(str, arguments), "--cron", "--jitter", "0", "--lang", "en"])
    said = capsys.readouterr()
    return code, said.out + said.err


def test_a_week_on_a_scripted_world_tells_exactly_the_changes(home, capsys) -> None:
    world = {"ups": UPS, "pc": PC}
    heard = {}
    for run in range(42):
        world |= SCRIPT.get(run, {})
        room = recorded(home, MONDAY + run * STEP, world["ups"], world["pc"])
        _, said = told(capsys, "preflight", "--replay", room)
        if said:
            heard[run] = said
    assert "the waiver ends after 2026-11-19, days left: 3" in heard.pop(0)
    assert {run: len(news(said)) for run, said in heard.items()} == {run: len(lines) for run, lines in TOLD.items()}
    for run, lines in TOLD.items():
        assert all(line.startswith(start) for line, start in zip(news(heard[run]), lines, strict=True)), heard[run]
        before = MONDAY + (run - 1) * STEP
        assert f"changed since {before:%Y-%m-%d %H:%M}" in heard[run]
    assert "faults as before: 1" in heard[27]


def test_what_a_show_on_air_hides_is_no_news_and_what_changed_meanwhile_is(home, capsys) -> None:
    """Devices are left alone while a show goes out: nothing is known to have changed."""
    hidden = NotSeen(Reason.ON_AIR)
    for run, ups in enumerate([UPS, hidden, hidden, UPS, hidden, {**UPS, "ups.load": "92"}]):
        room = recorded(home, MONDAY + run * STEP, ups, replace(PC, cpu_pct=12.0))
        _, said = told(capsys, "preflight", "--replay", room)
        assert bool(said) == (run in (0, 5)), said
    assert news(said)[1].startswith("FAIL 1    UPS is loaded too much  92 %")


@pytest.mark.svc
@pytest.mark.skipif(not AVAILABLE, reason="NUT is not installed")
def test_a_ups_that_changes_while_runs_come_and_go_is_told_when_it_does(home, capsys) -> None:
    steps = [{}, {}, {"ups.status": "OB DISCHRG"}, {}, {"battery.charge": "15"}, {}, {"ups.status": "OL"}, {}]
    steps += [{"battery.charge": "100"}, {}, {"ups.load": "85"}, {}, {"ups.load": "83"}, {"ups.load": "35"}, {}]
    with Upsd() as ups:
        path = home / "live.yaml"
        path.write_text(f'room: live\npower: {{ups: {{nut: "{ups.address}"}}}}\n')
        heard = {}
        for run, changed in enumerate(steps):
            for variable, value in changed.items():
                ups.set(variable, value)
            code, said = told(capsys, "power", path)
            heard |= {run: (code, [line.split("  ")[0] for line in news(said)[1:]])} if said else {}
        ups.kill()
        gone = told(capsys, "power", path)
        assert told(capsys, "power", path) == (3, "")
    del heard[0]
    assert {run: code for run, (code, _) in heard.items()} == {2: 2, 4: 2, 6: 2, 8: 0, 10: 2, 13: 0}
    assert gone[0] == 3
    assert "UNKNOWN 1" in gone[1]


def test_without_a_terminal_home_or_language_it_works_as_cron_starts_it(tmp_path) -> None:
    bare = {"PATH": "/usr/bin:/bin"}

    def run(*arguments: object, **env: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            command(*arguments),
            env=bare | env,
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )

    replayed = run("preflight", "--cron", "--no-save", "--replay", "demo:bad", "--lang", "zh-Hans")
    assert (replayed.returncode, replayed.stderr) == (2, b"")
    assert "话筒" in replayed.stdout.decode("utf-8")
    assert b"\x1b" not in replayed.stdout
    live = run("host", "--cron", "--jitter", "0", "--format", "json", XDG_STATE_HOME=str(tmp_path / "state"))
    made = json.loads(live.stdout)
    assert (made["stage"], live.stderr, made["exit_code"]) == ("room", b"", live.returncode)
    again = run("host", "--cron", "--jitter", "0", "--output", "h.txt", XDG_STATE_HOME=str(tmp_path / "state"))
    assert again.stdout == b""
    assert (tmp_path / "h.txt").read_text(encoding="utf-8")


def test_a_user_without_any_home_leaves_no_folder_behind(tmp_path, monkeypatch, capsys) -> None:
    def nobody(number: int) -> pwd.struct_passwd:
        raise KeyError(number)

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(pwd, "getpwuid", nobody)
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(NotADirectoryError):
        state_folder()
    assert not user_profile_dir().exists()
    assert told(capsys, "preflight", "--replay", "demo:good")[0] == 0
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def black_hole() -> Iterator[int]:
    """A server that accepts and never says a word."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def measuring(tmp_path, black_hole: int) -> Iterator[subprocess.Popen[bytes]]:
    """A run that goes on and on, and holds the lock."""
    path = tmp_path / "slow.yaml"
    device = f'{{device: "http://127.0.0.1:{black_hole}/never.mjpg"}}'
    roles = ", ".join(f"{role}: {device}" for role in ("main", "b", "c", "d", "e", "f"))  # one device: each in its turn
    path.write_text(f"room: slow\ncamera: {{{roles}}}\n")
    process = subprocess.Popen(
        command("camera", path, "--allow-on-air", "--cron", "--jitter", "0"),
        env=environment(tmp_path),
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    end = time.monotonic() + 30
    while time.monotonic() < end and not (tmp_path / "state" / "rigcheck" / "measuring.since").exists():
        time.sleep(0.02)
    yield process
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=20)


def test_of_two_runs_at_once_the_second_gives_way_in_silence(tmp_path, measuring) -> None:
    done = rigcheck(tmp_path, "host", "--cron", "--jitter", "0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert measuring.poll() is None


@pytest.mark.parametrize("form", ["nagios", "junit", "json"])
def test_what_a_program_reads_is_never_a_silence_that_looks_good(tmp_path, measuring, form) -> None:
    done = rigcheck(tmp_path, "host", "--cron", "--jitter", "0", "--format", form)
    assert done.returncode == 3
    assert "another rigcheck is at work" in done.stderr


def test_a_run_that_measures_for_longer_than_it_may_is_told_of(tmp_path, measuring) -> None:
    done = rigcheck(tmp_path, "host", "--cron", "--jitter", "0", "--timeout", "1")
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)
    since = tmp_path / "state" / "rigcheck" / "measuring.since"
    hour_ago = time.time() - 3600
    os.utime(since, (hour_ago, hour_ago))
    late = rigcheck(tmp_path, "host", "--cron", "--jitter", "0")
    assert late.returncode == 3
    assert any(str(seconds) in late.stderr for seconds in range(3600, 3620))


def test_a_clock_set_back_makes_no_old_lock_and_hides_no_change(tmp_path, measuring) -> None:
    since = tmp_path / "state" / "rigcheck" / "measuring.since"
    tomorrow = time.time() + 86_400
    os.utime(since, (tomorrow, tomorrow))
    done = rigcheck(tmp_path, "host", "--cron", "--jitter", "0")
    assert (done.returncode, done.stderr) == (0, "")
    attended = rigcheck(tmp_path, "host")
    assert attended.returncode == 3
    assert "-" not in attended.stderr


def test_after_the_clock_was_set_back_changes_are_told_without_a_since(home, capsys) -> None:
    told(capsys, "preflight", "--replay", recorded(home, MONDAY, UPS, PC))
    room = recorded(home, MONDAY - timedelta(days=2), {**UPS, "ups.load": "92"}, PC)
    _, said = told(capsys, "preflight", "--replay", room)
    assert "UPS is loaded too much" in said
    assert "since" not in said
    assert told(capsys, "preflight", "--replay", room)[1] == ""


def verdicts(home: Path) -> Path:
    (path,) = (home / "state" / "rigcheck").glob("verdicts-*.json")
    return path


@pytest.mark.parametrize(
    "junk",
    [b"", b"\xff\xfe\x00", b"[]", b'{"at": 1}', b'{"at": "2026-11-16T08:00:00+08:00", "verdicts": []}', b"{" * 5000],
)
def test_a_damaged_memory_is_news_once(home, capsys, junk: bytes) -> None:
    room = recorded(home, MONDAY, UPS, PC)
    told(capsys, "preflight", "--replay", room)
    verdicts(home).write_bytes(junk)
    code, said = told(capsys, "preflight", "--replay", room)
    assert code == 0
    assert said.startswith("ROOM READY")
    assert told(capsys, "preflight", "--replay", room) == (0, "")


def test_where_nothing_can_be_remembered_everything_is_news(home, capsys, caplog) -> None:
    (home / "state").write_text("in the way")
    room = recorded(home, MONDAY, UPS, PC)
    for _ in range(2):
        code, said = told(capsys, "preflight", "--replay", room)
        assert code == 0
        assert "ROOM READY" in said
    assert "cannot remember this run" in caplog.text


def test_what_a_full_disk_swallowed_is_told_by_the_next_run(tmp_path) -> None:
    room = recorded(tmp_path, MONDAY, UPS, PC)
    arguments = ("preflight", "--cron", "--replay", room)
    with Path("/dev/full").open("w") as full:
        lost = subprocess.run(
            command(*arguments),
            env=environment(tmp_path),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert (lost.returncode, lost.stderr.count("\n")) == (64, 1)
    assert rigcheck(tmp_path, *arguments).stdout.startswith("ROOM READY")
    assert rigcheck(tmp_path, *arguments).stdout == ""


def test_a_disk_that_is_full_under_the_state_folder_costs_no_run(tmp_path) -> None:
    def full_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    room = recorded(tmp_path, MONDAY, UPS, PC)
    done = subprocess.run(
        command("preflight", "--cron", "--replay", room),
        env={**environment(tmp_path), "COVERAGE_PROCESS_CONFIG": "", "COVERAGE_PROCESS_START": ""},
        preexec_fn=full_disk,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("ROOM READY")
    assert "Traceback" not in done.stderr
    assert list((tmp_path / "state" / "rigcheck").glob("*")) == []


def test_checks_that_were_not_asked_for_this_time_keep_their_verdict(home, capsys) -> None:
    room = recorded(home, MONDAY, UPS, PC)
    told(capsys, "preflight", "--replay", room)
    for arguments in (("--only", "power"), ("--only", "host"), ()):
        assert told(capsys, "preflight", "--replay", room, *arguments) == (0, "")


@pytest.mark.parametrize("name", ["json", "junit", "nagios"])
def test_other_formats_tell_the_whole_report_when_there_are_news(home, capsys, name: str) -> None:
    told(capsys, "preflight", "--replay", recorded(home, MONDAY, UPS, PC))
    assert told(capsys, "preflight", "--replay", home / "room", "--format", name)[1] == ""
    room = recorded(home, MONDAY + STEP, {**UPS, "ups.load": "92"}, PC)
    said = told(capsys, "preflight", "--replay", room, "--format", name)[1]
    assert "power.load" in said
    assert "disk" in said or name == "nagios"


def test_a_file_that_was_asked_for_is_always_fresh(home, capsys) -> None:
    target = home / "report.json"
    arguments = ("--format", "json", "--output", target)
    for run in range(2):
        room = recorded(home, MONDAY + run * STEP, UPS, PC)
        assert told(capsys, "preflight", "--replay", room, *arguments) == (0, "")
        started = json.loads(target.read_text(encoding="utf-8"))["started_at"]
        assert datetime.fromisoformat(started) == MONDAY + run * STEP


def test_the_start_is_spread_and_only_that_of_live_runs(monkeypatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for _ in range(200):
        cron.wait_turn(Options(cron=True))
    assert 0.0 <= min(slept) < 5.0
    assert 15.0 < max(slept) <= cron.JITTER_S
    slept.clear()
    cron.wait_turn(Options(cron=True, jitter=0.0))
    assert slept == [0.0]
    cron.wait_turn(Options())
    cron.wait_turn(Options(cron=True, replay="demo:good"))
    assert slept == [0.0]


def test_a_signal_ends_the_wait_for_a_turn(tmp_path) -> None:
    process = subprocess.Popen(
        command("host", "--cron", "--jitter", "9999999"),
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    time.sleep(3.0)
    process.send_signal(signal.SIGTERM)
    said = process.communicate(timeout=20)
    assert process.returncode == 143
    assert said[0] == ""


def test_nobody_waits_for_ever() -> None:
    busy = [BusyError(Message("error.busy", {"age_s": age_s})) for age_s in (0, 299, 300)]
    assert [cron.gives_way(each, Options(cron=True)) for each in busy] == [True, True, False]
    assert not cron.gives_way(busy[0], Options())
    assert not cron.gives_way(busy[1], Options(cron=True, timeout=60.0))
    assert cron.limit_s(Options(cron=True)) == cron.LIMIT_S
    assert cron.limit_s(Options(cron=True, timeout=9.0)) == 9.0
    assert cron.limit_s(Options()) is None
