"""A small live room: an encoder, rigcheck's own relay, a real nginx as the platform; and the command line beside it.

Programs that others run on this computer (an OBS of somebody's) would rightly keep a drill from beginning; where that can
be had, the command sees only its own processes.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pexpect
from command import command, environment
from services_pulse import need
from services_rtmp import Ingest, ingest

GOP, FPS = 30, 30
SHOW = ("testsrc2=size=320x180:rate=30", "sine=frequency=997:sample_rate=48000")


def alone(*arguments: object) -> list[str]:
    """The command line; in a process namespace of its own where this user may make one."""
    own = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child", "--propagation", "unchanged"]  # as in a chroot
    can = subprocess.run([*own, "true"], capture_output=True, check=False).returncode == 0
    return [*(own if can else []), *command(*arguments)]


@dataclass
class Rig:
    """The running room. `home` holds its state; `profile` is its file."""

    home: Path
    platform: Ingest
    door: str  # HOST:PORT of the relay
    env: dict[str, str]
    spawned: list[pexpect.spawn] = field(default_factory=list)

    @property
    def far_end(self) -> str:
        return f"{self.platform.open_url}/show"

    @property
    def profile(self) -> Path:
        return self.home / "rig.yaml"

    @property
    def journal(self) -> Path:
        return self.home / "state" / "rigcheck" / "drill-journal.json"

    def write(self, *drills: str, more: str = "") -> None:
        empty = "" if "camera:" in more else "camera: {}\nmic: {}\npower: {}\n"
        far_end = "" if "far_end:" in more else f'far_end: {{url: "{self.far_end}"}}\n'
        self.profile.write_text(f"room: rig\n{empty}{far_end}{more}drills:\n{''.join(drills)}")

    def run(self, *arguments: object, seconds: float = 110, **changes: str) -> subprocess.CompletedProcess[str]:
        """A command to its end, nobody at a terminal."""
        return subprocess.run(
            alone("drill", *arguments),
            env=self.env | changes,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def terminal(self, *arguments: object) -> pexpect.spawn:
        """A command in a terminal of 79 columns."""
        first, *rest = alone("drill", *arguments)
        env = {**self.env, "TERM": "xterm"}
        child = pexpect.spawn(
            first, rest, env=env, cwd=str(self.home), encoding="utf-8", timeout=60, dimensions=(40, 79)
        )
        self.spawned.append(child)
        return child

    def relay(self) -> str:
        """What the relay does right now."""
        asking = "import anyio, sys; from rigcheck.drills.relay_door import find_doors\n"
        asking += "(door,) = find_doors()\nprint(anyio.run(door.ask).way.mode)"
        asked = subprocess.run([sys.executable, "-c", asking], env=self.env, capture_output=True, text=True, check=True)
        return asked.stdout.strip()


@contextlib.contextmanager
def rig(home: Path, *, encoder: bool = True) -> Iterator[Rig]:
    """The room, its show on its way through the relay; everything is ended on leaving. Without `encoder` it is still to come."""
    need("ffmpeg", "nginx")
    home.mkdir(exist_ok=True)
    env = environment(home)
    with ingest(home / "platform") as platform, _relay(platform, env) as door:
        made = Rig(home, platform, door, env)
        made.write()
        with pushing(f"rtmp://{door}/open/show") if encoder else contextlib.nullcontext():
            try:
                yield made
            finally:
                for child in made.spawned:
                    child.close(force=True)


@contextlib.contextmanager
def _relay(platform: Ingest, env: dict[str, str]) -> Iterator[str]:
    asked = command("drill", "relay", "--listen", "127.0.0.1:0", "--to", f"127.0.0.1:{platform.port}")
    with subprocess.Popen(asked, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            yield process.stderr.readline().split(" to ")[0].rpartition(" ")[2]
        finally:
            process.terminate()


PUSH = """
import subprocess, sys, time
while True:  # as encoders do: it connects again and again
    subprocess.run(["ffmpeg", *sys.argv[1:]], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.3)
"""


@contextlib.contextmanager
def pushing(url: str, *inside: str) -> Iterator[None]:
    """An encoder that pushes picture and sound, and connects again after each fault; `inside` is a namespace's command."""
    picture, sound = SHOW
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", str(GOP), "-c:a", "aac")
    inputs = ("-re", "-f", "lavfi", "-i", picture, "-re", "-f", "lavfi", "-i", sound)
    argv = [*inside, sys.executable, "-c", PUSH, "-nostdin", "-loglevel", "quiet", *inputs, *codec, "-f", "flv", url]
    process = subprocess.Popen(argv, start_new_session=True)
    try:
        time.sleep(1)
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()
