"""Faults of drills, and of the far end that they are measured at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from rigcheck.drill_plan import Drill, FarEnd, Step
from rigcheck.model import Status
from rigcheck.profile import Profile
from rigcheck.selftest.fault import Evidence, Fault, Inject, Scene
from rigcheck.selftest.line import with_fields
from rigcheck.selftest.scene import in_profile
from rigcheck.viewer_state import DrillTrace, ViewerTrace

NAME = "camera-lost"
DRILL = Drill(NAME, "camera", switch=(Step("obs_scene", {"scene": "Cam 2"}),))
"""A drill with the targets of its kind: noticed within 3 s, switched within 5, 8 s of outage, back within 20."""
_FPS, _LOOK_S, _DRILL_S = 30.0, 4.0, 60.0
_FAULT_S, _SWITCH_S, _RESTORE_S, _UNDONE_S = 5.0, 8.0, 25.0, 26.0
_MARKS = {"fault": _FAULT_S, "switch": _SWITCH_S, "restore": _RESTORE_S, "undone": _UNDONE_S}


def programme(seconds: float) -> ViewerTrace:
    """A far end that shows a moving picture with sound."""
    t_s, sound_t_s = np.arange(0, seconds, 1 / _FPS), np.arange(0, seconds, 0.05)
    change = np.full(t_s.size, 0.02, np.float32)
    change[0] = np.nan
    return ViewerTrace(
        t_s=t_s,
        pts_s=t_s,
        mean=np.full(t_s.size, 110, np.float32),
        dark=np.full(t_s.size, 0.05, np.float32),
        change=change,
        slate=np.full(t_s.size, np.nan, np.float32),
        key=np.arange(t_s.size) % round(_FPS) == 0,
        sound_t_s=sound_t_s,
        sound_dbfs=np.full(sound_t_s.size, -22, np.float32),
        bytes_t_s=sound_t_s,
        bytes_n=np.full(sound_t_s.size, 15_000, np.int64),
        from_s=0.0,
        until_s=seconds,
        has_sound=True,
        buffered_s=None,
    )


def darkened(trace: ViewerTrace, *spans: tuple[float, float]) -> ViewerTrace:
    """Black, and nothing else wrong, from each start to each end in seconds."""
    inside = np.zeros(trace.t_s.size, np.bool_)
    for start_s, end_s in spans:
        inside |= (trace.t_s >= start_s) & (trace.t_s < end_s)
    dark = np.where(inside, np.float32(1), trace.dark)
    return replace(trace, dark=dark, mean=np.where(inside, np.float32(2), trace.mean))


def muted(trace: ViewerTrace) -> ViewerTrace:
    """Digital silence."""
    return replace(trace, sound_dbfs=np.full(trace.sound_dbfs.size, -np.inf, np.float32))


def _lost(*spans: tuple[float, float]) -> Callable[[DrillTrace], DrillTrace]:
    """The drill with black at these times instead."""
    return lambda trace: replace(trace, viewer=darkened(programme(_DRILL_S), *spans))


def _drilled(profile: Profile) -> Profile:
    return replace(profile, far_end=FarEnd(url="rtmp://127.0.0.1/live/room"), drills=(*profile.drills, DRILL))


def _evidence(evidence: Evidence) -> Evidence:
    """A good look at the far end, and a drill in time: black from the fault on for four seconds."""
    held = DrillTrace(darkened(programme(_DRILL_S), (_FAULT_S, _FAULT_S + 4)), _MARKS)
    return {**evidence, "viewer@main": programme(_LOOK_S), f"drill@{NAME}": held}


DRILLED = Scene("drilled", in_profile(_drilled), _evidence)
"""The show goes out to a test target, and a camera was lost in a drill."""


def _drill(check: str, inject: Inject, name: str = "", red: Status = Status.FAIL, **also: Any) -> Fault:  # noqa: ANN401 - of a Fault
    return Fault(check, DRILLED, {f"drill@{NAME}": inject}, device=NAME, red=red, name=name, **also)


FAR_END_FAULTS: tuple[Fault, ...] = (
    Fault("far_end.picture", DRILLED, {"viewer@main": lambda trace: darkened(trace, (1.0, 3.0))}),
    Fault("far_end.sound", DRILLED, {"viewer@main": muted}),
)
DRILL_FAULTS: tuple[Fault, ...] = (
    _drill("drill.done", with_fields(ended="failed"), red=Status.UNKNOWN),
    _drill("drill.detect", _lost((_FAULT_S + 4, _FAULT_S + 7))),
    _drill("drill.detect", _lost(), name="unseen", red=Status.UNKNOWN),
    _drill("drill.switch", _lost((_FAULT_S, _FAULT_S + 7))),
    _drill("drill.outage", _lost((_FAULT_S, _FAULT_S + 5), (_FAULT_S + 8, _FAULT_S + 12))),
    _drill("drill.outage", with_fields(viewer=None), name="blind", red=Status.UNKNOWN),
    _drill("drill.restore", _lost((_FAULT_S, _FAULT_S + 4), (_RESTORE_S, _RESTORE_S + 24))),
    _drill("drill.undone", with_fields(left=("obs_scene",))),
)
