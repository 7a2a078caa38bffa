"""Decibels, and the level of each channel of a take: what every other audio measure starts from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rigcheck.samples import Floats

Doubles = NDArray[np.float64]

DEAD_DBFS = -90.0  # the last bit of 16-bit audio toggling is -90.3 dBFS: nothing below this is sound
TINY = 1e-20  # -200 dB: stands in for nothing where a ratio needs a number
STEP_SAMPLES = 1 << 16  # a block of float64 stays inside the processor's cache


def power_db(power: float) -> float:
    """10 log10 of a mean square (full scale 1.0); minus infinity for nothing."""
    return 10.0 * math.log10(power) if power > 0 else -math.inf


def amplitude_db(amplitude: float) -> float:
    """20 log10 of an amplitude (full scale 1.0); minus infinity for nothing."""
    return 20.0 * math.log10(amplitude) if amplitude > 0 else -math.inf


@dataclass(frozen=True, slots=True)
class Level:
    """One channel: extremes and mean of its samples, and the mean square around that mean. Full scale is 1.0."""

    low: float
    high: float
    mean: float
    power: float

    @property
    def peak(self) -> float:
        """The largest sample magnitude, DC included: what a mixer's or OBS's peak meter shows."""
        return max(-self.low, self.high, 0.0)

    @property
    def is_dead(self) -> bool:
        """Digital silence, a constant, or nothing but the last bit of 16-bit audio toggling."""
        return amplitude_db((self.high - self.low) / 2) < DEAD_DBFS


def channel_blocks(samples: Floats, channel: int) -> Iterator[tuple[int, Floats]]:
    """One channel of `samples` (n, channels) in contiguous blocks, each with its start."""
    for start in range(0, len(samples), STEP_SAMPLES):
        yield start, np.ascontiguousarray(samples[start : start + STEP_SAMPLES, channel])


def level(samples: Floats, channel: int) -> Level:
    """The level of one channel of `samples` (n, channels), n >= 1, summed in double precision."""
    low, high, total, square = math.inf, -math.inf, 0.0, 0.0
    for _, block in channel_blocks(samples, channel):
        exact = block.astype(np.float64)
        low, high = min(low, float(block.min())), max(high, float(block.max()))
        total += float(exact.sum())
        square += float(np.einsum("i,i", exact, exact))  # not BLAS: its threads spin longer than this takes
    mean = total / len(samples)
    return Level(low, high, mean, max(square / len(samples) - mean * mean, 0.0))


def levels(samples: Floats) -> tuple[Level, ...]:
    """The level of every channel of `samples` (n, channels)."""
    return tuple(level(samples, channel) for channel in range(samples.shape[1]))


def block_means(sound: Floats, size: int) -> Doubles:
    """Means of every whole run of `size` values of `sound` (n,); what is left over at the end is not counted."""
    return np.concatenate([np.einsum("ij->i", rows) for rows in _rows(sound, size)]).astype(np.float64) / size


def block_magnitudes(sound: Floats, size: int, dc: float) -> Doubles:
    """Means of the magnitude of `sound` - `dc`, likewise."""
    rows = (np.abs(rows - np.float32(dc)) for rows in _rows(sound, size))
    return np.concatenate([np.einsum("ij->i", row) for row in rows]).astype(np.float64) / size


def block_powers(sound: Floats, size: int, dc: float) -> Doubles:
    """Mean squares of `sound` - `dc`, likewise."""
    rows = (rows - np.float32(dc) for rows in _rows(sound, size))
    return np.concatenate([np.einsum("ij,ij->i", row, row) for row in rows]).astype(np.float64) / size


def _rows(sound: Floats, size: int) -> Iterator[Floats]:
    """Every whole run of `size` values as rows, a piece at a time: no copy of a long take, which costs more than sums."""
    for start in range(0, max(len(sound), 1), size * max(STEP_SAMPLES // size, 1)):
        piece = np.ascontiguousarray(sound[start : start + size * max(STEP_SAMPLES // size, 1)])
        yield piece[: len(piece) // size * size].reshape(-1, size)


def spread(length: int, size: int, most: int) -> list[int]:
    """Starts of the whole runs of `size` in `length` samples, or of `most` of them spread evenly."""
    whole = length // size
    return [int(each) * size for each in np.linspace(0, whole - 1, min(whole, most))]
