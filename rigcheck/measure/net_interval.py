"""How sure a mean rate is: a 95 % interval from batch means, corrected for what neighbouring batches have in common."""

from __future__ import annotations

from math import inf

import numpy as np
from numpy.typing import NDArray

Rates = NDArray[np.float64]

BATCH = 5
"""Intervals of 100 ms to a batch. In our simulations (capacity varying by 5-50 % with correlation times of 0-2 s) half a
second gave the truth most often within 3-30 s of test: in 88-96 of 100, down to 79 for the worst line in 3 s."""
_MOST_ALIKE = 0.9  # of neighbouring batches; above that there is no telling a trend from chance
_NORMAL = 1.959964  # 97.5 % quantile
_T_FEW = (12.7062, 4.3027)  # of t with 1 and 2 degrees of freedom


def half_width_pct(rates: Rates, batch: int = BATCH) -> float:
    """Half the width of the 95 % interval of the mean of `rates` (n,) in percent of it; `batch` of them are half a second.

    Batch means; the variance of their mean is raised by their lag-1 correlation r (itself raised by 1/k, the bias of so
    few: Marriott and Pope, 1954), the number of independent ones is k (1 - r) / (1 + r). Infinite with fewer than two
    batches, and for a mean of zero.
    """
    k = rates.size // batch
    mean = float(rates.mean()) if rates.size else 0.0
    if k < 2 or mean <= 0:  # noqa: PLR2004 - nothing varies in one batch
        return inf
    means = rates[: k * batch].reshape(k, batch).mean(axis=1)
    off = means - means.mean()
    squares = float(off @ off)
    if squares <= 0:
        return 0.0
    alike = min(max(float(off[1:] @ off[:-1]) / squares + 1 / k, 0.0), _MOST_ALIKE)
    independent = max(k * (1 - alike) / (1 + alike), 1.5)
    return 100 * t_quantile(independent - 1) * float(np.sqrt(squares / (k - 1) / independent)) / mean


def t_quantile(freedom: float) -> float:
    """97.5 % quantile of Student's t with `freedom` degrees of freedom, at least 1; between whole ones from 3 on.

    Abramowitz and Stegun 26.7.5, within 1 % from 3 on; 1 and 2 from the table, and straight between them.
    """
    if freedom < 3:  # noqa: PLR2004 - where the series is too far off
        low, high = (*_T_FEW, _series(3.0))[max(int(freedom), 1) - 1 : max(int(freedom), 1) + 1]
        return low + (high - low) * max(freedom - int(max(freedom, 1)), 0.0)
    return _series(freedom)


def _series(freedom: float) -> float:
    z, squared = _NORMAL, _NORMAL**2
    terms = (
        z * (squared + 1) / 4,
        z * (5 * squared**2 + 16 * squared + 3) / 96,
        z * (3 * squared**3 + 19 * squared**2 + 17 * squared - 15) / 384,
        z * (79 * squared**4 + 776 * squared**3 + 1482 * squared**2 - 1920 * squared - 945) / 92160,
    )
    return z + sum(term / freedom**power for power, term in enumerate(terms, 1))
