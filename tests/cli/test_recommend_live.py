"""`rigcheck recommend` live: a video as the camera, our own receiver as the far end, real encodes; what stays of it."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from command import command, environment, rigcheck
from signals_video import film, write_video

ROOM = """\
room: live-room
show: {{platforms: [taobao], orientation: portrait}}
camera: {{main: {{device: "{clip}", mode: 540x960@30}}}}
mic: {{}}
power: {{}}
network: {{main: {{}}, http: {{url: "http://127.0.0.1:{port}"}}}}
"""


@pytest.fixture
def far_end(tmp_path: Path) -> Iterator[int]:
    """The port of a receiver in a process of its own, ended with the test."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    arguments = command("receiver", "--listen", f"127.0.0.1:{port}")
    with subprocess.Popen(
        arguments, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as far:
        try:
            end_s = time.monotonic() + 20
            while time.monotonic() < end_s:
                with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield port
        finally:
            far.terminate()


@pytest.mark.timeout(240)
@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "getloadavg"), reason="the receiver's test bed is POSIX")
def test_a_plan_is_measured_tried_and_remembered(tmp_path, far_end) -> None:
    clip = write_video(
        tmp_path / "room.mkv", film(130, height=960, width=540), options={"preset": "ultrafast", "qp": "8"}
    )
    (tmp_path / "room.yaml").write_text(ROOM.format(clip=clip, port=far_end))
    options = ("--trial", "--allow-on-air", "--format", "json", "-q")  # other tests may push on this computer
    done = rigcheck(tmp_path, "recommend", "room.yaml", *options)
    made = json.loads(done.stdout)
    assert made["exit_code"] == done.returncode
    assert made["measurements"]["network.upload_p5_kbps"] > 0
    assert made["measurements"]["encoder.cpu_ms_per_frame"] > 0
    plan = made["plan"]
    assert (plan["encode"]["width_px"], plan["encode"]["height_px"]) == (540, 960)
    assert plan["encode"]["encoder"] != "any"
    assert any(why["message"]["id"].startswith("plan.why.encoder_") for why in plan["why"])
    kept = {path.name.partition("-")[0] for path in (tmp_path / "state" / "rigcheck").iterdir()}
    assert kept >= {"plan", "uploads"}
    # A second run without a far end has the first one's upload, and says so.
    (tmp_path / "room.yaml").write_text(ROOM.format(clip=clip, port=1).replace("http: {", "engines: [], http: {"))
    again = json.loads(rigcheck(tmp_path, "recommend", "room.yaml", *options[1:], "--skip", "encoder").stdout)
    assert "plan.why.stored" in {why["message"]["id"] for why in again["plan"]["why"]}


def test_nothing_is_remembered_where_nobody_wants_it(tmp_path, far_end) -> None:
    (tmp_path / "room.yaml").write_text(ROOM.format(clip=tmp_path / "none.mkv", port=far_end))
    rigcheck(tmp_path, "recommend", "room.yaml", "--no-save", "--allow-on-air", "--only", "network", "-q")
    assert not list((tmp_path / "state").rglob("*-*.json"))
