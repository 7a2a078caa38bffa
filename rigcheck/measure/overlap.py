"""Cameras that are open at once: does each still deliver what was asked, or do they share what USB can carry."""

from __future__ import annotations

from typing import cast

import numpy as np

from rigcheck.metrics import CAMERA_TOGETHER
from rigcheck.model import Measurement, Reason
from rigcheck.pair import Pair
from rigcheck.profile import Setting
from rigcheck.samples import CameraClip

_SHORTEST_S, _SURE_S = 1.0, 2.0
"""Of all cameras open at once, for an estimate and for a value. Our own rule: one frame in 2 s at 50 fps is 1 %."""


def measure_overlap(sample: CameraClip | Pair, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """camera.together_pct: frames a second while every camera of the show was open, in percent of what was asked.

    `sample.second` is this camera. Not-in-profile: it is the only one, or has no mode; not-by-this-route: a clip that no
    clock of this computer was at (a file, OBS); not-together: they were not open at once for a second.
    """
    if not isinstance(sample, Pair):
        return (_none(Reason.NOT_IN_PROFILE),)
    clips = [cast("CameraClip", clip) for clip in (sample.second, sample.first, *sample.rest)]
    own = clips[0]
    if own.asked is None:
        return (_none(Reason.NOT_IN_PROFILE),)
    spans = [(clip.began_s, clip.began_s + clip.t_s[-1]) for clip in clips if clip.began_s is not None]
    if len(spans) < len(clips):
        return (_none(Reason.NOT_THIS_WAY),)
    first_s, last_s = max(span[0] for span in spans), min(span[1] for span in spans)
    if last_s - first_s < _SHORTEST_S:
        return (_none(Reason.NOT_TOGETHER),)
    fps = _rate(own, first_s - spans[0][0], last_s - spans[0][0])
    others = tuple(other for other in setting.profile.camera if other != name and not is_spare(setting, other))
    is_brief = bool(last_s - first_s < _SURE_S)
    return (Measurement(CAMERA_TOGETHER, 100 * fps / own.asked.fps, estimate=is_brief, params={"names": others}),)


def is_spare(setting: Setting, name: str) -> bool:
    """Whether a camera only stands in for another, so that the show does without it."""
    return name.startswith(("backup", "spare")) and name != setting.main_of("camera")


def _rate(clip: CameraClip, first_s: float, last_s: float) -> float:
    """Frames a second between two times of the clip; a frame counts by the part of its interval that lies between."""
    counted = np.interp((first_s, last_s), clip.t_s, np.arange(clip.t_s.size))
    return float((counted[1] - counted[0]) / (last_s - first_s))


def _none(reason: Reason) -> Measurement:
    return Measurement(CAMERA_TOGETHER, None, reason)
