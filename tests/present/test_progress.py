import io
import os
import re
import signal
import subprocess
import sys
import time

import pexpect
import pytest
from rich.console import Console

from rigcheck.checklist_state import ChecklistRequest
from rigcheck.errors import NotSeen
from rigcheck.i18n import load_catalogue
from rigcheck.model import Reason
from rigcheck.present.progress import Progress, shows_prompts
from rigcheck.samples import AudioRequest, CameraRequest, HostState, PowerRequest
from rigcheck.sources.mic import LEAD_S
from rigcheck.uplink_state import UplinkRequest

EN, ZH = load_catalogue("en"), load_catalogue("zh-Hans")
TAKE = AudioRequest(speak_s=8.0, quiet_s=4.0)
DONE = HostState()


class Screen(io.StringIO):
    def isatty(self):
        return True


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def drawn(progress):
    console = Console(file=io.StringIO(), width=79, color_system=None)
    console.print(progress.frame())
    return console.file.getvalue().rstrip("\n").split("\n")


@pytest.mark.parametrize(
    ("spent_s", "prompt"),
    [
        (0.0, "Get ready to speak  3 s"),
        (LEAD_S - 0.1, "Get ready to speak  1 s"),
        (LEAD_S + 0.1, "SPEAK NOW, as in the show  8 s"),
        (LEAD_S + 7.9, "SPEAK NOW, as in the show  1 s"),
        (LEAD_S + 8.1, "BE QUIET, nobody speaks  4 s"),
        (LEAD_S + 11.9, "BE QUIET, nobody speaks  1 s"),
    ],
)
def test_prompts_follow_the_recorders_schedule(spent_s, prompt):
    clock = Clock()
    progress = Progress(EN, stream=io.StringIO(), clock=clock)
    progress.began(TAKE)
    clock.now += spent_s
    assert drawn(progress)[0].strip() == prompt


def test_no_prompt_after_the_take_or_for_an_unprompted_one():
    clock = Clock()
    progress = Progress(EN, stream=io.StringIO(), clock=clock)
    progress.began(TAKE)
    progress.began(AudioRequest(name="backup", quiet_s=0.0))
    clock.now += LEAD_S + 12.1
    lines = drawn(progress)
    assert [line.split()[0] for line in lines] == ["mic", "mic"]


def test_a_line_for_everything_under_way():
    clock = Clock()
    progress = Progress(EN, stream=io.StringIO(), clock=clock)
    progress.began(CameraRequest(seconds=5.0))
    progress.began(PowerRequest(name="ups"))
    clock.now += 3.0
    assert drawn(progress) == [
        "camera            ##########----------  3 s",
        "power ups         ####################  3 s  still waiting",
    ]
    progress.ended(PowerRequest(name="ups"), DONE)
    assert len(drawn(progress)) == 1


def test_chinese_columns_line_up():
    progress = Progress(ZH, stream=io.StringIO(), clock=Clock())
    progress.began(CameraRequest(seconds=5.0))
    progress.began(PowerRequest(name="ups"))
    assert drawn(progress) == [
        "摄像头            --------------------  0 秒",
        "供电 ups          --------------------  0 秒",
    ]


def test_nothing_is_said_where_nobody_looks():
    stream = io.StringIO()
    with Progress(EN, stream=stream) as progress:
        progress.began(TAKE)
        progress.ended(TAKE, DONE)
    assert stream.getvalue() == ""


def test_plain_lines_in_a_log():
    stream = io.StringIO()
    with Progress(EN, stream=stream, verbose=True) as progress:
        progress.began(TAKE)
        progress.ended(TAKE, NotSeen(Reason.HELD, {"holder": "obs64.exe"}))
        progress.began(PowerRequest(name="ups"))
        progress.ended(PowerRequest(name="ups"), DONE)
    assert stream.getvalue().split("\n") == [
        "mic: measuring (14 s)",
        "mic: speak for 8 s, then be quiet for 4 s",
        "mic: another program has it (obs64.exe)",
        "power ups: measuring (1 s)",
        "power ups: done",
        "",
    ]


def test_quiet_wins():
    stream = Screen()
    with Progress(EN, stream=stream, verbose=True, quiet=True) as progress:
        progress.began(TAKE)
        progress.ended(TAKE, DONE)
    assert stream.getvalue() == ""


def test_prompts_need_a_terminal(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    assert shows_prompts(Screen(), quiet=False)
    assert not shows_prompts(Screen(), quiet=True)
    assert not shows_prompts(io.StringIO(), quiet=False)
    assert not shows_prompts(None, quiet=False)
    monkeypatch.setenv("TERM", "dumb")
    assert not shows_prompts(Screen(), quiet=False)


SCRIPT = """
import time
from rigcheck.i18n import load_catalogue
from rigcheck.present.progress import Progress
from rigcheck.samples import AudioRequest
with Progress(load_catalogue("en")) as progress:
    progress.began(AudioRequest(speak_s=8.0, quiet_s=4.0))
    print("report", flush=True)
    time.sleep(30)
"""
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


def test_ctrl_c_leaves_the_terminal_as_it_was():
    child = pexpect.spawn(
        sys.executable, ["-c", SCRIPT], encoding="utf-8", env={**os.environ, "TERM": "xterm"}, timeout=20
    )
    child.expect("report")
    child.kill(signal.SIGINT)
    child.expect(pexpect.EOF)
    rest = child.before
    assert SHOW in rest
    assert rest.rindex(SHOW) > rest.rfind(HIDE)
    child.close()


def test_stdout_stays_clean(tmp_path):
    """stdout is a pipe, stderr a terminal: the display is on the terminal, the report alone in the pipe."""
    script = SCRIPT.replace("time.sleep(30)", "time.sleep(0.5)")
    report = tmp_path / "report"
    command = f"exec {sys.executable} -c '{script}' > {report}"
    child = pexpect.spawn("sh", ["-c", command], encoding="utf-8", env={**os.environ, "TERM": "xterm"}, timeout=20)
    child.expect("Get ready to speak")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert report.read_text(encoding="utf-8") == "report\n"


def test_a_pipe_gets_nothing_at_all():
    script = SCRIPT.replace("time.sleep(30)", "pass")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60)
    assert (done.stdout, done.stderr) == ("report\n", "")


def test_the_live_display_follows_the_clock():
    stream, clock = Screen(), Clock()
    with Progress(EN, stream=stream, clock=clock) as progress:
        progress.began(TAKE)
        clock.now += LEAD_S + 0.5
        deadline = time.monotonic() + 10
        while "SPEAK NOW" not in stream.getvalue() and time.monotonic() < deadline:
            time.sleep(0.05)
    seen = re.sub(r"\x1b\[[\d;?]*[a-zA-Z]", "", stream.getvalue())
    assert "SPEAK NOW, as in the show  8 s" in seen


@pytest.mark.parametrize("stream", [io.StringIO, Screen], ids=["log", "terminal"])
def test_what_a_metered_line_will_be_charged_is_said_before(stream, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    metered = UplinkRequest("backup", engines=("http",), rate_kbps=8000, seconds=30, max_bytes=20_000_000)
    said = stream()
    with Progress(EN, stream=said) as progress:
        progress.began(metered)
    assert "Line backup is metered: this test takes about 3.0 MB of it, 20.0 MB at most." in said.getvalue()


def test_nothing_is_said_of_lines_without_a_meter_or_to_cron():
    for quiet, request in (
        (False, UplinkRequest(engines=("http",), rate_kbps=8000)),
        (False, UplinkRequest(rate_kbps=8000, max_bytes=20_000_000)),  # no engine: nothing is sent
        (True, UplinkRequest(engines=("http",), rate_kbps=8000, max_bytes=20_000_000)),
    ):
        said = io.StringIO()
        Progress(EN, stream=said, quiet=quiet).began(request)
        assert said.getvalue() == ""


def test_a_question_to_a_person_has_the_terminal_to_itself(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen()
    with Progress(EN, stream=screen) as progress:
        progress.began(TAKE)
        progress.began(ChecklistRequest("1", "goods on the table"))
        asked = screen.getvalue()
        time.sleep(0.6)  # the display draws itself anew eight times a second
        assert screen.getvalue() == asked
    assert screen.getvalue() == asked
