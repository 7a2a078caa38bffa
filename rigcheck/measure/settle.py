"""When an upload has told enough: what arrived, on an even grid without the start, and whether its mean is settled."""

from __future__ import annotations

import numpy as np

from rigcheck.measure.net_interval import Rates, half_width_pct
from rigcheck.uplink_state import Counts, Times

GRID_S = 0.1
RAMP_S = 1.0
"""Left out at the start: TCP feels its way, and a shaper's bucket is full. Our own rule: ten round trips of 100 ms."""
LEAST_S = 3.0
GOAL_PCT = 10.0
"""Half-width of the 95 % interval. With at least 3 s, in trials, 0.30 of the bytes of a fixed 10 s on steady lines, and
84 % of the figures right on varying ones; a plain interval of 100 ms samples stopped too early."""


def rates_kbps(t_s: Times, arrived: Counts, ramp_s: float = RAMP_S) -> Rates:
    """What arrived in each 100 ms after the ramp, in kbit/s; empty where it is no longer than that.

    `t_s` (n,) are the ends of the intervals since the first byte and may be uneven; `arrived` (n,) their bytes, spread
    evenly over each.
    """
    if not t_s.size:
        return np.empty(0)
    cells = int((float(t_s[-1]) - ramp_s) / GRID_S + 1e-6)  # 3.1 - 1.0 is a hair under 2.1
    edges = ramp_s + GRID_S * np.arange(max(cells, 0) + 1)
    total = np.interp(edges, np.concatenate(([0.0], t_s)), np.concatenate(([0], np.cumsum(arrived))))
    rates: Rates = np.diff(total) * 8 / 1000 / GRID_S
    return rates


def settled(t_s: Times, arrived: Counts) -> bool:
    """Whether the mean rate is known well enough to stop: 3 s at least, half-width of its interval at most 10 %."""
    if not t_s.size or t_s[-1] < LEAST_S:
        return False
    return half_width_pct(rates_kbps(t_s, arrived)) <= GOAL_PCT
