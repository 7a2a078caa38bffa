"""Whether a show goes out: what is seen pushing, less what is known to reach nobody."""

from dataclasses import fields

import pytest
from drill_world import AT, Room, conduct, drill

from rigcheck.drills import guard
from rigcheck.drills.guard import live_pushers
from rigcheck.model import Stage
from rigcheck.obs_state import ObsState
from rigcheck.profile import ObsPc, Profile, Setting
from rigcheck.samples import OnAirState, Request, Sample
from rigcheck.sources.on_air import OBS

pytestmark = pytest.mark.anyio
BOTH = (OBS, "ffmpeg")


class Studio(Room):
    """A room with an OBS that says of itself what it is told to."""

    streaming, target = True, "loopback"

    async def acquire(self, request: Request) -> Sample:
        if request.kind != "obs":
            return await super().acquire(request)
        silent = dict.fromkeys(field.name for field in fields(ObsState))
        return ObsState(**{**silent, "streaming": self.streaming, "target": self.target})


async def pushers(monkeypatch, room: Room, *, ways=(), streams: int = 1, obs: bool = True) -> tuple[str, ...]:
    """What the guard says, where these programs lead to the public and OBS sends so many streams."""

    async def counted(address: object) -> int:
        return streams

    async def found(setting: object) -> frozenset[str]:
        return frozenset(ways)

    monkeypatch.setattr(guard, "count_streams", counted)
    monkeypatch.setattr(guard, "_public_ways", found)
    profile = Profile(obs={"main": ObsPc()} if obs else {})
    return await live_pushers(room, Setting(profile, Stage.HOST, AT.date()))


async def test_an_obs_that_sends_one_stream_to_a_loopback_is_no_show(monkeypatch) -> None:
    assert await pushers(monkeypatch, Studio(on_air=OnAirState((OBS,), (), obs_answers=True))) == ()


@pytest.mark.parametrize("target", ["platform", "private", "none"])
async def test_any_other_target_may_be_one(monkeypatch, target: str) -> None:
    room = Studio(on_air=OnAirState((OBS,), (), obs_answers=True))
    room.target = target
    assert await pushers(monkeypatch, room) == (OBS,)


async def test_a_second_stream_of_a_plug_in_goes_who_knows_where(monkeypatch) -> None:
    room = Studio(on_air=OnAirState((OBS,), (), obs_answers=True))
    assert await pushers(monkeypatch, room, streams=2) == (OBS,)


async def test_an_obs_that_is_not_asked_may_be_on_air(monkeypatch) -> None:
    assert await pushers(monkeypatch, Room(on_air=OnAirState((), (OBS,))), obs=False) == (OBS,)


async def test_a_relay_that_leads_out_makes_every_loopback_stream_a_show(monkeypatch) -> None:
    on_air = OnAirState(BOTH, (), obs_answers=True)
    assert await pushers(monkeypatch, Studio(on_air=on_air)) == ()
    assert await pushers(monkeypatch, Studio(on_air=on_air), ways=("rigcheck relay",)) == ("rigcheck relay",)
    assert await pushers(monkeypatch, Studio(on_air=on_air), ways=("ffmpeg",)) == ("ffmpeg",)
    assert await pushers(monkeypatch, Studio(on_air=on_air), ways=("?",)) == ("?", "ffmpeg")


async def test_a_relay_without_a_stream_is_no_show(monkeypatch) -> None:
    assert await pushers(monkeypatch, Studio(), ways=("rigcheck relay",)) == ()


async def test_companions_never_say_where_they_push(monkeypatch) -> None:
    assert await pushers(monkeypatch, Studio(on_air=OnAirState(("抖音直播伴侣",)))) == ("抖音直播伴侣",)


async def test_the_real_processes_are_looked_at(tmp_path) -> None:
    made = conduct(tmp_path, drill(tmp_path))
    assert await live_pushers(Room(), made.plan.setting) == ()
