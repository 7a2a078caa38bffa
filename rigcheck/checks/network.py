"""The lines: up, wired, leading to the ingest quickly, and carrying what the show sends, with room to spare."""

from __future__ import annotations

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.address import with_port
from rigcheck.check import Check
from rigcheck.link_state import LinkRequest
from rigcheck.measure.net_link import measure_isolation, measure_link
from rigcheck.measure.net_uplink import measure_uplink
from rigcheck.model import Impact, Limit, Metric, Need, Role, Span, Stage
from rigcheck.profile import Setting
from rigcheck.push_plan import Target
from rigcheck.uplink import EngineName, Line
from rigcheck.uplink_state import UplinkRequest

PACE = 1.5
"""Times what the show sends: enough for the verdict (its 70 % rule asks for 1.43), and no more of the line than that."""
SHARE = 0.70
"""Of the line that a show may take: what OBS's own auto-configuration takes of a line that did not carry its test."""
CAP_S, FULL_S = 30.0, 15.0
"""Seconds at most. A steady line is settled after 3; an unsteady one is worth 30, in which a mean is within 10 % in 93 of
100 tests on good Wi-Fi (86 in 10 s; our simulations). The line's maximum costs too many bytes for that."""
SATURATING: EngineName = "speedtest-cli"


def ask_uplink(setting: Setting, name: str) -> UplinkRequest:
    """An upload over one line. Where the profile and the command line leave no engine for it, none is tried."""
    network, line = setting.profile.network, line_of(setting, name)
    return UplinkRequest(
        name,
        interface=line.interface,
        far_end_port=line.far_end_port,
        main_interface=line_of(setting, setting.main_of("network")).interface,
        engines=engines(setting, line),
        http=network.http.url if network.http else None,
        token=network.http.token if network.http else None,
        iperf3=network.iperf3.server if network.iperf3 else None,
        rate_kbps=None if setting.full else PACE * need_kbps(setting, name),
        seconds=_seconds(setting),
        settle=setting.minutes is None,
        max_bytes=None if line.max_mb is None else int(line.max_mb * 1e6),
        shared=line.shared,
        turns=network.turns,
        site=setting.profile.site,
        room=setting.profile.room,
    )


def line_of(setting: Setting, name: str) -> Line:
    """The line as the profile has it."""
    return cast("Line", setting.device("network", name))


def engines(setting: Setting, line: Line) -> tuple[str, ...]:
    """What may measure this line, in the profile's order; with none named, our receiver and iperf3 where they listen.

    Only our receiver listens on the port that a router sends over a second line. speedtest-cli takes all of a line and
    knows no end: never on a metered one, on a shared one only with --full, which also asks for it where none is named.
    """
    network = setting.profile.network
    listening: dict[EngineName, object] = {"http": network.http, "iperf3": network.iperf3}
    named = network.engines or tuple(engine for engine, far_end in listening.items() if far_end is not None)
    if setting.full and SATURATING not in named:
        named = (*named, SATURATING)
    return tuple(engine for engine in named if _may(setting, line, engine))


def _may(setting: Setting, line: Line, engine: str) -> bool:
    if line.via == "router" and engine != "http":
        return False
    return engine != SATURATING or (line.max_mb is None and (setting.full or not line.shared))


def _seconds(setting: Setting) -> float:
    if setting.minutes is not None:
        return setting.minutes * 60
    return FULL_S if setting.full else CAP_S


def need_kbps(setting: Setting, name: str) -> float:
    """What the show sends over this line, all in: by the plan, on a backup line its tier for that; else by the target."""
    plan = setting.plan
    if plan is None or plan.encode is None:
        return setting.target.total_kbps
    tier = plan.tiers.get("backup_line") if name != setting.main_of("network") else None
    if tier is None and plan.upload_kbps is not None:
        return plan.upload_kbps
    encode = tier or plan.encode
    return Target(video_kbps=encode.video_kbps, audio_kbps=encode.audio_kbps, outputs=plan.outputs).total_kbps


def ask_link(setting: Setting, name: str) -> LinkRequest:
    """The line at rest, on the way to the show's ingest; of a router's line, to the port that leads over it."""
    line, http = line_of(setting, name), setting.profile.network.http
    if line.far_end_port is None:
        return LinkRequest(name, line.interface, is_router=False, url=setting.profile.push.url)
    return LinkRequest(name, is_router=True, url=with_port(http.url, line.far_end_port) if http else None)


def ask_isolation(setting: Setting, name: str) -> UplinkRequest | LinkRequest:
    """What our receiver saw of a further line; of the main one, without a receiver and in haste, what the system does."""
    uplink = ask_uplink(setting, name)
    is_further, is_early = name != setting.main_of("network"), setting.stage is not Stage.GO
    return uplink if is_further and is_early and "http" in uplink.engines else ask_link(setting, name)


def limit_rate(setting: Setting, name: str, metric: Metric) -> Limit:
    """What the show sends may take 70 % of the line; a line that just carries it is worth a warning."""
    del metric
    need = need_kbps(setting, name)
    return Limit(Span(round(need / SHARE), None), Span(round(need), None))


_link = partial(Check, section="network", ask=ask_link, measure=measure_link, impact=Impact.DEGRADE)
_uplink = partial(
    Check,
    section="network",
    ask=ask_uplink,
    measure=measure_uplink,
    impact=Impact.DEGRADE,
    needs=frozenset({Need.TIME}),
)

NETWORK_CHECKS: tuple[Check, ...] = (
    _link(id="network.line", metrics=(m.NETWORK_UP,), impact=Impact.STOP, minutes=5),
    _link(id="network.portal", metrics=(m.NETWORK_PORTAL,), impact=Impact.STOP, minutes=3),
    _uplink(id="network.upload", metrics=(m.NETWORK_UPLOAD,), impact=Impact.STOP, limit_of=limit_rate, minutes=10),
    _uplink(id="network.sustained", metrics=(m.NETWORK_UPLOAD_P5,), limit_of=limit_rate, minutes=10),
    _uplink(id="network.bufferbloat", metrics=(m.NETWORK_BUFFERBLOAT,), who=Role.SITE, minutes=15),
    _uplink(id="network.loss", metrics=(m.NETWORK_LOSS,), minutes=10),
    _uplink(id="network.jitter", metrics=(m.NETWORK_JITTER,), minutes=10),
    _uplink(id="network.delay", metrics=(m.NETWORK_RTT,), minutes=10),
    _link(id="network.connect", metrics=(m.NETWORK_CONNECT,), minutes=5),
    _link(id="network.names", metrics=(m.NETWORK_DNS,), minutes=5),
    _link(id="network.tls", metrics=(m.NETWORK_TLS,), minutes=5),
    _link(id="network.port", metrics=(m.NETWORK_LINK,), minutes=5),
    _link(id="network.wifi", metrics=(m.NETWORK_WIFI,), minutes=10),
    _link(id="network.mtu", metrics=(m.NETWORK_MTU,), who=Role.SITE, minutes=15),
    _link(id="network.isolated", ask=ask_isolation, measure=measure_isolation, metrics=(m.NETWORK_ISOLATED,)),
)
