"""Flashes and beeps from one clock: a camera (v4l2loopback) sees the one, a microphone (snd-aloop) hears the other.

Run as `lab_flashes.py NODE CARD LATE_S`: sound goes to ALSA's hw:CARD,1, LATE_S after the light. The camera is a
model of a sensor: each frame is open for EXPOSURE_S from its time stamp on, and shows what share of that was lit.
"""

from __future__ import annotations

import os
import sys
import time
from collections import deque
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


class Clock:
    """When what is played will be heard: a driver's word for a block is off by what kept us waiting, so most count."""

    def __init__(self) -> None:
        self._played = 0
        self._began_s: deque[float] = deque(maxlen=41)  # of the first sample, by each of the last two seconds' blocks

    def heard_s(self, frames: int, buffered_s: float, *, is_broken: bool) -> np.ndarray:
        """Of the next samples; `is_broken` when some came too late, so that all that follow do."""
        if is_broken:
            self._began_s.clear()
        self._began_s.append(time.monotonic() + buffered_s - self._played / RATE_HZ)
        self._played += frames
        return np.median(self._began_s) + np.arange(self._played - frames, self._played) / RATE_HZ


def play(card: int, began_s: float, late_s: float) -> sounddevice.OutputStream:
    heard = Clock()
    random = np.random.default_rng()

    def fill(out: np.ndarray, frames: int, clock: Any, status: sounddevice.CallbackFlags) -> None:
        buffered_s = clock.outputBufferDacTime - clock.currentTime
        t_s = heard.heard_s(frames, buffered_s, is_broken=status.output_underflow) - began_s - late_s
        tone = 0.5 * np.sin(2 * np.pi * BEEP_HZ * t_s)
        out[:] = (np.where(is_on(t_s, BEEP_S), tone, 0) + random.normal(0, 3e-4, frames))[:, None]

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
