"""The show's ingest up to the door, and a trial push: Requests and Samples."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from rigcheck.push_plan import Target
from rigcheck.request import Request
from rigcheck.uplink import Ingest
from rigcheck.value import Secret

Times = NDArray[np.float64]
Counts = NDArray[np.int64]
Unreached = Literal["connection-refused", "timeout", "no-route", "no-name", "no-resolver", "tls"]
"""Why there is no connection at all."""
Refusal = Literal["refused", "unknown-app", "not-rtmp", "closed", "hung"]
Certificate = Literal["ok", "expired", "not-yet", "other-name", "untrusted", "fault"]
Door = Literal["accepted", "answered"] | Refusal | Unreached
"""How far it came. accepted: RTMP connect succeeded; answered: SRT, where there is no more to ask; refused: the server
said no; closed: it hung up; hung: it accepts and never answers."""


@dataclass(frozen=True, slots=True)
class IngestRequest(Request):
    """DNS, TCP, TLS and RTMP connect to an ingest, and not one step further: nothing is published, no key is sent."""

    kind: ClassVar[str] = "ingest"
    url: str = ""
    stream_key: Secret | None = None  # only looked up, never sent
    main_key: Secret | None = None  # of a backup ingest: the main one's, likewise

    @property
    def resource(self) -> str:
        """A handshake hurts nobody, but a full line would falsify its times."""
        return "uplink"

    @property
    def deadline_s(self) -> float:
        """Each step has its own limit; a keyring may ask its owner."""
        return 12.0


@dataclass(frozen=True, slots=True, eq=False)
class IngestState:
    """How far a connection to an ingest came, and how long each step took in ms (None: not reached)."""

    kind: ClassVar[str] = "ingest"
    outcome: Door
    said: str = ""  # the server's own words, without any key
    key_set: bool | None = None  # None: the profile names none
    main_key_set: bool | None = None  # of a backup ingest: the main one's
    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    handshake_ms: float | None = None  # from the TCP connection to the answer to RTMP connect, TLS included
    certificate: Certificate | None = None
    certificate_days: float | None = None  # until it expires


@dataclass(frozen=True, slots=True)
class PushRequest(Request):
    """A paced push of real encoded picture and sound to the trial ingest, never to the show's.

    `show` are the show's own ingests: nothing is pushed where the trial would use one of their keys.
    """

    kind: ClassVar[str] = "push"
    url: str = ""
    stream_key: Secret | None = None
    show: tuple[Ingest, ...] = ()
    stat: str | None = None
    target: Target = field(default_factory=Target)
    seconds: float = 8.0
    interface: str | None = None

    @property
    def disturbs(self) -> bool:
        """It takes a part of the line that a show may be going out on."""
        return bool(self.url)

    @property
    def resource(self) -> str:
        """As for throughput: alone on the uplink."""
        return "uplink"

    @property
    def deadline_s(self) -> float:
        """Encoding the picture on a busy computer, connecting twice, and a slow end."""
        return self.seconds * 1.2 + 25.0


@dataclass(frozen=True, slots=True, eq=False)
class PushTrace:
    """What a trial push saw; n intervals of about 100 ms of sending.

    `queue_ms`: how far the stream was behind its own clock at the end of each interval. `stalls_ms`: pauses of over
    200 ms in which nothing got through. `gop_s`: key frames, and so the bytes, come round in this time.
    lost: the connection broke, and could not be made again; hung: it stood, and nothing got through any more.
    """

    kind: ClassVar[str] = "push"
    outcome: Literal["held", "lost", "wrong-key"] | Refusal | Unreached
    said: str
    asked_kbps: float  # picture and sound as encoded
    t_s: Times  # (n,) seconds since the push began, at the end of each interval
    acknowledged: Counts  # (n,) bytes the far end's TCP has acknowledged in each interval; given to the system where it cannot tell
    counted: Literal["acknowledged", "sender"]
    queue_ms: Times  # (n,)
    stalls_ms: Times
    received: Times  # (m, 2) seconds and bytes that the server itself counted; empty where it offers no count
    received_by: Literal["stat", "rtmp", "nobody"] = "nobody"  # its web page, or what it acknowledged in RTMP
    gop_s: float = 2.0
    isolation: Literal["bound", "router", "system"] = "system"
    reconnects: int = 0
    push_cpu_s: float = 0.0  # our own work while pushing
    encode_cpu_s: float = 0.0  # of encoding the same picture once
