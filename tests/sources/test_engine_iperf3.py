"""The real iperf3 against the real iperf3: what it gives, what it costs, and how it fails."""

import os
import shutil
import socket
import threading
import time
from dataclasses import replace
from datetime import date

import anyio
import psutil
import pytest
from services_iperf3 import free_port, iperf3_server

from rigcheck.errors import NotSeen
from rigcheck.measure.net_uplink import measure_uplink
from rigcheck.metrics import NETWORK_UPLOAD, NETWORK_UPLOAD_P5
from rigcheck.model import Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.sources import engine_iperf3
from rigcheck.uplink_state import UplinkRequest

pytestmark = pytest.mark.svc
ROOM = Setting(Profile(), Stage.HOST, date(2026, 11, 22))
REQUEST = UplinkRequest(engines=("iperf3",), rate_kbps=8_000, seconds=3.5)


def run(server: str | None, **changes):
    try:
        return anyio.run(engine_iperf3.measure, replace(REQUEST, iperf3=server, **changes))
    except NotSeen as unseen:
        return unseen


def clients() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "-c" in child.cmdline()]


def test_a_paced_upload_is_counted_by_the_server_second_by_second():
    with iperf3_server() as server:
        trace = run(server)
    assert (trace.counted, trace.method, trace.ended, trace.isolation) == ("receiver", "iperf3", "duration", "system")
    assert trace.t_s.tolist() == pytest.approx([1, 2, 3], abs=0.05)
    assert trace.arrived.sum() * 8 / 1000 / trace.t_s[-1] == pytest.approx(8_000, rel=0.05)
    assert trace.sent_bytes == pytest.approx(3_000_000, rel=0.05)
    assert trace.paced_kbps == 8_000
    assert trace.loaded_rtt_ms.size >= 25
    assert 0 < trace.idle_rtt_ms[0] <= trace.loaded_rtt_ms.max()
    measured = {m.metric.id: m for m in measure_uplink(trace, ROOM, "main")}
    assert measured[NETWORK_UPLOAD.id].value == pytest.approx(8_000, rel=0.05)
    assert measured[NETWORK_UPLOAD.id].params["at_least"]
    assert measured[NETWORK_UPLOAD_P5.id].value == pytest.approx(8_000, rel=0.06)


def test_a_server_that_counts_finer_tells_finer():
    with iperf3_server("-J", "-i", "0.1") as server:
        trace = run(server, interface="lo")
    assert trace.t_s.size >= 29
    assert trace.isolation == "bound"


def test_unpaced_it_takes_what_the_line_takes():
    with iperf3_server() as server:
        trace = run(server, rate_kbps=None, seconds=1.0)
    assert trace.paced_kbps is None
    assert trace.arrived.sum() * 8 / 1000 > 100_000


@pytest.mark.parametrize(("rate", "ended"), [(8_000, "max-mb"), (None, "duration")])
def test_a_metered_line_is_never_charged_more_than_it_allows(rate, ended):
    with iperf3_server() as server:
        trace = run(server, rate_kbps=rate, max_bytes=2_200_000)
    assert trace.sent_bytes <= 2_200_000
    assert trace.sent_bytes > 1_500_000
    assert trace.ended == ended
    assert trace.paced_kbps is not None


def test_where_not_even_a_second_may_be_spent_nothing_is_sent():
    assert run("127.0.0.1:9", max_bytes=500_000).reason is Reason.TOO_SHORT


def test_a_server_that_is_not_there():
    fault = run(f"127.0.0.1:{free_port()}")
    assert fault.reason is Reason.UNREACHABLE
    assert "refused" in fault.params["error"]
    assert fault.params["sent_bytes"] == 0


def test_a_name_that_is_not_there():
    assert run("no-such-host.invalid:5201").reason is Reason.MISSING


def test_an_interface_that_is_not_there():
    with iperf3_server() as server:
        assert run(server, interface="nosuch0").reason is Reason.MISSING


def test_a_server_busy_with_another():
    with iperf3_server() as server:
        first = threading.Thread(target=run, args=(server,))
        first.start()
        time.sleep(1)
        fault = run(server)
        first.join()
    assert fault.reason is Reason.REFUSED


def test_a_server_that_ends_in_mid_test():
    with iperf3_server() as server:
        found = []
        test = threading.Thread(target=lambda: found.append(run(server)))
        test.start()
        time.sleep(1.5)
    test.join(10)
    assert found[0].reason is Reason.LOST
    assert 500_000 < found[0].params["sent_bytes"] < 3_000_000


def test_a_server_that_says_nothing_is_given_up_and_the_client_killed(monkeypatch):
    monkeypatch.setattr(engine_iperf3, "SPARE_S", -1.5)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        port = str(mute.getsockname()[1])
        began = time.monotonic()
        fault = run(f"127.0.0.1:{port}")
        assert fault.reason is Reason.TIMEOUT
        assert time.monotonic() - began < 4
        assert not clients()


def test_cancelling_leaves_no_client():
    async def cancelled(server: str) -> None:
        with anyio.move_on_after(0.8):
            await engine_iperf3.measure(replace(REQUEST, iperf3=server))

    with iperf3_server() as server:
        anyio.run(cancelled, server)
        assert not clients()


def test_it_is_there_only_with_a_server_and_the_program(monkeypatch):
    request = replace(REQUEST, iperf3="127.0.0.1:5201")
    assert engine_iperf3.available(request) is None
    assert engine_iperf3.available(REQUEST).reason is Reason.NOT_IN_PROFILE
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert engine_iperf3.available(request).reason is Reason.NOT_INSTALLED


def test_a_program_that_is_no_iperf3(tmp_path, monkeypatch):
    fake = tmp_path / "iperf3"
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    for said, reason in (("echo usage", Reason.FAILED), ("echo '{}'", Reason.JUNK), ("echo '[]'", Reason.JUNK)):
        fake.write_text(f"#!/bin/sh\n{said}\n")
        fake.chmod(0o755)
        assert run("127.0.0.1:9").reason is reason


def test_a_program_that_cannot_be_started(tmp_path, monkeypatch):
    (tmp_path / "iperf3").write_text("no program")
    (tmp_path / "iperf3").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run("127.0.0.1:9").reason is Reason.FAILED


def test_one_that_does_not_mind_being_asked_to_end_is_made_to(tmp_path, monkeypatch):
    fake = tmp_path / "iperf3"
    fake.write_text("#!/bin/sh\ntrap '' TERM\necho $$ > pid\nwhile :; do sleep 0.2; done\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(engine_iperf3, "SPARE_S", -2.5)
    monkeypatch.chdir(tmp_path)
    assert run("127.0.0.1:9").reason is Reason.TIMEOUT
    assert not psutil.pid_exists(int((tmp_path / "pid").read_text()))


def test_a_program_that_talks_without_end_is_stopped(tmp_path, monkeypatch):
    fake = tmp_path / "iperf3"
    fake.write_text("#!/bin/sh\nexec yes '{\"start\": '\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert run("127.0.0.1:9").reason is Reason.JUNK
