"""A whole room of drivers, recorded, and judged again without any."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command import finding, report, rigcheck
from lab_drivers import Vivid, loaded, webcam
from lab_room import LIVE, write_room
from lab_sound import Card, sound_card, write_tone

pytestmark = pytest.mark.lab


@pytest.fixture
def devices() -> Iterator[tuple[Vivid, Card]]:
    with webcam() as camera, sound_card() as card, loaded("test_power"):
        yield camera, card


def test_what_was_recorded_of_drivers_is_judged_the_same_without_them(
    tmp_path: Path, devices: tuple[Vivid, Card]
) -> None:
    camera, card = devices
    room = write_room(
        tmp_path,
        camera=f'{{main: {{device: "{camera.name}", mode: 640x360@30}}}}',
        mic=f'{{main: {{device: "{card.name}", speak_s: 8}}}}',
        power="{pc: {os: true}}",
    )
    with card.playing(write_tone(tmp_path / "tone.wav", 48_000, -18.0)):
        live = report(
            rigcheck(tmp_path, "record", tmp_path / "kept", "-p", room, "--only", "camera,light,mic,sync,power", *LIVE)
        )
    assert (live["source"], live["measurements"]["power.charge_pct"]) == ("live", 50)
    assert finding(live, "sync.offset")["message"]["id"] == "reason.no-clap"
    words = ("--only", "camera,light,mic,sync,power", "--format", "json")
    again = report(rigcheck(tmp_path, "preflight", "--replay", tmp_path / "kept", *words))
    for same in ("measurements", "units", "reasons", "status", "exit_code", "stage", "room", "on_air"):
        assert again[same] == live[same], same
    assert [{**f, "via": ""} for f in again["findings"]] == [{**f, "via": ""} for f in live["findings"]]
