"""Clipped samples: flat tops at the take's own ceiling, wherever in the chain they were cut and however turned down since.

Our own rule, because a limit at full scale misses what was clipped before the fader: runs of at least 3 samples within
0.2 % of the highest (or lowest) value. A slow sine does that too, so two things have to speak for a cut: the top 0.2 %
holds at least 5 times the samples of the 0.2 % below it, and most of it lies at the very ceiling (a crest is round).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.level import Doubles, Level, channel_blocks
from rigcheck.samples import Floats

BAND = 0.002  # of the distance from the mean to the ceiling
CEILING = 0.0002  # the part of the band where the samples of a flat top lie
STEP_SHARE = 0.75  # of a step of 16-bit audio: the ceiling alone, and with twice that the step below it
MIN_RUN = 3
CROWD = 5


@dataclass(frozen=True, slots=True)
class Clipping:
    """Samples in flat tops per million of the channel's samples, and the longest flat top in samples."""

    ppm: float
    longest_run: int


def clipping(samples: Floats, channel: int, level: Level) -> Clipping:
    """The flat tops of one channel of `samples` (n, channels); `level` is that channel's. The mean (DC) is taken off."""
    runs = np.concatenate([_flat_runs(samples, channel, level.mean, ceiling) for ceiling in (level.high, level.low)])
    clipped, longest = int(runs.sum()), int(runs.max(initial=0))
    return Clipping(1e6 * clipped / len(samples), longest)


def _flat_runs(samples: Floats, channel: int, mean: float, ceiling: float) -> NDArray[np.int64]:
    """Lengths of the runs at one ceiling (the highest or the lowest value); none unless they are a cut."""
    if ceiling == mean:
        return np.empty(0, np.int64)
    places, short, band = _near(samples, channel, mean, ceiling)
    top = short <= band
    starts = np.flatnonzero(np.diff(places[top], prepend=-2) > 1)
    lengths = np.diff(starts, append=np.count_nonzero(top))
    inside = np.repeat(lengths >= MIN_RUN, lengths)
    crowded = np.count_nonzero(top) >= CROWD * np.count_nonzero(~top)
    flat = 2 * np.count_nonzero(short[top][inside] <= CEILING) > np.count_nonzero(inside)
    return lengths[lengths >= MIN_RUN] if crowded and flat else np.empty(0, np.int64)


def _near(samples: Floats, channel: int, mean: float, ceiling: float) -> tuple[NDArray[np.int64], Doubles, float]:
    """Positions of the samples within two bands of the ceiling, how far each falls short of it, and the band's width.

    In quiet 16-bit sound one step is wider than the band and every crest is flat: there the band is that one step.
    """
    span = ceiling - mean
    widest = max(BAND, STEP_SHARE / 32768 / abs(span))
    floor = np.float32(ceiling - 2 * widest * span)
    places: list[NDArray[np.int64]] = [np.empty(0, np.int64)]
    values: list[Floats] = [np.empty(0, np.float32)]
    for start, block in channel_blocks(samples, channel):
        found = np.flatnonzero(block >= floor if span > 0 else block <= floor)
        places.append(found + start)
        values.append(block[found])
    value = np.concatenate(values).astype(np.float64)
    band = BAND if np.mod(value * 32768, 1).any() else widest
    short = (ceiling - value) / span
    near = short <= 2 * band
    return np.concatenate(places)[near], short[near], band
