"""A sound server in user space as a microphone: what is written into its pipe or played to its sink is recorded for real."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

RATE_HZ = 48_000


def need(*programs: str) -> None:
    """Skip with the reason where a program is missing; in CI that is an error."""
    lacking = [program for program in programs if shutil.which(program) is None]
    if lacking:
        lack(", ".join(lacking))


def lack(what: str) -> None:
    """What a test needs is missing: in CI that fails it."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} must be installed in CI")
    pytest.skip(f"{what} not installed")


def tone(hz: float = 997.0, dbfs: float = -20.0, seconds: float = 1.0, channels: int = 2) -> np.ndarray:
    """A sine of that RMS level as 16-bit samples (n, channels); whole periods, so it can be looped."""
    t = np.arange(int(RATE_HZ * seconds)) / RATE_HZ
    wave = np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * hz * t)
    return np.repeat(np.round(wave * 32767).astype("<i2")[:, None], channels, axis=1)


@dataclass
class Pulse:
    """A running server. `environment` is what a client needs; the monitor of the null sink is the default input."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def environment(self) -> dict[str, str]:
        place = str(self.folder)
        return {"XDG_RUNTIME_DIR": place, "HOME": place, "PULSE_SERVER": f"unix:{place}/native"}

    def ctl(self, *words: str) -> str:
        """`pactl` with these words; its answer."""
        command = ["pactl", *words]
        done = subprocess.run(
            command, env=os.environ | self.environment, capture_output=True, text=True, timeout=10, check=True
        )
        return done.stdout.strip()

    def freeze(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(5)

    @contextlib.contextmanager
    def playing(self, samples: np.ndarray) -> Iterator[None]:
        """Play 16-bit stereo samples to the null sink over and over; returns once they are audible."""
        raw = self.folder / "played.raw"
        raw.write_bytes(np.tile(samples, (60, 1)).tobytes())
        command = ["pacat", "--playback", "--raw", f"--rate={RATE_HZ}", "--channels=2", "--format=s16le", str(raw)]
        with subprocess.Popen(command, env=os.environ | self.environment) as player:
            try:
                self._wait_for_player()
                yield
            finally:
                player.kill()

    def _wait_for_player(self) -> None:
        for _ in range(50):
            if self.ctl("list", "short", "sink-inputs"):
                return
            time.sleep(0.05)
        raise TimeoutError("nothing is playing")


@contextlib.contextmanager
def pulse(folder: Path) -> Iterator[Pulse]:
    """Start a private server with a null sink `rig`; wait until it answers; kill it at the end."""
    need("pulseaudio", "pactl", "pacat")
    folder.chmod(0o700)
    script = folder / "pa.script"
    script.write_text(
        f".fail\nload-module module-native-protocol-unix auth-anonymous=1 socket={folder}/native\n"
        f"load-module module-null-sink sink_name=rig format=s16le rate={RATE_HZ} channels=2\n"
        "set-default-sink rig\nset-default-source rig.monitor\n"
    )
    command = ["pulseaudio", "-n", "-F", str(script), "--exit-idle-time=-1", "--daemonize=no", "--use-pid-file=no"]
    quiet = ["--high-priority=no", "--realtime=no", f"--log-target=file:{folder}/pa.log"]
    environment = os.environ | {"XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)}
    with subprocess.Popen(command + quiet, env=environment, stderr=subprocess.DEVNULL) as process:
        server = Pulse(folder, process)
        try:
            _wait(server)
            yield server
        finally:
            process.kill()  # also when it is stopped


def _wait(server: Pulse) -> None:
    for _ in range(100):
        with contextlib.suppress(subprocess.CalledProcessError):
            server.ctl("info")
            return
        time.sleep(0.05)
    raise TimeoutError((server.folder / "pa.log").read_text())
