"""Flashes and beeps from one clock: a camera (v4l2loopback) sees the one, a microphone (snd-aloop) hears the other.

Run as `lab_flashes.py NODE CARD LATE_S`: sound goes to ALSA's hw:CARD,1, LATE_S after the light. The camera is a
model of a sensor: each frame is open for EXPOSURE_S from its time stamp on, and shows what share of that was lit.
"""

from __future__ import annotations

import os
import sys
import time
from itertools import count
from typing import Any

import numpy as np
import sounddevice
from lab_feed import open_writer

WIDTH, HEIGHT, FPS, RATE_HZ = 640, 360, 30, 48_000
EXPOSURE_S = 0.015
FLASH_S, BEEP_S, BEEP_HZ = 0.08, 0.06, 1000
GAPS_S = (0.913, 1.277, 0.741, 1.103, 0.839, 1.019)
"""No two alike, so that no beep fits another flash."""
EVENTS_S = np.cumsum(GAPS_S * 100)
DARK, LIT = 60, 200


def is_on(t_s: np.ndarray, length_s: float) -> np.ndarray:
    """Whether an event has begun less than `length_s` ago, for each time."""
    last = np.searchsorted(EVENTS_S, t_s, side="right") - 1
    return (last >= 0) & (t_s - EVENTS_S[np.maximum(last, 0)] < length_s)


def lit_share(t_s: float) -> float:
    """Of an exposure from `t_s` on."""
    starts = EVENTS_S[np.abs(EVENTS_S - t_s) < 1]
    seen_s = np.minimum(t_s + EXPOSURE_S, starts + FLASH_S) - np.maximum(t_s, starts)
    return float(seen_s.clip(0).sum()) / EXPOSURE_S


def play(card: int, began_s: float, late_s: float) -> sounddevice.OutputStream:
    def fill(out: np.ndarray, frames: int, clock: Any, _status: object) -> None:
        heard_s = time.monotonic() + clock.outputBufferDacTime - clock.currentTime
        t_s = heard_s + np.arange(frames) / RATE_HZ - began_s - late_s
        tone = 0.5 * np.sin(2 * np.pi * BEEP_HZ * t_s) + np.random.default_rng().normal(0, 3e-4, frames)
        quiet = np.random.default_rng().normal(0, 3e-4, frames)
        out[:] = np.where(is_on(t_s, BEEP_S), tone, quiet)[:, None]

    (device,) = [n for n, one in enumerate(sounddevice.query_devices()) if f"(hw:{card},1)" in one["name"]]
    return sounddevice.OutputStream(
        device=device, samplerate=RATE_HZ, channels=2, dtype="float32", blocksize=2400, latency=0.4, callback=fill
    )


def show(writer: int, began_s: float) -> None:
    raw = np.full((HEIGHT, WIDTH, 2), 128, np.uint8)
    for number in count():
        time.sleep(max(0.0, began_s + number / FPS - time.monotonic()))
        at_s = time.monotonic() - began_s  # a frame that is late shows what there is then
        raw[..., 0] = round(DARK + (LIT - DARK) * lit_share(at_s) ** (1 / 2.2))
        os.write(writer, raw.data)


if __name__ == "__main__":
    start_s = time.monotonic() + 1.0
    camera = open_writer(sys.argv[1], "YUYV", WIDTH, HEIGHT, WIDTH * HEIGHT * 2)
    with play(int(sys.argv[2]), start_s, float(sys.argv[3])):
        show(camera, start_s)
