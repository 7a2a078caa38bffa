"""Where the show goes: the ingest lets us in, and a trial push shows that the line holds what the show will send."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checks.network import line_of
from rigcheck.ingest_state import IngestRequest, PushRequest
from rigcheck.measure.ingest import measure_ingest
from rigcheck.measure.push import measure_push
from rigcheck.model import Impact, Limit, Metric, Need, OneOf, Span, Stage
from rigcheck.profile import Setting
from rigcheck.push_plan import Target
from rigcheck.uplink import Ingest

USUAL_S = 8.0
"""Three whole GOPs: the rate is counted over whole ones."""
HELD, NEARLY = 0.98, 0.95
"""Of what the show sends: with OBS, what is not held is dropped frames, and its statistics turn yellow over 1 %, red over
5 %; 1 % more is the measurement's own."""


def ask_ingest(setting: Setting, name: str) -> IngestRequest:
    """The show's ingest, up to its door; of a backup also whether the main one has its key."""
    main = setting.main_of("ingest")
    own, first = (cast("Ingest", setting.device("ingest", role)) for role in (name, main))
    return IngestRequest(name, own.url or "", own.key, first.key if name != main else None)


def ask_push(setting: Setting, name: str) -> PushRequest:
    """A push of what the plan (else the target) wants, to the trial ingest; to nowhere where there is none."""
    push = setting.profile.push
    if push.test is None:
        return PushRequest(name)
    lines = setting.names("network")
    return PushRequest(
        name,
        url=push.test.url,
        stream_key=push.test.key,
        show=tuple(ingest for ingest in push.ingests().values() if ingest.url is not None or ingest.key is not None),
        stat=push.test.stat,
        target=planned(setting),
        seconds=_seconds(setting),
        interface=line_of(setting, setting.main_of("network")).interface if lines else None,
    )


def planned(setting: Setting) -> Target:
    """Picture and sound as the last plan has them, else as the show means to send them.

    Several pushes at once are one of their sum: it is the line that is tried.
    """
    plan, wish = setting.plan, setting.target
    if plan is None or plan.encode is None:
        one, outputs = wish, wish.outputs
    else:
        encode, outputs = plan.encode, plan.outputs
        one = Target(encode.width_px, encode.height_px, encode.fps, encode.video_kbps, encode.audio_kbps)
    return replace(one, video_kbps=one.video_kbps * outputs + one.audio_kbps * (outputs - 1), outputs=1)


def _seconds(setting: Setting) -> float:
    if setting.minutes is not None:
        return setting.minutes * 60
    if setting.seconds is not None:
        return setting.seconds
    return USUAL_S


def limit_key(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Platforms give the key out with the show, so it may be missing until it starts."""
    del name, metric
    return Limit(OneOf((True,))) if setting.stage is Stage.GO else None


def limit_match(setting: Setting, name: str, metric: Metric) -> Limit:
    """A backup that would not take over is worth a word; when the show starts it is none."""
    del name, metric
    return Limit(Span(None, 0), None if setting.stage is Stage.GO else Span(None, None))


def limit_rate(setting: Setting, name: str, metric: Metric) -> Limit:
    """What the show sends."""
    del name, metric
    target = planned(setting)
    need = target.video_kbps + target.audio_kbps
    return Limit(Span(round(need * HELD), None), Span(round(need * NEARLY), None))


_ingest = partial(Check, section="ingest", ask=ask_ingest, measure=measure_ingest, impact=Impact.STOP)
_push = partial(
    Check, section="trial", ask=ask_push, measure=measure_push, impact=Impact.DEGRADE, needs=frozenset({Need.TIME})
)

INGEST_CHECKS: tuple[Check, ...] = (
    _ingest(id="ingest.link", metrics=(m.INGEST_ACCEPTED,), minutes=5),
    _ingest(id="ingest.certificate", metrics=(m.INGEST_CERTIFICATE, m.INGEST_CERTIFICATE_DAYS), minutes=5),
    _ingest(id="ingest.handshake", metrics=(m.INGEST_HANDSHAKE,), impact=Impact.DEGRADE, minutes=5),
    _ingest(id="ingest.key", metrics=(m.INGEST_KEY,), limit_of=limit_key, minutes=3),
    _ingest(id="ingest.match", metrics=(m.INGEST_DIFFERS,), impact=Impact.BACKUP, limit_of=limit_match, minutes=3),
    _push(id="ingest.trial", metrics=(m.INGEST_TRIAL,), minutes=5),
    _push(id="ingest.sustained", metrics=(m.INGEST_SUSTAINED, m.INGEST_RECEIVED), limit_of=limit_rate, minutes=10),
    _push(id="ingest.stalls", metrics=(m.INGEST_STALLED,), minutes=10),
    _push(id="ingest.queue", metrics=(m.INGEST_QUEUE,), minutes=10),
    _push(id="ingest.reconnects", metrics=(m.INGEST_RECONNECTS,), minutes=10),
)
