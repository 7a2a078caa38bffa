"""How fast a sound card really counts: samples received against the computer's own clock."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.level import Doubles

FEWEST = 10  # blocks
FRESH = 0.5  # blocks: one that another follows sooner has waited for it somewhere
OUTLIER, ROUNDS = 3.0, 3  # median deviations; times the line is drawn anew
CERTAIN_PPM, USABLE_PPM = 10.0, 50.0
USABLE_SHARE = 0.1  # a large error need not be known so exactly
STANDARD_HZ = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 88200, 96000, 176_400, 192_000)
NEAR = 0.01  # the nearest standard rates, 44.1 and 48 kHz, are 8.8 % apart


class RateError(NamedTuple):
    """Real against nominal rate, positive where the card runs fast, and how uncertain that is (95 %)."""

    ppm: float
    uncertainty_ppm: float

    @property
    def is_estimate(self) -> bool:
        """Whether it is less certain than 10 ppm."""
        return self.uncertainty_ppm > CERTAIN_PPM

    @property
    def is_usable(self) -> bool:
        """Whether it says anything at all: within 50 ppm, or within a tenth of itself."""
        return self.uncertainty_ppm <= max(USABLE_PPM, USABLE_SHARE * abs(self.ppm))

    def real_hz(self, rate_hz: int) -> int | None:
        """The standard rate that the card really has, where it is another one than `rate_hz`."""
        real = rate_hz * (1 + self.ppm / 1e6)
        nearest = min(STANDARD_HZ, key=lambda each: abs(each - real))
        return nearest if nearest != rate_hz and abs(nearest / real - 1) < NEAR else None


def rate_error(arrived_s: Sequence[float], block: int, rate_hz: int) -> RateError | None:
    """From when each block of `block` samples had come; None for too few of them, or times that make no sense.

    Our own rule: a straight line through the arrivals by least squares, without blocks that waited for the next one and
    without stragglers. Its standard error counts neighbours that are late together as one; and where the two halves of
    the take differ by more, as they do on a sound server that is late itself, that is the uncertainty.
    """
    times = np.asarray(arrived_s, np.float64)
    if len(times) < FEWEST or block < 1 or not np.isfinite(times).all() or (np.diff(times) < 0).any():
        return None
    block_s = block / rate_hz
    fresh = np.append(np.diff(times) >= FRESH * block_s, True)
    return _line(times[fresh] - times[0], np.flatnonzero(fresh).astype(np.float64) * block_s)


def _line(times: Doubles, due: Doubles) -> RateError | None:
    """`due`: seconds by the card's count at those times."""
    kept: NDArray[np.bool_] = np.ones(len(times), np.bool_)
    for _ in range(ROUNDS):
        if kept.sum() < FEWEST or np.ptp(due[kept]) <= 0:
            return None
        slope, offset = np.polyfit(due[kept], times[kept], 1)
        late = times - slope * due - offset
        usual = 1.48 * float(np.median(np.abs(late[kept] - np.median(late[kept]))))
        kept = np.abs(late - np.median(late[kept])) <= max(OUTLIER * usual, 1e-6)
    if slope <= 0:
        return None
    uncertainty = max(2 * _standard_error(late[kept], due[kept]), _bend(times[kept], due[kept]))
    return RateError(1e6 * (1 / float(slope) - 1), 1e6 * uncertainty)


def _bend(times: Doubles, due: Doubles) -> float:
    """How far the slopes of the first and the second half lie apart."""
    middle = len(due) // 2
    first, second = (np.polyfit(due[half], times[half], 1)[0] for half in (slice(middle), slice(middle, None)))
    return abs(float(first - second))


def _standard_error(late: Doubles, due: Doubles) -> float:
    """Of the slope, from what is left over and how much each has of its neighbour."""
    left = late - late.mean()
    energy = float(np.square(left).sum())
    alike = float((left[1:] * left[:-1]).sum()) / energy if energy else 0.0
    spread = float(np.square(due - due.mean()).sum())
    alone = np.sqrt(energy / max(len(left) - 2, 1) / max(spread, 1e-12))
    return float(alone * np.sqrt((1 + max(alike, 0.0)) / (1 - min(alike, 0.99))))
