"""Measures of a line at rest: its interface, the way to the ingest step by step, and whether it is the line it seems."""

from __future__ import annotations

from typing import cast

import numpy as np

from rigcheck import metrics as m
from rigcheck.link_state import LinkState
from rigcheck.model import Measurement, Metric, Params, Reason
from rigcheck.profile import Setting
from rigcheck.uplink import Line
from rigcheck.uplink_state import UplinkTrace

ETHERNET_BYTES, PPPOE_BYTES = 1500, 1492
_CUT_OFF = frozenset({"no-route", "no-resolver"})  # the line leads nowhere; other outcomes may be the ingest's fault
_UNREACHED = {
    "timeout": Reason.TIMEOUT,
    "refused": Reason.UNREACHABLE,
    "no-route": Reason.UNREACHABLE,
    "no-name": Reason.MISSING,
    "no-resolver": Reason.UNREACHABLE,
}
_WITHOUT_PORT = frozenset({"wifi", "mobile", "vpn"})


def measure_link(state: LinkState, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - Measure
    """Every metric of a line at rest: ms, bytes, Mbit/s, flags (CONTRACT.md, network.*).

    What this system does not say is not-published. Without an ingest there is nothing to connect to: not-in-profile.
    """
    return (
        _said(m.NETWORK_UP, _is_up(state)),
        _link_mbps(state),
        _wifi(state),
        _mtu(state),
        *_steps(state),
        _portal(state),
    )


def measure_isolation(sample: LinkState | UplinkTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Whether what is measured on this line went over this line.

    A line that the profile does not single out has nothing to keep apart: none-here. A router's choice is taken on the
    far end's word alone: without it, not-published. The main line's address seen on another line is one line, not two;
    a system that cannot bind a socket to an interface only may have sent over another: an estimate.
    """
    line = cast("Line", setting.device("network", name))
    if line.interface is None and line.via is None:
        return (Measurement(m.NETWORK_ISOLATED, None, Reason.NONE_HERE),)
    same = sample.same_address if isinstance(sample, UplinkTrace) else None
    if sample.isolation == "router" and same is None:
        return (Measurement(m.NETWORK_ISOLATED, None, Reason.NOT_PUBLISHED),)
    is_own = sample.isolation != "system" and same is not True
    return (Measurement(m.NETWORK_ISOLATED, is_own, None, estimate=not is_own and same is not True),)


def _said(metric: Metric, value: float | bool | None, params: Params | None = None) -> Measurement:
    return Measurement(metric, value, Reason.NOT_PUBLISHED if value is None else None, params=params or {})


def _is_up(state: LinkState) -> bool | None:
    if state.outcome in _CUT_OFF or (state.interface is None and state.is_up is None):  # not even a way out
        return False
    return True if state.outcome in ("answered", "refused") else state.is_up


def _link_mbps(state: LinkState) -> Measurement:
    """Radios and tunnels have no port whose rate would tell a bad cable."""
    if state.medium in _WITHOUT_PORT:
        return Measurement(m.NETWORK_LINK, None, Reason.NOT_THIS_WAY)
    return _said(m.NETWORK_LINK, state.link_mbps if state.link_mbps is None or state.link_mbps > 0 else None)


def _wifi(state: LinkState) -> Measurement:
    facts = {"signal_dbm": state.signal_dbm} if state.signal_dbm is not None else {}
    return _said(m.NETWORK_WIFI, None if state.medium is None else state.medium == "wifi", facts)


def _mtu(state: LinkState) -> Measurement:
    """Of the way, by what TCP agreed on: 1492 is PPPoE, less a tunnel."""
    size = state.mtu_bytes
    if size is None or size >= ETHERNET_BYTES:
        return _said(m.NETWORK_MTU, size)
    return _said(m.NETWORK_MTU, size, {"what": ("pppoe" if size >= PPPOE_BYTES - 12 else "tunnel",)})


def _steps(state: LinkState) -> tuple[Measurement, ...]:
    """Name, connection, TLS: the first that did not come about says why, and so do those behind it."""
    trips = np.array(state.rtt_ms, np.float64)
    connect_ms = float(np.median(trips)) if trips.size else None
    values = (
        (m.NETWORK_DNS, state.dns_ms),
        (m.NETWORK_CONNECT, connect_ms),
        (m.NETWORK_TLS, state.tls_ms),
    )
    return tuple(_step(state, metric, value) for metric, value in values)


def _step(state: LinkState, metric: Metric, value: float | None) -> Measurement:
    if value is not None:
        is_time = np.isfinite(value) and value >= 0
        return Measurement(metric, value if is_time else None, None if is_time else Reason.JUNK, params=_tries(state))
    if state.outcome is None:
        return Measurement(metric, None, Reason.NOT_IN_PROFILE)
    if state.outcome in _UNREACHED:
        return Measurement(metric, None, _UNREACHED[state.outcome])
    if metric is m.NETWORK_TLS and state.certificate in ("fault", None):
        return Measurement(metric, None, Reason.FAILED if state.certificate else Reason.NOT_THIS_WAY)
    return Measurement(metric, None, Reason.NOT_PUBLISHED)


def _tries(state: LinkState) -> Params:
    return {"lost": state.lost, "tries": state.lost + len(state.rtt_ms)} if state.lost else {}


def _portal(state: LinkState) -> Measurement:
    if state.portal is None and state.outcome is None:
        return Measurement(m.NETWORK_PORTAL, None, Reason.NOT_IN_PROFILE)
    return _said(m.NETWORK_PORTAL, state.portal, {"certificate": state.certificate} if state.certificate else {})
