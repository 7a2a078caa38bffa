"""Turns on a shared line: at the receiver, by a folder, or by nobody."""

import os
import socket
import sys
import time
from dataclasses import replace

import anyio
import pytest
from services_receiver import eventually, receiving

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.receiver.turns import WORD_S
from rigcheck.sources import turn as turns
from rigcheck.sources.turn import tell, turn
from rigcheck.uplink_state import UplinkRequest

pytestmark = pytest.mark.anyio
SHARED = UplinkRequest(shared=True, site="hangzhou", room="beauty-1", rate_kbps=6000.0)
OTHER = replace(SHARED, room="食品/2")


@pytest.fixture(params=["receiver", "folder"])
async def place(request, tmp_path):
    """Each way to take turns, as fields of a request."""
    if request.param == "folder":
        yield {"turns": str(tmp_path)}
        return
    async with receiving() as far:
        yield {"http": far.url}


def at(request, place, **more):
    return replace(request, **place, **more)


async def fault_of(request, on_air=False):
    with pytest.raises(NotSeen) as caught:
        async with turn(request, on_air=on_air):
            pytest.fail("it was let in")
    return caught.value


async def test_a_line_of_its_own_needs_no_turn():
    async with turn(UplinkRequest(), on_air=None) as waited_s:
        assert waited_s == 0


async def test_the_second_waits_for_the_first_and_says_how_long(place):
    went = []

    async def one(request, hold_s):
        async with turn(at(request, place), on_air=False) as waited_s:
            went.append((request.room, waited_s))
            await anyio.sleep(hold_s)

    async with anyio.create_task_group() as group:
        group.start_soon(one, SHARED, 0.8)
        await eventually(lambda: bool(went))
        group.start_soon(one, OTHER, 0.0)
    assert [room for room, _ in went] == [SHARED.room, OTHER.room]
    assert went[0][1] < 0.5
    assert went[1][1] > 0.5


async def test_who_waits_too_long_hears_which_room_has_it(place, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.7)
    async with turn(at(SHARED, place), on_air=False):
        fault = await fault_of(at(OTHER, place))
    assert (fault.reason, fault.params["room"]) == (Reason.TURN, SHARED.room)
    async with turn(at(OTHER, place), on_air=False):
        pass


async def test_other_sites_do_not_wait(place):
    async with turn(at(SHARED, place), on_air=False), turn(at(OTHER, place, site="suzhou"), on_air=False) as waited_s:
        assert waited_s < 0.6


async def test_cancelled_it_gives_the_turn_back(place):
    with anyio.move_on_after(0.4):
        async with turn(at(SHARED, place), on_air=False):
            await anyio.sleep(10)
    with anyio.fail_after(3):
        async with turn(at(OTHER, place), on_air=False):
            pass


@pytest.mark.parametrize("on_air", [True, None])
async def test_nobody_fills_the_line_of_a_room_that_may_be_on_air(place, on_air):
    async with turn(at(SHARED, place), on_air=on_air):
        pass
    fault = await fault_of(at(OTHER, place, rate_kbps=None))
    assert (fault.reason, fault.params["room"]) == (Reason.SITE_ON_AIR, SHARED.room)
    async with turn(at(SHARED, place), on_air=False):
        pass
    async with turn(at(OTHER, place, rate_kbps=None), on_air=False):
        pass


async def test_an_old_word_in_a_folder_is_no_word(tmp_path):
    place = {"turns": str(tmp_path)}
    async with turn(at(SHARED, place), on_air=False):
        pass
    (word,) = tmp_path.glob("*.word")
    old_s = time.time() - WORD_S - 5
    os.utime(word, (old_s, old_s))
    fault = await fault_of(at(OTHER, place, rate_kbps=None))
    assert (fault.reason, fault.params["room"]) == (Reason.SITE_ON_AIR, SHARED.room)


async def test_a_room_only_says_that_it_is_on_air():
    async with receiving() as far:
        await tell(at(SHARED, {"http": far.url}), on_air=True)
        fault = await fault_of(at(OTHER, {"http": far.url}, rate_kbps=None))
        assert fault.params["room"] == SHARED.room
    await tell(at(SHARED, {"http": far.url}), on_air=False)  # nobody there any more
    await tell(SHARED, on_air=False)


def dead_url():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"


@pytest.mark.parametrize("where", [{}, {"turns": "/nowhere/at/all"}, {"http": "dead"}, {"http": "https://far.example"}])
async def test_with_nobody_to_ask_only_a_paced_test_goes_ahead(where):
    where = {name: dead_url() if value == "dead" else value for name, value in where.items()}
    async with turn(at(SHARED, where), on_air=False):
        pass
    fault = await fault_of(at(SHARED, where, rate_kbps=None))
    assert (fault.reason, fault.params) == (Reason.SITE_ON_AIR, {})


async def test_a_dead_receiver_leaves_it_to_the_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.6)
    place = {"http": dead_url(), "turns": str(tmp_path)}
    async with turn(at(SHARED, place), on_air=False):
        assert (await fault_of(at(OTHER, place))).reason is Reason.TURN


HOLD = """
import sys, anyio
from rigcheck.sources.turn import turn
from rigcheck.uplink_state import UplinkRequest
async def main():
    async with turn(UplinkRequest(shared=True, site="hangzhou", room="dead", rate_kbps=1.0, turns=sys.argv[1]), on_air=False):
        sys.stdout.write("has it\\n")
        sys.stdout.flush()
        await anyio.sleep(60)
anyio.run(main)
"""


async def test_a_room_that_was_killed_leaves_no_lock(tmp_path, monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE_S", 0.6)
    async with await anyio.open_process([sys.executable, "-c", HOLD, str(tmp_path)]) as child:
        assert child.stdout is not None
        assert await child.stdout.receive() == b"has it\n"
        fault = await fault_of(at(OTHER, {"turns": str(tmp_path)}))
        assert (fault.reason, fault.params["room"]) == (Reason.TURN, "dead")
        child.kill()
    async with turn(at(OTHER, {"turns": str(tmp_path)}), on_air=False):
        pass
