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


@pytest.mark.parametrize(
    ("deed", "reasons"), [(Pulse.kill, {"reason.lost"}), (Pulse.freeze, {"reason.lost", "reason.timeout"})]
)
def test_a_server_lost_while_recording_is_unknown_in_time(
    tmp_path: Path, deed: Callable[[Pulse], None], reasons: set[str]
) -> None:
    """A frozen one lets its client's worker neither record nor close: only killing the worker ends it."""
    (tmp_path / "room.yaml").write_text(ROOM)
    (tmp_path / "pulse").mkdir()
    with pulse(tmp_path / "pulse") as server, server.playing(tone()):
        words = command("mic", "room.yaml", "--format", "json", "--allow-on-air", "--no-save", "--timeout", "14")
        with subprocess.Popen(
            words, cwd=tmp_path, env=environment(tmp_path, **server.environment), stdout=subprocess.PIPE, text=True
        ) as asked:
            _wait_for_recording(server)
            time.sleep(1.5)
            deed(server)
            lost_s = time.monotonic()
            said, _ = asked.communicate(timeout=40)
            took_s = time.monotonic() - lost_s
    made = report(subprocess.CompletedProcess(words, asked.returncode, said))
    assert {f["message"]["id"] for f in made["findings"] if f["status"] == "unknown"} <= reasons
    assert made["exit_code"] == 3
    assert took_s < 16
    assert [one for one in psutil.process_iter(["environ"]) if _is_of(one, str(tmp_path))] == []


def _wait_for_recording(server: Pulse) -> None:
    end_s = time.monotonic() + 20
    while not server.ctl("list", "short", "source-outputs"):
        assert time.monotonic() < end_s
        time.sleep(0.1)


def _is_of(process: psutil.Process, home: str) -> bool:
    return (process.info["environ"] or {}).get("HOME") == home
