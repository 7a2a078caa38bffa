"""OBS's programme, recorded by a real OBS: as good as the clip it plays, and never anything left behind."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
import numpy as np
import psutil
import pytest
from services_obs import ObsStudio, need_obs
from show_clip import make_show, play_show

from rigcheck.errors import NotSeen
from rigcheck.measure.camera import measure_camera
from rigcheck.measure.light import measure_light
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Measurement, Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import PROGRAM, AudioClip, AudioRequest, CameraClip, CameraRequest, LevelTrace, ObsAddress
from rigcheck.sources import obs_guard, obs_program
from rigcheck.sources.live import LiveSource
from rigcheck.sources.media import read_clip, read_take
from rigcheck.sources.obs_client import ObsClient
from rigcheck.sources.obs_guard import Guard
from rigcheck.sources.obs_program import is_here, record_program
from rigcheck.sources.obs_recording import Recording

pytestmark = pytest.mark.svc
TAKE_S = 4
SETTING = Setting(Profile(), Stage.GO, date(2026, 11, 21))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_obs()
    return make_show(tmp_path_factory.mktemp("show"))


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[ObsStudio]:
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        play_show(studio, clip)
        yield studio


@pytest.fixture
def doomed(tmp_path: Path) -> Iterator[ObsStudio]:
    """An OBS of its own, for what it does not survive."""
    with ObsStudio(tmp_path) as studio:
        yield studio


def sound_of(obs: ObsStudio, seconds: float = 1.0, quiet_s: float = 0.0) -> AudioRequest:
    return AudioRequest("main", PROGRAM, "mono", seconds, quiet_s, obs.address)


def picture_of(obs: ObsStudio, seconds: float = 1.0) -> CameraRequest:
    return CameraRequest(device=PROGRAM, seconds=seconds, obs=obs.address)


def left(obs: ObsStudio) -> tuple[bool, list[str]]:
    """Whether it still records, and the files it recorded."""
    return obs.ask("GetRecordStatus")["outputActive"], sorted(path.name for path in obs.recordings.iterdir())


NOTHING: tuple[bool, list[str]] = (False, [])


async def unseen(look: Callable[[], Awaitable[Any]]) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        await look()
    return caught.value


def values(*measured: Measurement) -> dict[str, Any]:
    return {each.metric.id: each.value for each in measured}


def excerpt(whole: AudioClip, part: AudioClip) -> AudioClip:
    """Where in the whole the part was taken, and that much of it: envelopes of 1 ms laid over each other."""
    envelopes = [np.abs(take.samples[:, 0]).reshape(-1, 48).max(axis=1) for take in (whole, part)]
    start = 48 * int(np.argmax(np.correlate(envelopes[0], envelopes[1], "valid")))
    return replace(whole, samples=whole.samples[start : start + len(part.samples)])


def test_the_programme_measures_like_its_file(obs: ObsStudio, clip: Path) -> None:
    obs.ask("TriggerMediaInputAction", {"inputName": "Clip", "mediaAction": "OBS_WEBSOCKET_MEDIA_INPUT_ACTION_RESTART"})

    async def look() -> tuple[AudioClip, CameraClip]:
        with LiveSource() as source:
            sound = await source.acquire(sound_of(obs, TAKE_S))
            assert len(left(obs)[1]) == 1  # kept for the picture
            began = time.monotonic()
            picture = await source.acquire(picture_of(obs, TAKE_S))
            assert time.monotonic() - began < TAKE_S  # from the same recording
        assert left(obs) == NOTHING
        assert isinstance(sound, AudioClip)
        assert isinstance(picture, CameraClip)
        return sound, picture

    sound, picture = anyio.run(look)
    assert (sound.via, picture.via, sound.layout) == ("obs-record", "obs-record", "stereo")
    assert len(sound.samples) == TAKE_S * sound.rate_hz
    seen = values(
        *measure_mic(sound, SETTING, "main"),
        *measure_camera(picture, SETTING, "main"),
        *measure_light(picture, SETTING, "main"),
    )
    whole = read_clip(clip, CameraRequest(), whole=True)
    true = values(
        *measure_mic(excerpt(read_take(clip, AudioRequest()), sound), SETTING, "main"),
        *measure_camera(whole, SETTING, "main"),
        *measure_light(whole, SETTING, "main"),
    )
    assert seen["mic.loudness_lufs"] == pytest.approx(true["mic.loudness_lufs"], abs=0.3)
    assert seen["mic.speech_dbfs"] == pytest.approx(true["mic.speech_dbfs"], abs=0.5)
    assert seen["mic.balance_db"] == pytest.approx(2, abs=0.3)
    assert not seen["mic.muted"]
    for name in ("light.mean_ire", "light.subject_ire"):
        assert seen[name] == pytest.approx(true[name], abs=1.5)
    assert seen["camera.fps"] == pytest.approx(30, rel=0.01)
    assert (seen["camera.width_px"], seen["camera.height_px"]) == (640, 360)
    assert seen["camera.black_s"] == 0
    assert seen["camera.frozen_s"] < 0.3  # a busy computer's OBS stutters
    assert seen["camera.focus"] == pytest.approx(true["camera.focus"], rel=0.1)


def test_either_alone_leaves_nothing(obs: ObsStudio) -> None:
    async def look() -> None:
        with LiveSource() as source:
            await source.acquire(sound_of(obs))
        assert left(obs) == NOTHING
        with LiveSource() as source:
            await source.acquire(picture_of(obs))
            await source.acquire(sound_of(obs))
            await source.acquire(sound_of(obs))  # prompts again, so it is recorded again
            assert len(left(obs)[1]) == 1
        assert left(obs) == NOTHING

    anyio.run(look)


def test_phases_are_where_the_prompts_were(obs: ObsStudio) -> None:
    """The voice is muted when "be quiet" is shown: 2 s of lead-in and 1.5 s of speech after the take began."""

    async def look() -> AudioClip:
        taken: list[AudioClip] = []
        with LiveSource() as source:
            async with anyio.create_task_group() as group:

                async def take() -> None:
                    taken.append(await source.acquire(sound_of(obs, 1.5, 1.5)))  # type: ignore[arg-type] # a recording

                group.start_soon(take)
                await anyio.sleep(3.5)
                await anyio.to_thread.run_sync(obs.ask, "SetInputMute", {"inputName": "Clip", "inputMuted": True})
        return taken[0]

    try:
        take = anyio.run(look)
    finally:
        obs.ask("SetInputMute", {"inputName": "Clip", "inputMuted": False})
    assert take.speak is not None
    assert take.quiet is not None
    assert (take.speak[1] - take.speak[0], take.quiet[1] - take.quiet[0]) == (52800, 52800)
    assert np.abs(take.samples[slice(*take.quiet)]).max() < 0.001 < np.abs(take.samples[slice(*take.speak)]).max()
    last = np.flatnonzero(np.abs(take.samples[:, 0]) > 0.001)[-1] / 48000
    assert last == pytest.approx(take.speak[1] / 48000, abs=0.25)


def test_somebody_elses_recording_goes_on(obs: ObsStudio) -> None:
    obs.ask("StartRecord")
    obs.wait_for("GetRecordStatus", "outputActive", value=True)
    try:
        for request in (sound_of(obs), picture_of(obs)):
            assert anyio.run(unseen, lambda request=request: LiveSource().acquire(request)).reason is Reason.RECORDING
        assert left(obs)[0]
    finally:
        path = Path(obs.ask("StopRecord")["outputPath"])
        obs.wait_for("GetRecordStatus", "outputActive", value=False)
    assert path.is_file()
    path.unlink()


@pytest.mark.parametrize("after_s", [0.02, 0.1, 0.2, 1.0])
def test_cancelled_at_any_moment_it_leaves_nothing(obs: ObsStudio, after_s: float) -> None:
    async def look() -> bool:
        with LiveSource() as source, anyio.move_on_after(after_s) as scope:
            await source.acquire(sound_of(obs, 20.0))
        return scope.cancelled_caught

    began = time.monotonic()
    assert anyio.run(look)
    assert time.monotonic() - began < after_s + 2
    assert left(obs) == NOTHING


def test_stopped_by_somebody_it_is_lost(obs: ObsStudio) -> None:
    async def look() -> NotSeen:
        async with anyio.create_task_group() as group:

            async def stop() -> None:
                await anyio.sleep(0.7)
                await anyio.to_thread.run_sync(obs.ask, "StopRecord")

            group.start_soon(stop)
            return await unseen(lambda: LiveSource().acquire(sound_of(obs, 20.0)))

    assert anyio.run(look).reason is Reason.LOST
    assert left(obs) == NOTHING


def test_the_copy_that_obs_makes_goes_too(obs: ObsStudio) -> None:
    setting = {"parameterCategory": "Video", "parameterName": "AutoRemux"}
    obs.ask("SetProfileParameter", {**setting, "parameterValue": "true"})
    try:
        with LiveSource() as source:
            anyio.run(source.acquire, sound_of(obs))
            time.sleep(0.5)
            assert {Path(name).suffix for name in left(obs)[1]} == {".mkv", ".mp4"}
        assert left(obs) == NOTHING
        with LiveSource() as source:
            anyio.run(source.acquire, picture_of(obs))  # asked for nothing else, deleted at once
        time.sleep(0.5)
        assert left(obs) == NOTHING
    finally:
        obs.ask("SetProfileParameter", {**setting, "parameterValue": "false"})


def test_an_older_copy_is_somebody_elses(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "a.mkv", tmp_path / "a.mp4"
    theirs.write_bytes(b"theirs")
    began_s = time.monotonic() + 60
    ours.write_bytes(b"ours")
    Recording(ours, began_s, is_copied=True).discard()
    assert [path.name for path in tmp_path.iterdir()] == ["a.mp4"]


async def kill_it(obs: ObsStudio, after_s: float) -> NotSeen:
    """What is not seen where OBS is killed so many seconds after it was asked."""
    async with anyio.create_task_group() as group:

        async def kill() -> None:
            await anyio.sleep(after_s)
            await anyio.to_thread.run_sync(obs.kill)

        group.start_soon(kill)
        return await unseen(lambda: LiveSource().acquire(sound_of(obs, 20.0)))


@pytest.mark.parametrize("after_s", [0.2, 0.5, 1.0])
def test_killed_in_the_middle_it_is_lost_and_leaves_no_file(doomed: ObsStudio, after_s: float) -> None:
    began = time.monotonic()
    assert anyio.run(kill_it, doomed, after_s).reason is Reason.LOST
    assert time.monotonic() - began < 8
    time.sleep(0.5)
    assert list(doomed.recordings.iterdir()) == []


@pytest.mark.parametrize("is_first", [True, False])
def test_killed_before_it_named_the_file_it_leaves_only_what_was_there(
    doomed: ObsStudio, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    """On a busy computer OBS takes a recording on, and for long names none, or somebody's that it made before."""
    theirs = None
    if not is_first:
        doomed.ask("StartRecord")
        doomed.wait_for("GetRecordStatus", "outputActive", value=True)
        time.sleep(0.5)
        theirs = Path(doomed.ask("StopRecord")["outputPath"])
        doomed.wait_for("GetRecordStatus", "outputActive", value=False)
        time.sleep(1.1)  # its name has seconds in it

    async def name_the_last(_: ObsClient) -> Path | None:
        return theirs

    monkeypatch.setattr(obs_program, "path_of", name_the_last)
    assert anyio.run(kill_it, doomed, 1.0).reason is Reason.LOST
    time.sleep(0.5)
    assert list(doomed.recordings.iterdir()) == ([theirs] if theirs else [])


def test_cancelled_while_obs_begins_it_leaves_nothing(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    """OBS takes a recording on at once, and begins it when its window's thread comes to it."""
    is_active: list[bool] = []

    async def look() -> None:
        with anyio.CancelScope() as scope:
            ask = ObsClient.ask

            async def ask_and_cancel(client: ObsClient, request: str, data: Any = None) -> Any:
                answer = await ask(client, request, data)
                if request == "StartRecord":
                    is_active.append((await ask(client, "GetRecordStatus"))["outputActive"])
                    scope.cancel()
                return answer

            monkeypatch.setattr(ObsClient, "ask", ask_and_cancel)
            await record_program(obs.address, 20.0)
        assert scope.cancelled_caught

    anyio.run(look)
    assert is_active == [False]  # it had not begun
    time.sleep(1)
    assert left(obs) == NOTHING


@pytest.mark.parametrize("when", ["asked", "taken on"])
def test_hung_before_it_began_it_stops_when_it_wakes_up(
    doomed: ObsStudio, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Nobody knows into which file it will record, if it will."""
    ask = ObsClient.ask

    async def ask_and_hang(client: ObsClient, request: str, data: Any = None) -> Any:
        if request == "StartRecord" and when == "asked":
            doomed.hang()
        answer = await ask(client, request, data)
        if request == "StartRecord":
            doomed.hang()
        return answer

    monkeypatch.setattr(ObsClient, "ask", ask_and_hang)
    assert anyio.run(unseen, lambda: record_program(doomed.address, 20.0)).reason is Reason.TIMEOUT
    doomed.resume()
    time.sleep(5)
    assert left(doomed) == NOTHING
    assert when == "asked" or "Recording Start" in doomed.log  # asked by somebody who has gone, it may or may not


def test_hung_in_the_middle_it_stops_when_it_wakes_up(doomed: ObsStudio) -> None:
    async def look() -> NotSeen:
        async with anyio.create_task_group() as group:

            async def hang() -> None:
                await anyio.sleep(1)
                doomed.hang()

            group.start_soon(hang)
            return await unseen(lambda: LiveSource().acquire(sound_of(doomed, 20.0)))

    began = time.monotonic()
    assert anyio.run(look).reason is Reason.TIMEOUT
    assert time.monotonic() - began < 9
    doomed.resume()
    doomed.wait_for("GetRecordStatus", "outputActive", value=False)
    assert left(doomed) == NOTHING


def test_rigcheck_killed_in_the_middle_leaves_nothing(doomed: ObsStudio) -> None:
    """Nothing that it could do: a guard that outlives it does."""
    code = f"""
import anyio
from rigcheck.samples import AudioRequest, ObsAddress
from rigcheck.profile import Secret
from rigcheck.sources.live import LiveSource
address = ObsAddress({doomed.address.url!r}, Secret("env:{doomed.variable}"))
anyio.run(LiveSource().acquire, AudioRequest("main", "obs:program", "stereo", 20.0, 0.0, address))
"""
    with subprocess.Popen([sys.executable, "-c", code]) as process:
        doomed.wait_for("GetRecordStatus", "outputActive", value=True)
        time.sleep(0.3)
        process.send_signal(signal.SIGHUP)
    doomed.wait_for("GetRecordStatus", "outputActive", value=False)
    end_s = time.monotonic() + 2 * obs_guard.WRITTEN_S  # of a computer that is busy with other tests
    while is_guarded(doomed) and time.monotonic() < end_s:
        time.sleep(0.1)
    assert left(doomed) == NOTHING


def is_guarded(obs: ObsStudio) -> bool:
    """Whether a guard is still at work."""
    words = {obs_guard.__name__, obs.address.url}
    return any(words <= set(process.info["cmdline"] or ()) for process in psutil.process_iter(["cmdline"]))


def test_a_file_that_is_late_is_deleted(tmp_path: Path) -> None:
    path = tmp_path / "late.mkv"
    writer = threading.Timer(2.0, path.touch)
    writer.start()
    obs_guard.delete_once_written(path)
    writer.join()
    assert not path.exists()


def test_the_guard_leaves_another_recording_alone(doomed: ObsStudio, tmp_path: Path) -> None:
    doomed.ask("StartRecord")
    doomed.wait_for("GetRecordStatus", "outputActive", value=True)
    guard = Guard(doomed.address)
    guard.tell(str(tmp_path / "ours.mkv"))
    guard.release(is_over=False)
    time.sleep(2)
    assert left(doomed)[0]


@pytest.mark.parametrize("why", ["elsewhere", "no folder", "full disk", "over a file"])
def test_where_it_cannot_be_recorded_pictures_and_meters_are_an_estimate(
    obs: ObsStudio, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async def elsewhere(_address: ObsAddress) -> bool:
        return False

    folder = {"parameterCategory": "SimpleOutput", "parameterName": "FilePath"}
    overwrites = {"parameterCategory": "Output", "parameterName": "OverwriteIfExists"}
    naming = {"parameterCategory": "Output", "parameterName": "FilenameFormatting"}
    if why == "elsewhere":
        monkeypatch.setattr(obs_program, "is_here", elsewhere)
    if why == "no folder":
        obs.ask("SetProfileParameter", {**folder, "parameterValue": str(obs.recordings / "not there")})
    if why == "full disk":
        monkeypatch.setattr(obs_program, "LEAST_FREE_BYTES", 2**62)
    if why == "over a file":
        obs.ask("SetProfileParameter", {**overwrites, "parameterValue": "true"})
        obs.ask("SetProfileParameter", {**naming, "parameterValue": "show"})
    try:
        with LiveSource() as source:
            sound, picture = (anyio.run(source.acquire, request) for request in (sound_of(obs), picture_of(obs)))
    finally:
        obs.ask("SetProfileParameter", {**folder, "parameterValue": str(obs.recordings)})
        obs.ask("SetProfileParameter", {**overwrites, "parameterValue": "false"})
        obs.ask("SetProfileParameter", {**naming, "parameterValue": "%CCYY-%MM-%DD %hh-%mm-%ss"})
    assert isinstance(sound, LevelTrace)
    assert isinstance(picture, CameraClip)
    assert (sound.via, picture.via) == ("obs-shot", "obs-shot")
    measured = (*measure_mic(sound, SETTING, "main"), *measure_light(picture, SETTING, "main"))
    assert all(each.estimate for each in measured if each.value is not None and each.metric.id != "mic.muted")
    assert values(*measured)["light.mean_ire"] == pytest.approx(44.2, abs=1.5)
    assert left(obs) == NOTHING


def test_which_addresses_are_this_pc() -> None:
    for url, here in (("ws://127.0.0.1:4455", True), ("ws://localhost:4455", True), ("ws://192.0.2.7:4455", False)):
        assert anyio.run(is_here, ObsAddress(url)) is here


def test_without_obs_in_the_profile_it_is_asked_for() -> None:
    requests = (AudioRequest(device=PROGRAM), CameraRequest(device=PROGRAM))
    for request in requests:
        assert anyio.run(unseen, lambda request=request: LiveSource().acquire(request)).reason is Reason.NEEDS_OBS


def test_no_obs_is_unreachable(obs: ObsStudio) -> None:
    nowhere = replace(obs.address, url="ws://127.0.0.1:9")
    assert anyio.run(unseen, lambda: record_program(nowhere, 1.0)).reason is Reason.UNREACHABLE


def test_the_preview_of_studio_mode_is_not_the_programme(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    obs.ask("SetStudioModeEnabled", {"studioModeEnabled": True})
    obs.ask("SetCurrentPreviewScene", {"sceneName": "Standby"})  # all green: 59 IRE
    try:
        seen = []
        for least in (obs_program.LEAST_FREE_BYTES, 2**62):  # recorded, and by pictures
            monkeypatch.setattr(obs_program, "LEAST_FREE_BYTES", least)
            with LiveSource() as source:
                seen.append(anyio.run(source.acquire, picture_of(obs)))
    finally:
        obs.ask("SetStudioModeEnabled", {"studioModeEnabled": False})
    assert [clip.via for clip in seen if isinstance(clip, CameraClip)] == ["obs-record", "obs-shot"]
    for clip in seen:
        assert values(*measure_light(clip, SETTING, "main"))["light.mean_ire"] == pytest.approx(44.2, abs=1.5)  # type: ignore[arg-type] # a clip
