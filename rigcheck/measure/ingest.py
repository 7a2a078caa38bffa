"""Measures of the show's ingest, up to its door: does it let us in, how long that takes, its certificate, its key."""

from __future__ import annotations

from typing import cast
from urllib.parse import urlsplit

from rigcheck import metrics as m
from rigcheck.ingest_state import IngestState
from rigcheck.model import Measurement, Metric, Params, Reason
from rigcheck.profile import Setting
from rigcheck.uplink import Ingest

IN = ("accepted", "answered")


def measure_ingest(state: IngestState, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Flags, ms, a word and days (CONTRACT.md, ingest.*). `what` is the word for what went wrong, `names` the server's own.

    Where nobody let us in, there is no time to tell: none-here. A key that the profile does not name: not-in-profile.
    """
    return (
        _accepted(state),
        _or_none(m.INGEST_HANDSHAKE, state.handshake_ms, Reason.NONE_HERE),
        _certificate(state),
        _or_none(m.INGEST_CERTIFICATE_DAYS, state.certificate_days, Reason.NONE_HERE),
        _or_none(m.INGEST_KEY, state.key_set, Reason.NOT_IN_PROFILE),
        _differs(state, setting, name),
    )


def _or_none(metric: Metric, value: float | bool | None, reason: Reason) -> Measurement:
    return Measurement(metric, value, reason if value is None else None)


def _accepted(state: IngestState) -> Measurement:
    if state.outcome in IN:
        return Measurement(m.INGEST_ACCEPTED, True)
    said: Params = {"names": (state.said,)} if state.said else {}
    return Measurement(m.INGEST_ACCEPTED, False, params={"what": (state.outcome,), **said})


def _certificate(state: IngestState) -> Measurement:
    """None where none came: rtmp:// and srt:// have none, and TLS may fail before it, which `accepted` tells."""
    word = state.certificate
    if word is None or word == "fault":
        return Measurement(m.INGEST_CERTIFICATE, None, Reason.NONE_HERE)
    return Measurement(m.INGEST_CERTIFICATE, word)


def _differs(state: IngestState, setting: Setting, name: str) -> Measurement:
    """In what a backup ingest would not take over: it speaks another protocol, lacks the key, or is the main one again.

    (Huawei Cloud Live: main and backup input must have identical parameters. Those of the encoder are the two OBS's:
    obs.spare.)
    """
    main, own = (cast("Ingest", setting.device("ingest", role)) for role in (setting.main_of("ingest"), name))
    if name == setting.main_of("ingest") or main.url is None or own.url is None:
        return Measurement(m.INGEST_DIFFERS, None, Reason.NOT_IN_PROFILE)
    faults = {
        "scheme": urlsplit(own.url).scheme.lower() != urlsplit(main.url).scheme.lower(),
        "key": bool(state.key_set) != bool(state.main_key_set),
        "same": (own.url.rstrip("/"), own.key) == (main.url.rstrip("/"), main.key),
    }
    what = tuple(word for word, is_so in faults.items() if is_so)
    return Measurement(m.INGEST_DIFFERS, len(what), params={"what": what} if what else {})
