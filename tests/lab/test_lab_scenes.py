"""Known pictures through a real /dev/videoN: what is written into v4l2loopback is what the command must measure."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import finding, rigcheck
from lab_drivers import Scene, fed, jpeg, loops, run, yuyv
from lab_room import ask, once_open, unseen, write_room

pytestmark = pytest.mark.lab
SIZE = (640, 360)


@pytest.fixture
def nodes() -> Iterator[list[str]]:
    with loops("Host cam", "Goods cam") as made:
        yield made


def look(folder: Path, device: str | int, part: str = "camera,light", more: str = "") -> dict[str, Any]:
    room = write_room(folder, camera=f"{{main: {{device: {device}{more}}}}}")
    return ask(folder, "preflight", room, "--only", part)


def noisy(codes: float, sigma: float, seed: int) -> np.ndarray:
    """A grey wall, a little brighter to the right, with a sensor's noise."""
    rng = np.random.default_rng(seed)
    wall = codes + np.linspace(-10, 10, SIZE[0])[None, :] + rng.normal(0, sigma, SIZE[::-1])
    return np.clip(np.round(wall), 1, 254).astype(np.uint8)


@pytest.mark.parametrize("fourcc", ["YUYV", "MJPG"])
@pytest.mark.parametrize("codes", [60, 118, 200])
def test_exposure_is_measured_as_it_was_sent(tmp_path: Path, nodes: list[str], fourcc: str, codes: int) -> None:
    frames = [noisy(codes, 1.0, seed) for seed in range(12)]
    coded = [yuyv(frame) if fourcc == "YUYV" else jpeg(frame) for frame in frames]
    with fed(nodes[0], Scene(coded, fourcc), tmp_path):
        made = look(tmp_path, "Host cam", more=", mode: 640x360@30")
    ire = codes / 255 * 100 if fourcc == "MJPG" else (codes - 16) / 219 * 100
    assert made["measurements"]["light.mean_ire"] == pytest.approx(ire, abs=0.5)
    assert finding(made, "camera.mode")["status"] == "ok"
    assert finding(made, "camera.frozen")["status"] == "ok"


@pytest.mark.parametrize("sigma", [2.0, 5.0])
def test_noise_is_measured_as_it_was_sent(tmp_path: Path, nodes: list[str], sigma: float) -> None:
    frames = [yuyv(noisy(118, sigma, seed)) for seed in range(12)]
    with fed(nodes[0], Scene(frames), tmp_path):
        made = look(tmp_path, "Host cam", "camera")
    assert made["measurements"]["camera.noise_sigma"] == pytest.approx(sigma * 255 / 219, rel=0.1)


def test_a_camera_by_name_is_the_same_one_whatever_its_number(tmp_path: Path) -> None:
    """Two cameras change places at a restart: names and links by place follow them, numbers do not."""
    seen = {}
    for order in (("Host cam", "Goods cam"), ("Goods cam", "Host cam")):
        with loops(*order) as nodes:
            bright = {"Host cam": 118, "Goods cam": 60}
            first, second = (Scene([yuyv(noisy(bright[name], 1.0, seed)) for seed in range(8)]) for name in order)
            with fed(nodes[0], first, tmp_path), fed(nodes[1], second, tmp_path):
                by_number = int(nodes[0].removeprefix("/dev/video"))
                for device in ("Host cam", by_number):
                    made = look(tmp_path, device, "light")
                    seen[order[0], device] = round(made["measurements"]["light.mean_ire"])
    assert seen[("Host cam", "Host cam")] == seen[("Goods cam", "Host cam")] == 47
    assert (seen[("Host cam", by_number)], seen[("Goods cam", by_number)]) == (47, 20)


def test_a_link_by_serial_number_leads_to_its_camera(tmp_path: Path, nodes: list[str]) -> None:
    """As udev makes them for real cameras; here it is made by hand."""
    folder = Path("/dev/v4l/by-id")
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "usb-Rig_Cam_0042-video-index0"
    link.symlink_to(nodes[1])
    try:
        with fed(nodes[1], Scene([yuyv(noisy(60, 1.0, seed)) for seed in range(8)]), tmp_path):
            assert any(str(link) in rigcheck(tmp_path, "devices").stdout for _ in range(3))  # it has eight seconds
            assert look(tmp_path, str(link), "light")["measurements"]["light.mean_ire"] == pytest.approx(20.1, abs=0.5)
    finally:
        link.unlink()


def test_two_cameras_of_one_name_are_told_by_their_places(tmp_path: Path) -> None:
    with loops("Rig cam", "Rig cam") as nodes:
        made = look(tmp_path, "Rig cam", "camera")
        assert unseen(made) == "ambiguous"
        assert made["findings"][0]["message"]["params"]["candidates"] == nodes


@pytest.mark.parametrize("end", [signal.SIGSTOP, signal.SIGKILL], ids=["frozen", "killed"])
def test_a_converter_that_stops_in_the_middle_is_lost_soon(
    tmp_path: Path, nodes: list[str], end: signal.Signals
) -> None:
    """OpenCV waits ten seconds for a frame unless it is told otherwise."""
    ended: list[float] = []
    with fed(nodes[0], Scene([yuyv(noisy(118, 2.0, seed)) for seed in range(8)]), tmp_path) as feeder:

        def stop() -> None:
            ended.append(time.monotonic())
            feeder.send_signal(end)

        timer = once_open(nodes[0], 2.5, stop)
        made = look(tmp_path, "Host cam", "camera")
        took_s = time.monotonic() - ended[0]
        timer.join()
        assert unseen(made) == "lost"
        assert took_s < 8


def test_a_placeholder_picture_is_frozen_and_slow(tmp_path: Path, nodes: list[str]) -> None:
    """The driver goes on by itself, one picture a second, when its program dies: nothing fails, and nobody moves."""
    run("v4l2-ctl", "-d", nodes[0], "-c", "timeout=500")
    with fed(nodes[0], Scene([yuyv(noisy(118, 2.0, seed)) for seed in range(8)]), tmp_path) as feeder:
        timer = once_open(nodes[0], 1.5, feeder.kill)
        made = look(tmp_path, "Host cam", "camera", ", mode: 640x360@30")
        timer.join()
    assert {finding(made, check)["status"] for check in ("camera.frozen", "camera.rate")} == {"fail"}


def test_no_program_yet_is_no_picture(tmp_path: Path, nodes: list[str]) -> None:
    assert unseen(look(tmp_path, "Host cam", "camera")) == "no-stream"


def test_a_black_and_a_still_picture_are_found(tmp_path: Path, nodes: list[str]) -> None:
    black = np.full(SIZE[::-1], 17, np.uint8)
    with fed(nodes[0], Scene([yuyv(black)] * 2), tmp_path):
        made = look(tmp_path, "Host cam", "camera")
    assert {finding(made, check)["status"] for check in ("camera.black", "camera.frozen")} == {"fail"}
