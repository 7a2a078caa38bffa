"""All cameras at once: what is measured of known clips, what the check asks for, and the whole flow with a recording."""

import dataclasses
import json
from datetime import UTC, date, datetime
from pathlib import Path

import anyio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from signals_video import film, reduced

from rigcheck.checks.camera import CAMERA_CHECKS, ask_camera, ask_together
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.measure.overlap import measure_overlap
from rigcheck.metrics import CAMERA_TOGETHER
from rigcheck.model import Impact, Reason, Stage, Status
from rigcheck.pair import Pair, PairRequest
from rigcheck.plan import Run
from rigcheck.profile import CameraDevice, Mode, Profile, Setting
from rigcheck.samples import CameraClip, CameraRequest, OnAirState, Request
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import open_replay

NOW = datetime(2026, 11, 22, 19, 48, tzinfo=UTC)
MODE = Mode(160, 90, 30)
TOGETHER = next(check for check in CAMERA_CHECKS if check.id == "camera.together")


def room(*names: str) -> Setting:
    devices = {name: CameraDevice(device=name, mode=MODE) for name in names}
    return Setting(Profile(camera=devices), Stage.HOST, date(2026, 11, 22))


def clip(began_s: float | None, *, fps: float = 30.0, seconds: float = 5.0, times_s=None) -> CameraClip:
    times_s = np.arange(int(seconds * fps) + 1) / fps if times_s is None else times_s
    made = reduced(film(len(times_s), height=18, width=32), times_s=times_s)
    return dataclasses.replace(made, asked=MODE, began_s=began_s)


def together(own: CameraClip, *others: CameraClip):
    names = ("main", *(f"other{number}" for number in range(len(others))))
    (found,) = measure_overlap(Pair(others[0], own, others[1:]), room(*names), "main")
    assert found.metric is CAMERA_TOGETHER
    return found


@pytest.mark.parametrize("fps", [30, 29.7, 27, 15])
def test_the_rate_while_both_were_open(fps: float) -> None:
    found = together(clip(100.0, fps=fps), clip(100.5))
    assert found.value == pytest.approx(100 * fps / 30, abs=0.2)
    assert (found.estimate, found.params) == (False, {"names": ("other0",)})


@pytest.mark.parametrize("seconds", [1.5, 5.0])
def test_what_is_measured_is_plain_values_that_json_can_tell(seconds: float) -> None:
    found = together(clip(100.0, seconds=seconds), clip(100.0))
    assert (type(found.value), type(found.estimate)) == (float, bool)
    assert json.dumps([found.value, found.estimate])


def test_only_the_time_counts_in_which_all_were_open() -> None:
    """30 a second alone, 20 as soon as the other one opens, 2 s later."""
    times_s = np.concatenate([np.arange(60) / 30, 2 + np.arange(61) / 20])
    assert together(clip(50.0, times_s=times_s), clip(52.0)).value == pytest.approx(100 * 20 / 30, abs=0.5)
    slow = together(clip(50.0, times_s=times_s), clip(52.0), clip(51.0))
    assert slow.value == pytest.approx(100 * 20 / 30, abs=0.5)
    assert slow.params == {"names": ("other0", "other1")}


def test_a_camera_that_stands_still_meanwhile_is_not_forgiven() -> None:
    times_s = np.concatenate([np.arange(61) / 30, [4.0], 4 + np.arange(1, 31) / 30])
    assert together(clip(0.0, times_s=times_s), clip(1.0, seconds=3.0)).value == pytest.approx(100 * 31 / 90, abs=1)


def test_little_time_together_is_an_estimate_and_hardly_any_is_none() -> None:
    assert together(clip(0.0), clip(3.5)).estimate
    for late_s in (4.2, 5.5, -60.0):
        assert together(clip(0.0), clip(late_s)).reason is Reason.NOT_TOGETHER
    assert together(clip(0.0), clip(0.0), clip(4.5)).reason is Reason.NOT_TOGETHER


def test_what_no_clock_of_this_computer_was_at_cannot_tell() -> None:
    assert together(clip(None), clip(0.0)).reason is Reason.NOT_THIS_WAY
    assert together(clip(0.0), clip(None)).reason is Reason.NOT_THIS_WAY


def test_one_camera_or_one_without_a_mode_has_nothing_to_be_held_against() -> None:
    (alone,) = measure_overlap(clip(0.0), room("main"), "main")
    assert alone.reason is Reason.NOT_IN_PROFILE
    assert together(dataclasses.replace(clip(0.0), asked=None), clip(0.0)).reason is Reason.NOT_IN_PROFILE


@given(st.floats(0, 3.4), st.floats(5, 60))
@settings(max_examples=20, deadline=None)
def test_whenever_the_other_one_opens(late_s: float, fps: float) -> None:
    assert together(clip(9.0, fps=fps), clip(9.0 + late_s)).value == pytest.approx(100 * fps / 30, abs=1)


def test_all_cameras_of_the_show_are_asked_for_but_no_spares() -> None:
    setting = room("main", "close", "goods", "backup")
    main, close, goods = (ask_camera(setting, name) for name in ("main", "close", "goods"))
    assert ask_together(setting, "main") == PairRequest("main", close, main, (goods,))
    assert ask_together(setting, "goods") == PairRequest("goods", main, goods, (close,))
    assert ask_together(setting, "backup") == ask_camera(setting, "backup")
    assert isinstance(ask_together(room("main", "backup"), "main"), CameraRequest)
    assert ask_together(setting, "main").disturbs
    (found,) = measure_overlap(
        Pair(clip(0.0), clip(0.0), (clip(0.0),)), setting, "main"
    )  # nor are they named beside the value
    assert found.params == {"names": ("close", "goods")}


@dataclasses.dataclass
class World:
    """Cameras by name; one that is missing gives the error."""

    clips: dict[str, CameraClip | NotSeen]
    name: str = "live"
    is_live: bool = True

    async def acquire(self, request: Request):
        if not isinstance(request, CameraRequest):
            return OnAirState()
        found = self.clips[request.name]
        if isinstance(found, NotSeen):
            raise found
        return found


TEXT = """
room: studio
camera:
  main: {device: a, mode: 160x90@30}
  close: {device: b, mode: 160x90@30}
"""


def judged(source, profile, watchers=()):
    setting = Setting(profile, Stage.HOST, date(2026, 11, 22))
    plan = Run("preflight", (TOGETHER,), setting, source, NOW, load_limits(), watchers=tuple(watchers))
    return anyio.run(run, plan)


def test_a_room_with_two_cameras_is_judged_recorded_and_judged_again(tmp_path: Path) -> None:
    (tmp_path / "room.yaml").write_text(TEXT, encoding="utf-8")
    profile = load_profile(tmp_path / "room.yaml")
    recorder = Recorder.at(tmp_path / "recording")
    live = judged(World({"main": clip(7.0), "close": clip(7.4, fps=24)}), profile, [recorder])
    found = {finding.device: finding for finding in live.findings}
    assert found["main"].status is Status.OK
    assert (found["close"].status, found["close"].impact) == (Status.FAIL, Impact.DEGRADE)
    assert found["close"].message.id == "camera.together.low"
    assert found["close"].value == pytest.approx(80, abs=0.5)
    recorder.finish(tmp_path / "recording", profile, stage=Stage.HOST, attended=True, raw=False, now=NOW)
    source = open_replay(str(tmp_path / "recording"))
    again = judged(source, load_profile(source.profile_path))
    assert [(f.device, f.status, f.value) for f in again.findings] == [
        (f.device, f.status, f.value) for f in live.findings
    ]


def test_a_camera_that_gets_no_bandwidth_is_unknown_for_all(tmp_path: Path) -> None:
    (tmp_path / "room.yaml").write_text(TEXT, encoding="utf-8")
    refused = NotSeen(Reason.NO_BANDWIDTH, {"device": "b", "beside": ("main",)})
    report = judged(World({"main": clip(7.0), "close": refused}), load_profile(tmp_path / "room.yaml"))
    assert {finding.status for finding in report.findings} == {Status.UNKNOWN}
    assert {finding.reason for finding in report.findings} == {Reason.NO_BANDWIDTH}
