"""An OBS held against its room: the right scene, nothing muted or missing, a picture platforms take, frames in time."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, cast

from rigcheck.address import place_of
from rigcheck.measure.canvas import canvas_faults
from rigcheck.measure.obs_plan import measure_plan
from rigcheck.metrics import (
    OBS_CANVAS,
    OBS_COLLECTION,
    OBS_DELAY,
    OBS_DISK,
    OBS_DROPPED,
    OBS_KEY,
    OBS_LOG,
    OBS_MEDIA,
    OBS_MISSING,
    OBS_MUTED,
    OBS_PROFILE,
    OBS_REACHABLE,
    OBS_RECONNECTING,
    OBS_SCENE,
    OBS_SILENT,
    OBS_SKIPPED,
    OBS_SPARE_DIFFERS,
    OBS_TEST_TARGET,
    OBS_VIRTUALCAM,
)
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.profile import CameraDevice, MicDevice, ObsPc, Setting

Counter = tuple[int, int]
"""(first, last) of a window."""


def measure_obs(state: ObsState, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every obs metric, each once. `names` are scenes and inputs, `what` words of the metric, in the order of OBS.

    What the profile does not want of this OBS is None with `not-in-profile`.
    """
    pc = cast("ObsPc", setting.device("obs", name))
    return (
        Measurement(OBS_REACHABLE, True),
        _as_wanted(OBS_PROFILE, pc.profile, state.profile),
        _as_wanted(OBS_COLLECTION, pc.collection, state.collection),
        _as_wanted(OBS_SCENE, pc.scene, state.scene),
        _missing(state, setting, name),
        *_unheard(state, setting, name),
        _counted(OBS_MEDIA, (each.name for each in state.inputs if each.file_missing or each.media == "error")),
        Measurement(OBS_VIRTUALCAM, state.virtualcam),
        _canvas(state, setting.profile.show.orientation),
        _target(state, setting),
        _key(state),
        _late(state),
        _dropped(state),
        Measurement(OBS_RECONNECTING, state.reconnecting),
        Measurement(OBS_DELAY, state.delay_s),
        _disk(state, setting, name),
        Measurement(OBS_LOG, len(state.log_warnings), params={"what": state.log_warnings}),
        _differs(state, setting, name),
        measure_plan(state, setting),
    )


def _as_wanted(metric: Metric, wanted: str | None, found: str) -> Measurement:
    if wanted is None:
        return Measurement(metric, None, Reason.NOT_IN_PROFILE)
    if found == wanted:
        return Measurement(metric, True)
    return Measurement(metric, False, params={"wanted": wanted, "found": found, "names": (found,)})


def _counted(metric: Metric, names: Iterable[str], *, estimate: bool = False) -> Measurement:
    found = tuple(names)
    return Measurement(metric, len(found), estimate=estimate, params={"names": found} if found else {})


def _missing(state: ObsState, setting: Setting, name: str) -> Measurement:
    """The profile's scenes and inputs that this OBS does not have; the devices' own inputs are the main OBS's."""
    pc = cast("ObsPc", setting.device("obs", name))
    scenes = dict.fromkeys((*([pc.scene] if pc.scene else []), *pc.scenes))
    devices = _inputs_of(setting.profile.camera.values(), setting.profile.mic.values())
    inputs = dict.fromkeys((*pc.inputs, *(devices if name == setting.main_of("obs") else [])))
    if not scenes and not inputs:
        return Measurement(OBS_MISSING, None, Reason.NOT_IN_PROFILE)
    there = {each.name for each in state.inputs}
    lost = [*(scene for scene in scenes if scene not in state.scenes), *(each for each in inputs if each not in there)]
    return _counted(OBS_MISSING, lost)


def _inputs_of(*devices: Iterable[CameraDevice | MicDevice]) -> list[str]:
    """The OBS inputs of devices: named for them, or the device itself (`obs:Lav 1`)."""
    named: list[str] = []
    for device in (device for group in devices for device in group):
        own = str(device.device).removeprefix("obs:") if str(device.device).startswith("obs:") else "program"
        named += [] if own == "program" else [own]
        named += [device.obs_input] if device.obs_input else []
    return named


def _unheard(state: ObsState, setting: Setting, name: str) -> tuple[Measurement, Measurement]:
    """Inputs that viewers should hear, muted; and silent ones (a muted one is not counted twice).

    Where the profile names none, it is every one with sound in the programme: an estimate, some may be meant to be mute.
    """
    names = _to_hear(setting, name)
    chosen = [each for each in state.inputs if (each.name in names if names else each.is_active)]
    return (
        _of_inputs(OBS_MUTED, [(each, each.muted) for each in chosen], named=bool(names)),
        _of_inputs(OBS_SILENT, [(each, each.silent) for each in chosen if not each.muted], named=bool(names)),
    )


def _to_hear(setting: Setting, name: str) -> frozenset[str]:
    """The main microphone's input, and those of the profile that are no camera's and no other microphone's."""
    mics = setting.profile.mic
    first = setting.main_of("mic")
    mine = _inputs_of([mics[first]] if first in mics else [])
    others = _inputs_of(setting.profile.camera.values(), (mic for role, mic in mics.items() if role != first))
    wanted = cast("ObsPc", setting.device("obs", name)).inputs
    return frozenset([*mine, *(each for each in wanted if each not in others)])


def _of_inputs(metric: Metric, said: list[tuple[ObsInput, bool | None]], *, named: bool) -> Measurement:
    if all(flag is None for _, flag in said):
        return Measurement(metric, None, Reason.NONE_HERE)
    return _counted(metric, (each.name for each, flag in said if flag), estimate=not named)


def _canvas(state: ObsState, orientation: Literal["portrait", "landscape"]) -> Measurement:
    faults = canvas_faults(state.settings, orientation)
    if faults is None:
        return Measurement(OBS_CANVAS, None, Reason.NOT_PUBLISHED)
    sizes = {name: state.settings[name] for name in ("base", "output", "fps") if name in state.settings}
    return Measurement(OBS_CANVAS, not faults, params={**sizes, "what": faults})


def _target(state: ObsState, setting: Setting) -> Measurement:
    """Whether the stream goes elsewhere than to the platform; right where the profile itself pushes to such a place."""
    if state.target == "none" and setting.profile.show.pusher != "obs":
        return Measurement(OBS_TEST_TARGET, None, Reason.NONE_HERE)
    url = setting.profile.push.url
    is_test = state.target != "platform" and (url is None or place_of(url) != state.target)
    return Measurement(OBS_TEST_TARGET, is_test, params={"what": (state.target,)})


def _key(state: ObsState) -> Measurement:
    """Whether a stream key is set; only a platform is known to want one."""
    if state.target != "platform":
        return Measurement(OBS_KEY, None, Reason.NONE_HERE)
    return Measurement(OBS_KEY, state.has_key)


def _late(state: ObsState) -> Measurement:
    """Frames that came too late to be rendered or encoded, of those due."""
    due, unrendered = grown(state.rendered, state.render_skipped)
    _, unencoded = grown(state.encoded, state.encode_skipped)
    return _share(OBS_SKIPPED, due, unrendered + unencoded)


def _dropped(state: ObsState) -> Measurement:
    """Frames that the network did not take, of those of the running stream."""
    if state.sent is None or state.dropped is None:
        return Measurement(OBS_DROPPED, None, Reason.NOT_STREAMING)
    due, lost = grown(state.sent, state.dropped)
    if due == 0 and state.reconnecting:  # told by its own metric
        return Measurement(OBS_DROPPED, None, Reason.NOT_STREAMING)
    return _share(OBS_DROPPED, due, lost)


def _share(metric: Metric, due: int, lost: int) -> Measurement:
    """A share in %; without a single frame due, OBS itself stands still."""
    if due <= 0:
        return Measurement(metric, None, Reason.STALE)
    return Measurement(metric, 100 * min(lost, due) / due, params={"lost": lost, "due": due})


def grown(total: Counter, part: Counter) -> tuple[int, int]:
    """How far a counter and a part of it grew; where one went backwards, both had started again from 0."""
    if total[1] < total[0] or part[1] < part[0]:
        return total[1], part[1]
    return total[1] - total[0], part[1] - part[0]


def _disk(state: ObsState, setting: Setting, name: str) -> Measurement:
    """Only where the show is recorded does it matter."""
    records = setting.profile.host.record_to is not None and name == setting.main_of("obs")
    if not records and not state.recording:
        return Measurement(OBS_DISK, None, Reason.NOT_IN_PROFILE)
    return Measurement(OBS_DISK, state.disk_free_gb, Reason.NOT_PUBLISHED if state.disk_free_gb is None else None)


def _differs(state: ObsState, setting: Setting, name: str) -> Measurement:
    """What the spare has otherwise than the main one."""
    if name == setting.main_of("obs"):
        return Measurement(OBS_SPARE_DIFFERS, None, Reason.NOT_IN_PROFILE)
    if state.differs is None:  # the main one could not be asked
        return Measurement(OBS_SPARE_DIFFERS, None, Reason.UNREACHABLE)
    return Measurement(OBS_SPARE_DIFFERS, len(state.differs), params={"what": state.differs})
