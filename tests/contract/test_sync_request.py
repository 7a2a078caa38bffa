"""Picture and sound are asked for together where something has them on one clock: OBS's programme, or this computer."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from rigcheck.checks.camera import ask_camera
from rigcheck.checks.mic import ask_mic
from rigcheck.checks.sync import ask_sync
from rigcheck.model import Stage
from rigcheck.profile import CameraDevice, MicDevice, Mode, ObsPc, Profile, Setting
from rigcheck.samples import PROGRAM, ObsAddress, SyncRequest
from rigcheck.sync_state import CameraAndMic

ROOM = Profile(obs={"main": ObsPc("ws://127.0.0.1:4455")})
SETTING = Setting(ROOM, Stage.HOST, date(2026, 11, 22), attended=True, obs_answers=True)
APART = SyncRequest("main")


@pytest.mark.parametrize("stage", [Stage.HOST, Stage.GO])
def test_the_programme_is_asked_for_as_long_as_for_its_picture(stage: Stage) -> None:
    setting = replace(SETTING, stage=stage)
    seconds = ask_camera(setting, "main").seconds
    assert ask_sync(setting, "main") == SyncRequest(
        "main", device=PROGRAM, obs=ObsAddress("ws://127.0.0.1:4455"), seconds=seconds
    )


@pytest.mark.parametrize("changes", [{"obs_answers": False}, {"raw": True}], ids=str)
def test_devices_of_their_own_are_looked_at_together(changes: dict[str, bool]) -> None:
    mode = Mode(1280, 720, 30)
    room = replace(ROOM, camera={"main": CameraDevice("BRIO", mode)}, mic={"main": MicDevice("Lav")})
    setting = replace(SETTING, profile=room, **changes)
    request = ask_sync(setting, "main")
    assert request == SyncRequest("main", devices=CameraAndMic("BRIO", mode, "Lav"), seconds=14.0)
    assert request.disturbs
    assert set(request.resources) == {ask_camera(setting, "main").resource, ask_mic(setting, "main").resource}
    assert not APART.disturbs


@pytest.mark.parametrize(
    "devices",
    [
        {"camera": {}},
        {"mic": {}},
        {"camera": {"main": CameraDevice(device="obs:Cam 1")}},
        {"mic": {"main": MicDevice(device="obs:Lav 1")}},
        {"camera": {"main": CameraDevice(device="rtsp://192.0.2.1/cam")}, "obs": {}},
    ],
    ids=str,
)
def test_one_of_the_two_is_not_enough(devices: dict[str, dict[str, Any]]) -> None:
    setting = replace(SETTING, profile=replace(ROOM, **devices), obs_answers="obs" not in devices)
    assert ask_sync(setting, "main") == APART
