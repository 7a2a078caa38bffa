"""Wireless packs on channels of their own: is each heard alone, and is a safety track the same sound, only lower?"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.level import DEAD_DBFS, Doubles, block_powers, power_db
from rigcheck.measure.waveform import polarity
from rigcheck.samples import Floats

FRAME_S = 0.025  # a tap on a capsule is longer
FRAMES = 4  # in all, that a pack must be heard alone: 0.1 s
OVER_FLOOR_DB = 15.0
ALONE_DB = 12.0  # two hosts a metre apart are 16 dB apart on their own lavaliers
FLOOR, USUAL = 0.1, 0.95  # quantiles of a channel's frames: its noise, and its speech
SAFETY_DB = (6.0, 20.0)  # how much lower a safety track is: receivers offer 6 to 20
SAME = 0.7  # correlation with the main track


class Packs(NamedTuple):
    """Channel numbers from 1: heard at all, and heard while the others were not."""

    heard: tuple[int, ...]
    alone: tuple[int, ...]


def packs(samples: Floats, rate_hz: int) -> Packs:
    """Which channels of `samples` (n, channels) move on their own at some time: speech, or taps on one pack.

    Our own rule: 0.1 s in all, 15 dB over the channel's own noise, and 12 dB over every other channel, either as they
    are or each against its own speech (packs may be set to different gains). One channel alone has nothing beside it.
    """
    size = max(round(FRAME_S * rate_hz), 1)
    if len(samples) < size:
        return Packs((), ())
    powers = np.array([block_powers(channel, size, float(channel.mean())) for channel in samples.T])
    powers = np.maximum(powers, 10 ** (DEAD_DBFS / 10))
    loud = powers >= 10 ** (OVER_FLOOR_DB / 10) * np.quantile(powers, FLOOR, axis=1, keepdims=True)
    against_own = powers / np.quantile(powers, USUAL, axis=1, keepdims=True)
    leads = loud & (_leads(powers) | _leads(against_own))
    return Packs(_numbers(loud), _numbers(leads))


def _leads(powers: Doubles) -> NDArray[np.bool_]:
    """(channels, frames) whether a channel is 12 dB over every other."""
    others = np.array([np.delete(powers, channel, axis=0).max(axis=0, initial=0) for channel in range(len(powers))])
    return np.asarray(powers >= 10 ** (ALONE_DB / 10) * others)


def _numbers(frames: NDArray[np.bool_]) -> tuple[int, ...]:
    return tuple((np.flatnonzero(frames.sum(axis=1) >= FRAMES) + 1).tolist())


def safety_fault(samples: Floats, rate_hz: int) -> str | None:
    """What is wrong with the safety track, the second channel of `samples` (n, >= 2): silent, other, equal, faint; or None.

    Our own rule: the same sound (correlation 0.7), 6 to 20 dB under the main track.
    """
    main, safety = (float(np.var(samples[:, channel], dtype=np.float64)) for channel in (0, 1))
    if power_db(safety) < DEAD_DBFS:
        return "silent"
    related = polarity(samples, rate_hz)
    if related is None or abs(related) < SAME:
        return "other"
    lower_db = power_db(main / safety)
    return "equal" if lower_db < SAFETY_DB[0] else "faint" if lower_db > SAFETY_DB[1] else None
