"""The relay with a real stream: ffmpeg, the relay, nginx, and what a viewer has of it, read back at the far end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import numpy as np
import pytest
from services_live import push
from services_receiver import eventually
from services_relay import NOWHERE
from services_rtmp import ingest

from rigcheck.drill_plan import FarEnd
from rigcheck.drills.far_end import open_eyes
from rigcheck.drills.relay import Relay, open_relay
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.measure.outage import spells
from rigcheck.profile import Profile
from rigcheck.sources.line import Address

pytestmark = [pytest.mark.svc, pytest.mark.anyio]
FRAME_S, POLL_S = 1 / 30, 0.05
BUSY_S = 0.15
"""What a computer that does three other things may be late by."""


class Nobody:
    is_there = False


class Rig:
    """A push through the relay, and eyes behind the ingest."""

    def __init__(self, relay, eyes, process):
        self.relay: Relay = relay
        self.eyes = eyes
        self.process = process

    async def spoil(self, way: Way, seconds: float):
        """Pass on in this way for so long; what the viewer lost meanwhile, as (cause, seconds)."""
        began_s = self.eyes.now_s()
        self.relay.turn(way)
        await anyio.sleep(seconds)
        self.relay.turn(PASS)
        await anyio.sleep(1.0)
        trace = self.eyes.trace()
        return [(each.cause, each.length_s) for each in spells(trace) if each.end_s > began_s]

    def frames(self, seconds: float) -> np.ndarray:
        """When the frames of the last seconds came."""
        came = self.eyes.trace().t_s
        return came[came > self.eyes.now_s() - seconds]


@asynccontextmanager
async def rig(folder) -> AsyncIterator[Rig]:
    with ingest(folder / "server") as server:
        async with open_relay(NOWHERE, Address(server.host, server.port)) as (relay, place):
            process = push(f"rtmp://127.0.0.1:{place.port}/open/room")
            try:
                await anyio.sleep(1.5)  # the first key frame is on the server
                async with open_eyes(FarEnd(url=f"{server.open_url}/room"), Profile(), Nobody(), None) as eyes:
                    await anyio.sleep(1.0)
                    yield Rig(relay, eyes, process)
            finally:
                process.kill()
                process.wait(5)


@pytest.mark.parametrize("seconds", [0.5, 2.0, 7.0])
async def test_a_stall_is_a_gap_of_its_length_and_the_encoder_lives_through_it(tmp_path, seconds):
    async with rig(tmp_path) as live:
        lost = await live.spoil(Way("stall"), seconds)
        assert [cause for cause, _ in lost] == ["no-data"]
        assert lost[0][1] == pytest.approx(seconds, abs=FRAME_S + POLL_S + BUSY_S)
        assert live.process.poll() is None


async def test_a_black_hole_is_dark_for_viewers_and_unseen_by_the_encoder_until_it_ends(tmp_path):
    async with rig(tmp_path) as live:
        began_s = live.eyes.now_s()
        live.relay.turn(Way("black-hole"))
        passed = live.relay.passed
        await anyio.sleep(2)
        assert live.process.poll() is None
        assert live.relay.passed == passed
        assert live.eyes.glance().cause == "no-data"
        assert live.frames(live.eyes.now_s() - began_s - 0.5).size == 0
        live.relay.turn(PASS)
        await eventually(lambda: live.process.poll() is not None)


async def test_a_cut_ends_the_push_and_one_that_comes_again_gets_through_when_it_is_over(tmp_path):
    async with rig(tmp_path) as live:
        live.relay.turn(Way("cut"))
        await eventually(lambda: live.process.poll() is not None)
        assert not live.relay.links
        await eventually(lambda: live.eyes.glance().cause == "no-data")


async def test_a_delay_is_one_gap_and_then_everything_later(tmp_path):
    async with rig(tmp_path) as live:
        live.relay.turn(Way("delay", delay_ms=800))
        await anyio.sleep(2.5)
        came = live.frames(3.0)
        gaps = np.diff(came)
        assert gaps.max() == pytest.approx(0.8, abs=FRAME_S + POLL_S + BUSY_S)
        later = came[came > came[gaps.argmax()] + 1.2]
        assert later.size / (later[-1] - later[0]) == pytest.approx(30, rel=0.2)


async def test_a_throttle_below_the_stream_s_rate_starves_the_viewer(tmp_path):
    async with rig(tmp_path) as live:
        began_s, passed = anyio.current_time(), live.relay.passed
        await anyio.sleep(2)
        rate_kbps = (live.relay.passed - passed) * 8 / 1000 / (anyio.current_time() - began_s)
        live.relay.turn(Way("throttle", kbps=rate_kbps / 3))
        await anyio.sleep(1)
        began_s, passed = anyio.current_time(), live.relay.passed
        await anyio.sleep(3)
        slow_kbps = (live.relay.passed - passed) * 8 / 1000 / (anyio.current_time() - began_s)
        assert slow_kbps == pytest.approx(rate_kbps / 3, rel=0.15)
        assert live.frames(3).size < 0.7 * 90
