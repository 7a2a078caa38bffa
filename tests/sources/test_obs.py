"""OBS's state, read from a real OBS in which one thing after another is set wrong."""

import functools
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from obs_deeds import add, inputs, read, set_service
from services_obs import AWKWARD, SIZE, ObsStudio, ingest, write_wav

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress, ObsRequest
from rigcheck.sources.obs import read_obs

pytestmark = pytest.mark.svc


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObsStudio]:
    """One for all; each test puts back what it changes."""
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        yield studio


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ObsStudio]:
    """One that may be broken."""
    with ObsStudio(tmp_path) as studio:
        yield studio


def test_a_show_at_rest(own: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own.config.parent))
    started = time.monotonic()
    state = read(own, seconds=1.5)
    assert time.monotonic() - started < 2.5
    assert state.version.startswith("29.")
    assert state.websocket.startswith("5.")
    assert (state.profile, state.collection, state.scene) == ("rig", "rig", "Live")
    assert state.scenes == ("Live", "Standby")
    flags = ("streaming", "reconnecting", "recording", "virtualcam", "studio_mode", "has_key")
    assert not any(getattr(state, flag) for flag in flags)
    assert (state.target, state.delay_s, state.sent, state.dropped, state.differs) == ("none", 0.0, None, None, None)
    assert state.settings == {
        "base": f"{SIZE[0]}x{SIZE[1]}",
        "output": f"{SIZE[0]}x{SIZE[1]}",
        "fps": "30",
        "audio_rate_hz": "48000",
        "channels": "Stereo",
        "color_space": "709",
        "color_range": "Partial",
        "encoder": "x264",
        "rate_control": "CBR",
        "preset": "ultrafast",
        "bframes": "0",
        "video_kbps": "1000",
        "audio_kbps": "128",
        "keyint_s": "2",
    }
    assert 10 < state.rendered[1] - state.rendered[0] <= 90
    assert state.disk_free_gb is not None
    assert state.disk_free_gb > 1
    assert "software-gpu" in state.log_warnings  # this OBS really draws with llvmpipe


def test_inputs(obs: ObsStudio):
    found = inputs(obs)
    assert set(found) == {"Backdrop", "Pause", AWKWARD, "Music"}
    assert {name for name, each in found.items() if each.is_active} == {"Backdrop", AWKWARD, "Music"}
    assert found["Backdrop"].kind == "color_source"
    assert (found["Backdrop"].muted, found["Backdrop"].silent, found["Backdrop"].media) == (None, None, None)
    music = found["Music"]
    assert (music.muted, music.silent, music.media, music.file_missing) == (False, False, "playing", False)
    assert music.peak_dbfs == pytest.approx(-17.0, abs=0.2)  # the peak of a sine of -20 dBFS RMS


def test_levels_are_those_after_the_fader(obs: ObsStudio):
    obs.ask("SetInputVolume", {"inputName": "Music", "inputVolumeDb": -10.0})
    time.sleep(0.1)
    faded = inputs(obs)["Music"]
    obs.ask("SetInputVolume", {"inputName": "Music", "inputVolumeDb": 0.0})
    assert faded.peak_dbfs == pytest.approx(-27.0, abs=0.2)


def test_muted_is_silent_too(obs: ObsStudio):
    obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": True})
    time.sleep(0.1)
    muted = inputs(obs)["Music"]
    obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": False})
    assert (muted.muted, muted.silent, muted.peak_dbfs) == (True, True, None)


def test_silence_a_dead_device_and_a_film_without_sound(own: ObsStudio):
    quiet = write_wav(own.folder / "quiet.wav", dbfs=-300.0)
    add(own, "Quiet", "ffmpeg_source", local_file=str(quiet), looping=True)
    add(own, "Dead", "alsa_input_capture", device_id="nobody")
    add(own, "Offstage", "alsa_input_capture", "Standby", device_id="nobody")
    add(own, "Mute film", "ffmpeg_source", is_local_file=False, input="rtmp://127.0.0.1:1/none")
    time.sleep(0.3)
    found = inputs(own)
    assert (found["Quiet"].silent, found["Quiet"].peak_dbfs) == (True, None)
    assert (found["Dead"].silent, found["Dead"].is_active) == (True, True)
    assert (found["Offstage"].silent, found["Offstage"].is_active) == (None, False)
    assert found["Mute film"].silent is None


def test_missing_files(own: ObsStudio):
    there, gone = own.folder / "tone.wav", own.folder / "gone 店.mp4"
    add(own, "Film", "ffmpeg_source", local_file=str(gone))
    add(own, "Picture", "image_source", "Standby", file=str(gone))
    add(own, "Show", "slideshow", files=[{"value": str(there)}, {"value": str(gone)}])
    add(own, "Folder", "slideshow", files=[{"value": str(own.folder)}])
    add(own, "Stream", "ffmpeg_source", is_local_file=False, input="rtmp://127.0.0.1:1/none", local_file=str(gone))
    add(own, "Empty", "ffmpeg_source")
    add(own, "Title", "text_ft2_source_v2", from_file=False, text_file=str(gone), text="sale")
    found = inputs(own)
    assert {name for name, each in found.items() if each.file_missing} == {"Film", "Picture", "Show"}


def test_files_of_another_computer_are_not_looked_for_here(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    async def elsewhere(_: ObsAddress) -> bool:
        return False

    monkeypatch.setattr("rigcheck.sources.obs.is_here", elsewhere)
    add(obs, "Far", "image_source", file="D:\\show\\logo.png")
    state = read(obs)
    obs.ask("RemoveInput", {"inputName": "Far"})
    assert not any(each.file_missing for each in state.inputs)
    assert state.log_warnings == ()


@pytest.mark.parametrize(
    "name", ["直播 🛒", "a/b\\c", "\"q\" 's'", "<b>&amp;", "{x} %s $HOME", " lead", "x" * 200, "\u202ertl", "a\nb"]
)
def test_names_of_any_characters(obs: ObsStudio, name: str):
    obs.ask("CreateScene", {"sceneName": name})
    add(obs, f"{name}!", "color_source_v3", name)
    obs.ask("SetCurrentProgramScene", {"sceneName": name})
    obs.wait_for("GetSourceActive", "videoActive", value=False, sourceName="Backdrop")
    state = read(obs, seconds=0.1)
    obs.ask("SetCurrentProgramScene", {"sceneName": "Live"})
    obs.wait_for("GetSourceActive", "videoActive", value=False, sourceName=f"{name}!")
    obs.ask("RemoveScene", {"sceneName": name})
    assert state.scene == name
    assert name in state.scenes
    assert {each.name for each in state.inputs if each.is_active} == {f"{name}!"}


def test_studio_mode_and_its_preview(obs: ObsStudio):
    obs.ask("SetStudioModeEnabled", {"studioModeEnabled": True})
    obs.ask("SetCurrentPreviewScene", {"sceneName": "Standby"})
    state = read(obs)
    obs.ask("SetStudioModeEnabled", {"studioModeEnabled": False})
    assert (state.studio_mode, state.scene) == (True, "Live")
    assert "Pause" not in {each.name for each in state.inputs if each.is_active}


def test_a_scene_within_a_scene_is_active(obs: ObsStudio):
    item = obs.ask("CreateSceneItem", {"sceneName": "Live", "sourceName": "Standby"})
    active = {name for name, each in inputs(obs).items() if each.is_active}
    obs.ask("RemoveSceneItem", {"sceneName": "Live", "sceneItemId": item["sceneItemId"]})
    assert "Pause" in active


def test_recording(obs: ObsStudio):
    obs.ask("StartRecord")
    obs.wait_for("GetRecordStatus", "outputActive", value=True)
    state = read(obs, seconds=1.0)
    obs.ask("StopRecord")
    obs.wait_for("GetRecordStatus", "outputActive", value=False)
    assert (state.recording, state.streaming) == (True, False)
    assert state.encoded[1] > state.encoded[0]


def test_a_stream_that_loses_its_server(own: ObsStudio, tmp_path: Path):
    with ingest(tmp_path / "nginx") as server:
        set_service(own, server=server, key="room")
        own.ask("StartStream")
        own.wait_for("GetStreamStatus", "outputActive", value=True)
        state = read(own, seconds=1.0)
    assert (state.streaming, state.reconnecting, state.target, state.has_key) == (True, False, "loopback", True)
    assert state.sent is not None
    assert state.sent[1] > state.sent[0]
    assert state.dropped is not None
    own.wait_for("GetStreamStatus", "outputReconnecting", value=True)
    lost = read(own)
    assert (lost.streaming, lost.reconnecting) == (True, True)


@pytest.mark.parametrize(("deed", "reason"), [("kill", Reason.LOST), ("hang", Reason.TIMEOUT)])
def test_it_goes_away_within_the_window(own: ObsStudio, deed: str, reason: Reason):
    async def look() -> None:
        async with anyio.create_task_group() as group:
            group.start_soon(anyio.to_thread.run_sync, functools.partial(later, getattr(own, deed)))
            with pytest.raises(NotSeen) as caught:
                await read_obs(ObsRequest(obs=own.address, seconds=0.8))
            assert caught.value.reason is reason

    anyio.run(look)


def later(deed: Any) -> None:
    time.sleep(0.4)
    deed()


def test_looking_changes_nothing(obs: ObsStudio):
    def settings() -> list[Any]:
        names = ("GetSceneList", "GetInputList", "GetVideoSettings", "GetStreamServiceSettings", "GetProfileList")
        return [obs.ask(name) for name in names]

    before = settings()
    read(obs)
    assert settings() == before
