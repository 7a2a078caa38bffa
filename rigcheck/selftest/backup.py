"""Faults of what stands by: not there, dead, unlike what it stands in for, or never tried."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import numpy as np

from rigcheck.backup_state import DrillHistory, StandbyFile
from rigcheck.drill_plan import (
    Backup,
    BackupContent,
    BackupDevice,
    BackupNetwork,
    BackupPower,
    Cover,
    Drill,
    Step,
)
from rigcheck.drill_state import Drilled
from rigcheck.model import Status
from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.profile import Profile, Setting
from rigcheck.samples import AudioClip
from rigcheck.selftest.camera import smaller
from rigcheck.selftest.fault import Evidence, Fault, Inject, Scene
from rigcheck.selftest.line import unplugged, with_fields
from rigcheck.selftest.machine import says
from rigcheck.selftest.studio_fault import colour_bars

KINDS: tuple[Cover, ...] = ("network", "camera", "mic", "power", "content")
LENGTH_S, FPS, READINGS_A_S = 15.0, 30.0, 10
AGES_DAYS = 12
"""Since the drills of the good room."""
LONG_AGO_DAYS = 400


def plays() -> StandbyFile:
    """A standby video as it should be: a minute, upright, with movement and a voice."""
    frames = round(LENGTH_S * FPS)
    change = np.full(frames, 0.02, np.float32)
    change[0] = np.nan
    return StandbyFile(
        outcome="read",
        t_s=np.arange(frames) / FPS,
        change=change,
        same=np.zeros(frames, np.bool_),
        key=np.arange(frames) % 60 == 0,
        sound_dbfs=np.full(round(LENGTH_S * READINGS_A_S), -22.0, np.float32),
        seconds=60.0,
        width_px=720,
        height_px=1280,
        fps=FPS,
        codec="h264",
        rate_hz=48_000,
    )


def held(kind: Cover, at: datetime, status: Status = Status.OK) -> DrillHistory:
    """One drill of a kind."""
    return DrillHistory((Drilled(f"{kind}-lost", kind, at, None, status, 0.8, 2.1, 2.9, 6.0, "far-end"),))


def _with_reserve(setting: Setting, evidence: Evidence) -> Setting:
    """A second camera and microphone, the second line, the UPS and a standby video; all of it drilled."""
    del evidence
    profile = setting.profile
    camera, mic = profile.camera["main"], profile.mic["main"]
    reserve = Backup(
        network=BackupNetwork("backup"),
        camera=BackupDevice("backup", "Cam 2"),
        mic=BackupDevice("backup", "Lav 2"),
        power=BackupPower("ups", ("pc", "router", "light"), 15.0),
        content=BackupContent("Standby", "standby.mp4", "back in a minute"),
    )
    furnished: Profile = replace(
        profile,
        camera={"main": camera, "backup": replace(camera, device="HD Pro Webcam C920", obs_input="Cam 2")},
        mic={"main": mic, "backup": replace(mic, device="AT2020USB", obs_input="Lav 2")},
        backup=reserve,
        drills=tuple(Drill(f"{kind}-lost", kind, fault=(Step("ask", "pull the plug"),)) for kind in KINDS),
    )
    return replace(setting, profile=furnished)


def _reserve_seen(evidence: Evidence) -> Evidence:
    obs = cast("ObsState", evidence["obs@main"])
    spare = (ObsInput("Cam 2", "v4l2_input", is_active=False), ObsInput("Lav 2", "alsa_input_capture", is_active=False))
    return {
        **evidence,
        "camera@backup": evidence["camera@main"],
        "mic@backup": evidence["mic@main"],
        "obs@main": replace(
            obs, inputs=(*(each for each in obs.inputs if each.name not in ("Cam 2", "Lav 2")), *spare)
        ),
        "standby@content": plays(),
        **{f"drilled@{kind}": held(kind, _DAY) for kind in KINDS},
    }


_DAY = datetime(2026, 11, 21, tzinfo=UTC) - timedelta(days=AGES_DAYS)
"""The shipped room was recorded on the 21st."""
RESERVE = Scene("reserve", _with_reserve, _reserve_seen)
"""With a backup of every kind."""


def dead(clip: AudioClip) -> AudioClip:
    """Nothing but zeros: the receiver is off."""
    return replace(clip, samples=np.zeros_like(clip.samples))


def standing(video: StandbyFile) -> StandbyFile:
    """A title card with music: one picture all the time."""
    still = np.where(np.isnan(video.change), np.nan, 0).astype(np.float32)
    return replace(video, change=still, same=np.ones_like(video.same))


def unheard(video: StandbyFile) -> StandbyFile:
    """A sound track with nothing on it."""
    return replace(video, sound_dbfs=np.full_like(video.sound_dbfs, -np.inf))


def went(kind: Cover, at: datetime, status: Status = Status.OK) -> Fault:
    """The last drill of a kind went otherwise, or was at another time."""
    name, red = ("", Status.FAIL) if status is Status.FAIL else ("old", Status.WARN)
    return Fault("backup.drilled", RESERVE, {f"drilled@{kind}": lambda _: held(kind, at, status)}, kind, red, name=name)


def _fault(check: str, kind: Cover, key: str, inject: Inject, name: str = "") -> Fault:
    return Fault(check, RESERVE, {key: inject}, kind, name=name)


def _standby(check: str, inject: Inject) -> Fault:
    return Fault(check, RESERVE, {"standby@content": inject}, "content")


BACKUP_FAULTS: tuple[Fault, ...] = (
    _fault("backup.ready", "network", "link@backup", unplugged),
    _fault("backup.ready", "camera", "camera@backup", colour_bars, "camera"),
    _fault("backup.ready", "mic", "mic@backup", dead, "mic"),
    Fault(
        "backup.ready",
        RESERVE,
        {"obs@main": with_fields(scenes=("Live",))},
        "content",
        also={"obs.names": "scene"},
        name="content",
    ),
    replace(_fault("backup.match", "camera", "camera@backup", smaller), red=Status.WARN),
    replace(_standby("backup.match", with_fields(width_px=1280, height_px=720)), name="shape", red=Status.WARN),
    _fault("backup.runtime", "power", "power@ups", says(battery_runtime="400")),
    _standby("backup.content", with_fields(outcome="missing")),
    _standby("backup.length", with_fields(seconds=6.0)),
    _standby("backup.moving", standing),
    _standby("backup.voiced", unheard),
    went("camera", _DAY, Status.FAIL),
    went("network", _DAY - timedelta(days=LONG_AGO_DAYS)),
    Fault("backup.drilled", RESERVE, {"drilled@mic": lambda _: DrillHistory()}, "mic", red=Status.WARN, name="never"),
    Fault(
        "backup.drilled",
        RESERVE,
        {"drilled@power": lambda _: DrillHistory()},
        "power",
        red=Status.WARN,
        name="unproven",
    ),
)
