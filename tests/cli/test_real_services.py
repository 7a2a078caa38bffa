"""The whole command on real services: a sound server, a network camera, a UPS daemon. Fakes nothing."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest
from command import command, environment, finding, report, rigcheck
from services_nut import Upsd
from services_pulse import Pulse, pulse, tone
from services_video import make_clip, mjpeg

pytestmark = pytest.mark.svc

ROOM = """
room: beauty-3
camera: {{main: {{device: "{camera}", mode: 1280x720@30}}}}
mic: {{main: {{device: pulse, speak_s: 3, quiet_s: 2}}}}
power: {{ups: {{nut: "{ups}"}}}}
"""


@pytest.fixture(scope="module")
def sound(tmp_path_factory) -> Iterator[Pulse]:
    with pulse(tmp_path_factory.mktemp("pulse")) as server:
        yield server


@pytest.fixture(scope="module")
def clip(tmp_path_factory) -> Path:
    return make_clip(tmp_path_factory.mktemp("clip") / "clip.mp4")


def write_room(folder: Path, camera: str = "http://127.0.0.1:9/none", ups: str = "ups@127.0.0.1:9") -> Path:
    path = folder / "room.yaml"
    path.write_text(ROOM.format(camera=camera, ups=ups))
    return path


def test_a_room_is_measured_recorded_and_judged_again_the_same(tmp_path, sound: Pulse, clip: Path) -> None:
    with Upsd() as ups, mjpeg(clip) as (camera, _), sound.playing(tone()):
        done = rigcheck(
            tmp_path, "record", tmp_path / "kept", "-p", write_room(tmp_path, camera, ups.address),
            "--format", "json", "--allow-on-air", **sound.environment,
        )  # fmt: skip
    live = report(done)
    assert live["source"] == "live"
    assert live["measurements"]["mic.loudness_lufs"] == pytest.approx(
        -17.0, abs=0.2
    )  # BS.1770: two channels of -20 dBFS
    assert live["measurements"]["camera.fps"] == pytest.approx(30, abs=1.5)
    assert (live["measurements"]["camera.width_px"], live["measurements"]["camera.height_px"]) == (640, 360)
    assert finding(live, "camera.mode")["status"] == "fail"  # 1280x720 was asked for
    assert live["measurements"]["power.on_mains"] is True
    again = report(rigcheck(tmp_path, "preflight", "--replay", tmp_path / "kept", "--format", "json"))
    for same in ("measurements", "units", "reasons", "status", "exit_code", "stage", "room", "on_air"):
        assert again[same] == live[same], same
    assert [{**f, "via": ""} for f in again["findings"]] == [{**f, "via": ""} for f in live["findings"]]
    assert sum(path.stat().st_size for path in (tmp_path / "kept").iterdir()) < 12e6


def test_one_dead_part_costs_only_itself(tmp_path, sound: Pulse) -> None:
    with Upsd() as ups, sound.playing(tone()):
        ups.set("ups.status", "OB DISCHRG")
        room = write_room(tmp_path, ups=ups.address)
        made = report(rigcheck(tmp_path, "preflight", room, "--format", "json", "--allow-on-air", **sound.environment))
        assert finding(made, "power.mains", "ups")["status"] == "fail"
        assert finding(made, "camera.rate")["message"]["id"] == "reason.unreachable"
        assert finding(made, "mic.muted")["status"] == "ok"
        assert made["exit_code"] == 2
        ups.hang()
        hung = report(rigcheck(tmp_path, "power", room, "--format", "json"))
        assert {f["status"] for f in hung["findings"]} == {"unknown"}
        assert hung["exit_code"] == 3
        ups.resume()


def test_a_muted_microphone_is_red_and_a_frozen_or_killed_server_unknown(tmp_path) -> None:
    with pulse(tmp_path) as server, server.playing(tone()):
        words = ("mic", write_room(tmp_path), "--format", "json", "--allow-on-air")
        server.ctl("set-source-mute", "rig.monitor", "1")
        made = report(rigcheck(tmp_path, *words, **server.environment))
        assert finding(made, "mic.muted")["status"] == "fail"
        assert made["measurements"]["mic.muted"] is True
        assert made["measurements"]["mic.loudness_lufs"] is None
        server.freeze()
        frozen = report(rigcheck(tmp_path, *words, **server.environment))
        assert (frozen["status"], finding(frozen, "mic.muted")["message"]["id"]) == ("unknown", "reason.timeout")
        server.kill()
        dead = report(rigcheck(tmp_path, *words, **server.environment))
        assert dead["status"] == "unknown"


def test_somebody_at_the_terminal_is_told_when_to_speak_and_when_to_be_quiet(tmp_path, sound: Pulse) -> None:
    with pexpect.spawn(
        sys.executable,
        command("mic", write_room(tmp_path), "--allow-on-air", "--output", tmp_path / "r.json", "--format", "json")[1:],
        env={**environment(tmp_path), **sound.environment, "TERM": "xterm"},
        encoding="utf-8",
        dimensions=(30, 79),
        timeout=30,
    ) as child:
        child.expect("SPEAK NOW")
        with sound.playing(tone()):
            child.expect("BE QUIET")
        with sound.playing(tone(dbfs=-60)):  # a room is never digitally silent
            child.expect(pexpect.EOF)
        child.close()
    made = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))
    assert made["stage"] == "host"
    assert finding(made, "mic.snr")["estimate"] is False
    assert made["measurements"]["mic.loudness_lufs"] == pytest.approx(-17.0, abs=1.5)


@pytest.mark.skipif(os.name != "posix", reason="file size limits are POSIX")
def test_a_full_disk_while_recording_is_one_sentence_and_leaves_nothing(tmp_path, sound: Pulse) -> None:
    def small_disk() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    with sound.playing(tone()):
        done = subprocess.run(
            command(
                "record",
                tmp_path / "kept",
                "-p",
                write_room(tmp_path),
                "--only",
                "mic",
                "--allow-on-air",
                "--stage",
                "go",
            ),
            env={
                **environment(tmp_path),
                **sound.environment,
                "COVERAGE_PROCESS_CONFIG": "",
                "COVERAGE_PROCESS_START": "",
            },
            cwd=tmp_path,
            preexec_fn=small_disk,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 64, done.stderr
    assert done.stderr.count("\n") == 1
    assert "kept" in done.stderr
    assert [path.name for path in tmp_path.iterdir() if "kept" in path.name] == []


def test_a_live_preflight_lasts_as_long_as_its_longest_acquisition(tmp_path, sound: Pulse) -> None:
    """Nothing is waited for that could be done at once; the exact figure is in tests/bench."""
    with Upsd() as ups, sound.playing(tone()):
        began = time.monotonic()
        done = rigcheck(
            tmp_path, "preflight", write_room(tmp_path, ups=ups.address), "--only", "mic,power,host",
            "--format", "json", "--allow-on-air", **sound.environment,
        )  # fmt: skip
        took_s = time.monotonic() - began
    assert report(done)["took_s"] < 3 + 4
    assert took_s < 3 + 6
