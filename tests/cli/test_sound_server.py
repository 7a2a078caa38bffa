"""A sound server that dies or freezes while the command records: an answer in time, and nothing left running."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from command import command, environment, report
from services_pulse import Pulse, pulse, tone

pytestmark = pytest.mark.svc
ROOM = "room: r\ncamera: {}\npower: {}\nmic: {main: {device: pulse, speak_s: 20}}\n"


@pytest.mark.parametrize("deed", [Pulse.kill, Pulse.freeze])
def test_a_server_lost_while_recording_is_unknown_in_time(tmp_path: Path, deed: Callable[[Pulse], None]) -> None:
    """A frozen one lets its client neither record nor close: a watchdog finds it, and closing is not waited for."""
    (tmp_path / "room.yaml").write_text(ROOM)
    (tmp_path / "pulse").mkdir()
    with pulse(tmp_path / "pulse") as server, server.playing(tone()):
        words = command("mic", "room.yaml", "--format", "json", "--allow-on-air", "--no-save")
        with subprocess.Popen(
            words, cwd=tmp_path, env=environment(tmp_path, **server.environment), stdout=subprocess.PIPE, text=True
        ) as asked:
            _wait_for_recording(server)
            deed(server)
            lost_s = time.monotonic()
            said, _ = asked.communicate(timeout=40)
            took_s = time.monotonic() - lost_s
    made = report(subprocess.CompletedProcess(words, asked.returncode, said))
    assert {f["message"]["id"] for f in made["findings"] if f["status"] == "unknown"} == {"reason.lost"}
    assert made["exit_code"] == 3
    assert took_s < 8
    assert [one for one in psutil.process_iter(["environ"]) if _is_of(one, str(tmp_path))] == []


def _wait_for_recording(server: Pulse) -> None:
    """For two seconds on end: while PortAudio lists the devices it opens each for a moment."""
    since_s = time.monotonic()
    end_s = since_s + 30
    while time.monotonic() - since_s < 2:
        assert time.monotonic() < end_s
        if not server.ctl("list", "short", "source-outputs"):
            since_s = time.monotonic()
        time.sleep(0.1)


def _is_of(process: psutil.Process, home: str) -> bool:
    return (process.info["environ"] or {}).get("HOME") == home
