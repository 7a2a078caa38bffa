"""Measures of a trial push: the rate that got through, what the server counted, pauses, queue, reconnections."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rigcheck import metrics as m
from rigcheck.ingest_state import PushTrace
from rigcheck.model import Measurement, Metric, Params, Reason
from rigcheck.profile import Setting

Array = NDArray[np.float64]
QUEUE_PERCENTILE = 95
_WHOLE = 1e-6
_NEVER_BEGAN = (m.INGEST_SUSTAINED, m.INGEST_RECEIVED, m.INGEST_QUEUE, m.INGEST_STALLED, m.INGEST_RECONNECTS)


def measure_push(trace: PushTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - every measure's
    """kbit/s, ms and counts (CONTRACT.md, ingest.*); `stalled_ms` is the sum of all pauses of over 200 ms.

    A push that never began: not-streaming, and `trial_held` says why. Times that do not advance: junk.
    """
    held = _held(trace)
    if not trace.t_s.size:
        return (held, *(Measurement(metric, None, Reason.NOT_STREAMING) for metric in _NEVER_BEGAN))
    if not _is_sound(trace):
        return (held, *(Measurement(metric, None, Reason.JUNK) for metric in _NEVER_BEGAN))
    sent = np.concatenate([[0], np.cumsum(trace.acknowledged)]).astype(np.float64)
    return (
        held,
        _rate(m.INGEST_SUSTAINED, np.concatenate([[0.0], trace.t_s]), sent, trace, guessed=trace.counted == "sender"),
        _received(trace),
        Measurement(m.INGEST_QUEUE, float(np.percentile(trace.queue_ms, QUEUE_PERCENTILE))),
        _stalled(trace),
        Measurement(m.INGEST_RECONNECTS, trace.reconnects),
    )


def _held(trace: PushTrace) -> Measurement:
    if trace.outcome == "held":
        return Measurement(m.INGEST_TRIAL, True)
    said: Params = {"names": (trace.said,)} if trace.said else {}
    return Measurement(m.INGEST_TRIAL, False, params={"what": (trace.outcome,), **said})


def _is_sound(trace: PushTrace) -> bool:
    traces = (trace.t_s, trace.queue_ms, trace.stalls_ms, trace.received)
    is_finite = all(np.isfinite(one).all() for one in traces) and np.isfinite(trace.asked_kbps)
    advances = (np.diff(trace.t_s, prepend=0) > 0).all() and (np.diff(trace.received[:, 0]) > 0).all()
    return bool(is_finite and advances and trace.gop_s > 0)


def _received(trace: PushTrace) -> Measurement:
    """By its own page, or what it acknowledged in RTMP; many servers offer neither."""
    if len(trace.received) < 2:  # noqa: PLR2004 - a rate is between two
        return Measurement(m.INGEST_RECEIVED, None, Reason.NOT_PUBLISHED)
    return _rate(m.INGEST_RECEIVED, trace.received[:, 0], trace.received[:, 1], trace)


def _rate(metric: Metric, t_s: Array, total: Array, trace: PushTrace, *, guessed: bool = False) -> Measurement:
    """Bytes over whole GOPs, cut where only small frames go: a key frame is up to a third of its GOP's bytes.

    Less than one GOP is an estimate.
    """
    span_s = float(t_s[-1] - t_s[0])
    gops = int(span_s / trace.gop_s + _WHOLE)
    length_s = gops * trace.gop_s if gops else span_s
    start_s = float(t_s[0]) + min(span_s - length_s, float((trace.gop_s / 2 - t_s[0]) % trace.gop_s))
    first, last = np.interp([start_s, start_s + length_s], t_s, total)
    facts = {"asked_kbps": round(trace.asked_kbps), "seconds": round(length_s, 1)}
    return Measurement(metric, float(last - first) * 8 / 1000 / length_s, estimate=guessed or not gops, params=facts)


def _stalled(trace: PushTrace) -> Measurement:
    stalls = trace.stalls_ms
    facts = {"stalls": stalls.size, "longest_ms": round(float(stalls.max()))} if stalls.size else {}
    return Measurement(m.INGEST_STALLED, float(stalls.sum()), params=facts)
