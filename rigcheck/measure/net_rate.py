"""Rates of an upload over time, from counts of what arrived: without TCP's start, by windows, and the worst of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rigcheck.measure.net_interval import BATCH, Rates, half_width_pct
from rigcheck.measure.settle import GRID_S, RAMP_S, rates_kbps
from rigcheck.uplink_state import Counts, Times

WINDOW_S = 1.0
RESOLUTION_PCT = 1.0
_COARSE_S = 0.15  # intervals longer than that are not cut into steps: that would make up steadiness
_COARSEST_S = 1.05  # windows of a second cannot be told from longer intervals


@dataclass(frozen=True, slots=True)
class RateTrace:
    """An upload by steps: `kbps` (n,) of `step_s` each, TCP's start left out; `length_s` of the whole test."""

    kbps: Rates
    step_s: float
    length_s: float

    @property
    def mean_kbps(self) -> float:
        """What arrived, by the time it took."""
        return float(self.kbps.mean())

    def uncertainty_pct(self) -> float:
        """Half-width of the mean's 95 % interval, infinite where there is no telling (see `net_interval`).

        At least 1 %: our own rule, because clocks and the edges of intervals let no count be surer.
        """
        return float(np.hypot(half_width_pct(self.kbps, max(round(BATCH * GRID_S / self.step_s), 1)), RESOLUTION_PCT))

    def windows_kbps(self) -> Rates:
        """Mean rates over all windows of 1 s, a step apart; empty where the steps are too long for that, or too few."""
        width = max(round(WINDOW_S / self.step_s), 1)
        if self.step_s > _COARSEST_S or self.kbps.size < width:
            return np.zeros(0)
        sums = np.concatenate(([0.0], np.cumsum(self.kbps)))
        return np.asarray((sums[width:] - sums[:-width]) / width, np.float64)


def rate_trace(t_s: Times, arrived: Counts) -> RateTrace | None:
    """Rates from counts (n,) of bytes and the ends (n,) of their intervals, in seconds since the first byte.

    Steps of 100 ms from 1 s on (from a third on, where all is shorter than 3 s); where the counts' own intervals are
    longer, those, without the first. None where it is no count at all: times that do not advance, what is not finite,
    negative bytes, or nothing.
    """
    if not _is_count(t_s, arrived):
        return None
    spans_s, length_s = np.diff(t_s, prepend=0.0), float(t_s[-1])
    own_s = float(np.median(spans_s))
    if own_s > _COARSE_S or length_s < 2 * GRID_S:
        first = 1 if t_s.size > 2 else 0  # noqa: PLR2004 - of one or two nothing can be spared
        return RateTrace((arrived / spans_s * 8 / 1000)[first:], own_s, length_s)
    return RateTrace(rates_kbps(t_s, arrived, min(RAMP_S, length_s / 3)), GRID_S, length_s)


def _is_count(t_s: Times, arrived: Counts) -> bool:
    if t_s.size == 0 or t_s.shape != arrived.shape or not np.isfinite(t_s).all():
        return False
    return bool((np.diff(t_s, prepend=0.0) > 0).all() and (arrived >= 0).all())
