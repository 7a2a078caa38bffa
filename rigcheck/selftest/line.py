"""Faults of the lines: down, taken by somebody else's login page, slow, lossy, not what they seem."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.link_state import LinkState
from rigcheck.model import Reason, Status
from rigcheck.selftest.fault import Fault, Inject
from rigcheck.selftest.scene import GOOD
from rigcheck.uplink_state import UplinkTrace

_DIP_S = (4.0, 5.8)


def unseen(reason: Reason, sample: object) -> NotSeen:
    """Nothing came of looking."""
    del sample
    return NotSeen(reason)


def with_fields(**fields: Any) -> Inject:  # noqa: ANN401 - any field of any sample
    """The sample with other values in some of its fields."""

    def inject(sample: Any) -> Any:  # noqa: ANN401 - likewise
        return replace(sample, **fields)

    return inject


def unplugged(state: LinkState) -> LinkState:
    """The cable is out: no carrier, no way anywhere."""
    return replace(
        state, is_up=False, outcome="no-route", dns_ms=None, rtt_ms=(), tls_ms=None, certificate=None, portal=None,
        link_mbps=None, mtu_bytes=None,
    )  # fmt: skip


def turned_away(outcome: str, **fields: Any) -> Inject:  # noqa: ANN401 - likewise
    """No way in at the ingest, and so no times beyond that."""
    return with_fields(outcome=outcome, handshake_ms=None, tls_ms=None, certificate_days=None, **fields)


def slow(trace: UplinkTrace) -> UplinkTrace:
    """A third of the usual: somebody else uploads."""
    arrived = (0.34 * trace.arrived).astype(np.int64)
    return replace(trace, arrived=arrived, sent_bytes=int(arrived.sum()))


def dipping(trace: UplinkTrace) -> UplinkTrace:
    """Hardly anything for two of ten seconds: Wi-Fi on the way, or a cell that hands over."""
    is_dip = (trace.t_s > _DIP_S[0]) & (trace.t_s <= _DIP_S[1])
    arrived = np.where(is_dip, 0.15 * trace.arrived, trace.arrived).astype(np.int64)
    return replace(trace, arrived=arrived, sent_bytes=int(arrived.sum()))


def bloated(trace: UplinkTrace) -> UplinkTrace:
    """A router that lets half a second queue up."""
    return replace(trace, loaded_rtt_ms=trace.loaded_rtt_ms + 480)


def lossy(trace: UplinkTrace) -> UplinkTrace:
    """Three probes in a hundred do not come back."""
    lost = trace.probes_sent * 3 // 100
    return replace(trace, probes_lost=lost, transit_ms=trace.transit_ms[lost:])


def jittery(trace: UplinkTrace) -> UplinkTrace:
    """Packets that take up to half a second longer than others."""
    return replace(trace, transit_ms=trace.transit_ms + np.random.default_rng(5).uniform(0, 500, trace.transit_ms.size))


def distant(trace: UplinkTrace) -> UplinkTrace:
    """Once around the world: a VPN that is left on."""
    return replace(
        trace,
        idle_rtt_ms=trace.idle_rtt_ms + 460,
        loaded_rtt_ms=trace.loaded_rtt_ms + 460,
        transit_ms=trace.transit_ms + 460,
    )


def _link(check: str, inject: Inject, *, red: Status = Status.FAIL) -> Fault:
    return Fault(check, GOOD, {"link@main": inject}, red=red)


def _uplink(check: str, inject: Inject) -> Fault:
    return Fault(check, GOOD, {"uplink@main": inject})


_FOREIGN: Inject = with_fields(tls_ms=None, certificate="other-name", portal=True)

LINE_FAULTS: tuple[Fault, ...] = (
    Fault(
        "network.line",
        GOOD,
        {
            "link@main": unplugged,
            "uplink@main": partial(unseen, Reason.UNREACHABLE),
            "ingest@main": turned_away("no-route", certificate=None, dns_ms=None, connect_ms=None),
            "push@main": partial(unseen, Reason.UNREACHABLE),
        },
        also={"network.upload": "cable", "ingest.link": "cable"},
    ),
    Fault(
        "network.portal",
        GOOD,
        {"link@main": _FOREIGN, "ingest@main": turned_away("tls", certificate="other-name")},
        also={"ingest.link": "portal", "ingest.certificate": "portal"},
    ),
    _uplink("network.upload", slow),
    _uplink("network.sustained", dipping),
    _uplink("network.bufferbloat", bloated),
    _uplink("network.loss", lossy),
    _uplink("network.jitter", jittery),
    _uplink("network.delay", distant),
    _link("network.connect", with_fields(rtt_ms=(462.0, 455.1, 480.7, 459.9, 466.2))),
    _link("network.names", with_fields(dns_ms=2_600.0)),
    _link("network.tls", with_fields(tls_ms=3_100.0)),
    _link("network.port", with_fields(link_mbps=10.0)),
    _link("network.wifi", with_fields(medium="wifi", link_mbps=None, signal_dbm=-71.0), red=Status.WARN),
    _link("network.mtu", with_fields(mtu_bytes=1_380), red=Status.WARN),
    Fault("network.isolated", GOOD, {"uplink@backup": with_fields(same_address=True)}, device="backup"),
)
