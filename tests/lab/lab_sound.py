"""A sound card of the kernel's own: what is played into one side of snd-aloop comes out of the other as a microphone."""

from __future__ import annotations

import contextlib
import subprocess
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from lab_drivers import bind, loaded, wait_for

ASOUND = Path("/proc/asound")


class Card:
    """The card RigMic: sound goes in at device 1, and comes out as a microphone at device 0."""

    device = "snd_aloop.0"

    @property
    def number(self) -> int:
        return int((ASOUND / "RigMic").readlink().name.removeprefix("card"))

    @property
    def name(self) -> str:
        """As PortAudio lists it."""
        return f"(hw:{self.number},0)"

    @property
    def node(self) -> str:
        return f"/dev/snd/pcmC{self.number}D0c"

    def unplug(self) -> None:
        bind("snd_aloop", self.device, there=False)

    def plug(self) -> None:
        bind("snd_aloop", self.device, there=True)
        wait_for((ASOUND / "RigMic").exists)

    @contextlib.contextmanager
    def playing(self, file: Path, microphone: int = 0) -> Iterator[subprocess.Popen[bytes]]:
        """The program that speaks into a microphone, until its file is over."""
        line = f"hw:RigMic,1,{microphone}"
        words = ["aplay", "-q", "-D", line, "--buffer-time=1000000", str(file)]  # us: it may be kept waiting
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as player:
            try:
                status = ASOUND / "RigMic" / "pcm1p" / f"sub{microphone}" / "status"
                wait_for(lambda: "RUNNING" in status.read_text())
                yield player
            finally:
                player.kill()

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Another program records from it."""
        words = ["arecord", "-q", "-D", "hw:RigMic,0,0", "-f", "cd", "/dev/null"]
        with subprocess.Popen(words, stderr=subprocess.DEVNULL) as other:
            try:
                status = ASOUND / "RigMic" / "pcm0c" / "sub0" / "status"
                wait_for(lambda: "owner_pid" in status.read_text())
                yield
            finally:
                other.kill()


@contextlib.contextmanager
def sound_card(microphones: int = 1) -> Iterator[Card]:
    with loaded("snd-aloop", "id=RigMic", f"pcm_substreams={microphones}"):
        wait_for((ASOUND / "RigMic").exists)
        yield Card()


def write_tone(path: Path, rate_hz: int, dbfs: float, seconds: float = 60.0, times: int = 1) -> Path:
    """997 Hz of that RMS level in two channels, with the hiss that any room has far below it; so many times over."""
    t_s = np.arange(round(rate_hz * seconds)) / rate_hz
    wave_ = np.sqrt(2) * 10 ** (dbfs / 20) * np.sin(2 * np.pi * 997 * t_s)
    hiss = np.random.default_rng(7).normal(0, 1e-4, (len(t_s), 2))
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, rate_hz, 0, "NONE", ""))
        file.writeframes(np.round((wave_[:, None] + hiss) * 32767).astype("<i2").tobytes() * times)
    return path
