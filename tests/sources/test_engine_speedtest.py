"""speedtest-cli as it is, in its own process, against its servers' double: what it gives, and how it fails."""

import time
from dataclasses import replace

import anyio
import psutil
import pytest
from services_speedtest import Habits, speedtest_servers

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources import engine_speedtest
from rigcheck.sources.engine_speedtest import Road, environment
from rigcheck.uplink_state import UplinkRequest

REQUEST = UplinkRequest(engines=("speedtest-cli",), seconds=30.0)


def run(habits: Habits, folder, request=REQUEST):
    with speedtest_servers(folder, habits) as (proxy, trusted):
        try:
            return anyio.run(engine_speedtest.measure, request, Road(proxy, trusted))
        except NotSeen as unseen:
            return unseen


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "import speedtest" in " ".join(child.cmdline())]


def test_its_upload_is_an_estimate_near_the_rate_of_the_line(tmp_path, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")  # the system's own is left aside
    habits = Habits(kbps=20_000)
    trace = run(habits, tmp_path, replace(REQUEST, interface="lo"))
    assert (trace.counted, trace.isolation) == ("sender", "bound")
    seconds, kbps = trace.t_s[-1], trace.arrived.sum() * 8 / 1000 / trace.t_s[-1]
    assert seconds == pytest.approx(6, abs=1.5)
    assert kbps == pytest.approx(20_000, rel=0.3)
    assert trace.sent_bytes == pytest.approx(habits.taken, rel=0.3)
    assert trace.idle_rtt_ms.size == 1
    assert habits.heard[:4] == [
        *("CONNECT www.speedtest.net:443", "GET /speedtest-config.php"),
        *("CONNECT www.speedtest.net:443", "GET /speedtest-servers-static.php"),
    ]
    assert not any("random" in line for line in habits.heard)  # no download is paid for


def test_servers_that_do_not_answer_its_probes_are_no_line(tmp_path):
    fault = run(Habits(status=404), tmp_path)
    assert (fault.reason, fault.params["error"]) == (Reason.JUNK, "ping 1800000 ms")


def test_a_server_that_dies_in_mid_upload_is_a_fault_and_not_a_figure(tmp_path):
    fault = run(Habits(dies_after=1_500_000, kbps=8_000), tmp_path)
    assert isinstance(fault, NotSeen)  # it printed 280 Mbit/s in a trial, with exit code 0
    assert fault.reason is Reason.LOST
    assert fault.params["engine"] == "speedtest-cli"


def test_a_vendor_that_cannot_be_reached_is_a_failed_engine(tmp_path):
    habits = Habits()
    with speedtest_servers(tmp_path, habits) as (_, trusted):
        pass
    with pytest.raises(NotSeen) as fault:
        anyio.run(engine_speedtest.measure, REQUEST, Road("http://127.0.0.1:9", trusted))
    assert fault.value.reason is Reason.FAILED
    assert "refused" in fault.value.params["error"]


def test_a_certificate_nobody_vouches_for_is_a_failed_engine(tmp_path):
    habits = Habits()
    with speedtest_servers(tmp_path, habits) as (proxy, _), pytest.raises(NotSeen) as fault:
        anyio.run(engine_speedtest.measure, REQUEST, Road(proxy))
    assert fault.value.reason is Reason.FAILED
    assert "CERTIFICATE_VERIFY_FAILED" in fault.value.params["error"]


def test_one_that_hangs_is_killed_at_its_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(engine_speedtest, "LIMIT_S", 1.5)
    began = time.monotonic()
    fault = run(Habits(silent=True), tmp_path)
    assert fault.reason is Reason.TIMEOUT
    assert time.monotonic() - began < 5
    assert not children()


def test_cancelling_leaves_no_process(tmp_path):
    async def cancelled(road: Road) -> None:
        with anyio.move_on_after(1.5):
            await engine_speedtest.measure(REQUEST, road)

    with speedtest_servers(tmp_path, Habits(silent=True)) as (proxy, trusted):
        anyio.run(cancelled, Road(proxy, trusted))
    assert not children()


def test_it_is_not_tried_where_it_would_not_keep_to_the_limits():
    assert engine_speedtest.available(REQUEST) is None
    reasons = [
        engine_speedtest.available(UplinkRequest(**kind)).reason
        for kind in ({"seconds": 3.5}, {"seconds": 30.0, "max_bytes": 1}, {"seconds": 30.0, "far_end_port": 8081})
    ]
    assert reasons == [Reason.TOO_SHORT, Reason.NOT_THIS_WAY, Reason.NOT_THIS_WAY]


def test_an_interface_that_is_not_there_is_a_failed_engine(tmp_path):
    fault = run(Habits(), tmp_path, replace(REQUEST, interface="nosuch0"))
    assert fault.reason is Reason.FAILED
    assert "No such device" in fault.params["error"]


def test_the_systems_proxies_are_left_aside(monkeypatch):
    for name in ("http_proxy", "HTTPS_PROXY", "ALL_PROXY", "ftp_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    own = environment(engine_speedtest.STRAIGHT)
    assert {name.lower() for name in own if name.lower().endswith("_proxy")} == {"no_proxy"}
    assert own["no_proxy"] == "*"
