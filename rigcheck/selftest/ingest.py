"""Faults of the way into the platform, of the trial push, of the encoder, and of the shop's own services."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from rigcheck.encoder_state import EncoderTrials
from rigcheck.ingest_state import PushTrace
from rigcheck.model import Status
from rigcheck.selftest.fault import Fault, Inject
from rigcheck.selftest.line import turned_away, with_fields
from rigcheck.selftest.scene import FULL, GO, GOOD

_BACKUP = "backup"
_HELD = 0.4
_ENDS_S = 3.0


def broken_off(trace: PushTrace) -> PushTrace:
    """The server hung up after three seconds, and did not let us in again."""
    kept = trace.t_s <= _ENDS_S
    return replace(
        trace,
        outcome="lost",
        t_s=trace.t_s[kept],
        acknowledged=trace.acknowledged[kept],
        queue_ms=trace.queue_ms[kept],
        received=trace.received[trace.received[:, 0] <= _ENDS_S],
    )


def held_back(trace: PushTrace) -> PushTrace:
    """A line that takes two fifths of the stream: the rest waits."""
    received = trace.received * np.array([1, _HELD])
    return replace(
        trace,
        acknowledged=(_HELD * trace.acknowledged).astype(np.int64),
        received=received,
        queue_ms=trace.queue_ms + 1_000 * (1 - _HELD) * trace.t_s,
    )


def queueing(trace: PushTrace) -> PushTrace:
    """Everything arrives, a second late."""
    return replace(trace, queue_ms=trace.queue_ms + 1_000)


def stalling(trace: PushTrace) -> PushTrace:
    """Three pauses in eight seconds."""
    return replace(trace, stalls_ms=np.array([640.0, 980.0, 1_150.0]))


def all_trials(**fields: Any) -> Inject:  # noqa: ANN401 - any field of a trial
    """Every trial encode with these figures."""

    def inject(sample: EncoderTrials) -> EncoderTrials:
        return replace(sample, trials=tuple(replace(trial, **fields) for trial in sample.trials))

    return inject


def _push(check: str, inject: Inject) -> Fault:
    return Fault(check, GOOD, {"push@main": inject})


INGEST_FAULTS: tuple[Fault, ...] = (
    Fault("ingest.link", GOOD, {"ingest@main": turned_away("refused", said="Forbidden")}),
    Fault(
        "ingest.certificate",
        GOOD,
        {
            "ingest@main": turned_away("tls", certificate="expired"),
            "link@main": with_fields(tls_ms=None, certificate="expired"),
        },
        also={"ingest.link": "tls"},
    ),
    Fault("ingest.certificate", GOOD, {"ingest@main": with_fields(certificate_days=2.0)}, red=Status.WARN, name="soon"),
    Fault("ingest.handshake", GOOD, {"ingest@main": with_fields(handshake_ms=4_200.0)}),
    Fault("ingest.key", GO, {"ingest@main": with_fields(key_set=False)}),
    Fault("ingest.match", GO, {"ingest@backup": with_fields(key_set=False)}, device=_BACKUP),
    _push("ingest.trial", broken_off),
    _push("ingest.sustained", held_back),
    _push("ingest.stalls", stalling),
    _push("ingest.queue", queueing),
    _push("ingest.reconnects", with_fields(reconnects=3)),
)
SERVICE_FAULTS: tuple[Fault, ...] = (
    Fault("backend.answers", GOOD, {"backend@coupons": with_fields(status=503)}),
    Fault(
        "backend.answers",
        GOOD,
        {"backend@coupons": with_fields(outcome="timeout", status=None, latency_ms=None)},
        name="silent",
    ),
    Fault("backend.latency", GOOD, {"backend@coupons": with_fields(latency_ms=2_900.0)}),
)
ENCODER_FAULTS: tuple[Fault, ...] = (
    Fault("encoder.speed", FULL, {"encoder@main": all_trials(wall_fps=22.0, cpu_ms=120.0)}),
    Fault("encoder.load", FULL, {"encoder@main": all_trials(wall_fps=34.0, cpu_ms=226.0)}),
)
