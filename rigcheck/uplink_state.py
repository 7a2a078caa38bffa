"""Throughput of a line: the Request for it, and the trace that came back, counted where the bytes arrived."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from rigcheck.request import Request
from rigcheck.value import Secret

Times = NDArray[np.float64]
Counts = NDArray[np.int64]
Isolation = Literal["bound", "router", "system"]
"""How a line was singled out: a socket bound to its interface, the router's policy, or not at all (the system's way)."""


@dataclass(frozen=True, slots=True)
class UplinkRequest(Request):
    """An upload over one line, and round trips before and during it.

    Paced at `rate_kbps` (None: as fast as the line takes it) until its figure is settled, `seconds` at most, and never
    more than `max_bytes`. `engines` are tried in their order; `http` is the URL of our receiver, `iperf3` HOST:PORT.
    With `shared`, rooms of one `site` take turns, at the receiver or in the folder `turns`.
    """

    kind: ClassVar[str] = "uplink"
    interface: str | None = None
    far_end_port: int | None = None  # router lines: the receiver's port that goes over this line
    main_interface: str | None = None  # the main line's: whether both have one public address
    engines: tuple[str, ...] = ()
    http: str | None = None
    token: Secret | None = None
    iperf3: str | None = None
    rate_kbps: float | None = None
    seconds: float = 10.0
    settle: bool = True  # stop as soon as the figure is settled; a soak does not
    max_bytes: int | None = None
    shared: bool = False
    turns: str | None = None
    site: str | None = None
    room: str | None = None

    @property
    def disturbs(self) -> bool:
        """It fills the line that a show may be going out on; without an engine nothing is sent."""
        return bool(self.engines)

    @property
    def resource(self) -> str:
        """All lines in turn: one computer's figures suffer from its own other test."""
        return "uplink"

    @property
    def deadline_s(self) -> float:
        """Setting up, round trips and one slow end; where lines are shared, also another room's turn."""
        return self.seconds * 1.5 + 8.0 + (30.0 if self.shared else 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class UplinkTrace:
    """What arrived, interval by interval; n intervals of about 100 ms each, the first starting with the first byte.

    `counted`: receiver (bytes that arrived there), acknowledged (TCP's word), sender (given to the system only).
    Round trips are in ms, idle before and loaded during the upload; the n-th transit time of a probe belongs to RFC
    3550's jitter. None or empty: the engine cannot tell.
    """

    kind: ClassVar[str] = "uplink"
    method: str  # http, iperf3, speedtest-cli, trace
    counted: Literal["receiver", "acknowledged", "sender"]
    t_s: Times  # (n,) end of each interval since the start
    arrived: Counts  # (n,) bytes
    sent_bytes: int  # what the test cost the line
    paced_kbps: float | None  # None: as fast as the line took it
    ended: Literal["settled", "cap", "max-mb", "duration"]  # why it stopped
    idle_rtt_ms: Times
    loaded_rtt_ms: Times
    transit_ms: Times  # one-way or round-trip times of the idle probes, in order
    probes_sent: int = 0
    probes_lost: int = 0
    download_kbps: float | None = None
    rpm: float | None = None
    isolation: Isolation = "system"
    same_address: bool | None = None  # the far end saw this line under the main line's address
    waited_s: float = 0.0  # for another room's turn
    failed: Mapping[str, str] | None = None  # engines that were tried first, and why they gave nothing
    proxy: bool = False  # the system has a proxy set; the test went past it
