"""A show that goes out for real: ffmpeg pushes a moving, sounding picture to a real nginx, and can be stopped in it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services_pulse import need
from services_rtmp import Ingest, ingest

SIZE, FPS = "640x360", 30
ENCODE = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30", "-pix_fmt", "yuv420p"),
    *("-c:a", "aac", "-f", "flv"),
)


@dataclass
class Show:
    """A running push; `url` is where viewers get it."""

    server: Ingest
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"{self.server.open_url}/room"

    def pause(self, seconds: float) -> None:
        """The encoder stands still, and then hurries after the clock."""
        os.kill(self.process.pid, signal.SIGSTOP)
        time.sleep(seconds)
        os.kill(self.process.pid, signal.SIGCONT)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait(5)

    def start(self, *graphs: str) -> None:
        """Push these pictures and this sound (lavfi), for as long as it runs."""
        self.process = push(self.url, *graphs)


def push(url: str, picture: str = "testsrc2", sound: str = "sine=440") -> subprocess.Popen[bytes]:
    need("ffmpeg")
    inputs = ["-re", "-f", "lavfi", "-i", picture if "=" in picture else f"{picture}=s={SIZE}:r={FPS}"]
    inputs += ["-re", "-f", "lavfi", "-i", sound]
    return subprocess.Popen(["ffmpeg", "-v", "error", "-nostdin", *inputs, *ENCODE, url])


@contextlib.contextmanager
def on_air(folder: Path, *graphs: str) -> Iterator[Show]:
    """A show on a real nginx."""
    with ingest(folder) as server:
        show = Show(server, push(f"{server.open_url}/room", *graphs))
        time.sleep(1.5)  # the first key frame is on the server
        try:
            yield show
        finally:
            show.stop()
