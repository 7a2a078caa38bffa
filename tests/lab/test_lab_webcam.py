"""A webcam that fails in the ways webcams do: the kernel's vivid driver, through OpenCV and the whole command."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import finding, rigcheck
from lab_drivers import Vivid, webcam
from lab_room import LIVE, ask, calmly, once_open, unseen, write_room

pytestmark = pytest.mark.lab


@pytest.fixture(scope="module")
def vivid() -> Iterator[Vivid]:
    with webcam() as camera:
        yield camera


def look(folder: Path, device: str, mode: str = "640x360@30") -> dict[str, Any]:
    return ask(folder, "camera", write_room(folder, camera=f'{{main: {{device: "{device}", mode: {mode}}}}}'))


def test_what_is_asked_and_can_be_done_is_delivered(tmp_path: Path, vivid: Vivid) -> None:
    made = calmly(lambda: look(tmp_path, vivid.name), "camera.fps", pytest.approx(30, abs=1))
    assert (made["measurements"]["camera.width_px"], made["measurements"]["camera.height_px"]) == (640, 360)
    assert finding(made, "camera.mode")["status"] == "ok"


@pytest.mark.parametrize(("mode", "fps"), [("1280x720@30", 12.5), ("1920x1080@30", 5.0)])
def test_a_camera_that_silently_falls_back_is_found_out(tmp_path: Path, vivid: Vivid, mode: str, fps: float) -> None:
    made = calmly(lambda: look(tmp_path, vivid.name, mode), "camera.fps", pytest.approx(fps, rel=0.05))
    assert finding(made, "camera.mode")["status"] == "ok"  # the size is as asked, and nothing said no
    assert finding(made, "camera.rate")["status"] == "fail"
    assert made["exit_code"] == 2


def test_a_size_there_is_not_is_found_out(tmp_path: Path, vivid: Vivid) -> None:
    made = look(tmp_path, vivid.name, "1024x576@25")
    assert finding(made, "camera.mode")["status"] == "fail"


def test_dropped_buffers_are_counted(tmp_path: Path, vivid: Vivid) -> None:
    vivid.set(percentage_of_dropped_buffers=30)
    try:
        made = calmly(lambda: look(tmp_path, vivid.name), "camera.dropped_pct", pytest.approx(30, abs=10))
    finally:
        vivid.set(percentage_of_dropped_buffers=0)
    assert finding(made, "camera.drops")["status"] == "fail"


def test_a_camera_that_another_program_has_is_not_touched(tmp_path: Path, vivid: Vivid) -> None:
    with vivid.held():
        made = look(tmp_path, vivid.name)
        assert unseen(made) == "held"
        assert made["findings"][0]["message"]["params"]["holder"] == "v4l2-ctl"


def test_a_stream_that_does_not_start_is_no_picture(tmp_path: Path, vivid: Vivid) -> None:
    vivid.set(inject_vidioc_streamon_error=1)
    assert unseen(look(tmp_path, vivid.name)) == "no-stream"


@pytest.mark.parametrize("fault", ["unplugged", "broken"])
def test_a_camera_lost_while_it_is_looked_at_costs_no_time(tmp_path: Path, vivid: Vivid, fault: str) -> None:
    """OpenCV refuses each read at once and goes on saying that the camera is open."""
    lost: list[float] = []

    def lose() -> None:
        lost.append(time.monotonic())
        if fault == "unplugged":
            vivid.unplug()
        else:
            vivid.set(inject_fatal_streaming_error=1)

    name = vivid.name
    timer = once_open(str(vivid.node), 2.5, lose)
    try:
        made = look(tmp_path, name)
        ended_s = time.monotonic()
    finally:
        timer.join()
        if fault == "unplugged":
            vivid.plug()
    assert unseen(made) == "lost"
    assert ended_s - lost[0] < 4


def test_unplugged_it_is_missing_and_plugged_in_again_it_is_there(tmp_path: Path, vivid: Vivid) -> None:
    name = vivid.name
    vivid.unplug()
    try:
        assert unseen(look(tmp_path, name)) == "missing"
    finally:
        vivid.plug()
    assert finding(look(tmp_path, name), "camera.mode")["status"] == "ok"


@pytest.mark.parametrize(("pattern", "status"), [("100% White", "ok"), ("100% Black", "fail")])
def test_a_black_picture_is_black(tmp_path: Path, vivid: Vivid, pattern: str, status: str) -> None:
    vivid.show(pattern)
    try:
        assert finding(look(tmp_path, vivid.name), "camera.black")["status"] == status
    finally:
        vivid.show("75% Colorbar")


def test_nothing_that_opencv_prints_reaches_the_screen(tmp_path: Path, vivid: Vivid) -> None:
    """It warns on descriptor 2 of every camera that does not open or stops."""
    vivid.set(inject_vidioc_streamon_error=1)
    room = write_room(tmp_path, camera=f'{{main: {{device: "{vivid.name}"}}}}')
    done = rigcheck(tmp_path, "camera", room, *LIVE)
    assert '"reason.no-stream"' in done.stdout
    assert done.stderr == ""
