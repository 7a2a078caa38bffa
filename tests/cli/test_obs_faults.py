"""Every check of OBS on a real OBS: green where all is well, red for the fault that was provoked, never green unseen."""

from dataclasses import replace
from datetime import UTC, datetime

import anyio
import pytest
from services_obs import ObsStudio

from rigcheck.checks.obs import OBS_CHECKS
from rigcheck.flow import run
from rigcheck.loading import load_limits
from rigcheck.model import Impact, Reason, Report, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import Host, ObsPc, Profile, Secret, Setting, Show
from rigcheck.sources.live import LiveSource

PLATFORM = {"server": "rtmp://live.example.com/app", "key": "k", "use_auth": False, "bwtest": False}
HERE = {**PLATFORM, "server": "rtmp://127.0.0.1/live"}
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def obs(tmp_path_factory):
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        set_target(studio, PLATFORM)
        yield studio


def set_target(studio: ObsStudio, settings) -> None:
    settings = {"streamServiceType": "rtmp_custom", "streamServiceSettings": settings}
    studio.ask("SetStreamServiceSettings", settings)


def pc_of(studio: ObsStudio, **changes) -> ObsPc:
    pc = ObsPc(
        studio.address.url,
        studio.address.password,
        profile="rig",
        collection="rig",
        scene="Live",
        scenes=("Live", "Standby"),
        inputs=("Music",),
    )
    return replace(pc, **changes)


def checked(main: ObsPc, spare: ObsPc | None = None, pusher: str = "obs", stage: Stage = Stage.GO) -> Report:
    pcs = {"main": main} if spare is None else {"main": main, "spare": spare}
    show = Show(orientation="landscape", pusher=pusher)
    profile = Profile(camera={}, mic={}, power={}, obs=pcs, show=show, host=Host(record_to="/"))
    setting = Setting(profile, stage, NOW.date())
    return anyio.run(run, Run("obs", OBS_CHECKS, setting, LiveSource(), NOW, load_limits()))


def by_check(report: Report, device: str = "main"):
    return {finding.check: finding for finding in report.findings if finding.device == device}


def with_status(report: Report, *statuses: Status, device: str = "main") -> set[str]:
    return {check for check, finding in by_check(report, device).items() if finding.status in statuses}


def test_a_real_obs_that_is_all_right(obs):
    report = checked(pc_of(obs))
    assert with_status(report, Status.FAIL, Status.UNKNOWN) <= {"obs.late"}, "a busy machine renders late"
    assert with_status(report, Status.SKIP) == {"obs.dropped", "obs.spare", "obs.plan"}


def test_every_fault_at_once_is_named(obs):
    broken = obs.folder / "gone.mp4"
    mute = {"inputName": "Music"}
    sizes = {"baseWidth": 360, "baseHeight": 640, "outputWidth": 360, "outputHeight": 640}
    before = {"baseWidth": 640, "baseHeight": 360, "outputWidth": 640, "outputHeight": 360}
    clip = {"sceneName": "Live", "inputName": "Clip", "inputKind": "ffmpeg_source", "sceneItemEnabled": True}
    delay = {"parameterCategory": "Output", "parameterName": "DelayEnable"}
    obs.ask("SetInputMute", {**mute, "inputMuted": True})
    obs.ask("SetCurrentProgramScene", {"sceneName": "Standby"})
    obs.ask("SetVideoSettings", sizes)
    obs.ask("CreateInput", {**clip, "inputSettings": {"local_file": str(broken), "is_local_file": True}})
    obs.ask("SetProfileParameter", {**delay, "parameterValue": "true"})
    set_target(obs, HERE)
    try:
        wrong = pc_of(obs, profile="taobao-1", collection="rooms", scenes=("Live", "Cam 2"), inputs=("Music", "Lav 1"))
        report = checked(wrong)
        found = by_check(report)
        camera_app = by_check(checked(pc_of(obs), pusher="companion"))
        earlier = by_check(checked(wrong, stage=Stage.HOST))
    finally:
        obs.ask("SetInputMute", {**mute, "inputMuted": False})
        obs.ask("SetCurrentProgramScene", {"sceneName": "Live"})
        obs.ask("SetVideoSettings", before)
        obs.ask("RemoveInput", {"inputName": "Clip"})
        obs.ask("SetProfileParameter", {**delay, "parameterValue": "false"})
        set_target(obs, PLATFORM)
    assert with_status(report, Status.FAIL) - {"obs.late"} == {
        *("obs.scene", "obs.muted", "obs.names", "obs.profile", "obs.collection", "obs.media", "obs.canvas"),
        "obs.target",
    }
    assert earlier["obs.scene"].status is Status.WARN, "before the show a Standby scene may well be on"
    assert found["obs.delay"].status is Status.WARN
    assert found["obs.muted"].message.params["names"] == ("Music",)
    assert found["obs.names"].message.params["names"] == ("Cam 2", "Lav 1")
    assert found["obs.media"].message.params["names"] == ("Clip",)
    assert found["obs.canvas"].message.params["what"] == ("orientation",)
    assert found["obs.target"].message.params["what"] == ("loopback",)
    assert camera_app["obs.virtualcam"].status is Status.FAIL
    assert camera_app["obs.target"].status is Status.OK, "who pushes is the companion application"


def test_a_spare_that_does_not_match_fails_its_own_check(obs, tmp_path):
    with ObsStudio(tmp_path / "spare", size=(480, 270)) as second:
        spare = pc_of(second)
        report = checked(pc_of(obs), spare)
        second.kill()
        dead = checked(pc_of(obs), spare)
    found = by_check(report, "spare")["obs.spare"]
    assert (found.status, found.impact) == (Status.FAIL, Impact.BACKUP)
    assert {"base", "output", "key"} <= set(found.message.params["what"])
    assert all(f.impact is Impact.BACKUP for f in by_check(report, "spare").values())
    assert by_check(report)["obs.spare"].status is Status.SKIP
    assert with_status(dead, Status.UNKNOWN, device="spare") == {check.id for check in OBS_CHECKS}
    assert by_check(dead)["obs.link"].status is Status.OK


def test_an_obs_that_is_not_seen_is_never_green(obs, monkeypatch):
    monkeypatch.setenv("RIGCHECK_TEST_WRONG", "wrong")
    everything = {check.id for check in OBS_CHECKS}

    def reason(pc: ObsPc) -> Reason | None:
        report = checked(pc)
        assert with_status(report, Status.UNKNOWN) == everything
        return by_check(report)["obs.link"].reason

    assert reason(pc_of(obs, password=Secret("env:RIGCHECK_TEST_WRONG"))) is Reason.DENIED
    assert reason(pc_of(obs, password=None)) is Reason.DENIED
    obs.hang()
    try:
        assert reason(pc_of(obs)) is Reason.TIMEOUT
    finally:
        obs.resume()
    obs.kill()
    assert reason(pc_of(obs)) is Reason.UNREACHABLE
    obs.start()
    assert by_check(checked(pc_of(obs)))["obs.link"].status is Status.OK


def test_without_a_key_the_show_cannot_begin(obs):
    set_target(obs, {**PLATFORM, "key": ""})
    try:
        go, earlier = (by_check(checked(pc_of(obs), stage=stage))["obs.key"] for stage in (Stage.GO, Stage.HOST))
        app = by_check(checked(pc_of(obs), pusher="companion"))["obs.key"]
    finally:
        set_target(obs, PLATFORM)
    assert (go.status, go.impact, earlier.status, app.status) == (Status.FAIL, Impact.STOP, Status.OK, Status.OK)
