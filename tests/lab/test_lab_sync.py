"""A camera and a microphone of their own, together: flashes and beeps of one clock, read back through both drivers."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from command import finding
from lab_drivers import loops, shows, wait_for
from lab_room import ask, calmly, write_room
from lab_sound import Card, sound_card

pytestmark = pytest.mark.lab
FLASHES = Path(__file__).with_name("lab_flashes.py")


@pytest.fixture(scope="module")
def card() -> Iterator[Card]:
    with sound_card() as one:
        yield one


@contextlib.contextmanager
def flashing(card: Card, late_s: float) -> Iterator[None]:
    with loops("Host cam") as (node,):
        words = [sys.executable, str(FLASHES), node, str(card.number), str(late_s)]
        with subprocess.Popen(words) as feeder:
            try:
                wait_for(lambda: shows(node, (640, 360)))
                yield
            finally:
                feeder.kill()


def room_of(folder: Path, card: Card) -> Path:
    return write_room(
        folder, camera="{main: {device: Host cam}}", mic=f'{{main: {{device: "{card.name}", speak_s: 10}}}}'
    )


@pytest.mark.parametrize("late_ms", [0, 200, -150, 40])
def test_sound_late_or_early_is_read_within_five_milliseconds(tmp_path: Path, card: Card, late_ms: int) -> None:
    with flashing(card, late_ms / 1000):
        room = room_of(tmp_path, card)
        made = calmly(lambda: ask(tmp_path, "sync", room), "sync.offset_ms", pytest.approx(late_ms, abs=5))
    status = {0: "ok", 200: "fail", -150: "fail", 40: "ok"}[late_ms]
    found = finding(made, "sync.offset")
    assert (found["status"], found["estimate"], found["via"]) == (status, False, "device")


def test_what_was_taken_of_both_serves_their_sync(tmp_path: Path, card: Card) -> None:
    """One look at the camera and one take of the microphone, at once: the whole takes no longer than the longer one."""
    with flashing(card, 0.04):
        room = room_of(tmp_path, card)
        look = lambda: ask(tmp_path, "preflight", room, "--only", "camera,mic,sync")  # noqa: E731 - two lines would say no more
        made = calmly(look, "sync.offset_ms", pytest.approx(40, abs=5))
    assert {finding(made, check)["status"] for check in ("camera.mode", "mic.muted")} <= {"ok", "skip"}
    assert made["took_s"] < 10 + 13  # what a take of its own would need more


def test_a_room_that_never_claps_is_left_out_without_a_verdict(tmp_path: Path, card: Card) -> None:
    with flashing(card, 1000.0):  # flashes, and no sound
        made = ask(tmp_path, "sync", room_of(tmp_path, card))
    assert {(f["status"], f["message"]["id"]) for f in made["findings"]} == {("skip", "reason.no-clap")}


def test_without_the_microphone_it_is_said_which_is_missing(tmp_path: Path, card: Card) -> None:
    with flashing(card, 0.0):
        room = write_room(
            tmp_path, camera="{main: {device: Host cam}}", mic="{main: {device: No such mic, speak_s: 10}}"
        )
        made = ask(tmp_path, "sync", room)
    assert {f["message"]["id"] for f in made["findings"]} == {"reason.missing"}
