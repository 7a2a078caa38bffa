"""The far end for real: ffmpeg to nginx to the reader; what is cut out of it is read back."""

import anyio
import anyio.to_thread
import cv2
import numpy as np
import psutil
import pytest
from services_live import Show, on_air, push
from services_obs import ObsStudio
from services_rtmp import Ingest, ingest
from services_video import free_port, make_clip

from rigcheck.drill_plan import FarEnd
from rigcheck.drills.action import DrillError
from rigcheck.drills.eyes import Eyes, Glance
from rigcheck.drills.far_end import open_eyes
from rigcheck.drills.relay import open_relay
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.measure.drill import lost_spells
from rigcheck.measure.outage import Spell, slate_spans, spells
from rigcheck.profile import ObsPc, Profile
from rigcheck.sources.line import Address
from rigcheck.viewer_state import DrillTrace, ViewerTrace

pytestmark = pytest.mark.svc
FRAME_S, POLL_S = 1 / 30, 0.05


class Nobody:
    is_there = False


@pytest.fixture
def show(tmp_path):
    with on_air(tmp_path / "server") as running:
        yield running


async def happened(event, limit_s: float = 10.0) -> None:
    with anyio.fail_after(limit_s):
        while not event():  # noqa: ASYNC110 - as the performance itself looks
            await anyio.sleep(0.01)


async def until(eyes: Eyes, cause: str | None) -> float:
    """When the glance first had this cause."""
    await happened(lambda: eyes.glance().cause == cause)
    return eyes.now_s()


def watch(show: Show, deed, **how) -> tuple[ViewerTrace, list[Spell]]:
    """What was seen while `deed(eyes)` was done, and a second before and after."""

    async def main() -> ViewerTrace:
        async with open_eyes(FarEnd(url=show.url), Profile(), Nobody(), how.pop("slate", None), **how) as eyes:
            await anyio.sleep(1)
            await deed(eyes)
            await anyio.sleep(1)
            trace = eyes.trace()
            assert trace is not None
            return trace

    trace = anyio.run(main)
    return trace, spells(trace)


@pytest.mark.parametrize("seconds", [0.5, 2, 7])
def test_an_interruption_is_read_back_within_a_frame_and_a_poll(show, seconds):
    async def deed(eyes: Eyes) -> None:
        await anyio.to_thread.run_sync(show.pause, seconds)

    _, found = watch(show, deed)
    (spell,) = found
    assert spell.cause == "no-data"
    assert spell.length_s == pytest.approx(seconds, abs=FRAME_S + POLL_S)


@pytest.mark.parametrize("seconds", [0.5, 2, 7])
def test_a_stop_of_the_relay_is_read_back_too(tmp_path, seconds):
    """Between the encoder and the ingest nothing is passed on for a while, and nothing is lost."""

    async def main(server: Ingest) -> list[Spell]:
        here, there = Address("127.0.0.1", 0), Address(server.host, server.port)
        async with open_relay(here, there) as (relay, place):
            encoder = push(f"rtmp://127.0.0.1:{place.port}/open/room")
            try:
                await anyio.sleep(1.5)
                async with open_eyes(FarEnd(url=f"{server.open_url}/room"), Profile(), Nobody(), None) as eyes:
                    await anyio.sleep(1)
                    relay.turn(Way("stall"))
                    await anyio.sleep(seconds)
                    relay.turn(PASS)
                    await anyio.sleep(1)
                    return spells(eyes.trace())
            finally:
                encoder.kill()
                encoder.wait(5)

    with ingest(tmp_path / "server") as server:
        (spell,) = anyio.run(main, server)
    assert spell.cause == "no-data"
    assert spell.length_s == pytest.approx(seconds, abs=FRAME_S + POLL_S)


def test_a_cut_is_noticed_within_a_second_and_its_end_too(show):
    noticed = {}

    async def deed(eyes: Eyes) -> None:
        noticed["cut"] = eyes.now_s()
        show.stop()
        noticed["lost"] = await until(eyes, "no-data")
        show.start()
        noticed["back"] = await until(eyes, None)

    trace, (spell,) = watch(show, deed)
    assert noticed["lost"] - noticed["cut"] < 1.0
    assert noticed["cut"] - 3 * FRAME_S <= spell.start_s <= noticed["cut"] + 3 * FRAME_S
    assert spell.end_s == pytest.approx(noticed["back"], abs=0.3)
    assert trace.t_s[-1] > noticed["back"]


BLACK = "drawbox=t=fill:color=black:enable='between(t,7,9)'"
GREY = "drawbox=t=fill:color=gray:enable='between(t,11,14)'"
FAULTY = (f"testsrc2=s=640x360:r=30,{BLACK},{GREY}", "sine=440,volume=0:enable='between(t,16,19)'")


def test_black_frozen_and_silent_are_told_apart_and_timed(tmp_path):
    async def deed(eyes: Eyes) -> None:
        await anyio.sleep(18)

    with on_air(tmp_path / "server", *FAULTY) as show:
        trace, found = watch(show, deed)
    assert [spell.cause for spell in found] == ["black", "frozen", "silent"]
    assert [spell.length_s for spell in found] == pytest.approx([2, 3, 3], abs=0.15)
    at = np.interp([spell.start_s for spell in found], trace.t_s, trace.pts_s)
    assert at == pytest.approx([7, 11, 16], abs=0.15)


@pytest.mark.parametrize("every_frame", [True, False])
def test_the_standby_picture_is_known_again(show, tmp_path, every_frame):
    slate = make_clip(tmp_path / "slate.mp4", 4, "testsrc")
    was = []

    async def deed(eyes: Eyes) -> None:
        was.append(eyes.glance().is_slate)
        show.stop()
        await anyio.sleep(0.6)
        show.start(f"movie={slate}:loop=0,setpts=N/30/TB")
        await happened(lambda: eyes.glance().is_slate)

    trace, found = watch(show, deed, slate=slate, every_frame=every_frame)
    assert was == [False]
    assert [spell.cause for spell in found] == ["no-data"]
    ((start_s, end_s),) = slate_spans(trace)
    assert start_s == pytest.approx(found[0].end_s, abs=0.1 if every_frame else 1.1)
    assert end_s == trace.until_s
    looked = ~np.isnan(trace.mean)
    assert looked.all() if every_frame else looked.sum() == trace.key.sum() < looked.size / 10


def test_what_the_reader_cannot_see_is_unknown_and_never_well(show):
    async def main() -> None:
        async with open_eyes(FarEnd(url=show.url), Profile(), Nobody(), None) as eyes:
            (reader,) = readers()
            reader.kill()
            await happened(lambda: eyes.trace() is None)
            with pytest.raises(DrillError) as blind:
                eyes.glance()
            assert blind.value.message.id == "error.drill.blind"
            raise KeyError("the body's own")

    with pytest.raises(KeyError):
        anyio.run(main)


def readers() -> list[psutil.Process]:
    return [
        each
        for each in psutil.Process().children(recursive=True)
        if each.status() != psutil.STATUS_ZOMBIE and "rigcheck.sources.viewer_reader" in " ".join(each.cmdline())
    ]


def test_a_far_end_without_a_stream_is_an_error_and_nothing_is_left_running(tmp_path, monkeypatch):
    monkeypatch.setattr("rigcheck.sources.viewer.READY_S", 1.5)
    url = f"rtmp://127.0.0.1:{free_port()}/live/secret-name"

    async def main() -> None:
        async with open_eyes(FarEnd(url=url), Profile(), Nobody(), None):
            pytest.fail("seen")

    with pytest.raises(DrillError) as unseen:
        anyio.run(main)
    assert unseen.value.message.id == "error.drill.no-picture"
    assert readers() == []


def test_cancelling_ends_the_reader_and_no_address_is_in_its_command_line(show):
    async def main() -> None:
        async with anyio.create_task_group() as group:
            ready = anyio.Event()

            async def look() -> None:
                async with open_eyes(FarEnd(url=show.url), Profile(), Nobody(), None):
                    ready.set()
                    await anyio.sleep_forever()

            group.start_soon(look)
            await ready.wait()
            (reader,) = readers()
            assert show.url not in " ".join(reader.cmdline())
            group.cancel_scope.cancel()

    anyio.run(main)
    assert readers() == []


class Taps:
    """Somebody at the phone, who taps after each of these many seconds, and then is gone."""

    is_there = True

    def __init__(self, *after_s: float) -> None:
        self.after_s = list(after_s)
        self.asked = []

    async def ask(self, message, who=None):
        self.asked.append(message.id)
        if not self.after_s:
            await anyio.sleep_forever()
        await anyio.sleep(self.after_s.pop(0))


def test_a_person_at_the_phone_is_a_stopwatch_too():
    crew = Taps(0.2, 0.3)

    async def main():
        async with open_eyes(FarEnd(person="phone"), Profile(), crew, None) as eyes:
            began_s = eyes.now_s()
            lost_s = await until(eyes, "by-hand")
            back_s = await until(eyes, None)
            return began_s, lost_s, back_s, DrillTrace(eyes.trace(), {"fault": began_s}, eyes.taps())

    began_s, lost_s, back_s, trace = anyio.run(main)
    assert (lost_s - began_s, back_s - lost_s) == pytest.approx((0.2, 0.3), abs=0.1)
    assert crew.asked == ["drill.tap.lost", "drill.tap.back", "drill.tap.lost"]
    (spell,) = lost_spells(trace)
    assert (spell.cause, spell.length_s) == ("by-hand", pytest.approx(0.3, abs=0.1))


def test_without_anybody_to_tap_there_is_no_stopwatch():
    async def main() -> None:
        async with open_eyes(FarEnd(person="phone"), Profile(), Nobody(), None):
            pytest.fail("opened")

    with pytest.raises(DrillError):
        anyio.run(main)


def test_obs_shows_a_drill_by_its_pictures_and_meters(tmp_path):
    """Its Live scene stands still from the first moment on, and may; what changes is what is seen."""
    slate = tmp_path / "standby.png"
    cv2.imwrite(str(slate), np.full((360, 640, 3), (0, 255, 0), np.uint8))

    async def main(obs: ObsStudio) -> DrillTrace:
        profile = Profile(obs={"main": ObsPc(obs.address.url, obs.address.password)})
        marks = {}
        async with open_eyes(FarEnd(obs="program"), profile, Nobody(), slate) as eyes:
            await anyio.sleep(1)
            assert eyes.glance() == Glance(None)
            marks["fault"] = eyes.now_s()
            obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": True})
            await until(eyes, "silent")
            obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": False})
            await until(eyes, None)
            obs.ask("SetCurrentProgramScene", {"sceneName": "Standby"})
            await happened(lambda: eyes.glance().is_slate)
            marks["undone"] = eyes.now_s()
            return DrillTrace(eyes.trace(), marks)

    with ObsStudio(tmp_path / "obs") as obs:
        trace = anyio.run(main, obs)
    (spell,) = lost_spells(trace)
    assert spell.cause == "silent"
    assert spell.start_s == pytest.approx(trace.marks["fault"], abs=0.2)
    assert len(slate_spans(trace.viewer)) == 1


def test_an_obs_that_dies_blinds_the_eyes(tmp_path):
    async def main(obs: ObsStudio) -> None:
        profile = Profile(obs={"main": ObsPc(obs.address.url, obs.address.password)})
        async with open_eyes(FarEnd(obs="program"), profile, Nobody(), None) as eyes:
            obs.kill()
            await happened(lambda: eyes.trace() is None)
            with pytest.raises(DrillError):
                eyes.glance()

    with ObsStudio(tmp_path / "obs") as obs:
        anyio.run(main, obs)
