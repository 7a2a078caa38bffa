"""A room in which every link works, to be broken one link at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from obs_states import AT_REST, CAM, LAV

from rigcheck.chain import questions
from rigcheck.chain.ask import ask_backup_ingest, ask_camera, ask_ingest, ask_line, ask_main_obs
from rigcheck.checks.host import ask_on_air
from rigcheck.checks.power import ask_power
from rigcheck.later import (
    Backup,
    BackupContent,
    BackupDevice,
    BackupNetwork,
    BackupPower,
    Drill,
    Step,
)
from rigcheck.link_state import LineState, Presence, Reach
from rigcheck.model import Stage
from rigcheck.obs_state import ObsInput
from rigcheck.plan import Outcome
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, PowerDevice, Profile, Setting, Show
from rigcheck.samples import OnAirState, PowerState, Request
from rigcheck.uplink import Line, Network, Push

NOW = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)

LIVE = replace(
    AT_REST,
    profile="taobao",
    inputs=(
        CAM,
        LAV,
        ObsInput("Clip", "ffmpeg_source", True, muted=False, peak_dbfs=-30.0, silent=False, media="playing"),
        ObsInput("Cam 2", "v4l2_input", False),
    ),
    streaming=True,
    encoded=(900, 945),
    encode_skipped=(2, 2),
    sent=(900, 945),
    dropped=(10, 10),
)
ROOM = Profile(
    room="beauty-3",
    show=Show(starts="20:00", hours=4),
    camera={
        "main": CameraDevice("BRIO", obs_input="Cam 1"),
        "backup": CameraDevice("C920", obs_input="Cam 2"),
    },
    mic={"main": MicDevice("GO II", obs_input="Lav 1"), "backup": MicDevice("AT2020", obs_input="Lav 2")},
    power={"ups": PowerDevice(nut="ups@127.0.0.1")},
    obs={"main": ObsPc(scene="Live", collection="rooms", profile="taobao", inputs=("Cam 1", "Lav 1", "Clip"))},
    network=Network({"main": Line("eth0"), "backup": Line("wwan0")}),
    push=Push("rtmp://ingest.example/live"),
)
BACKUP = Backup(
    network=BackupNetwork("backup"),
    camera=BackupDevice("backup", "Cam 2"),
    mic=BackupDevice("backup", "Lav 2"),
    power=BackupPower("ups", ("router", "pc"), 15),
    content=BackupContent("Standby", "standby.mp4", "马上回来"),
)
DRILL = Drill(
    "camera-lost",
    "camera",
    switch=(
        Step("obs_scene", {"scene": "Cam 2"}, "场控", "obs.main", 5.0),
        Step("ask", "拔掉1号机", "技术"),
        Step("run", ["switch", "--to", 2]),
    ),
    crew={"主播": "继续讲解"},
    notice="画面切换中",
)


def setting(profile: Profile = ROOM) -> Setting:
    return Setting(profile, Stage.GO, date(2026, 11, 22))


def with_later(profile: Profile = ROOM, **sections: object) -> Profile:
    return replace(profile, later={**profile.later, **sections})


def mains(**values: str) -> PowerState:
    said = {"ups.status": "OL", "battery.charge": "100", "battery.runtime": "1800", "input.voltage": "230"}
    return PowerState("nut", {**said, **{name.replace("_", "."): value for name, value in values.items()}})


def world(profile: Profile = ROOM, **changes: Outcome | None) -> Mapping[Request, Outcome]:
    """Answers to every question of a room that works, with changes by the name of what is asked."""
    room = setting(profile)
    asked: dict[str, Request | None] = {
        "power": ask_power(room, next(iter(profile.power))) if profile.power else None,
        "camera": ask_camera(profile, "main") if profile.camera else None,
        "obs": ask_main_obs(room),
        "line": ask_line(profile),
        "reach": ask_ingest(profile),
        "reach_backup": ask_backup_ingest(profile),
        "on_air": ask_on_air(room, "main"),
    }
    answers: dict[str, Any] = {
        "power": mains(),
        "camera": Presence("Logitech BRIO"),
        "obs": LIVE,
        "line": LineState(True, 2),
        "reach": Reach("answered", 3.0, 12.4),
        "reach_backup": Reach("answered", 3.0, 14.0),
        "on_air": OnAirState(("OBS Studio",), (), True),
        **changes,
    }
    assert {request for request in asked.values() if request} == set(questions(room))
    return {asked[name]: answer for name, answer in answers.items() if asked[name] and answer}
