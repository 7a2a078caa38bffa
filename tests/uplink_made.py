"""Uploads with known truth: traces made from rates."""

from __future__ import annotations

from typing import Any

import numpy as np

from rigcheck.link_state import LinkState
from rigcheck.uplink_state import UplinkTrace

NONE = np.zeros(0)


def upload(kbps: Any, step_s: float = 0.1, **changes: Any) -> UplinkTrace:
    """An upload of these rates (n,), one a step, counted by the receiver."""
    rates = np.atleast_1d(np.asarray(kbps, np.float64))
    arrived = np.round(rates * 125 * step_s).astype(np.int64)
    fields = {
        "method": "http",
        "counted": "receiver",
        "t_s": step_s * np.arange(1, rates.size + 1),
        "arrived": arrived,
        "sent_bytes": int(arrived.sum()),
        "paced_kbps": None,
        "ended": "cap",
        "idle_rtt_ms": NONE,
        "loaded_rtt_ms": NONE,
        "transit_ms": NONE,
    }
    return UplinkTrace(**(fields | changes))


def varying(mean_kbps: float, share: float, tau_s: float, seconds: float, seed: int) -> np.ndarray:
    """Rates of a line whose capacity varies by `share` of its mean (standard deviation) with a correlation time."""
    rng = np.random.default_rng(seed)
    keep = np.exp(-0.1 / tau_s) if tau_s else 0.0
    steps = round(seconds * 10)
    values = np.zeros(steps + 200)
    for index in range(1, values.size):
        values[index] = keep * values[index - 1] + np.sqrt(1 - keep**2) * rng.normal()
    return np.maximum(mean_kbps * (1 + share * values[200:]), 0)


def at_rest(**changes: Any) -> LinkState:
    """A good wired line to an ingest that answers."""
    fields = {
        "interface": "eth0",
        "isolation": "bound",
        "is_up": True,
        "link_mbps": 1000.0,
        "medium": "wired",
        "signal_dbm": None,
        "mtu_bytes": 1500,
        "outcome": "answered",
        "dns_ms": 12.0,
        "rtt_ms": (20.0, 22.0, 21.0),
        "tls_ms": 45.0,
        "certificate": "ok",
        "portal": False,
    }
    return LinkState(**(fields | changes))
