"""Names that are no UTF-8, as of files from a Chinese Windows: every command works, and shows them with question marks."""

import json
import os
import sys
import wave
from pathlib import Path

import pytest
from command import report, rigcheck

from rigcheck.present import FORMATS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names that are bytes")
GBK = os.fsdecode("快手".encode("gbk"))


@pytest.fixture
def take(tmp_path: Path) -> Path:
    path = tmp_path / f"{GBK}.wav"
    with path.open("wb") as stream, wave.open(stream) as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(8000))
    return path


@pytest.mark.parametrize("form", FORMATS)
def test_a_recording_is_judged_in_every_format(tmp_path, take: Path, form: str) -> None:
    target = tmp_path / f"report-{GBK}"
    for options in (["--no-save"], ["--cron"], ["--output", target]):
        done = rigcheck(tmp_path, "mic", "--replay", take, "--format", form, *options)
        assert done.returncode in range(4), done.stderr
        assert done.stdout or target.read_text(encoding="utf-8")


def test_a_recording_is_known_again(tmp_path, take: Path) -> None:
    made = report(rigcheck(tmp_path, "preflight", "--replay", take, "--format", "json"))
    assert made["source"] == "replay:????.wav"
    assert "last run" not in rigcheck(tmp_path, "preflight", "--replay", take, "--again").stderr


def test_an_error_names_the_file(tmp_path) -> None:
    done = rigcheck(tmp_path, "mic", "--replay", f"{GBK}.wav", "--format", "json")
    assert done.returncode == 78
    assert json.loads(done.stdout)["error"]["params"]["path"] == "????.wav"
    assert "????.wav" in done.stderr


def test_a_room_keeps_its_state(tmp_path) -> None:
    room = tmp_path / f"{GBK}.yaml"
    room.write_text("mic: {}\n", encoding="utf-8")
    for command, *options in (["preflight", "--cron"], ["now"], ["preflight", "--again"]):
        done = rigcheck(tmp_path, command, room, *options, "--replay", "demo:good", "--format", "json")
        assert done.returncode in range(4), done.stderr
        assert json.loads(done.stdout)["profile"]["name"] == "????"
    assert rigcheck(tmp_path, "baseline", "set", room, "--replay", "demo:good").returncode in range(4)
