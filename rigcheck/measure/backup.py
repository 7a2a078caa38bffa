"""Measures of what stands by: is each backup there and alive, and would it look and sound like what it stands in for.

How good its picture, sound or line is, its own checks say; here it is only whether there is anything to change over to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import numpy as np

from rigcheck import metrics as m
from rigcheck.drill_plan import BackupContent, BackupDevice, BackupNetwork, BackupPower
from rigcheck.link_state import LinkState
from rigcheck.measure.cadence import Run, black_runs, frozen_runs, longest_s
from rigcheck.measure.level import levels
from rigcheck.measure.net_link import measure_link
from rigcheck.measure.power import measure_power
from rigcheck.measure.signal import measure_signal
from rigcheck.measure.take import streamed
from rigcheck.model import Measurement, Metric, Reason, Stage
from rigcheck.obs_state import ObsState
from rigcheck.pair import Pair
from rigcheck.profile import Setting
from rigcheck.samples import AudioClip, CameraClip, LevelTrace, PowerState, Sample

WHOLE = 0.9
"""Of a look: a picture that is black or still for less of it has its own checks to say so."""


def role_of(setting: Setting, kind: str) -> str | None:
    """The device in the profile that a kind of backup is; None for content, which is none."""
    match getattr(setting.profile.backup, kind, None):
        case BackupNetwork(line=role) | BackupDevice(device=role) | BackupPower(ups=role):
            return role
        case _:
            return None


def misnamed(setting: Setting, kind: str) -> str | None:
    """Why the profile's own words name no reserve: `not-in-profile`, or `same` where it is the main device again.

    One UPS may well be all there is: it is the reserve of the mains.
    """
    role = role_of(setting, kind)
    if role is None:
        return None
    if role not in setting.names(kind):
        return "not-in-profile"
    return "same" if kind != "power" and role == setting.main_of(kind) else None


def names_in_obs(setting: Setting, kind: str) -> tuple[str, ...]:
    """The scene or input of OBS that brings the reserve onto the programme; none where the room has no OBS to ask."""
    match getattr(setting.profile.backup, kind, None) if setting.profile.obs else None:
        case BackupDevice(obs_input=str(name)) | BackupContent(obs_scene=str(name)):
            return (name,)
        case _:
            return ()


def measure_ready(sample: Sample | Pair, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """The flag `backup.ready` of a kind of backup; `what` says in which words it is not, `names` what OBS lacks.

    Not-in-profile: there is nothing that can be looked at (a notice alone). Where a device does not tell whether it is
    alive, its own reason.
    """
    fault = misnamed(setting, name)
    if fault is not None:
        return (_ready((fault,), (role_of(setting, name) or "",)),)
    parts = parts_of(sample)
    wanted, states = names_in_obs(setting, name), [part for part in parts if isinstance(part, ObsState)]
    lost = tuple(each for each in wanted if not all(_has(state, each) for state in states))
    if role_of(setting, name) is None:
        return (_ready(("not-in-obs",) if lost else (), lost),) if wanted else (_none(Reason.NOT_IN_PROFILE),)
    found = _alive(next(part for part in parts if not isinstance(part, ObsState)), setting, name)
    if isinstance(found, Reason):
        return (_none(found),)
    is_guess = any(getattr(part, "is_estimate", False) or isinstance(part, LevelTrace) for part in parts)
    return (_ready((*(["not-in-obs"] if lost else []), *found), lost, estimate=is_guess and not lost),)


def parts_of(sample: Sample | Pair) -> tuple[Sample, ...]:
    """The samples of a pair, or the one there is."""
    return (sample.first, sample.second, *sample.rest) if isinstance(sample, Pair) else (sample,)


def _has(state: ObsState, name: str) -> bool:
    return name in state.scenes or any(each.name == name for each in state.inputs)


def _ready(what: tuple[str, ...], names: tuple[str, ...] = (), *, estimate: bool = False) -> Measurement:
    if not what:
        return Measurement(m.BACKUP_READY, True, estimate=estimate)
    return Measurement(m.BACKUP_READY, False, estimate=estimate, params={"what": what, "names": names})


def _none(reason: Reason) -> Measurement:
    return Measurement(m.BACKUP_READY, None, reason)


def _alive(seen: Sample, setting: Setting, kind: str) -> tuple[str, ...] | Reason:
    """The words for what is dead about a device; a Reason where it does not tell."""
    role = cast("str", role_of(setting, kind))
    match seen:
        case CameraClip():
            return _picture(seen, is_lit=setting.stage is not Stage.ROOM)
        case AudioClip():
            return () if any(not level.is_dead for level in levels(seen.samples)[: streamed(seen)]) else ("silent",)
        case LevelTrace():  # its peaks are there also where OBS mutes it until it is needed
            return () if bool(np.any(seen.peak > 0)) else ("silent",)
        case LinkState():
            found = measure_link(seen, setting, role)
            return _flags(found, m.NETWORK_UP, {m.NETWORK_UP: ("down", False), m.NETWORK_PORTAL: ("portal", True)})
        case PowerState():
            found = measure_power(seen, setting, role)
            return _flags(
                found,
                m.POWER_ON_MAINS,
                {
                    m.POWER_ON_MAINS: ("on-battery", False),
                    m.POWER_BATTERY_LOW: ("battery-low", True),
                    m.POWER_REPLACE: ("replace", True),
                },
            )
        case _:
            return Reason.NOT_THIS_WAY


def _picture(clip: CameraClip, *, is_lit: bool) -> tuple[str, ...]:
    """Dead for the whole look: a card's own picture, black in a lit room, or still."""
    if clip.clock == "none" or clip.t_s.size < 2:  # noqa: PLR2004 - one picture tells nothing of time
        return ()
    if measure_signal(clip).value is False:
        return ("no-signal",)
    if is_lit and _lasts(clip, black_runs(clip.t_s, clip.dark)):
        return ("black",)
    return ("frozen",) if _lasts(clip, frozen_runs(clip.t_s, clip.change, clip.same, clip.key)) else ()


def _lasts(clip: CameraClip, runs: list[Run]) -> bool:
    return longest_s(runs) >= WHOLE * float(clip.t_s[-1] - clip.t_s[0])


def _flags(
    found: Iterable[Measurement], first: Metric, bad: dict[Metric, tuple[str, bool]]
) -> tuple[str, ...] | Reason:
    """The words of the flags that are bad. Without the first one nobody knows."""
    by_metric = {each.metric: each for each in found}
    if by_metric[first].value is None:
        return by_metric[first].reason or Reason.JUNK
    return tuple(word for metric, (word, sign) in bad.items() if by_metric[metric].value is sign)


def measure_runtime(state: Sample, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """How long the UPS says it lasts, in s, where the profile says how long it must; `names`: what it keeps up."""
    power = setting.profile.backup.power
    if power is None or power.minutes is None or not isinstance(state, PowerState):
        return (Measurement(m.BACKUP_RUNTIME, None, Reason.NOT_IN_PROFILE),)
    found = {each.metric: each for each in measure_power(state, setting, power.ups)}[m.POWER_RUNTIME]
    del name
    return (Measurement(m.BACKUP_RUNTIME, found.value, found.reason, params={"names": power.keeps_up}),)
