"""Measures of an upload over one line: its rate and the worst of it, how sure that is, delay idle and loaded, loss."""

from __future__ import annotations

from typing import cast

import numpy as np

from rigcheck import metrics as m
from rigcheck.measure.net_delay import bloat_grade, jitter_ms, most_loss_pct
from rigcheck.measure.net_rate import RateTrace, rate_trace
from rigcheck.measure.settle import LEAST_S
from rigcheck.model import Measurement, Metric, Params, Reason
from rigcheck.profile import Setting
from rigcheck.uplink import Line
from rigcheck.uplink_state import Times, UplinkTrace

SURE_S = 10.0
"""A test shorter than that says little of the worst twentieth (CONTRACT.md, network.upload_p5_kbps)."""
_CARRIED = 0.97  # of the rate it was paced at: the line took all that it was given
_SHORTEST_S = 0.3
_CLOCK_S = 0.05  # ends of intervals are clock readings of another computer
_PROVEN = 300  # probes: fewer cannot show a loss under 1 % with 95 % confidence (rule of three)
_FEWEST_PROBES, _FEWEST_TRIPS = 10, 3
_HIGH_PCT, _MEDIUM_PCT = 10.0, 20.0  # half-widths: the first is what a test is run for
_SHORT_DOWNLOAD = frozenset({"speedtest-cli"})  # they stop at a number of bytes: facts of 8 real outputs


def measure_uplink(trace: UplinkTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every metric of an upload: kbit/s, %, ms, 1/min (CONTRACT.md, network.*).

    A paced upload that the line carried whole is a lower bound of what the line can do (`at_least` in the params); one
    counted where it was sent an estimate. What the engine cannot tell is not-by-this-route, what makes no sense junk.
    """
    line = cast("Line", setting.device("network", name))
    return (*_rates(trace, line.max_mb), *_others(trace), *_delays(trace), _jitter(trace), _loss(trace))


def _rates(trace: UplinkTrace, max_mb: float | None) -> tuple[Measurement, ...]:
    metrics = (m.NETWORK_UPLOAD, m.NETWORK_UPLOAD_P5, m.NETWORK_UNCERTAINTY)
    if not trace.t_s.size:
        return tuple(Measurement(metric, None, Reason.NOT_THIS_WAY) for metric in metrics)
    rates = rate_trace(trace.t_s, trace.arrived)
    if rates is None or not rates.mean_kbps > 0:
        return tuple(Measurement(metric, None, Reason.JUNK) for metric in metrics)
    facts = {**_facts(trace, rates), **({} if max_mb is None else {"max_mb": max_mb})}
    if rates.length_s < _SHORTEST_S:
        return tuple(Measurement(metric, None, Reason.TOO_SHORT, params=facts) for metric in metrics)
    is_rough = trace.counted == "sender"
    return (
        Measurement(m.NETWORK_UPLOAD, rates.mean_kbps, None, is_rough or rates.length_s < LEAST_S - _CLOCK_S, facts),
        _worst(rates, is_rough=is_rough, facts=facts),
        _uncertainty(rates),
    )


def _facts(trace: UplinkTrace, rates: RateTrace) -> Params:
    """What the upload's message may say: how it was made, what it cost, and whether the line may well do more."""
    half_pct = rates.uncertainty_pct()
    facts: dict[str, str | float | bool] = {
        "method": trace.method,
        "counted": trace.counted,
        "ended": trace.ended,
        "seconds": round(rates.length_s, 1),
        "sent_mb": round(trace.sent_bytes / 1e6, 2),
        "confidence": "high" if half_pct <= _HIGH_PCT else "medium" if half_pct <= _MEDIUM_PCT else "low",
    }
    if trace.paced_kbps is not None:
        carried = rates.mean_kbps >= _CARRIED * trace.paced_kbps
        facts |= {"paced_kbps": round(trace.paced_kbps), "at_least": carried}
    facts |= {"waited_s": round(trace.waited_s, 1)} if trace.waited_s else {}
    facts |= {"proxy": True} if trace.proxy else {}
    return facts | ({"failed": tuple(f"{name} {why}" for name, why in trace.failed.items())} if trace.failed else {})


def _worst(rates: RateTrace, *, is_rough: bool, facts: Params) -> Measurement:
    """P5 over windows of 1 s, 100 ms apart."""
    windows = rates.windows_kbps()
    if rates.length_s < LEAST_S - _CLOCK_S:
        return Measurement(m.NETWORK_UPLOAD_P5, None, Reason.TOO_SHORT)
    if not windows.size:
        return Measurement(m.NETWORK_UPLOAD_P5, None, Reason.NOT_THIS_WAY)
    worst = float(np.percentile(windows, 5))
    return Measurement(m.NETWORK_UPLOAD_P5, worst, None, is_rough or rates.length_s < SURE_S - _CLOCK_S, facts)


def _uncertainty(rates: RateTrace) -> Measurement:
    half_pct = rates.uncertainty_pct()
    if not np.isfinite(half_pct):
        return Measurement(m.NETWORK_UNCERTAINTY, None, Reason.TOO_SHORT)
    return Measurement(m.NETWORK_UNCERTAINTY, half_pct)


def _others(trace: UplinkTrace) -> tuple[Measurement, ...]:
    return (
        _positive(m.NETWORK_DOWNLOAD, trace.download_kbps, estimate=trace.method in _SHORT_DOWNLOAD),
        _positive(m.NETWORK_RPM, trace.rpm),
    )


def _positive(metric: Metric, value: float | None, *, estimate: bool = False) -> Measurement:
    if value is None:
        return Measurement(metric, None, Reason.NOT_THIS_WAY)
    return Measurement(metric, value, None, estimate) if value > 0 else Measurement(metric, None, Reason.JUNK)


def _delays(trace: UplinkTrace) -> tuple[Measurement, ...]:
    """Medians of the round trips, and what load adds to them."""
    idle, loaded = _median(m.NETWORK_RTT, trace.idle_rtt_ms), _median(m.NETWORK_LOADED_RTT, trace.loaded_rtt_ms)
    if not isinstance(idle.value, float) or not isinstance(loaded.value, float):
        missing = loaded if isinstance(idle.value, float) else idle
        return idle, loaded, Measurement(m.NETWORK_BUFFERBLOAT, None, missing.reason)
    added = max(loaded.value - idle.value, 0.0)
    rough = idle.estimate or loaded.estimate
    return idle, loaded, Measurement(m.NETWORK_BUFFERBLOAT, added, None, rough, {"grade": bloat_grade(added)})


def _median(metric: Metric, trips_ms: Times) -> Measurement:
    """An estimate with fewer than 3 round trips."""
    if not trips_ms.size:
        return Measurement(metric, None, Reason.NOT_THIS_WAY)
    if not _are_times(trips_ms):
        return Measurement(metric, None, Reason.JUNK)
    high = {"p95_ms": round(float(np.percentile(trips_ms, 95)), 1), "tries": int(trips_ms.size)}
    return Measurement(metric, float(np.median(trips_ms)), None, trips_ms.size < _FEWEST_TRIPS, high)


def _are_times(times_ms: Times) -> bool:
    return bool(np.isfinite(times_ms).all() and (times_ms >= 0).all())


def _jitter(trace: UplinkTrace) -> Measurement:
    if not trace.transit_ms.size:
        return Measurement(m.NETWORK_JITTER, None, Reason.NOT_THIS_WAY)
    if not np.isfinite(trace.transit_ms).all():  # one-way times of two clocks may be negative
        return Measurement(m.NETWORK_JITTER, None, Reason.JUNK)
    jitter = jitter_ms(trace.transit_ms)
    return Measurement(m.NETWORK_JITTER, jitter, Reason.TOO_SHORT if jitter is None else None)


def _loss(trace: UplinkTrace) -> Measurement:
    """Lost probes, and the most that may hide behind so few; an estimate below 300, too short below 10."""
    sent, lost = trace.probes_sent, trace.probes_lost
    if sent == 0:
        return Measurement(m.NETWORK_LOSS, None, Reason.NOT_THIS_WAY)
    if not 0 <= lost <= sent:
        return Measurement(m.NETWORK_LOSS, None, Reason.JUNK)
    if sent < _FEWEST_PROBES:
        return Measurement(m.NETWORK_LOSS, None, Reason.TOO_SHORT)
    facts = {"probes": sent, "most_pct": round(most_loss_pct(sent, lost), 2)}
    return Measurement(m.NETWORK_LOSS, 100 * lost / sent, None, sent < _PROVEN, facts)
