"""Two cameras of one show: does the same thing have the same colour in both."""

from __future__ import annotations

from typing import cast

import numpy as np

from rigcheck.measure.cast import grey_colour
from rigcheck.measure.chart import chart_patches
from rigcheck.measure.colour import Floats, ciede2000, lab_of_linear
from rigcheck.measure.framing import boxed, is_laid_out
from rigcheck.metrics import CAMERA_MATCH
from rigcheck.model import Measurement, Reason
from rigcheck.pair import Pair
from rigcheck.profile import CameraDevice, Setting
from rigcheck.samples import CameraClip

_Look = tuple[CameraClip, CameraDevice]


def measure_match(sample: CameraClip | Pair, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """camera.match_de00 of a camera against the main one: the charts' patches in both, else the grey boxes.

    Not-in-profile for the main camera itself, and where the two have neither in common.
    """
    if not isinstance(sample, Pair):
        return (_none(Reason.NOT_IN_PROFILE),)
    first, second = cast("CameraClip", sample.first), cast("CameraClip", sample.second)
    looks = (first, _device(setting, setting.main_of("camera"))), (second, _device(setting, name))
    found = _matched(*looks)
    return (found.as_estimate() if first.is_estimate or second.is_estimate else found,)


def _matched(one: _Look, other: _Look) -> Measurement:
    frames = one[0].frames, other[0].frames
    if not all(map(len, frames)) or np.array_equal(*frames):  # two roles of one camera, or of one file, tell nothing
        return _none(Reason.NONE_HERE)
    charts = _charts(one, other)
    if not isinstance(charts, Reason):
        return Measurement(CAMERA_MATCH, charts, params={"what": ("chart",)})
    greys = _greys(one, other)
    if not isinstance(greys, Reason):
        return Measurement(CAMERA_MATCH, greys, params={"what": ("grey",)})
    return _none(charts if greys is Reason.NOT_IN_PROFILE else greys)


def _charts(*looks: _Look) -> float | Reason:
    return _difference([chart_patches(clip, boxed(clip, device)) for clip, device in looks])


def _greys(*looks: _Look) -> float | Reason:
    if not all(device.grey for _, device in looks):
        return Reason.NOT_IN_PROFILE
    if any(is_laid_out(*look) for look in looks):
        return Reason.NOT_THIS_WAY
    colours = [grey_colour(clip, device.grey) for clip, device in looks if device.grey]
    return _difference([colour if isinstance(colour, Reason) else lab_of_linear(colour) for colour in colours])


def _difference(found: list[Floats | Reason]) -> float | Reason:
    """Mean dE00 of two sets of CIELAB values, or the first reason why there is one set less."""
    for colours in found:
        if isinstance(colours, Reason):
            return colours
    first, second = (colours for colours in found if not isinstance(colours, Reason))
    return float(ciede2000(first, second).mean())


def _device(setting: Setting, name: str) -> CameraDevice:
    return cast("CameraDevice", setting.device("camera", name))


def _none(reason: Reason) -> Measurement:
    return Measurement(CAMERA_MATCH, None, reason)
