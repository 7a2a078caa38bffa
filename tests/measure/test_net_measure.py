"""Uploads and lines at rest: what is made of them, against vectors, against simulated truth, and against nonsense."""

import json
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from uplink_made import at_rest, upload, varying

from rigcheck import metrics as m
from rigcheck.measure.net_delay import bloat_grade, jitter_ms, most_loss_pct
from rigcheck.measure.net_interval import half_width_pct, t_quantile
from rigcheck.measure.net_link import measure_isolation, measure_link
from rigcheck.measure.net_rate import rate_trace
from rigcheck.measure.net_uplink import measure_uplink
from rigcheck.model import Reason, Stage
from rigcheck.profile import Line, Network, Profile, Setting

VECTOR = {
    "transit_ms": [50, 52, 49, 60, 50, 50, 55, 50, 50, 51],
    "jitter_ms_after_each_packet_from_second": [0.125, 0.3047, 0.9731, 1.5373, 1.4412, 1.6637, 1.8722, 1.7552, 1.7080],
}


def setting(**lines) -> Setting:
    return Setting(Profile(network=Network(lines or {"main": Line()})), Stage.HOST, date(2026, 11, 22))


def uplink(trace, **lines):
    return {found.metric: found for found in measure_uplink(trace, setting(**lines), "main")}


def link(state):
    return {found.metric: found for found in measure_link(state, setting(), "main")}


def isolated(sample, name="main", **lines):
    (found,) = measure_isolation(sample, setting(**lines), name)
    if found.value is None:
        return found.reason
    return "perhaps not" if found.estimate else found.value


def assert_jitter(vector):
    transit = np.array(vector["transit_ms"], np.float64)
    for count, wanted in enumerate(vector["jitter_ms_after_each_packet_from_second"], 2):
        assert jitter_ms(transit[:count]) == pytest.approx(wanted, abs=1e-3 if count < 10 else 1e-4)


def test_jitter_is_rfc_3550s():
    assert_jitter(VECTOR)
    found = uplink(upload([8000] * 40, transit_ms=np.array(VECTOR["transit_ms"], np.float64)))
    assert found[m.NETWORK_JITTER].value == pytest.approx(1.7080, abs=1e-3)


@pytest.mark.material
def test_jitter_against_the_vector_beside_the_project(material):
    assert_jitter(json.loads((material / "network" / "rfc3550-jitter-vector.json").read_text()))


@pytest.mark.parametrize(
    ("freedom", "wanted"), [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (9, 2.262), (29, 2.045), (1000, 1.962)]
)
def test_the_quantile_of_t(freedom, wanted):
    assert t_quantile(freedom) == pytest.approx(wanted, rel=0.002)


def test_the_quantile_of_t_falls_all_the_way():
    values = [t_quantile(freedom) for freedom in np.arange(0.5, 40, 0.05)]
    assert all(low >= high for low, high in pairwise(values))


@pytest.mark.parametrize(
    ("share", "tau_s", "seconds"),
    [(0.05, 0.0, 3.0), (0.1, 0.3, 5.0), (0.2, 0.5, 10.0), (0.3, 1.0, 15.0), (0.3, 1.0, 30.0), (0.5, 2.0, 30.0)],
)
def test_the_interval_covers_the_truth_in_33_of_40(share, tau_s, seconds):
    covered, halves = 0, []
    for seed in range(40):
        found = uplink(upload(varying(20_000, share, tau_s, seconds, seed)))
        half = found[m.NETWORK_UNCERTAINTY].value
        covered += abs(found[m.NETWORK_UPLOAD].value / 20_000 - 1) <= half / 100
        halves.append(half)
    assert covered >= 33
    best = 196 * share * np.sqrt(max(2 * tau_s, 0.1) / seconds)  # of one who knew the correlation time
    assert np.median(halves) < 2 * best + 3  # and is not simply wide


def test_a_plain_interval_would_not():
    """Neighbouring tenths of a second tell the same: taken for independent, they are too sure of themselves."""
    covered = 0
    for seed in range(40):
        rates = varying(20_000, 0.3, 1.0, 10.0, seed)
        plain = 1.96 * rates.std() / np.sqrt(rates.size)
        covered += abs(rates.mean() - 20_000) <= plain
    assert covered < 26


def test_nothing_is_surer_than_its_count():
    assert uplink(upload([8000] * 100))[m.NETWORK_UNCERTAINTY].value == pytest.approx(1.0)
    assert half_width_pct(np.full(50, 8000.0)) == 0
    assert half_width_pct(np.full(5, 8000.0)) == np.inf
    assert half_width_pct(np.zeros(50)) == np.inf


def test_the_worst_twentieth_of_the_seconds():
    """11 s, the first left out: 91 windows, of which a hole of 100 ms is in 10 and a slow second wholly in one."""
    rates = np.full(110, 8000.0)
    rates[50] = 0
    found = uplink(upload(rates))
    assert found[m.NETWORK_UPLOAD].value == pytest.approx(8000 * 99 / 100)
    assert found[m.NETWORK_UPLOAD_P5].value == pytest.approx(7200)
    rates[50:60] = 2000
    windows = np.sort(np.convolve(rates[10:], np.ones(10) / 10, "valid"))
    worst = uplink(upload(rates))[m.NETWORK_UPLOAD_P5]
    assert worst.value == pytest.approx(np.percentile(windows, 5))
    assert worst.value < 5000
    assert not worst.estimate


@pytest.mark.parametrize(("seconds", "expected"), [(2.8, Reason.TOO_SHORT), (3.0, True), (9.8, True), (10.0, False)])
def test_the_worst_twentieth_needs_time(seconds, expected):
    found = uplink(upload([8000] * round(seconds * 10)))[m.NETWORK_UPLOAD_P5]
    assert (found.reason if found.value is None else found.estimate) == expected


def test_tcps_start_is_left_out():
    rates = np.concatenate((np.linspace(0, 8000, 10), np.full(30, 8000.0)))
    found = uplink(upload(rates))
    assert found[m.NETWORK_UPLOAD].value == pytest.approx(8000)
    assert found[m.NETWORK_UPLOAD_P5].value == pytest.approx(8000)


@given(
    st.lists(st.floats(0, 1e6), min_size=31, max_size=120),
    st.floats(0.02, 0.14),
)
def test_the_worst_is_never_above_the_best_and_uneven_intervals_lose_nothing(rates, step_s):
    trace = upload(rates, step_s)
    found = rate_trace(trace.t_s, trace.arrived)
    assert found.length_s == pytest.approx(step_s * len(rates))
    windows = found.windows_kbps()
    whole = found.kbps.size * found.step_s
    assert -1e-6 < found.length_s - whole - min(1.0, found.length_s / 3) < 0.11
    if windows.size:
        assert windows.min() >= found.kbps.min() - 1e-6
        assert np.percentile(windows, 5) <= windows.max() + 1e-6


def test_longer_intervals_are_not_cut_into_steps():
    found = uplink(upload([8000, 6000, 8000, 7000, 7500], 1.0))
    assert found[m.NETWORK_UPLOAD].value == pytest.approx(7125)  # the first left out
    assert found[m.NETWORK_UPLOAD_P5].value == pytest.approx(np.percentile([6000, 8000, 7000, 7500], 5))
    assert found[m.NETWORK_UNCERTAINTY].value > 10
    coarse = uplink(upload([8000, 6000, 8000], 5.0))
    assert coarse[m.NETWORK_UPLOAD_P5].reason is Reason.NOT_THIS_WAY
    single = uplink(upload([8000], 12.0))
    assert single[m.NETWORK_UPLOAD].value == pytest.approx(8000)
    assert single[m.NETWORK_UNCERTAINTY].reason is Reason.TOO_SHORT


def test_a_paced_upload_that_was_carried_is_a_lower_bound():
    carried = uplink(upload([6900] * 40, paced_kbps=7000.0))[m.NETWORK_UPLOAD]
    assert carried.params["at_least"] is True
    assert not carried.estimate
    short = uplink(upload([6000] * 40, paced_kbps=7000.0))[m.NETWORK_UPLOAD]
    assert short.params["at_least"] is False
    assert "at_least" not in uplink(upload([6900] * 40))[m.NETWORK_UPLOAD].params


def test_what_only_the_sender_counted_is_an_estimate():
    found = uplink(upload([8000] * 120, counted="sender"))
    assert found[m.NETWORK_UPLOAD].estimate
    assert found[m.NETWORK_UPLOAD_P5].estimate
    assert not uplink(upload([8000] * 120, counted="acknowledged"))[m.NETWORK_UPLOAD].estimate


def test_the_message_can_say_how_it_was_made_and_what_it_cost():
    trace = upload([8000] * 40, sent_bytes=4_200_000, failed={"http": "timeout"}, waited_s=3.0, proxy=True)
    said = uplink(trace, main=Line(max_mb=50))[m.NETWORK_UPLOAD].params
    assert said["sent_mb"] == 4.2
    assert said["max_mb"] == 50
    assert said["seconds"] == 4.0
    assert said["failed"] == ("http timeout",)
    assert (said["waited_s"], said["proxy"], said["confidence"]) == (3.0, True, "high")
    unsteady = uplink(upload(varying(8000, 0.5, 2.0, 10, 3)))[m.NETWORK_UPLOAD].params
    assert unsteady["confidence"] == "low"
    assert "max_mb" not in unsteady


@pytest.mark.parametrize(
    "changes",
    [
        {"t_s": np.array([0.1, 0.1, 0.3])},
        {"t_s": np.array([0.1, np.nan, 0.3])},
        {"t_s": np.array([0.0, 0.1, 0.2])},
        {"arrived": np.array([1, -1, 1])},
        {"arrived": np.array([0, 0, 0])},
        {"arrived": np.array([1, 1])},
    ],
)
def test_what_is_no_count_is_junk(changes):
    found = uplink(upload([8000] * 3, **changes))
    for metric in (m.NETWORK_UPLOAD, m.NETWORK_UPLOAD_P5, m.NETWORK_UNCERTAINTY):
        assert (found[metric].value, found[metric].reason) == (None, Reason.JUNK)


def test_what_the_engine_cannot_tell_is_not_by_this_route():
    found = uplink(upload([]))
    assert {metric.id for metric, one in found.items() if one.value is None} == {metric.id for metric in found}
    assert {one.reason for one in found.values()} == {Reason.NOT_THIS_WAY}


def test_delay_idle_loaded_and_what_load_adds():
    idle, loaded = np.array([20.0, 21, 90, 20, 21]), np.array([120.0, 121, 119, 122, 500])
    found = uplink(upload([8000] * 40, idle_rtt_ms=idle, loaded_rtt_ms=loaded))
    assert found[m.NETWORK_RTT].value == 21
    assert found[m.NETWORK_LOADED_RTT].value == 121
    assert found[m.NETWORK_BUFFERBLOAT].value == 100
    assert found[m.NETWORK_BUFFERBLOAT].params["grade"] == "C"
    assert not found[m.NETWORK_BUFFERBLOAT].estimate


def test_delay_of_few_tries_is_an_estimate_and_nonsense_none():
    one = uplink(upload([8000] * 40, idle_rtt_ms=np.array([20.0]), loaded_rtt_ms=np.array([19.0] * 5)))
    assert one[m.NETWORK_RTT].estimate
    assert (one[m.NETWORK_BUFFERBLOAT].value, one[m.NETWORK_BUFFERBLOAT].estimate) == (0, True)
    odd = uplink(upload([8000] * 40, idle_rtt_ms=np.array([20.0, np.inf]), transit_ms=np.array([np.nan, 1.0])))
    assert odd[m.NETWORK_RTT].reason is Reason.JUNK
    assert odd[m.NETWORK_BUFFERBLOAT].reason is Reason.JUNK
    assert odd[m.NETWORK_JITTER].reason is Reason.JUNK
    single = uplink(upload([8000] * 40, transit_ms=np.array([20.0])))
    assert single[m.NETWORK_JITTER].reason is Reason.TOO_SHORT


@pytest.mark.parametrize(
    ("added", "grade"), [(0, "A+"), (5, "A"), (29.9, "A"), (30, "B"), (60, "C"), (200, "D"), (399, "D"), (400, "F")]
)
def test_grades_of_bufferbloat(added, grade):
    assert bloat_grade(added) == grade


@pytest.mark.parametrize(("sent", "lost", "most"), [(300, 0, 0.994), (3000, 0, 0.0998), (100, 1, 4.656), (10, 10, 100)])
def test_the_most_loss_behind_so_few_probes(sent, lost, most):
    """Clopper and Pearson's one-sided bound; without loss the rule of three (3/300 is 1 %)."""
    assert most_loss_pct(sent, lost) == pytest.approx(most, rel=0.002)


@given(st.integers(1, 4000), st.data())
def test_the_most_loss_is_above_the_loss_seen(sent, data):
    lost = data.draw(st.integers(0, min(sent, 60)))
    assert 100 * lost / sent <= most_loss_pct(sent, lost) <= 100


def test_loss_and_its_confidence():
    few = uplink(upload([8000] * 40, probes_sent=100, probes_lost=2))[m.NETWORK_LOSS]
    assert (few.value, few.estimate) == (2.0, True)
    assert few.params["most_pct"] > 5
    many = uplink(upload([8000] * 40, probes_sent=300))[m.NETWORK_LOSS]
    assert (many.value, many.estimate) == (0.0, False)
    assert uplink(upload([8000] * 40, probes_sent=9))[m.NETWORK_LOSS].reason is Reason.TOO_SHORT
    assert uplink(upload([8000] * 40, probes_sent=9, probes_lost=10))[m.NETWORK_LOSS].reason is Reason.JUNK


def test_download_and_responsiveness_are_the_engines():
    found = uplink(upload([8000] * 40, download_kbps=90_000.0, rpm=800.0))
    assert (found[m.NETWORK_DOWNLOAD].value, found[m.NETWORK_RPM].value) == (90_000, 800)
    assert uplink(upload([8000], download_kbps=0.0))[m.NETWORK_DOWNLOAD].reason is Reason.JUNK
    assert uplink(upload([8000], download_kbps=9.0, method="speedtest-cli"))[m.NETWORK_DOWNLOAD].estimate


def test_a_good_line_at_rest():
    values = {metric.id: found.value for metric, found in link(at_rest()).items()}
    assert values == {
        "network.up": True,
        "network.link_mbps": 1000,
        "network.wifi": False,
        "network.mtu_bytes": 1500,
        "network.dns_ms": 12,
        "network.connect_ms": 21,
        "network.tls_ms": 45,
        "network.captive_portal": False,
    }


@pytest.mark.parametrize(
    ("state", "up", "connect"),
    [
        ({"outcome": "no-route", "rtt_ms": ()}, False, Reason.UNREACHABLE),
        ({"outcome": "no-resolver", "rtt_ms": (), "dns_ms": None}, False, Reason.UNREACHABLE),
        ({"outcome": "refused", "rtt_ms": ()}, True, Reason.UNREACHABLE),
        ({"outcome": "timeout", "rtt_ms": ()}, True, Reason.TIMEOUT),
        ({"outcome": "no-name", "rtt_ms": (), "dns_ms": None}, True, Reason.MISSING),
        ({"outcome": None, "rtt_ms": (), "dns_ms": None}, True, Reason.NOT_IN_PROFILE),
        ({"is_up": False, "outcome": None, "rtt_ms": ()}, False, Reason.NOT_IN_PROFILE),
        ({"is_up": None, "outcome": "answered"}, True, None),
        ({"is_up": None, "interface": None, "outcome": None, "rtt_ms": ()}, False, Reason.NOT_IN_PROFILE),
    ],
)
def test_a_line_that_leads_nowhere_is_down_and_an_ingest_that_is_silent_is_not_the_lines_fault(state, up, connect):
    found = link(at_rest(**state))
    assert found[m.NETWORK_UP].value is up
    assert found[m.NETWORK_CONNECT].reason is connect


def test_tls_that_is_not_spoken_and_tls_that_fails():
    plain = link(at_rest(tls_ms=None, certificate=None))
    assert plain[m.NETWORK_TLS].reason is Reason.NOT_THIS_WAY
    assert link(at_rest(tls_ms=None, certificate="fault"))[m.NETWORK_TLS].reason is Reason.FAILED
    assert link(at_rest(tls_ms=-3.0))[m.NETWORK_TLS].reason is Reason.JUNK


def test_radios_and_tunnels():
    radio = link(at_rest(medium="wifi", signal_dbm=-60.0, link_mbps=866.0))
    assert radio[m.NETWORK_WIFI].value is True
    assert radio[m.NETWORK_WIFI].params == {"signal_dbm": -60.0}
    assert radio[m.NETWORK_LINK].reason is Reason.NOT_THIS_WAY
    assert link(at_rest(medium=None))[m.NETWORK_WIFI].reason is Reason.NOT_PUBLISHED
    assert link(at_rest(link_mbps=0.0))[m.NETWORK_LINK].reason is Reason.NOT_PUBLISHED


@pytest.mark.parametrize(("size", "what"), [(1500, None), (1492, "pppoe"), (1480, "pppoe"), (1420, "tunnel")])
def test_the_packet_size_tells_what_is_on_the_way(size, what):
    assert link(at_rest(mtu_bytes=size))[m.NETWORK_MTU].params.get("what", (None,))[0] == what


def test_a_captive_portal():
    assert link(at_rest(portal=True, certificate="other-name"))[m.NETWORK_PORTAL].value is True
    silent = link(at_rest(portal=None, outcome=None))
    assert silent[m.NETWORK_PORTAL].reason is Reason.NOT_IN_PROFILE


def test_isolation():
    own, router = Line(interface="eth0"), Line(via="router", far_end_port=8081)
    lines = {"main": Line(), "backup": own, "second": router}
    assert isolated(at_rest(), "main", **lines) is Reason.NONE_HERE
    assert isolated(at_rest(), "backup", **lines) is True
    assert isolated(at_rest(isolation="system"), "backup", **lines) == "perhaps not"
    assert isolated(upload([1], isolation="bound"), "backup", **lines) is True
    assert isolated(upload([1], isolation="system", same_address=True), "backup", **lines) is False
    assert isolated(upload([1], isolation="bound", same_address=True), "backup", **lines) is False
    assert isolated(at_rest(isolation="router"), "second", **lines) is Reason.NOT_PUBLISHED
    assert isolated(upload([1], isolation="router", same_address=False), "second", **lines) is True
    assert isolated(upload([1], isolation="router", same_address=True), "second", **lines) is False
