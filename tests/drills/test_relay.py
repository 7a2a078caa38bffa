"""The relay on real sockets: what each of its ways does to a connection, and what is left of it afterwards."""

import os
import time

import anyio
import pytest
from services_receiver import eventually
from services_relay import NOWHERE, relaying
from services_video import free_port

from rigcheck.drills import relay as relay_module
from rigcheck.drills.relay import open_relay
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.errors import UsageError
from rigcheck.sources.line import Address

pytestmark = pytest.mark.anyio
QUIET_S = 0.25


async def is_quiet(far):
    """Whether nothing comes for a while."""
    before = len(far.data)
    await anyio.sleep(QUIET_S)
    return len(far.data) == before


async def test_everything_comes_through_both_ways_and_the_end_too():
    sent = os.urandom(3_000_000)
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(sent)
        await eventually(lambda: len(far.data) == len(sent))
        assert far.data == sent
        await far.guests[0].send(b"answer")
        assert await near.receive() == b"answer"
        await near.send_eof()
        await eventually(lambda: far.ended == ["end"])
        await far.guests[0].send(b"last")
        await far.guests[0].aclose()
        assert await near.receive() == b"last"
        with pytest.raises(anyio.EndOfStream):
            await near.receive()
        await eventually(lambda: not relay.links)
        assert relay.passed == len(sent)


async def test_a_cut_ends_connections_at_once_and_refuses_new_ones_until_it_is_over():
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"before")
        await eventually(lambda: far.data == b"before")
        relay.turn(Way("cut"))
        with anyio.fail_after(1), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
            await near.receive()
        await eventually(lambda: far.ended == ["reset"])
        async with await anyio.connect_tcp("127.0.0.1", port) as again:
            with anyio.fail_after(1), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
                await again.receive()
        assert not relay.links
        assert len(far.guests) == 1, "the ingest was called all the same"
        relay.turn(PASS)
        async with await anyio.connect_tcp("127.0.0.1", port) as after:
            await after.send(b"after")
            await eventually(lambda: far.data == b"beforeafter")


async def test_a_stall_holds_everything_and_loses_nothing():
    sent = os.urandom(20_000_000)
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"first")
        await eventually(lambda: far.data == b"first")
        relay.turn(Way("stall"))
        async with anyio.create_task_group() as group:
            group.start_soon(near.send, sent)
            assert await is_quiet(far)
            assert await is_quiet(far)
            relay.turn(PASS)
        await eventually(lambda: len(far.data) == 5 + len(sent))
        assert far.data == b"first" + sent


async def test_a_stall_is_felt_by_who_sends():
    async with relaying() as (relay, _, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        relay.turn(Way("stall"))
        taken = 0
        with anyio.move_on_after(0.5):
            while True:
                await near.send(bytes(10_000))
                taken += 10_000
        assert taken < 6_000_000  # the sender's own kernel takes some megabytes, the relay next to nothing


async def test_a_connection_made_while_stalled_goes_on_afterwards():
    async with relaying() as (relay, far, port):
        relay.turn(Way("stall"))
        async with await anyio.connect_tcp("127.0.0.1", port) as near:
            await near.send(b"hello")
            await near.send_eof()
            assert await is_quiet(far)
            relay.turn(PASS)
            await eventually(lambda: (far.data, far.ended) == (b"hello", ["end"]))


async def test_a_black_hole_takes_everything_and_its_connections_end_with_it():
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"before")
        await eventually(lambda: far.data == b"before")
        relay.turn(Way("black-hole"))
        with anyio.fail_after(5):
            for _ in range(100):
                await near.send(bytes(100_000))  # 10 MB are taken: no buffer explains that
        await far.guests[0].send(b"answer")
        with anyio.move_on_after(QUIET_S) as silence:
            await near.receive()
        assert silence.cancelled_caught
        assert far.data == b"before"
        relay.turn(PASS)
        with anyio.fail_after(1), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
            await near.receive()
        await eventually(lambda: far.ended == ["reset"])


async def test_a_black_hole_that_nothing_fell_into_leaves_the_connection():
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"before")
        await eventually(lambda: far.data == b"before")
        relay.turn(Way("black-hole"))
        await anyio.sleep(0.05)
        relay.turn(PASS)
        await near.send(b"after")
        await eventually(lambda: far.data == b"beforeafter")


async def test_a_delay_shifts_everything_and_keeps_its_order_and_rate():
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        relay.turn(Way("delay", delay_ms=400))
        sent_at = []
        for number in range(20):
            sent_at.append(anyio.current_time())
            await near.send(bytes([number]) * 100)
            await anyio.sleep(0.02)
            assert not far.came or anyio.current_time() - sent_at[0] > 0.4
        assert len(far.data) < 2000  # more is under way than one piece
        await eventually(lambda: len(far.data) == 2000)
        assert far.data == b"".join(bytes([number]) * 100 for number in range(20))
        assert 0.39 < far.came[0][0] - sent_at[0] < 0.6
        assert 0.39 < far.came[-1][0] - sent_at[-1] < 0.6


async def test_what_was_delayed_comes_at_once_when_it_is_over():
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        relay.turn(Way("delay", delay_ms=9000))
        await near.send(b"held")
        await anyio.sleep(0.1)
        relay.turn(PASS)
        await eventually(lambda: far.data == b"held")


@pytest.mark.parametrize("kbps", [400.0, 4000.0])
async def test_a_throttle_lets_its_rate_through(kbps):
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        relay.turn(Way("throttle", kbps=kbps))
        async with anyio.create_task_group() as group:

            async def pour():
                while True:
                    await near.send(bytes(20_000))

            group.start_soon(pour)
            await eventually(lambda: bool(far.came))
            first = len(far.came)
            await anyio.sleep(2)
            last = len(far.came)
            group.cancel_scope.cancel()
    seconds = far.came[last - 1][0] - far.came[first - 1][0]
    rate_kbps = sum(len(piece) for _, piece in far.came[first:last]) * 8 / 1000 / seconds
    assert rate_kbps == pytest.approx(kbps, rel=0.08)


async def test_a_fault_does_not_last_for_ever(monkeypatch):
    monkeypatch.setattr(relay_module, "HOLD_S", 0.3)
    async with relaying() as (relay, _, _):
        relay.turn(Way("stall"))
        await anyio.sleep(0.15)
        relay.turn(Way("cut"))  # counts anew
        await anyio.sleep(0.2)
        assert relay.way == Way("cut")
        await eventually(lambda: relay.way == PASS)


async def test_nobody_behind_it_is_a_connection_that_ends():
    async with (
        open_relay(NOWHERE, Address("127.0.0.1", free_port())) as (_, place),
        await anyio.connect_tcp("127.0.0.1", place.port) as near,
    ):
        with anyio.fail_after(2), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
            await near.receive()


async def test_guests_beyond_the_most_are_turned_away(monkeypatch):
    monkeypatch.setattr(relay_module, "MOST_LINKS", 1)
    async with relaying() as (relay, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"x")
        await eventually(lambda: far.data == b"x")
        async with await anyio.connect_tcp("127.0.0.1", port) as second:
            with anyio.fail_after(1), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
                await second.receive()
        assert len(relay.links) == 1


async def test_a_place_that_is_taken_is_told():
    async with relaying() as (_, far, port):
        with pytest.raises(UsageError) as told:
            async with open_relay(Address("127.0.0.1", port), Address("127.0.0.1", far.port)):
                pass
        assert told.value.message.params["place"] == f"127.0.0.1:{port}"


async def test_it_is_no_bottleneck():
    async with relaying() as (_, far, port), await anyio.connect_tcp("127.0.0.1", port) as near:
        began_s = time.monotonic()
        for _ in range(500):
            await near.send(bytes(100_000))
        await eventually(lambda: len(far.data) == 50_000_000, 30)
        assert 50_000_000 * 8 / (time.monotonic() - began_s) > 50e6  # bit/s, on a busy computer


@pytest.mark.parametrize(
    ("wants", "way"),
    [
        ("cut", Way("cut")),
        ({"mode": "stall"}, Way("stall")),
        ({"mode": "delay", "ms": 500}, Way("delay", delay_ms=500.0)),
        ({"mode": "throttle", "kbps": 0.5}, Way("throttle", kbps=0.5)),
    ],
)
def test_ways_are_read_and_said_again(wants, way):
    assert Way.read(wants) == way
    assert Way.read(way.plain()) == way


NONSENSE = [
    *(None, "explode", ["cut"], {}, {"mode": "delay"}, {"mode": "delay", "ms": True}, {"mode": "delay", "ms": "5"}),
    *({"mode": "cut", "ms": 5}, {"mode": "delay", "ms": 5, "kbps": 5}, {"mode": "cut", "colour": 5}),
    *({"mode": "delay", "ms": float("nan")}, {"mode": "delay", "ms": 10_001}, {"mode": "throttle", "kbps": 0}),
]


@pytest.mark.parametrize("wants", NONSENSE, ids=str)
def test_nonsense_is_no_way(wants):
    with pytest.raises(ValueError):
        Way.read(wants)
