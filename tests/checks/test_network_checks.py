"""What is asked of the lines: engines, rates, lengths and allowances by profile, stage and what was typed; and the limits."""

from datetime import date
from types import MappingProxyType

import pytest

from rigcheck import metrics as m
from rigcheck.checks.ingest import INGEST_CHECKS, ask_push
from rigcheck.checks.network import NETWORK_CHECKS, ask_isolation, ask_link, ask_uplink, limit_rate, need_kbps
from rigcheck.judge import judge
from rigcheck.link_state import LinkRequest
from rigcheck.loading import load_limits
from rigcheck.model import Measurement, Need, Span, Stage, Status
from rigcheck.profile import Profile, Setting
from rigcheck.push_plan import Encode, PushPlan
from rigcheck.uplink import HttpFarEnd, Iperf3FarEnd, Line, Network, Push
from rigcheck.uplink_state import UplinkRequest
from rigcheck.value import Secret

HTTP = HttpFarEnd("http://far-end.example:8080", Secret("env:TOKEN"))
IPERF3 = Iperf3FarEnd("far-end.example:5201")
NEED = (4450 + 160) * 1.04
LIMITS = load_limits()


def setting(network=None, stage=Stage.HOST, push=None, **changes) -> Setting:
    profile = Profile(room="beauty-3", site="hangzhou-2f", network=network or Network(), push=push or Push())
    return Setting(profile, stage, date(2026, 11, 22), **changes)


def engines(line=None, named=(), full=False, http=HTTP, iperf3=IPERF3) -> tuple[str, ...]:
    network = Network({"main": line or Line()}, named, http, iperf3)
    return ask_uplink(setting(network, full=full), "main").engines


def test_a_line_is_asked_for_one_and_a_half_times_what_the_show_sends():
    network = Network({"main": Line("eth0", shared=True, max_mb=50)}, (), HTTP, None, "/mnt/turns")
    assert ask_uplink(setting(network), "main") == UplinkRequest(
        "main",
        interface="eth0",
        main_interface="eth0",
        engines=("http",),
        http=HTTP.url,
        token=HTTP.token,
        rate_kbps=1.5 * NEED,
        seconds=30.0,
        settle=True,
        max_bytes=50_000_000,
        shared=True,
        turns="/mnt/turns",
        site="hangzhou-2f",
        room="beauty-3",
    )


def test_the_lengths_by_stage_and_wish():
    network = Network(http=HTTP)
    full = ask_uplink(setting(network, full=True), "main")
    assert (full.rate_kbps, full.seconds, full.settle) == (None, 15.0, True)
    soak = ask_uplink(setting(network, minutes=5.0), "main")
    assert (soak.seconds, soak.settle) == (300.0, False)
    assert soak.deadline_s > 300


def test_engines_are_the_profiles_else_those_that_have_a_far_end():
    assert engines() == ("http", "iperf3")
    assert engines(iperf3=None) == ("http",)
    assert engines(http=None, iperf3=None) == ()
    assert engines(named=("iperf3", "speedtest-cli", "http")) == ("iperf3", "speedtest-cli", "http")


@pytest.mark.parametrize(
    ("line", "full", "runs"),
    [
        (Line(), False, True),
        (Line(shared=True), False, False),
        (Line(shared=True), True, True),
        (Line(max_mb=50), False, False),
        (Line(max_mb=50), True, False),
        (Line(via="router", far_end_port=8081), True, False),
    ],
)
def test_speedtest_cli_takes_all_of_a_line_and_is_kept_off_those_that_mind(line, full, runs):
    assert ("speedtest-cli" in engines(line, ("http", "speedtest-cli"), full)) is runs


def test_the_full_maximum_is_worth_the_internets_own_test_where_there_is_no_other():
    assert engines(full=True, http=None, iperf3=None) == ("speedtest-cli",)


def test_only_our_receiver_listens_where_a_router_sends_the_second_line():
    router = Line(via="router", far_end_port=8081)
    assert engines(router, ("iperf3", "speedtest-cli", "http")) == ("http",)
    assert ask_uplink(setting(Network({"main": router}, (), HTTP)), "main").far_end_port == 8081


def test_without_an_engine_nothing_is_sent_and_nothing_disturbed():
    request = ask_uplink(setting(), "main")
    assert request.engines == ()
    assert not request.disturbs
    assert ask_uplink(setting(Network(http=HTTP)), "main").disturbs


def test_a_plan_is_the_need_and_its_backup_tier_that_of_the_backup_line():
    encode, less = Encode(720, 1280, 30, 3000, audio_kbps=128), Encode(720, 1280, 30, 1500, audio_kbps=128)
    tiers = MappingProxyType({"backup_line": less})
    plan = PushPlan(encode, ("taobao",), "uplink", "high", (), tiers)
    network = Network({"main": Line(), "backup": Line("wwan0")})
    needs = [need_kbps(setting(network, plan=plan), name) for name in ("main", "backup")]
    assert needs == pytest.approx([3128 * 1.04, 1628 * 1.04])
    told = PushPlan(encode, (), "uplink", "high", (), upload_kbps=7000)
    assert [need_kbps(setting(network, plan=told), name) for name in ("main", "backup")] == [7000, 7000]
    refused = PushPlan(None, (), "uplink", "high", ())
    assert need_kbps(setting(network, plan=refused), "main") == pytest.approx(NEED)


@pytest.mark.parametrize(
    ("kbps", "status"),
    [(1.5 * NEED, Status.OK), (NEED / 0.69, Status.OK), (NEED / 0.75, Status.WARN), (NEED * 0.99, Status.FAIL)],
)
def test_the_show_may_take_seventy_per_cent(kbps, status):
    limit = limit_rate(setting(), "main", m.NETWORK_UPLOAD)
    assert isinstance(limit.ok, Span)
    assert judge(Measurement(m.NETWORK_UPLOAD, kbps), limit).status is status


def test_an_estimate_never_fails_a_line():
    limit = limit_rate(setting(), "main", m.NETWORK_UPLOAD)
    assert judge(Measurement(m.NETWORK_UPLOAD, 100.0, None, True), limit).status is Status.WARN


def test_a_line_at_rest_is_looked_at_on_its_way_to_the_ingest():
    push = Push(url="rtmp://live.example/app")
    network = Network({"main": Line("eth0"), "second": Line(via="router", far_end_port=8081)}, (), HTTP)
    asked = [ask_link(setting(network, push=push), name) for name in ("main", "second")]
    assert asked == [
        LinkRequest("main", "eth0", False, "rtmp://live.example/app"),
        LinkRequest("second", None, True, "http://far-end.example:8081"),
    ]


def test_whether_a_line_is_its_own_is_the_receivers_word_where_there_is_one():
    lines = {"main": Line("eth0"), "backup": Line("wwan0")}
    assert isinstance(ask_isolation(setting(Network(lines, (), HTTP)), "backup"), UplinkRequest)
    assert isinstance(ask_isolation(setting(Network(lines, (), HTTP)), "main"), LinkRequest)
    assert isinstance(ask_isolation(setting(Network(lines)), "backup"), LinkRequest)


def test_when_the_show_starts_no_line_is_loaded():
    """Stage go has ten seconds and light reads only."""
    lines = {"main": Line("eth0"), "backup": Line("wwan0")}
    assert isinstance(ask_isolation(setting(Network(lines, (), HTTP), Stage.GO), "backup"), LinkRequest)
    checks = {check.id: Need.TIME in check.needs for check in (*NETWORK_CHECKS, *INGEST_CHECKS)}
    assert checks["network.upload"]
    assert checks["ingest.trial"]
    heavy = {check.id for check in (*NETWORK_CHECKS, *INGEST_CHECKS) if check.ask in (ask_uplink, ask_push)}
    assert {name for name, waits in checks.items() if waits} == heavy


def test_equal_requests_are_one_test_a_line():
    network = Network({"main": Line()}, (), HTTP)
    asked = {check.ask(setting(network), "main") for check in NETWORK_CHECKS}
    assert {request.kind for request in asked} == {"uplink", "link"}
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("metric", "value", "status"),
    [
        (m.NETWORK_BUFFERBLOAT, 60.0, Status.OK),
        (m.NETWORK_BUFFERBLOAT, 61.0, Status.WARN),
        (m.NETWORK_BUFFERBLOAT, 201.0, Status.FAIL),
        (m.NETWORK_LOSS, 0.3, Status.OK),
        (m.NETWORK_LOSS, 1.1, Status.FAIL),
        (m.NETWORK_LINK, 100.0, Status.WARN),
        (m.NETWORK_LINK, 10.0, Status.FAIL),
        (m.NETWORK_MTU, 1492, Status.OK),
        (m.NETWORK_MTU, 1400, Status.WARN),
        (m.NETWORK_WIFI, True, Status.WARN),
        (m.NETWORK_UP, False, Status.FAIL),
        (m.NETWORK_PORTAL, True, Status.FAIL),
        (m.NETWORK_ISOLATED, False, Status.FAIL),
    ],
)
def test_the_built_in_limits(metric, value, status):
    assert judge(Measurement(metric, value), LIMITS[metric.id]).status is status
