"""The lab's devices: kernel drivers loaded, fed, broken and unloaded, by the names they have on any Linux machine."""

from __future__ import annotations

import contextlib
import pickle
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
FEED = Path(__file__).with_name("lab_feed.py")
PLATFORM = Path("/sys/bus/platform")
CLASS = Path("/sys/class/video4linux")
FIRST_LOOP = 40
"""Numbers of the fed cameras: beyond any real camera's."""


def run(*words: object) -> str:
    done = subprocess.run(list(map(str, words)), capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


def wait_for(happened: Callable[[], bool], limit_s: float = 30.0) -> None:
    end_s = time.monotonic() + limit_s
    while not happened():
        assert time.monotonic() < end_s, "it did not happen"
        time.sleep(0.05)


@contextlib.contextmanager
def loaded(module: str, *options: str) -> Iterator[None]:
    """A driver, freshly loaded with these options, and unloaded again."""
    run("modprobe", "-r", module)
    run("modprobe", module, *options)
    try:
        yield
    finally:
        run("modprobe", "-r", module)


def bind(driver: str, device: str, *, there: bool) -> None:
    """Plug a platform device in, or pull it out as it is, streams and all."""
    (PLATFORM / "drivers" / driver / ("bind" if there else "unbind")).write_text(device)


class Vivid:
    """A webcam by the kernel's own test driver: 1280x720 at no more than 12.5, like a slow USB 2 one."""

    device = "vivid.0"

    @property
    def node(self) -> Path:
        (entry,) = (PLATFORM / "devices" / self.device / "video4linux").glob("video*")
        return Path("/dev") / entry.name

    @property
    def name(self) -> str:
        return (CLASS / self.node.name / "name").read_text().strip()

    def set(self, **controls: int) -> None:
        run("v4l2-ctl", "-d", self.node, "-c", ",".join(f"{name}={value}" for name, value in controls.items()))

    def show(self, pattern: str) -> None:
        """One of its test patterns, by name."""
        menu = run("v4l2-ctl", "-d", self.node, "--list-ctrls-menus")
        (number,) = [line.split(":")[0] for line in menu.splitlines() if line.endswith(f": {pattern}")]
        self.set(test_pattern=int(number))

    def unplug(self) -> None:
        bind("vivid", self.device, there=False)

    def plug(self) -> None:
        bind("vivid", self.device, there=True)
        self.ready()

    def ready(self) -> None:
        """Wait for its node, and take the moving text off the picture."""
        wait_for((PLATFORM / "devices" / self.device / "video4linux").exists)
        wait_for(self.node.exists)
        self.set(osd_text_mode=2)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Another program streams from it."""
        words = ["v4l2-ctl", "-d", str(self.node), "--stream-mmap", "--stream-count=100000"]
        with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as other:
            try:
                time.sleep(1.0)
                yield
            finally:
                other.kill()


@contextlib.contextmanager
def webcam() -> Iterator[Vivid]:
    with loaded("vivid", "n_devs=1", "node_types=0x1", "allocators=0x0"):
        camera = Vivid()
        camera.ready()
        yield camera


@contextlib.contextmanager
def loops(*labels: str) -> Iterator[list[str]]:
    """Cameras that show what is written into them: their nodes."""
    numbers = [FIRST_LOOP + index for index in range(len(labels))]
    with loaded(
        "v4l2loopback",
        f"devices={len(labels)}",
        f"video_nr={','.join(map(str, numbers))}",
        f'card_label="{",".join(labels)}"',
        f"exclusive_caps={','.join('0' for _ in labels)}",
    ):
        yield [f"/dev/video{number}" for number in numbers]


@dataclass(frozen=True)
class Scene:
    """What is fed: frames as bytes, over and over."""

    frames: list[bytes]
    fourcc: str = "YUYV"
    size: tuple[int, int] = (640, 360)
    fps: float = 30.0


@contextlib.contextmanager
def fed(node: str, scene: Scene, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """The program that feeds a camera; returns once it has a picture."""
    file = folder / f"{Path(node).name}.scene"
    file.write_bytes(pickle.dumps(scene.frames))
    words = [sys.executable, str(FEED), node, scene.fourcc, *map(str, scene.size), str(scene.fps), str(file)]
    with subprocess.Popen(words) as feeder:
        try:
            wait_for(lambda: shows(node, scene.size))
            yield feeder
        finally:
            feeder.kill()


def shows(node: str, size: tuple[int, int]) -> bool:
    said = subprocess.run(
        ["v4l2-ctl", "-d", node, "--get-fmt-video"], capture_output=True, text=True, timeout=10, check=False
    )
    return f"{size[0]}/{size[1]}" in said.stdout


def yuyv(luma: Picture) -> bytes:
    """A grey picture (H, W), codes in limited range, as a camera sends it raw."""
    raw = np.full((*luma.shape, 2), 128, np.uint8)
    raw[..., 0] = luma
    return raw.tobytes()


def jpeg(luma: Picture) -> bytes:
    """A grey picture (H, W), full range, as a camera sends it compressed."""
    good, code = cv2.imencode(".jpg", luma, [cv2.IMWRITE_JPEG_QUALITY, 95])
    assert good
    return code.tobytes()
