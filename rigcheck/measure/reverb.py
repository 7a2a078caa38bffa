"""How long a room rings, from a clap: T20 of ISO 3382-2, in the octaves that matter to speech (500 Hz to 2 kHz)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rigcheck.measure.level import TINY, Doubles, block_powers, power_db
from rigcheck.samples import Floats

LONGEST_S = 60.0  # of a take in which claps are looked for
STEP_S = 0.001
LOW_HZ, HIGH_HZ = 500.0, 2000.0
RISE_DB, MOST_CLAPS = 25.0, 5  # over the tenth of a second before; loudest ones looked at
BEFORE, GAP, APART = 100, 5, 300  # steps: of rest before a clap, of its own rise, and from one clap to the next
ROOM, DECAY = 300, 4000  # steps looked at before and after a clap
PEAK = 10  # steps after a clap in which it is at its loudest
FLAT = 20  # steps over which a decay is averaged to see where it ends
LEAST_RANGE_DB, FULL_RANGE_DB = 35.0, 45.0  # ISO 3382-2, 5.3.3: noise at least 10 dB under the range that is fitted
FIT_DB = (-5.0, -25.0)
STRAIGHT, SOON = 0.98, 0.15  # of the fit: explained variance, and share of the result after which it may begin at most
FEWEST = 5  # steps to fit a line to


class Reverb(NamedTuple):
    """Seconds for 60 dB of decay, and how far the clap stood over the room's noise in the band."""

    seconds: float
    range_db: float

    @property
    def is_estimate(self) -> bool:
        """Whether noise came nearer than ISO 3382-2's 45 dB; the decay then reads up to a tenth too short."""
        return self.range_db < FULL_RANGE_DB


def reverb(sound: Floats, rate_hz: int) -> Reverb | None:
    """T20 of the clearest clap in the first minute of `sound` (n,); None where there is none, or not 35 dB over the room.

    ISO 3382-2: backward integration (Schroeder 1965) of the band-passed decay, noise power subtracted, up to
    where noise hides it; a line from -5 to -25 dB, times three. What is no clap does not decay straight.
    """
    heard = sound[: round(LONGEST_S * rate_hz)]
    decays = [_decay(heard, rate_hz, onset) for onset in _onsets(heard, rate_hz)]
    return max((found for found in decays if found is not None), key=lambda found: found.range_db, default=None)


def _onsets(sound: Floats, rate_hz: int) -> list[int]:
    """The steps at which it is suddenly loud, the greatest rises first."""
    powers = block_powers(sound, _step(rate_hz), 0.0)
    first = BEFORE + GAP
    if len(powers) <= first:
        return []
    total = np.concatenate(([0.0], np.cumsum(powers)))
    before = (total[BEFORE : len(powers) - GAP] - total[: len(powers) - first]) / BEFORE
    rise = powers[first:] / np.maximum(before, TINY)
    found: list[int] = []
    while len(found) < MOST_CLAPS and rise.max() > 10 ** (RISE_DB / 10):
        found.append(int(rise.argmax()))
        rise[max(found[-1] - APART, 0) : found[-1] + APART] = 0
    return [first + place for place in found]


def _step(rate_hz: int) -> int:
    return max(round(STEP_S * rate_hz), 1)


def _decay(sound: Floats, rate_hz: int, onset: int) -> Reverb | None:
    step = _step(rate_hz)
    at = min(onset, ROOM)
    cut = sound[(onset - at) * step : (onset + DECAY) * step]
    powers = block_powers(_band_passed(cut, rate_hz), step, 0.0)
    noise = float(powers[: at - 2 * GAP].mean())
    peak = at - GAP + int(powers[at - GAP : at + PEAK].argmax())
    range_db = power_db(powers[peak] / max(noise, TINY))
    seconds = _t20(powers[peak:], noise, step / rate_hz) if range_db >= LEAST_RANGE_DB else None
    return None if seconds is None else Reverb(seconds, range_db)


def _band_passed(sound: Floats, rate_hz: int) -> Floats:
    """Without shift in time; the edges are a fifth of their frequency wide on either side."""
    size = 1 << (len(sound) + rate_hz // 10).bit_length()
    hz = np.fft.rfftfreq(size, 1 / rate_hz)
    ramps = np.clip((hz / LOW_HZ - 0.8) / 0.4, 0, 1) * np.clip((1.2 - hz / HIGH_HZ) / 0.4, 0, 1)
    passed = np.fft.irfft(np.fft.rfft(sound, size) * np.sin(np.pi / 2 * ramps), size)
    return passed[: len(sound)].astype(np.float32)


def _t20(powers: Doubles, noise: float, step_s: float) -> float | None:
    """Reverberation time of a decay (steps,) that begins with its peak; None where it is not straight."""
    flat = np.convolve(powers, np.full(FLAT, 1 / FLAT), "valid")
    hidden = np.flatnonzero(flat <= 2 * noise)
    end = int(hidden[0]) if hidden.size else len(flat)
    return _line(np.cumsum((powers[:end] - noise)[::-1])[::-1], step_s)


def _line(left: Doubles, step_s: float) -> float | None:
    """The time for 60 dB by the line through what is left of the energy, from -5 to -25 dB."""
    if not len(left) or left[0] <= 0:
        return None
    decibels = 10 * np.log10(np.maximum(left / left[0], TINY))
    first, last = (int(np.argmax(decibels <= edge)) for edge in FIT_DB)
    if last - first < FEWEST:
        return None
    times, levels = step_s * np.arange(first, last), decibels[first:last]
    slope, offset = np.polyfit(times, levels, 1)
    explained = 1 - np.var(levels - slope * times - offset) / np.var(levels)
    seconds = -60 / float(slope)
    return seconds if explained >= STRAIGHT and first * step_s <= SOON * seconds else None
