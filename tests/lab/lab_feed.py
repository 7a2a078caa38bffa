"""Feeds a v4l2loopback camera: frames of a scene, over and over, each at its time. A process of its own.

Run as `lab_feed.py NODE FOURCC WIDTH HEIGHT FPS SCENE`; the scene is a file of pickled byte strings.
"""

from __future__ import annotations

import fcntl
import os
import pickle
import struct
import sys
import time
from itertools import count
from pathlib import Path

SET_FORMAT = 0xC0D05605
"""VIDIOC_S_FMT of videodev2.h: v4l2_format has 208 bytes."""
OUTPUT, PROGRESSIVE, SRGB = 2, 1, 8


def open_writer(node: str, fourcc: str, width: int, height: int, largest: int) -> int:
    """A descriptor to write frames of that format to."""
    writer = os.open(node, os.O_RDWR)
    line = 0 if fourcc == "MJPG" else width * 2
    code = int.from_bytes(fourcc.encode(), "little")
    asked = struct.pack("=I4xIIIIIII", OUTPUT, width, height, code, PROGRESSIVE, line, largest, SRGB)
    fcntl.ioctl(writer, SET_FORMAT, asked.ljust(208, b"\0"))
    return writer


def feed(writer: int, frames: list[bytes], fps: float) -> None:
    """Write for ever; a late frame does not make the next ones late."""
    began_s = time.monotonic()
    for number in count():
        time.sleep(max(0.0, began_s + number / fps - time.monotonic()))
        os.write(writer, frames[number % len(frames)])


if __name__ == "__main__":
    scene = pickle.loads(Path(sys.argv[6]).read_bytes())  # noqa: S301 - our own, of a moment ago
    size = int(sys.argv[3]), int(sys.argv[4])
    feed(open_writer(sys.argv[1], sys.argv[2], *size, max(map(len, scene))), scene, float(sys.argv[5]))
