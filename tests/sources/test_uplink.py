"""The engines in their order, and what is left of a line's allowance for the next one."""

import socket

import pytest
from services_receiver import receiving

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import OnAirRequest, OnAirState
from rigcheck.sources import live, uplink
from rigcheck.sources.live import LiveSource
from rigcheck.sources.uplink import engine_of, measure_uplink
from rigcheck.uplink_state import UplinkRequest

pytestmark = pytest.mark.anyio


def nobody():
    """A URL where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


async def fault_of(request):
    with pytest.raises(NotSeen) as caught:
        await measure_uplink(request)
    return caught.value


async def test_an_engine_that_fails_is_told_and_the_next_one_measures():
    async with receiving() as far:
        request = UplinkRequest(engines=("iperf3", "http"), http=far.url, rate_kbps=2000, max_bytes=50_000)
        trace = await measure_uplink(request)
    assert (trace.method, trace.failed) == ("http", {"iperf3": "not-in-profile"})


async def test_none_left_is_never_a_verdict_on_the_network():
    fault = await fault_of(UplinkRequest(engines=("iperf3", "http"), http=nobody(), rate_kbps=2000))
    assert fault.reason is Reason.UNREACHABLE  # the one that should have worked, not the one nobody asked for
    assert fault.reason.is_blind
    assert fault.params["engine"] == "http"
    assert fault.params["failed"] == ("iperf3 not-in-profile", "http unreachable")


async def test_no_engine_at_all_is_a_matter_of_the_profile():
    for engines in ((), ("iperf3",), ("http", "iperf3")):
        fault = await fault_of(UplinkRequest(engines=engines))
        assert fault.reason is Reason.NOT_IN_PROFILE
        assert not fault.reason.is_blind


async def test_what_a_failed_engine_sent_counts(monkeypatch):
    """The receiver dies in mid-test; the second engine must not spend the allowance anew."""
    asked = []

    async def note(name, request):
        asked.append((name, request.max_bytes))
        raise NotSeen(Reason.LOST, {"sent_bytes": 700_000})

    monkeypatch.setattr(uplink, "_try", note)
    fault = await fault_of(UplinkRequest(engines=("http", "iperf3", "speedtest-cli"), max_bytes=1_000_000))
    assert asked == [("http", 1_000_000), ("iperf3", 300_000)]  # then nothing is left
    assert fault.reason is Reason.LOST


@pytest.mark.parametrize("name", ["http", "iperf3", "speedtest-cli"])
async def test_every_engine_of_a_profile_is_there(name):
    engine = engine_of(name)
    fault = engine.available(UplinkRequest())
    assert fault is None or isinstance(fault, NotSeen)
    assert callable(engine.measure)


@pytest.mark.parametrize(
    ("state", "word"),
    [
        (OnAirState(), False),
        (OnAirState(pushing=("ffmpeg",)), True),
        (OnAirState(unasked=("XSplit",)), None),
    ],
)
async def test_the_live_source_passes_on_the_rooms_word(monkeypatch, state, word):
    async def look(_):
        return state

    monkeypatch.setattr(live, "ACQUIRE", {**live.ACQUIRE, OnAirRequest: look})
    async with receiving() as far:
        request = UplinkRequest(
            engines=("http",), http=far.url, shared=True, site="s", room="r", rate_kbps=1000, max_bytes=10_000
        )
        source = LiveSource()
        await source.acquire(request)
        assert far.receiver.turns.sites["s"].words["r"].on_air is None  # nobody has looked yet
        await source.acquire(OnAirRequest())
        await source.acquire(request)
        assert far.receiver.turns.sites["s"].words["r"].on_air is word
