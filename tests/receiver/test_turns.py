"""Rooms of one site take turns, and nobody fills the line while a room of the site is, or may be, on air."""

import anyio
import pytest
from services_receiver import eventually, receiving

from rigcheck.receiver.turns import FORGET_S, MOST_ROOMS, MOST_SITES, WORD_S, Turns

pytestmark = pytest.mark.anyio


def ask(far, room, on_air="no", **more):
    return far.ask("/turn", site="hangzhou", room=room, on_air=on_air, **{"seconds": 20, **more})


async def test_one_room_at_a_time_first_come_first_served():
    async with receiving() as far:
        async with ask(far, "beauty-1") as first:
            assert await first.line() == "go"
            async with ask(far, "食品 2") as second:
                assert await second.line() == "wait beauty-1"
                async with ask(far, "shoes-3") as third:
                    assert await third.line() == "wait beauty-1"
                    await first.stream.aclose()
                    assert await second.line() == "go"
                    while (line := await third.line()) == "wait beauty-1":
                        pass
                    assert line == "wait 食品 2"
                    await second.stream.aclose()
                    while (line := await third.line()) != "go":
                        assert line == "wait 食品 2"
        await eventually(lambda: not far.receiver.turns.sites["hangzhou"].lock.locked())


async def test_who_has_the_turn_hears_no_more():
    async with receiving() as far, ask(far, "first") as first, ask(far, "second") as second:
        assert await first.line() == "go"
        await second.line()
        await first.stream.aclose()
        while await second.line() != "go":
            pass
        with anyio.move_on_after(1.3) as silence:
            await second.line()
        assert silence.cancelled_caught


async def test_sites_do_not_wait_for_each_other():
    async with receiving() as far, ask(far, "a") as here, far.ask("/turn", site="x", room="a", seconds=9) as there:
        assert [await here.line(), await there.line()] == ["go", "go"]


async def test_a_turn_expires():
    async with receiving() as far, ask(far, "hung", seconds=0.3) as hung, ask(far, "next") as waiting:
        assert await hung.line() == "go"
        with anyio.fail_after(3):
            while await waiting.line() != "go":
                pass
            await hung.rest()


async def test_who_gives_up_waiting_is_not_waited_for():
    async with receiving() as far, ask(far, "first") as first:
        assert await first.line() == "go"
        async with ask(far, "impatient") as impatient:
            await impatient.line()
        async with ask(far, "last") as last:
            await last.line()
            await first.stream.aclose()
            with anyio.fail_after(3):
                while await last.line() != "go":
                    pass


@pytest.mark.parametrize("word", ["yes", "unknown", "nonsense"])
async def test_filling_the_line_is_refused_while_a_room_may_be_on_air(word):
    async with receiving() as far:
        async with far.ask("/word", site="hangzhou", room="beauty-1", on_air=word, upgrade=False) as told:
            assert told.status == 200
        async with ask(far, "shoes-3", full="yes") as full:
            assert await full.line() == "refused beauty-1"
            await full.rest()
        async with ask(far, "shoes-3") as paced:
            assert await paced.line() == "go"
        async with far.ask("/word", site="hangzhou", room="beauty-1", on_air="no", upgrade=False):
            pass
        async with ask(far, "shoes-3", full="yes") as full:
            assert await full.line() == "go"


async def test_a_room_that_is_on_air_itself_is_refused_too():
    async with receiving() as far, ask(far, "me", on_air="unknown", full="yes") as full:
        assert await full.line() == "refused me"


def test_an_old_word_is_no_word_and_a_very_old_room_is_forgotten():
    now = [0.0]
    turns = Turns(lambda: now[0])
    turns.hear("s", "gone", on_air=False)
    site = turns.hear("s", "here", on_air=False)
    assert turns.in_the_way(site) is None
    now[0] = WORD_S + 1
    site = turns.hear("s", "here", on_air=False)
    assert turns.in_the_way(site) == "gone"
    now[0] = FORGET_S + 1
    assert turns.in_the_way(turns.hear("s", "here", on_air=False)) is None


def test_sites_and_rooms_are_bounded():
    turns = Turns(lambda: 0.0)
    assert all(turns.hear("s", f"r{n}", on_air=False) for n in range(MOST_ROOMS))
    assert turns.hear("s", "one more", on_air=False) is None
    assert turns.hear("s", "r5", on_air=True) is not None
    assert all(turns.hear(f"s{n}", "r", on_air=False) for n in range(MOST_SITES - 1))
    assert turns.hear("one more", "r", on_air=False) is None
