"""A plan as an OBS profile: its three files, and what a real OBS makes of them."""

import json
from collections.abc import Iterator
from configparser import ConfigParser
from dataclasses import replace
from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path

import pytest
from obs_deeds import read, set_service
from pushed import Pushed, received
from services_obs import ObsStudio
from services_rtmp import ingest

from rigcheck.cli.export import check_obs_place, write_obs_profile
from rigcheck.errors import UsageError
from rigcheck.measure.obs_plan import measure_plan
from rigcheck.model import Message, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.push_plan import Encode, PushPlan
from rigcheck.recommend.export_obs import exact_rate, obs_files

NAME = "店铺 3 \\ 备用"
ENCODE = Encode(
    *(360, 640, 25.0, 900),
    preset="superfast",
    profile="main",
    level="3.0",
    keyint_frames=50,
    bframes=1,
    audio_kbps=96,
    audio_rate_hz=44_100,
)
PLAN = PushPlan(ENCODE, ("taobao",), "uplink", "high", ())


def plan(**changes: object) -> PushPlan:
    return replace(PLAN, encode=replace(ENCODE, **changes))


def ini(files) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.optionxform = str
    parser.read_string(files["basic.ini"])
    return parser


def test_a_profile_has_its_three_files_and_no_key():
    files = obs_files(PLAN, NAME)
    assert set(files) == {"basic.ini", "streamEncoder.json", "service.json"}
    assert json.loads(files["service.json"])["settings"]["key"] == ""
    assert not any("STREAM_KEY" in text for text in files.values())


def test_the_canvas_is_the_plan_s_and_obs_does_not_clamp_it():
    basic = ini(obs_files(plan(width_px=1080, height_px=1920, fps=30.0), "a"))
    assert [basic["Video"][key] for key in ("BaseCX", "BaseCY", "OutputCX", "OutputCY")] == ["1080", "1920"] * 2
    assert (basic["Video"]["FPSType"], basic["Video"]["FPSInt"]) == ("1", "30")
    assert basic["Output"]["Mode"] == "Advanced"
    assert (basic["Stream1"]["IgnoreRecommended"], basic["AdvOut"]["ApplyServiceSettings"]) == ("true", "false")


@pytest.mark.parametrize(
    ("fps", "exact"),
    [(29.97, Fraction(30000, 1001)), (59.94, Fraction(60000, 1001)), (25.0, 25), (12.5, Fraction(25, 2))],
)
def test_rates_that_are_not_whole_are_exact(fps, exact):
    assert exact_rate(fps) == exact


def test_a_name_cannot_add_a_line():
    basic = obs_files(PLAN, "a\n[Stream1]\r\\b")["basic.ini"]
    assert basic.splitlines()[:2] == ["[General]", "Name=a\\n[Stream1]\\r\\\\b"]


def test_half_a_second_between_key_frames_is_told_in_frames():
    encoder = json.loads(obs_files(plan(keyint_s=0.5, keyint_frames=12), "a")["streamEncoder.json"])
    assert "keyint=12 " in encoder["x264opts"]
    whole = json.loads(obs_files(PLAN, "a")["streamEncoder.json"])
    assert (whole["keyint_sec"], whole["x264opts"]) == (2, "scenecut=0")


@pytest.mark.parametrize(
    ("encoder", "codec", "named"),
    [("nvenc", "h264", "obs_nvenc_h264_tex"), ("amf", "hevc", "h265_texture_amf"), ("qsv", "h264", "obs_qsv11_v2")],
)
def test_hardware_has_obs_s_own_names(encoder, codec, named):
    files = obs_files(plan(encoder=encoder, codec=codec, preset="p5"), "a")
    assert ini(files)["AdvOut"]["Encoder"] == named
    settings = json.loads(files["streamEncoder.json"])
    assert "x264opts" not in settings
    assert settings.get("preset", settings.get("target_usage")) == ("TU4" if encoder == "qsv" else "p5")


@pytest.mark.parametrize("encoder", ["mf", "any"])
def test_an_encoder_that_obs_has_not_becomes_x264(encoder):
    files = obs_files(plan(encoder=encoder, preset="p5"), "a")
    assert ini(files)["AdvOut"]["Encoder"] == "obs_x264"
    assert json.loads(files["streamEncoder.json"])["preset"] == "veryfast"


def test_a_refusal_has_no_profile():
    refusal = replace(PLAN, encode=None, refusal=Message("x"))
    with pytest.raises(ValueError, match="refusal"):
        obs_files(refusal, "a")


def test_an_export_is_written_and_replaced(tmp_path: Path):
    place = tmp_path / "new" / "profile"
    write_obs_profile(place, PLAN, NAME)
    write_obs_profile(place, plan(video_kbps=1200), NAME)
    assert json.loads((place / "streamEncoder.json").read_text())["bitrate"] == 1200
    assert [entry.name for entry in place.parent.iterdir()] == ["profile"]


def test_what_is_not_ours_is_left_alone(tmp_path: Path):
    place = tmp_path / "profile"
    write_obs_profile(place, PLAN, NAME)
    service = json.loads((place / "service.json").read_text())
    service["settings"]["key"] = "entered"
    (place / "service.json").write_text(json.dumps(service))
    for refused in (partial(write_obs_profile, place, PLAN, NAME), partial(check_obs_place, place)):
        with pytest.raises(UsageError):
            refused()
    assert "entered" in (place / "service.json").read_text()


@pytest.mark.parametrize("content", ["[General]\nName=mine\n", "\0"])
def test_somebody_s_own_profile_is_left_alone(tmp_path: Path, content: str):
    for name in obs_files(PLAN, NAME):
        (tmp_path / name).write_text("{}")
    (tmp_path / "basic.ini").write_text(content)
    with pytest.raises(UsageError):
        write_obs_profile(tmp_path, PLAN, NAME)
    assert (tmp_path / "basic.ini").read_text() == content


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObsStudio]:
    """An OBS that was started with the exported profile."""
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        studio.kill()
        write_obs_profile(studio.config / "basic" / "profiles" / "shop", PLAN, NAME)
        studio.start("--profile", NAME)
        yield studio


def parameter(obs: ObsStudio, place: str) -> str:
    category, name = place.split("/")
    return obs.ask("GetProfileParameter", {"parameterCategory": category, "parameterName": name})["parameterValue"]


@pytest.mark.svc
def test_obs_reports_the_plan(obs: ObsStudio):
    assert obs.ask("GetProfileList")["currentProfileName"] == NAME
    video = obs.ask("GetVideoSettings")
    assert [video[key] for key in ("baseWidth", "baseHeight", "outputWidth", "outputHeight")] == [360, 640] * 2
    assert (video["fpsNumerator"], video["fpsDenominator"]) == (25, 1)
    said = ("Output/Mode", "AdvOut/Encoder", "AdvOut/Track1Bitrate", "Audio/SampleRate", "Video/ColorRange")
    assert [parameter(obs, place) for place in said] == ["Advanced", "obs_x264", "96", "44100", "Partial"]
    service = obs.ask("GetStreamServiceSettings")
    assert service["streamServiceType"] == "rtmp_custom"
    assert service["streamServiceSettings"]["key"] == ""


@pytest.mark.svc
def test_our_own_comparison_finds_it_as_planned(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(obs.config.parent))
    setting = Setting(Profile(), Stage.HOST, date(2026, 11, 22), plan=PLAN)
    found = measure_plan(read(obs), setting)
    assert (found.value, found.estimate) == (0, False)
    other = replace(setting, plan=plan(video_kbps=2000, preset="fast", bframes=0, keyint_s=1.0, profile="high"))
    differing = measure_plan(read(obs), other).params["what"]
    assert set(differing) == {"video_kbps", "preset", "bframes", "keyint_s", "h264_profile"}


@pytest.fixture(scope="module")
def stream(obs: ObsStudio, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pushed]:
    """What a real server receives of that OBS, some seconds of it."""
    with ingest(tmp_path_factory.mktemp("nginx")) as server:
        set_service(obs, server=server.open_url, key="room", use_auth=False, bwtest=False)
        obs.ask("StartStream")
        obs.wait_for("GetStreamStatus", "outputActive", value=True)
        try:
            yield received(f"{server.open_url}/room", tmp_path_factory.mktemp("stream") / "received.flv")
        finally:
            obs.ask("StopStream")


@pytest.mark.svc
def test_the_server_gets_the_planned_picture(stream: Pushed):
    assert (stream.width, stream.height, stream.codec, stream.profile) == (360, 640, "h264", "Main")
    assert stream.fps == pytest.approx(25, abs=0.1)
    assert stream.bframes == 1
    assert (stream.color_space, stream.color_range) == ("bt709", "tv")


@pytest.mark.svc
def test_key_frames_are_two_seconds_apart(stream: Pushed):
    assert stream.key_gaps_s
    assert stream.key_gaps_s == pytest.approx([2.0] * len(stream.key_gaps_s), abs=0.002)


@pytest.mark.svc
def test_the_rate_is_the_planned_one(stream: Pushed):
    assert stream.video_kbps == pytest.approx(900, rel=0.1)
    assert stream.audio_rate_hz == 44_100
    assert stream.channels == 2
