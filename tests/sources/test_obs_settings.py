"""OBS's settings, where its stream goes, and what a spare has otherwise, from a real OBS."""

import json
import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import pytest
from obs_deeds import read, set_parameter, set_service
from services_obs import ObsStudio
from services_video import mute_server

from rigcheck.samples import ObsAddress
from rigcheck.secret import HIDDEN

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


def test_profile_collection_and_the_advanced_mode(own: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    own.ask("CreateProfile", {"profileName": "店铺 2"})
    own.wait_for("GetProfileList", "currentProfileName", "店铺 2")
    own.ask("CreateSceneCollection", {"sceneCollectionName": "rooms/2"})
    own.wait_for("GetSceneCollectionList", "currentSceneCollectionName", "rooms/2")
    parameters = {"Output/Mode": "Advanced", "AdvOut/Encoder": "obs_x264", "AdvOut/TrackIndex": "2"}
    parameters |= {"AdvOut/Track2Bitrate": "192", "AdvOut/Rescale": "true", "AdvOut/RescaleRes": "320x180"}
    for place, value in parameters.items():
        set_parameter(own, place, value)
    set_parameter(own, "Output/DelayEnable", "true")
    set_parameter(own, "Output/DelaySec", "7")
    state = read(own)
    assert (state.profile, state.collection, state.delay_s) == ("店铺 2", "rooms/2", 7.0)
    assert state.settings["audio_kbps"] == "192"
    assert state.settings["output"] == "320x180"
    assert "video_kbps" not in state.settings  # OBS does not say; its folder is not this user's
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own.config.parent))
    assert read(own).settings["video_kbps"] == "2500"
    (folder,) = (own.config / "basic" / "profiles").glob("[!r]*")
    (folder / "streamEncoder.json").write_text(json.dumps({"bitrate": 6000, "keyint_sec": 2}))
    settings = read(own).settings
    assert (settings["encoder"], settings["video_kbps"], settings["keyint_s"]) == ("x264", "6000", "2")
    assert [settings[name] for name in ("rate_control", "preset", "bframes")] == ["CBR", "veryfast", "3"]
    assert "h264_profile" not in settings  # left to x264
    own_words = {"rate_control": "VBR", "preset": "fast", "profile": "main", "bf": 1, "x264opts": "keyint=90 bframes=0"}
    (folder / "streamEncoder.json").write_text(json.dumps(own_words))
    settings = read(own).settings
    names = ("rate_control", "preset", "h264_profile", "bframes", "keyint_s")
    assert [settings[name] for name in names] == ["VBR", "fast", "main", "0", "3"]


def test_simple_mode_of_other_encoders(own: ObsStudio):
    assert [read(own).settings[name] for name in ("rate_control", "preset", "bframes")] == ["CBR", "ultrafast", "0"]
    set_parameter(own, "SimpleOutput/StreamEncoder", "nvenc")
    set_parameter(own, "SimpleOutput/NVENCPreset2", "p6")
    settings = read(own).settings
    assert (settings["encoder"], settings["preset"]) == ("nvenc", "p6")
    assert "bframes" not in settings  # left to the card
    set_parameter(own, "SimpleOutput/StreamEncoder", "amd")
    assert "preset" not in read(own).settings


@pytest.mark.parametrize(
    ("server", "target"),
    [
        ("", "none"),
        ("rtmp://127.0.0.1:1935/live", "loopback"),
        ("rtmp://localhost/live", "loopback"),
        ("rtmp://192.168.1.7/live", "private"),
        ("rtmp://relay/live", "private"),
        ("rtmps://Push.Example.COM:443/app", "platform"),
        ("live.example.net/app", "platform"),
        ("srt://ingest.example.com:9000?streamid=x", "platform"),
        ("rtmp://test.example.com/live", "test"),
    ],
)
def test_where_the_stream_goes(obs: ObsStudio, server: str, target: str):
    set_service(obs, server=server, key="k3y-nobody-may-see")
    state = read(obs, seconds=0.0, test_hosts=("Test.example.com",))
    set_service(obs, server="", key="")
    assert (state.target, state.has_key) == (target, True)
    assert "k3y" not in str(asdict(state))


def test_the_key_is_a_text_to_hide(obs: ObsStudio, caplog: pytest.LogCaptureFixture):
    set_service(obs, server="rtmp://127.0.0.1/live", key="k3y-nobody-may-see")
    with caplog.at_level("DEBUG", "rigcheck"):
        read(obs, seconds=0.0)
    set_service(obs, server="", key="")
    assert {"k3y-nobody-may-see", obs.password} == {getattr(record, HIDDEN, None) for record in caplog.records} - {None}
    assert "k3y" not in caplog.text


def test_known_services(obs: ObsStudio):
    set_service(obs, "rtmp_common", service="Twitch", server="auto", key="")
    plain = read(obs, seconds=0.0)
    set_service(obs, "rtmp_common", service="Twitch", server="auto", key="x", bwtest=True)
    trial = read(obs, seconds=0.0)
    set_service(obs, server="rtmp://live.example.com/app", key="live_1?bandwidthtest=true")
    by_key = read(obs, seconds=0.0)
    set_service(obs, server="", key="")
    assert by_key.target == "test"
    assert (plain.target, plain.has_key) == ("platform", False)
    assert (trial.target, trial.has_key) == ("test", True)


def test_what_a_spare_has_otherwise(obs: ObsStudio, own: ObsStudio):
    same = read(own, compare=obs.address)
    assert same.differs == ()
    own.ask("SetVideoSettings", {"fpsNumerator": 25, "fpsDenominator": 1})
    own.ask("CreateScene", {"sceneName": "Thanks"})
    set_parameter(own, "SimpleOutput/VBitrate", "3000")
    set_parameter(own, "Audio/SampleRate", "44100")
    set_service(own, server="rtmp://127.0.0.1/live", key="x")
    differs = read(own, compare=obs.address).differs
    assert differs == ("fps", "audio_rate_hz", "video_kbps", "keyint_s", "scenes", "key")
    own.ask("CreateProfile", {"profileName": "spare"})
    own.wait_for("GetProfileList", "currentProfileName", "spare")
    assert "profile" in (read(own, compare=obs.address).differs or ())


def test_one_to_compare_with_that_hangs_costs_only_the_comparison(obs: ObsStudio):
    with mute_server() as url:
        other = ObsAddress(f"ws://{url.removeprefix('http://').partition('/')[0]}")
        started = time.monotonic()
        state = read(obs, compare=other)
    assert state.differs is None
    assert state.scene == "Live"
    assert time.monotonic() - started < 2
