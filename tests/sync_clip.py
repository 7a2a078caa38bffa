"""A clip of flashes and beeps at uneven times, as a phone would show it, with known answers."""

import subprocess
import wave
from pathlib import Path

import numpy as np
from services_pulse import need
from signals_video import write_video

RATE_HZ, FPS = 48000, 30
EVENTS_S = (0.7, 1.5, 2.6, 3.3, 4.6, 5.2, 6.5, 7.1, 8.4, 9.2, 10.3, 11.1)
PERIOD_S = 12
FLASH_S = 0.1


def make_sync_clip(folder: Path, seconds: int = PERIOD_S, late_s: float = 0.0) -> Path:
    """640x360 at 30 fps, dark with white flashes; a 1 kHz beep with each, `late_s` after it. The same every 12 s."""
    need("ffmpeg")
    dark, lit = np.full((360, 640), 40.0), np.full((360, 640), 235.0)
    frames = [lit if _is_flash(i / FPS) else dark for i in range(FPS * seconds)]
    picture = write_video(folder / "flashes.mkv", frames, options={"preset": "ultrafast", "qp": "12", "g": "30"})
    t_s = np.arange(RATE_HZ * seconds) / RATE_HZ
    since_s, on = (t_s - late_s) % PERIOD_S, np.zeros(len(t_s), bool)
    for event_s in EVENTS_S:
        on |= (since_s >= event_s) & (since_s < event_s + FLASH_S)
    noise = np.random.default_rng(3).normal(0, 3e-4, len(t_s))
    sound = np.where(on, 0.5 * np.sin(2 * np.pi * 1000 * t_s), 0) + noise
    with wave.open(str(folder / "beeps.wav"), "wb") as file:
        file.setparams((1, 2, RATE_HZ, 0, "NONE", ""))
        file.writeframes((sound * 32767).astype("<i2").tobytes())
    clip = folder / f"sync{round(late_s * 1000)}.mkv"
    command = ["ffmpeg", "-v", "error", "-y", "-i", picture, "-i", folder / "beeps.wav", "-c", "copy", clip]
    subprocess.run(list(map(str, command)), check=True, timeout=60)
    return clip


def _is_flash(t_s: float) -> bool:
    return any(event_s - 1e-6 <= t_s % PERIOD_S < event_s + FLASH_S for event_s in EVENTS_S)
