"""Lines that delay, lose, slow down and break, by the kernel's own netem: what `rigcheck network` reads of what was set."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from command import command, environment, finding, report
from lab_drivers import wait_for
from lab_room import LIVE, calmly, write_room
from services_net import BACKUP, FAR, MAIN, PAYLOAD, PORT, Lines

pytestmark = pytest.mark.lab
NETWORK = f"""network:
  main: {{interface: {MAIN}}}
  backup: {{interface: {BACKUP}}}
  http: {{url: "http://{FAR}:{PORT}"}}
push: {{url: "rtmp://{FAR}:{PORT}/live"}}
"""
PACED_KBPS = 7192
"""One and a half times what this room's show sends."""
A_SECOND_BYTES = PACED_KBPS * 125


@pytest.fixture(scope="module")
def lines() -> Iterator[Lines]:
    with Lines() as made:
        made.start_receiver()
        yield made


@pytest.fixture(autouse=True)
def calm(lines: Lines) -> None:
    for line in (MAIN, BACKUP):
        weather(lines, line)


def weather(lines: Lines, line: str, up: str = "delay 0ms", down: str = "delay 0ms") -> None:
    """What netem does to a line's packets, in tc's words; made anew, as a change would keep the rate of before."""
    for end, words in (("out", up), ("in", down)):
        for kind in ("pfifo", f"netem {words}"):
            lines.at_router(line, "tc", "qdisc", "replace", "dev", end, "root", *kind.split())


def look(lines: Lines, folder: Path, *words: str) -> dict[str, Any]:
    """The report on both lines, from inside the room."""
    asked = command("network", write_room(folder, more=NETWORK), *LIVE, *words)
    inside = lines.command_in_room(*asked)
    return report(
        subprocess.run(
            inside, env=environment(folder), cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    )


def delays_ms(made: dict[str, Any]) -> list[float]:
    return [finding(made, "network.delay", line)["value"] for line in ("main", "backup")]


def test_delays_of_two_lines(lines: Lines, tmp_path: Path) -> None:
    weather(lines, MAIN, up="delay 50ms", down="delay 30ms")
    weather(lines, BACKUP, up="delay 80ms", down="delay 80ms")
    only = ("--only", "network.delay,network.connect,network.isolated")
    made = calmly(lambda: look(lines, tmp_path, *only), delays_ms, pytest.approx([80, 160], rel=0.15))
    assert made["measurements"]["network.connect_ms"] == pytest.approx(80, rel=0.3)
    assert finding(made, "network.isolated", "backup")["value"] is True


def test_jitter(lines: Lines, tmp_path: Path) -> None:
    """Delays from 40 to 160 ms, all as likely: two of them are 40 ms apart on average, of which the last few count."""
    weather(lines, MAIN, up="delay 100ms 60ms", down="delay 20ms")
    only = ("--only", "network.jitter")
    made = calmly(lambda: look(lines, tmp_path, *only), "network.jitter_ms", pytest.approx(40, rel=0.4))
    assert finding(made, "network.jitter")["status"] == "warn"
    assert finding(made, "network.jitter", "backup")["value"] < 20


def test_loss(lines: Lines, tmp_path: Path) -> None:
    weather(lines, MAIN, up="loss 6%")
    only = ("--only", "network.loss")
    made = calmly(lambda: look(lines, tmp_path, *only), "network.loss_pct", pytest.approx(6, abs=2.8))
    assert finding(made, "network.loss")["status"] in ("warn", "fail")
    assert finding(made, "network.loss", "backup")["status"] == "ok"


def test_rates_of_two_lines(lines: Lines, tmp_path: Path) -> None:
    weather(lines, MAIN, up="rate 20mbit")
    weather(lines, BACKUP, up="rate 4mbit")
    made = calmly(lambda: look(lines, tmp_path), "network.upload_kbps", pytest.approx(PACED_KBPS, rel=0.03))
    assert finding(made, "network.upload")["status"] == "ok"
    assert finding(made, "network.upload", "backup")["value"] == pytest.approx(4000 * PAYLOAD, rel=0.08)
    assert finding(made, "network.upload", "backup")["status"] == "fail"


def test_a_line_that_is_cut_while_it_is_measured_is_no_slow_line(lines: Lines, tmp_path: Path) -> None:
    """Its cable is pulled behind the router, so that this computer's card notices nothing."""
    before = lines.sent(MAIN)
    cut_s: list[float] = []

    def cut() -> None:
        wait_for(lambda: lines.sent(MAIN) - before > A_SECOND_BYTES)
        weather(lines, MAIN, up="loss 100%", down="loss 100%")
        cut_s.append(time.monotonic())

    thread = Thread(target=cut)
    thread.start()
    made = look(lines, tmp_path, "--minutes", "0.2", "--only", "network.upload")
    ended_s = time.monotonic()
    thread.join()
    found = finding(made, "network.upload")
    assert (found["status"], found["message"]["id"]) == ("unknown", "reason.timeout")
    assert finding(made, "network.upload", "backup")["value"] > PACED_KBPS / 2
    assert ended_s - cut_s[0] < 0.2 * 60 + 20  # the backup's own test, and giving up the main line
