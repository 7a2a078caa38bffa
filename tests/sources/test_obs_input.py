"""One input of a real OBS: its picture by pictures, its sound by meters; what cannot be seen so is absent, never ok."""

import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import anyio
import numpy as np
import pytest
from services_obs import AWKWARD, ObsStudio, need_obs
from show_clip import NAME, make_show, play_show

from rigcheck.errors import NotSeen
from rigcheck.measure.camera import measure_camera
from rigcheck.measure.light import measure_light
from rigcheck.measure.mic import measure_mic
from rigcheck.model import Measurement, Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import AudioRequest, CameraClip, CameraRequest, LevelTrace
from rigcheck.sources import live, obs_shot
from rigcheck.sources.live import LiveSource
from rigcheck.sources.media import read_clip

pytestmark = pytest.mark.svc
SETTING = Setting(Profile(), Stage.GO, date(2026, 11, 21))
ROUTE = Reason.NOT_THIS_WAY


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    need_obs()
    return make_show(tmp_path_factory.mktemp("show"))


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory, clip: Path) -> Iterator[ObsStudio]:
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        play_show(studio, clip)
        yield studio


def watched(obs: ObsStudio, name: str, seconds: float = 1.0, **wanted: Any) -> CameraClip:
    request = CameraRequest(device=f"obs:{name}", seconds=seconds, obs=obs.address, **wanted)
    sample = anyio.run(LiveSource().acquire, request)
    assert isinstance(sample, CameraClip)
    return sample


def metered(obs: ObsStudio, name: str, seconds: float = 1.0, layout: str = "stereo") -> LevelTrace:
    sample = anyio.run(LiveSource().acquire, AudioRequest("main", f"obs:{name}", layout, seconds, 0.0, obs.address))
    assert isinstance(sample, LevelTrace)
    assert len(sample.t_s) == pytest.approx(20 * seconds, rel=0.4)
    return sample


def heard(obs: ObsStudio, name: str, seconds: float = 1.0, layout: str = "stereo") -> dict[str, Measurement]:
    return by_id(measure_mic(metered(obs, name, seconds, layout), SETTING, "main"))


def by_id(measured: tuple[Measurement, ...]) -> dict[str, Measurement]:
    return {each.metric.id: each for each in measured}


def seen_in(clip: CameraClip) -> dict[str, Measurement]:
    return by_id((*measure_camera(clip, SETTING, "main"), *measure_light(clip, SETTING, "main")))


def refused(look: Callable[[], Awaitable[Any]]) -> NotSeen:
    async def catch() -> NotSeen:
        with pytest.raises(NotSeen) as caught:
            await look()
        return caught.value

    return anyio.run(catch)


def test_a_camera_looks_like_its_own_file(obs: ObsStudio, clip: Path) -> None:
    sample = watched(obs, NAME, 2.0)
    assert (sample.via, sample.width_px, sample.height_px) == ("obs-shot", 640, 360)
    assert len(sample.t_s) == pytest.approx(10, abs=3)
    seen, true = seen_in(sample), seen_in(read_clip(clip, CameraRequest(), whole=True))
    for name in ("light.mean_ire", "light.subject_ire"):
        assert seen[name].value == pytest.approx(true[name].value, abs=1.5)
    assert seen["camera.focus"].value == pytest.approx(true["camera.focus"].value, rel=0.1)
    assert seen["camera.levels"].value == true["camera.levels"].value
    assert (seen["camera.black_s"].value, seen["camera.frozen_s"].value) == (0, 0)
    blind = {name for name, each in seen.items() if each.reason is ROUTE}
    of_time = {"fps", "fps_of_asked_pct", "jitter_ms", "dropped_pct", "duplicated_pct", "first_frame_ms", "noise_sigma"}
    of_light = {"light.flicker_pct", "light.flicker_hz", "light.pumping_pct"}
    assert blind == {*(f"camera.{name}" for name in (*of_time, "cadence")), *of_light}


def test_a_picture_that_stands_is_frozen_and_no_estimate(obs: ObsStudio) -> None:
    frozen = seen_in(watched(obs, AWKWARD))["camera.frozen_s"]
    assert frozen.value == pytest.approx(1.0, abs=0.3)
    assert not frozen.estimate


def test_a_black_one_is_black(obs: ObsStudio) -> None:
    black = {"sceneName": "Standby", "inputName": "Dead", "inputKind": "color_source_v3"}
    obs.ask("CreateInput", {**black, "inputSettings": {"color": 0xFF000000, "width": 320, "height": 180}})
    sample = watched(obs, "Dead")
    assert (sample.width_px, sample.height_px) == (320, 180)  # its own size, and though it is in no scene that is on
    assert seen_in(sample)["camera.black_s"].value == pytest.approx(1.0, abs=0.3)


def test_boxes_are_upright_and_cropped_as_for_the_device(obs: ObsStudio) -> None:
    sample = watched(obs, NAME, 0.5, rotate=90)
    assert (sample.width_px, sample.height_px, sample.frames.shape[1:3]) == (360, 640, (640, 360))


def test_pictures_travel_where_obs_cannot_write_to_us(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = seen_in(watched(obs, NAME, 0.5))["light.mean_ire"].value
    asked: list[str] = []
    ask = obs_shot._Shutter._ask

    async def elsewhere(self: Any, request: str, data: dict[str, Any]) -> dict[str, Any]:
        asked.append(request)
        return {} if request == "SaveSourceScreenshot" else await ask(self, request, data)

    monkeypatch.setattr(obs_shot._Shutter, "_ask", elsewhere)
    assert seen_in(watched(obs, NAME, 0.5))["light.mean_ire"].value == pytest.approx(plain, abs=1.5)
    assert asked.count("SaveSourceScreenshot") == 1
    assert asked.count("GetSourceScreenshot") >= 2


def test_meters_of_a_microphone(obs: ObsStudio) -> None:
    found = heard(obs, NAME, 3.0)
    assert found["mic.muted"].value is False
    assert found["mic.speech_dbfs"].value == pytest.approx(-19.5, abs=3)
    assert found["mic.balance_db"].value == pytest.approx(2, abs=0.3)
    assert -12 < found["mic.peak_dbfs"].value < -6  # type: ignore[operator] # a number, or this fails
    told = {name for name, each in found.items() if each.value is not None}
    assert told == {"mic.muted", "mic.speech_dbfs", "mic.balance_db", "mic.peak_dbfs"}
    assert all(found[name].estimate for name in told - {"mic.muted"})
    assert {each.reason for name, each in found.items() if name not in told} == {ROUTE}


def test_after_the_fader(obs: ObsStudio) -> None:
    before = heard(obs, "Music")["mic.peak_dbfs"]
    assert before.value is None  # it is muted
    obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": False})
    try:
        assert heard(obs, "Music")["mic.peak_dbfs"].value == pytest.approx(-17, abs=0.1)
        obs.ask("SetInputVolume", {"inputName": "Music", "inputVolumeDb": -10.0})
        assert heard(obs, "Music")["mic.peak_dbfs"].value == pytest.approx(-27, abs=0.1)
        assert heard(obs, "Music", layout="mono")["mic.balance_db"].reason is Reason.MONO
    finally:
        obs.ask("SetInputVolume", {"inputName": "Music", "inputVolumeDb": 0.0})
        obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": True})


def test_muted_is_muted(obs: ObsStudio) -> None:
    found = heard(obs, "Music")
    assert found["mic.muted"].value is True
    assert not found["mic.muted"].estimate
    assert {found[f"mic.{name}"].reason for name in ("speech_dbfs", "peak_dbfs", "balance_db")} == {Reason.NO_SPEECH}


def test_behind_its_mute_a_microphone_is_heard_to_be_alive(obs: ObsStudio) -> None:
    trace = metered(obs, "Music")
    assert (trace.muted, float(trace.rms.max())) == (True, 0.0)
    assert 20 * np.log10(trace.peak.max()) == pytest.approx(-17, abs=0.1)


@pytest.mark.parametrize(
    ("name", "picture", "sound"),
    [
        ("not there", Reason.MISSING, Reason.MISSING),
        ("Music", Reason.NO_STREAM, None),  # no picture
        ("Backdrop", None, Reason.NO_STREAM),  # no sound
    ],
)
def test_what_an_input_has_not(obs: ObsStudio, name: str, picture: Reason | None, sound: Reason | None) -> None:
    for request, reason in (
        (CameraRequest(device=f"obs:{name}", seconds=0.4, obs=obs.address), picture),
        (AudioRequest("main", f"obs:{name}", "stereo", 0.4, 0.0, obs.address), sound),
    ):
        if reason is not None:
            fault = refused(lambda request=request: LiveSource().acquire(request))
            assert (fault.reason, fault.params.get("device")) == (reason, name)


def test_a_device_that_obs_holds_is_seen_through_obs(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch) -> None:
    async def held(*_: object) -> None:
        raise NotSeen(Reason.HELD, {"holder": "obs"})

    monkeypatch.setattr(live, "call_in_worker", held)
    camera = CameraRequest(device=0, seconds=0.5, obs=obs.address, obs_input=NAME)
    mic = AudioRequest("main", None, "stereo", 0.5, 0.0, obs.address, NAME)
    assert [anyio.run(LiveSource().acquire, each).kind for each in (camera, mic)] == ["camera", "levels"]
    for request in (CameraRequest(device=0, obs=obs.address), CameraRequest(device=0, obs_input=NAME)):
        assert refused(lambda request=request: LiveSource().acquire(request)).reason is Reason.HELD


def test_an_obs_that_hangs_meanwhile_is_timed_out(tmp_path: Path) -> None:
    with ObsStudio(tmp_path) as doomed:

        async def look(request: CameraRequest | AudioRequest) -> NotSeen:
            async with anyio.create_task_group() as group:

                async def hang() -> None:
                    await anyio.sleep(0.6)
                    doomed.hang()

                group.start_soon(hang)
                with pytest.raises(NotSeen) as caught:
                    await LiveSource().acquire(request)
            return caught.value

        for request in (
            CameraRequest(device="obs:Backdrop", seconds=10.0, obs=doomed.address),
            AudioRequest("main", "obs:Music", "stereo", 10.0, 0.0, doomed.address),
        ):
            began = time.monotonic()
            assert anyio.run(look, request).reason is Reason.TIMEOUT
            assert time.monotonic() - began < 5
            doomed.resume()
            doomed.ask("GetVersion")
