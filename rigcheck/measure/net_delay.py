"""Delay, its variation, what a full line adds to it, and loss with what so few probes can tell of it."""

from __future__ import annotations

from math import exp, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

Times = NDArray[np.float64]

_SHARE_OF_STEP = 16  # RFC 3550 6.4.1
_GRADES = ((5.0, "A+"), (30.0, "A"), (60.0, "B"), (200.0, "C"), (400.0, "D"))
_CONFIDENCE = 0.95


def jitter_ms(transit_ms: Times) -> float | None:
    """Interarrival jitter, RFC 3550 6.4.1: J += (|D| - J) / 16 over the transit times (n,) in order; None below two."""
    if transit_ms.size < 2:  # noqa: PLR2004 - a difference needs two
        return None
    jitter = 0.0
    for step in np.abs(np.diff(transit_ms)):
        jitter += (float(step) - jitter) / _SHARE_OF_STEP
    return jitter


def bloat_grade(added_ms: float) -> str:
    """The grade of the delay that load adds: A+ < 5, A < 30, B < 60, C < 200, D < 400 ms, else F.

    DSLReports' scale, which has become common; nobody's standard.
    """
    return next((grade for most_ms, grade in _GRADES if added_ms < most_ms), "F")


def most_loss_pct(sent: int, lost: int) -> float:
    """The largest loss that goes with what was seen: 95 % upper bound, one-sided, of Clopper and Pearson.

    Without any loss that is the "rule of three", 300 / sent percent.
    """
    if lost >= sent:
        return 100.0
    low, high = lost / sent, 1.0
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(sent, lost, middle) > 1 - _CONFIDENCE else (low, middle)
    return 100 * high


def _at_most(sent: int, lost: int, share: float) -> float:
    """Chance of `lost` losses or fewer of `sent` at a loss of `share` (0-1, neither)."""
    whole, yes, no = lgamma(sent + 1), log(share), log1p(-share)
    return sum(exp(whole - lgamma(k + 1) - lgamma(sent - k + 1) + k * yes + (sent - k) * no) for k in range(lost + 1))
