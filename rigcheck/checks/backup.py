"""What stands by: there and alive, like what it stands in for, and drilled not long ago. Nothing is changed over to it."""

from __future__ import annotations

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.backup_state import DrilledRequest, StandbyRequest
from rigcheck.check import Check
from rigcheck.checks.camera import ask_camera
from rigcheck.checks.mic import ask_mic
from rigcheck.checks.network import ask_link
from rigcheck.checks.obs import ask_obs
from rigcheck.checks.power import ask_power
from rigcheck.drill_plan import BackupContent
from rigcheck.measure.backup import measure_ready, measure_runtime, misnamed, names_in_obs, role_of
from rigcheck.measure.backup_match import measure_match
from rigcheck.measure.drilled import measure_drilled
from rigcheck.measure.standby import measure_standby
from rigcheck.model import Impact, Limit, Metric, Role, Span, Stage
from rigcheck.pair import PairRequest
from rigcheck.profile import BACKUP, DRILLED, CameraDevice, Setting
from rigcheck.samples import Request

GO_S = 4.0
"""Seconds of the standby video just before a show: it starts, and the whole stage stays under 10 s."""
SHORT = 0.5
"""Our own rule: of the minutes that the profile wants of a UPS, half still let a crew end a show properly."""
_PROBES = {"network": ask_link, "camera": ask_camera, "mic": ask_mic, "power": ask_power}


def ask_drilled(setting: Setting, name: str) -> DrilledRequest:
    """The room's drills of this kind."""
    del setting
    return DrilledRequest(name)


def ask_ready(setting: Setting, name: str) -> Request:
    """The device's own look, which its own checks take too, and OBS for what it is called there."""
    role = role_of(setting, name)
    if misnamed(setting, name) is not None:
        return DrilledRequest(name)  # nothing of the room need be looked at to know that
    asked: list[Request] = [] if role is None else [_PROBES[name](setting, role)]
    if names_in_obs(setting, name):
        asked.append(ask_obs(setting, setting.main_of("obs")))
    return _together(name, asked)


def ask_match(setting: Setting, name: str) -> Request:
    """The backup beside what it stands in for, as far as the profile does not say what that is."""
    if misnamed(setting, name) is not None:
        return DrilledRequest(name)
    if name == "content":
        obs = [ask_obs(setting, setting.main_of("obs"))] if setting.profile.obs else []
        return _together(name, [*obs, ask_standby(setting, name)])
    own = _PROBES[name](setting, cast("str", role_of(setting, name)))
    main = setting.main_of(name)
    if name == "camera" and cast("CameraDevice", setting.device(name, main)).mode is not None:
        return own
    return _together(name, [_PROBES[name](setting, main), own])


def ask_standby(setting: Setting, name: str) -> Request:
    """The standby video itself; where the profile names none there is nothing to read."""
    content = cast("BackupContent", setting.profile.backup.content)
    if content.file is None:
        return DrilledRequest(name)
    usual_s = StandbyRequest().seconds
    seconds = GO_S if setting.stage is Stage.GO else usual_s
    return StandbyRequest(name, content.file, setting.profile.path, seconds)


def ask_runtime(setting: Setting, name: str) -> Request:
    """The UPS's own word."""
    return DrilledRequest(name) if misnamed(setting, name) else ask_power(setting, cast("str", role_of(setting, name)))


def _together(name: str, asked: list[Request]) -> Request:
    """One request, or two as a pair; none is the drills' history, which is always there."""
    if not asked:
        return DrilledRequest(name)
    return asked[0] if len(asked) == 1 else PairRequest(name, asked[0], asked[1])


def limit_runtime(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """As long as the profile wants it."""
    del name, metric
    power = setting.profile.backup.power
    if power is None or power.minutes is None:
        return None
    wanted_s = power.minutes * 60
    return Limit(Span(wanted_s, None), Span(wanted_s * SHORT, None), "profile")


def limit_drilled(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """Older drills prove nothing any more; how long that takes, the profile says."""
    del name
    if metric is not m.BACKUP_DRILL_AGE:
        return None
    return Limit(Span(None, setting.profile.backup.drilled_within_days), Span(None, None))


_check = partial(Check, section=BACKUP, impact=Impact.BACKUP)
_standby = partial(_check, section=f"{BACKUP}.content", ask=ask_standby, measure=measure_standby)

BACKUP_CHECKS: tuple[Check, ...] = (
    _check(id="backup.ready", ask=ask_ready, measure=measure_ready, metrics=(m.BACKUP_READY,), minutes=5),
    _check(
        id="backup.match",
        section=f"{BACKUP}.camera.mic.content",
        ask=ask_match,
        measure=measure_match,
        metrics=(m.BACKUP_DIFFERS,),
        minutes=10,
    ),
    _check(
        id="backup.runtime",
        section=f"{BACKUP}.power",
        ask=ask_runtime,
        measure=measure_runtime,
        metrics=(m.BACKUP_RUNTIME,),
        limit_of=limit_runtime,
        minutes=10,
    ),
    _standby(id="backup.content", metrics=(m.BACKUP_CONTENT,), minutes=10),
    _standby(id="backup.length", metrics=(m.BACKUP_CONTENT_LENGTH,), minutes=10),
    _standby(id="backup.moving", metrics=(m.BACKUP_MOVING,), minutes=10),
    _standby(id="backup.voiced", metrics=(m.BACKUP_VOICED,), minutes=10),
    _check(
        id="backup.drilled",
        section=DRILLED,
        ask=ask_drilled,
        measure=measure_drilled,
        metrics=(m.BACKUP_DRILL, m.BACKUP_DRILL_AGE),
        limit_of=limit_drilled,
        who=Role.TECH,
        minutes=15,
    ),
)
