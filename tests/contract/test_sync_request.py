"""Picture and sound are asked for together only where one recording of OBS's programme has them both."""

from dataclasses import replace
from datetime import date

import pytest

from rigcheck.checks.camera import ask_camera
from rigcheck.checks.sync import ask_sync
from rigcheck.model import Stage
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, Profile, Setting
from rigcheck.samples import PROGRAM, ObsAddress, SyncRequest

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
def test_devices_of_their_own_have_no_common_clock(changes: dict[str, bool]) -> None:
    assert ask_sync(replace(SETTING, **changes), "main") == APART


@pytest.mark.parametrize(
    "devices",
    [
        {"camera": {}},
        {"mic": {}},
        {"camera": {"main": CameraDevice(device="obs:Cam 1")}},
        {"mic": {"main": MicDevice(device="obs:Lav 1")}},
    ],
    ids=str,
)
def test_one_of_the_two_is_not_enough(devices: dict[str, dict[str, CameraDevice | MicDevice]]) -> None:
    assert ask_sync(replace(SETTING, profile=replace(ROOM, **devices)), "main") == APART
