"""The show's own ingest: how far a connection comes, up to RTMP's `connect` and never one step further.

A second push with a live key can throw a show off the air, so no key is ever sent, and nothing is published. Runs in
a worker.
"""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from rigcheck.errors import NotSeen
from rigcheck.ingest_state import Door, IngestRequest, IngestState
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.secret import reveal
from rigcheck.sources.rtmp import Rtmp, TurnedAway, place_of
from rigcheck.sources.rtmp_way import UnreachedError, Way
from rigcheck.sources.srt import knock


def read_ingest(request: IngestRequest) -> IngestState:
    """How far it comes, in 10 s at most.

    Raises NotSeen: `not-in-profile` where the room has no ingest yet, `failed` for errors of this computer's own.
    """
    if not request.url:
        raise NotSeen(Reason.NOT_IN_PROFILE)
    keys: dict[str, Any] = {"key_set": _is_set(request.stream_key), "main_key_set": _is_set(request.main_key)}
    if urlsplit(request.url).scheme.lower() == "srt":
        return _over_srt(request.url, keys)
    return _over_rtmp(request.url, keys)


def _is_set(key: Secret | None) -> bool | None:
    """Whether a reference leads to a text; the text is not kept."""
    if key is None:
        return None
    try:
        return bool(reveal(key))
    except NotSeen:
        return False


def _over_rtmp(url: str, keys: dict[str, Any]) -> IngestState:
    place, way = place_of(url), Way()
    outcome: Door = "accepted"
    said, handshake_ms = "", None
    try:
        with way.go(place) as wire:
            talk = Rtmp(wire, place)
            talk.shake_hands()
            talk.connect()
            handshake_ms = (time.monotonic() - way.connected_s) * 1000
    except UnreachedError as error:
        outcome = error.outcome
    except TurnedAway as no:
        outcome, said = "refused" if no.outcome == "wrong-key" else no.outcome, no.said
    return IngestState(
        outcome,
        said,
        dns_ms=way.dns_ms,
        connect_ms=way.connect_ms,
        tls_ms=way.tls_ms,
        handshake_ms=handshake_ms,
        certificate=way.certificate,
        certificate_days=way.certificate_days,
        **keys,
    )


def _over_srt(url: str, keys: dict[str, Any]) -> IngestState:
    parts = urlsplit(url)
    if not parts.hostname or not parts.port:  # SRT has no port of its own
        raise NotSeen(Reason.NOT_THIS_WAY)
    found = knock(parts.hostname, parts.port)
    if found.outcome is not None:
        return IngestState(found.outcome, dns_ms=found.dns_ms, **keys)
    outcome: Door = "answered" if found.is_srt else "not-rtmp"
    return IngestState(outcome, dns_ms=found.dns_ms, handshake_ms=found.answer_ms, **keys)
