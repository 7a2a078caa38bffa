"""What OBS's own level meters tell of a microphone: little, and most of it an estimate."""

from __future__ import annotations

import numpy as np

from rigcheck import metrics
from rigcheck.measure.level import DEAD_DBFS, Doubles, amplitude_db, power_db
from rigcheck.model import Measurement, Params, Reason
from rigcheck.samples import LevelTrace

_SEEN = (metrics.MIC_MUTED, metrics.MIC_PEAK, metrics.MIC_SPEECH, metrics.MIC_BALANCE)
_MARGIN_DB = 15.9  # ITU-T P.56: speech is what is less than this below its own level
_STEREO = 2


def measure_meter(trace: LevelTrace) -> tuple[Measurement, ...]:
    """Every mic.* metric of a trace: muted, and as estimates peak, speech level and balance.

    What takes the sound itself is `not-by-this-route`. No readings are `lost`, nonsense is `junk`; of silence there is
    nothing else to tell.
    """
    unseen = tuple(
        Measurement(metric, None, Reason.NOT_THIS_WAY)
        for metric in metrics.METRICS.values()
        if metric.part == "mic" and metric not in _SEEN
    )
    fault = _fault(trace)
    if fault is not None:
        return (*(Measurement(metric, None, fault) for metric in _SEEN), *unseen)
    return (*_levels(trace), *unseen)


def _fault(trace: LevelTrace) -> Reason | None:
    if trace.peak.ndim != _STEREO or not trace.peak.size:
        return Reason.LOST
    return None if np.isfinite(trace.peak).all() and np.isfinite(trace.rms).all() else Reason.JUNK


def _levels(trace: LevelTrace) -> tuple[Measurement, ...]:
    used = 1 if trace.layout in ("mono", "safety") else trace.peak.shape[1]
    peaks = trace.peak.max(axis=0).astype(np.float64)
    dead = [number for number, peak in enumerate(peaks, 1) if amplitude_db(peak) < DEAD_DBFS]
    is_dead = 1 in dead if trace.layout == "mono" else bool(dead)
    muted = Measurement(metrics.MIC_MUTED, trace.muted or is_dead, params=dead_params(dead, peaks.size))
    if trace.muted or len(set(dead) & set(range(1, used + 1))) == used:
        return (muted, *(Measurement(metric, None, Reason.NO_SPEECH) for metric in _SEEN[1:]))
    powers = trace.rms[:, :used].astype(np.float64) ** 2
    return (
        muted,
        Measurement(metrics.MIC_PEAK, amplitude_db(float(peaks[:used].max())), estimate=True),
        _speech(powers[:, int(np.argmax(powers.mean(axis=0)))]),
        _balance(trace, powers.mean(axis=0)),
    )


def dead_params(dead: list[int], channels: int) -> Params:
    """Which channels are dead, where not all are: those are worth a name."""
    names: Params = {"what": tuple(f"channel-{number}" for number in dead)} if 0 < len(dead) < channels else {}
    return {"channels": tuple(map(str, dead)), **names}


def _speech(powers: Doubles) -> Measurement:
    """Mean power of the readings (n,) less than 15.9 dB under it: P.56's definition on readings instead of samples."""
    active = powers
    while active.size and (kept := active[active > active.mean() * 10 ** (-_MARGIN_DB / 10)]).size < active.size:
        active = kept
    level = power_db(float(active.mean())) if active.size else None
    return Measurement(metrics.MIC_SPEECH, level, None if level is not None else Reason.NO_SPEECH).as_estimate()


def _balance(trace: LevelTrace, means: Doubles) -> Measurement:
    if trace.layout in ("mono", "safety", "split") or means.size != _STEREO:
        return Measurement(metrics.MIC_BALANCE, None, Reason.SPLIT if trace.layout == "split" else Reason.MONO)
    if not means.all():
        return Measurement(metrics.MIC_BALANCE, None, Reason.NO_SPEECH)
    return Measurement(metrics.MIC_BALANCE, power_db(float(means[0] / means[1])), estimate=True)
