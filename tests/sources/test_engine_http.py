"""The engine on lines with known answers, and every fault on the way with its own reason."""

import time
from pathlib import Path

import anyio
import numpy as np
import pytest
from services_net import BACKUP, FAR, HAS_TUN, MAIN, PAYLOAD, PORT, WHY_NOT, Lines, Weather, result
from services_receiver import eventually, receiving

from rigcheck.errors import NotSeen
from rigcheck.measure.net_interval import half_width_pct
from rigcheck.measure.settle import rates_kbps
from rigcheck.model import Reason
from rigcheck.sources import engine_http
from rigcheck.sources.uplink import measure_uplink
from rigcheck.uplink_state import UplinkRequest
from rigcheck.value import Secret

lines_here = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
weather_here = pytest.mark.skipif(not HAS_TUN, reason=WHY_NOT or "/dev/net/tun is not ours to open")
TWO_PORTS = (PORT, PORT + 1)


@pytest.fixture(scope="module")
def lines():
    """One set of lines for all: making them takes a second."""
    with Lines(ports=TWO_PORTS) as made:
        made.start_receiver()
        yield made


def rate_of(trace):
    return rates_kbps(trace.t_s, trace.arrived).mean()


def loaded_ms(trace):
    return np.median(trace.loaded_rtt_ms)


def retried(measure, figure, wanted, rel):
    """A trace whose figure is right, the second one at the latest: this machine may be busy with something else."""
    trace = measure()
    return trace if figure(trace) == pytest.approx(wanted, rel=rel) else measure()


def unseen(act) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        act()
    return caught.value


@pytest.mark.svc
@lines_here
@pytest.mark.parametrize("mbps", [2, 8, 20, 50])
def test_the_lines_maximum(lines, mbps):
    lines.shape(MAIN, mbps)
    truth = mbps * 1000 * PAYLOAD
    trace = retried(lambda: lines.measure(rate_kbps=None), rate_of, truth, 0.05)
    rates = rates_kbps(trace.t_s, trace.arrived)
    assert rates.mean() == pytest.approx(truth, rel=0.05)
    assert (trace.method, trace.counted, trace.paced_kbps) == ("http", "receiver", None)
    assert trace.ended in ("settled", "cap")
    assert trace.arrived.sum() <= trace.sent_bytes
    assert half_width_pct(rates) < 10 or trace.ended == "cap"
    assert trace.download_kbps is not None
    assert trace.rpm is not None


@pytest.mark.svc
@lines_here
def test_a_pace_that_the_line_carries_is_carried_and_loads_nothing(lines):
    lines.shape(MAIN, 20)
    trace = retried(lambda: lines.measure(rate_kbps=6000), rate_of, 6000, 0.02)
    assert rate_of(trace) == pytest.approx(6000, rel=0.02)
    assert trace.ended == "settled"
    assert trace.t_s[-1] < 6.0
    assert trace.sent_bytes < 6000 * 125 * 6.5  # what it cost, not what the line could carry
    assert np.median(trace.loaded_rtt_ms) < 20
    assert trace.rpm is None
    assert (trace.probes_sent, len(trace.transit_ms) + trace.probes_lost) == (300, 300)


@pytest.mark.svc
@lines_here
def test_a_pace_beyond_the_line_shows_what_the_line_carries(lines):
    lines.shape(MAIN, 4)
    trace = retried(lambda: lines.measure(rate_kbps=6000), rate_of, 4000 * PAYLOAD, 0.05)
    assert rate_of(trace) == pytest.approx(4000 * PAYLOAD, rel=0.05)
    assert np.median(trace.loaded_rtt_ms) > 50


@pytest.mark.svc
@lines_here
@pytest.mark.parametrize("buffer_ms", [100, 500])
def test_round_trips_under_load_show_the_buffer(lines, buffer_ms):
    lines.shape(MAIN, 20, buffer_ms)
    trace = retried(lambda: lines.measure(rate_kbps=None), loaded_ms, buffer_ms, 0.15)
    assert np.median(trace.idle_rtt_ms) < 10
    assert loaded_ms(trace) == pytest.approx(buffer_ms, rel=0.15)


@pytest.mark.svc
@lines_here
def test_a_soak_lasts_as_long_as_was_asked_for_and_finds_a_burst_shaper(lines):
    lines.shape(MAIN, 4, burst_kb=4000)  # 16 Mbit/s more for the first 2 s or so
    trace = lines.measure(rate_kbps=16_000, seconds=6, settle=False)
    assert trace.ended == "duration"
    assert trace.t_s[-1] == pytest.approx(6, abs=0.3)
    rates = rates_kbps(trace.t_s, trace.arrived, ramp_s=0)
    assert rates[:15].mean() > 2 * rates[-15:].mean()


@pytest.mark.svc
@lines_here
def test_a_metered_line_gives_no_byte_more_than_its_allowance(lines):
    lines.shape(MAIN, 20)
    before = lines.sent(MAIN)
    trace = lines.measure(rate_kbps=None, max_bytes=1_000_000)
    assert trace.ended == "max-mb"
    assert trace.sent_bytes <= 1_000_000
    assert trace.arrived.sum() == 1_000_000
    assert lines.sent(MAIN) - before < 1_200_000  # with headers, probes and all


@pytest.mark.svc
@lines_here
def test_a_bound_device_really_is_the_line(lines):
    lines.shape(MAIN, 20)
    lines.shape(BACKUP, 3)
    main, backup = lines.sent(MAIN), lines.sent(BACKUP)
    trace = lines.measure(name="backup", interface=BACKUP, rate_kbps=6000, main_interface=MAIN)
    assert trace.isolation == "bound"
    assert trace.same_address is False
    assert rate_of(trace) == pytest.approx(3000 * PAYLOAD, rel=0.08)
    assert lines.sent(BACKUP) - backup > trace.arrived.sum()
    assert lines.sent(MAIN) - main < 5000  # the question for its address


@pytest.mark.svc
@lines_here
def test_a_router_that_sends_both_ports_over_one_line_is_noticed(lines):
    lines.shape(MAIN, 20)
    trace = lines.measure(name="backup", far_end_port=PORT + 1, rate_kbps=4000)
    assert (trace.isolation, trace.same_address) == ("router", True)


@pytest.mark.svc
@lines_here
def test_a_line_that_is_the_systems_choice_says_so(lines):
    lines.shape(MAIN, 20)
    trace = lines.measure(rate_kbps=4000)
    assert (trace.isolation, trace.same_address, trace.failed, trace.waited_s) == ("system", None, None, 0)


@pytest.mark.svc
@lines_here
def test_an_interface_that_is_not_there(lines):
    fault = unseen(lambda: lines.measure(interface="wwan7", rate_kbps=4000))
    assert (fault.reason, fault.params["asked"]) == (Reason.MISSING, "wwan7")


@pytest.mark.svc
@lines_here
def test_the_receiver_dies_in_mid_test():
    with Lines() as made:
        far_end = made.start_receiver()
        child = made.begin(rate_kbps=4000, settle=False)
        time.sleep(4)
        far_end.kill()
        began = time.monotonic()
        fault = unseen(lambda: result(child))
        assert fault.reason is Reason.LOST
        assert fault.params["engine"] == "http"
        assert 0 < fault.params["sent_bytes"] < 4000 * 125 * 5
        assert time.monotonic() - began < 3
        fault = unseen(lambda: made.measure(rate_kbps=4000))
        assert fault.reason is Reason.UNREACHABLE
        assert fault.params["url"] == f"{FAR}:{PORT}"


@pytest.mark.svc
@lines_here
def test_a_line_that_is_cut_in_mid_test_and_one_that_was_cut_before():
    with Lines() as made:
        made.start_receiver()
        child = made.begin(rate_kbps=4000, settle=False)
        time.sleep(4)
        made.cut(MAIN)
        assert unseen(lambda: result(child)).reason is Reason.TIMEOUT
        assert unseen(lambda: made.measure(rate_kbps=4000)).reason is Reason.TIMEOUT


@pytest.mark.svc
@weather_here
def test_delay_jitter_and_loss_of_a_far_line(lines):
    with Weather(lines, {"delay": 0.03, "jitter": 0.004, "loss": 0.05}, {"delay": 0.02}):
        trace = lines.measure(rate_kbps=500, seconds=4)
    assert np.median(trace.idle_rtt_ms) == pytest.approx(50, abs=8)
    assert np.median(trace.transit_ms) == pytest.approx(50, abs=8)
    assert 3 <= trace.probes_lost <= 35  # of 300, 15 expected
    assert 2 < np.abs(np.diff(trace.transit_ms)).mean() < 10


@pytest.mark.svc
@weather_here
def test_a_stall_of_the_way_up_is_a_figure_and_no_fault(lines):
    with Weather(lines) as weather:
        child = lines.begin(rate_kbps=4000, seconds=8, settle=False)
        time.sleep(4.5)
        weather.now({"loss": 1.0}, {})
        time.sleep(1.5)
        weather.now({}, {})
        trace = result(child)
    rates = rates_kbps(trace.t_s, trace.arrived, ramp_s=0)
    assert (rates < 100).sum() >= 10
    assert trace.ended == "duration"


def request(far, **more):
    return UplinkRequest(**{"engines": ("http",), "http": far.url, "rate_kbps": 2000.0, "seconds": 3.5, **more})


@pytest.mark.anyio
async def test_a_token_that_is_wrong_missing_or_not_to_be_read(monkeypatch):
    monkeypatch.setenv("FAR_TOKEN", "secret")
    monkeypatch.setenv("WRONG", "other")
    monkeypatch.setenv("BROKEN", "two\nlines")
    async with receiving("secret") as far:
        for token, params in (
            ("env:WRONG", {"code"}),
            (None, {"code"}),
            ("env:NOT_SET", {"ref"}),
            ("env:BROKEN", {"ref"}),
        ):
            with pytest.raises(NotSeen) as caught:
                await measure_uplink(request(far, token=Secret(token) if token else None))
            assert caught.value.reason is Reason.DENIED, token
            assert params <= caught.value.params.keys()
            assert "other" not in str(caught.value.params)
        trace = await measure_uplink(request(far, token=Secret("env:FAR_TOKEN")))
    assert trace.arrived.sum() > 0


ANSWERS = {
    "somebody else's web server": b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 2\r\n\r\nhi",
    "a portal": b"HTTP/1.1 302 Found\r\nLocation: http://login/\r\n\r\n",
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "an endless head": b"x" * 100_000,
    "a receiver of another kind": b"HTTP/1.1 101 Switching Protocols\r\nServer: rigcheck-receiver/1\r\nUpgrade: rigcheck-9\r\n\r\n",
    "a broken receiver": b"HTTP/1.1 101 S\r\nServer: rigcheck-receiver/1\r\nUpgrade: rigcheck-1\r\n\r\nnot json\n",
    "one with a strange id": b"HTTP/1.1 101 S\r\nServer: rigcheck-receiver/1\r\nUpgrade: rigcheck-1\r\n\r\n"
    b'{"id": "../..", "address": 1}\n',
}


@pytest.mark.anyio
@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
async def test_another_service_on_that_port(answer):
    assert (await met(answer)).reason is Reason.JUNK


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"", Reason.LOST),
        (b"HTTP/1.1 101 Switching", Reason.LOST),
        (b"HTTP/1.1 503 Busy\r\nServer: rigcheck-receiver/1\r\n\r\n", Reason.HELD),
        (b"HTTP/1.1 404 Not Found\r\nServer: rigcheck-receiver/2\r\n\r\n", Reason.JUNK),
        (b"HTTP/1.1 404 Not Found\r\nServer: rigcheck-receiver/1\r\n\r\n", Reason.REFUSED),
    ],
)
async def test_a_receiver_that_cannot(answer, reason):
    assert (await met(answer)).reason is reason


async def met(answer: bytes) -> NotSeen:
    """What comes of a service that answers so and hangs up."""

    async def serve(stream):
        async with stream:
            await stream.receive()
            await stream.send(answer)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's attributes, no Django
        with pytest.raises(NotSeen) as caught:
            await engine_http.measure(UplinkRequest(http=f"http://127.0.0.1:{port}", rate_kbps=1000.0))
        tasks.cancel_scope.cancel()
    assert caught.value.params["url"] == f"127.0.0.1:{port}"
    return caught.value


@pytest.mark.anyio
async def test_a_service_that_says_nothing_is_given_up(monkeypatch):
    monkeypatch.setattr("rigcheck.sources.wire.CONNECT_LIMIT_S", 0.3)

    async def serve(stream):
        async with stream:
            await anyio.sleep(10)

    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener, anyio.create_task_group() as tasks:
        tasks.start_soon(listener.serve, serve)
        port = listener.extra(anyio.abc.SocketAttribute.local_port)  # noqa: S610 - anyio's attributes, no Django
        with pytest.raises(NotSeen) as caught:
            await engine_http.measure(UplinkRequest(http=f"http://127.0.0.1:{port}", rate_kbps=1000.0))
        tasks.cancel_scope.cancel()
    assert caught.value.reason is Reason.TIMEOUT


def open_files():
    return {path.name for path in Path("/proc/self/fd").iterdir()}


@pytest.mark.anyio
async def test_cancelled_it_leaves_no_socket_no_test_and_no_turn():
    async with receiving() as far:
        before = open_files()
        with anyio.move_on_after(2.5):
            await measure_uplink(request(far, shared=True, site="s", room="r", seconds=20.0, settle=False))
        await eventually(lambda: not far.receiver.guests)
        assert not far.receiver.ledger.tests
        assert not far.receiver.turns.sites["s"].lock.locked()
        assert open_files() <= before


@pytest.mark.anyio
async def test_without_datagrams_the_echo_stands_in(monkeypatch):
    async with receiving() as far:
        monkeypatch.setattr(far.receiver.ledger.__class__, "echoes", lambda *_: False)
        trace = await measure_uplink(request(far))
    assert (trace.probes_sent, trace.probes_lost) == (0, 0)
    assert list(trace.transit_ms) == list(trace.idle_rtt_ms)
    assert len(trace.idle_rtt_ms) > 10


@pytest.mark.anyio
async def test_a_proxy_of_the_system_is_gone_past_and_told(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    async with receiving() as far:
        trace = await measure_uplink(request(far, max_bytes=50_000))
    assert trace.proxy
    assert trace.arrived.sum() == 50_000
    monkeypatch.delenv("http_proxy")


def test_what_it_needs():
    assert engine_http.available(UplinkRequest()).reason is Reason.NOT_IN_PROFILE
    assert engine_http.available(UplinkRequest(http="https://far.example")).reason is Reason.NOT_THIS_WAY
    assert engine_http.available(UplinkRequest(http="http://far.example")) is None
