"""The white balance: is grey grey, and where no grey card stands, is the room as it was when it was good."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rigcheck.baseline import CameraBaseline
from rigcheck.measure.colour import Floats, cast, linear_srgb
from rigcheck.measure.framing import is_laid_out
from rigcheck.measure.picture import Picture, grey, levels, pixels
from rigcheck.metrics import LIGHT_CAST
from rigcheck.model import Measurement, Reason
from rigcheck.profile import Box, CameraDevice
from rigcheck.samples import CameraClip

_DARK = 24  # code of the brightest channel under which rounding and noise are a cast of their own
_ENOUGH = 0.2  # share of a box that must be fit to judge
_MOST_PCT = 999.0  # a lamp without green: its cast has no number
_WHOLE = Box(0, 0, 1, 1)


def measure_cast(
    clip: CameraClip, device: CameraDevice, written: CameraDevice, baseline: CameraBaseline | None
) -> Measurement:
    """light.cast_pct, and what told it: the grey box; or the anchor box, else the whole picture, against the baseline.

    `device` has the boxes that hold in the clip's picture, `written` those of the profile. Whole pictures are compared
    as an estimate: goods and clothes change, too. Needs a kept frame.
    """
    if device.grey is not None:
        colour = grey_colour(clip, device.grey)
        return _measured(colour, "grey") if not isinstance(colour, Reason) else _none(colour)
    if baseline is not None:
        told_by = "anchor" if device.anchor else "picture"
        change = _change(clip.frames, baseline.picture, device.anchor or _WHOLE)
        return _measured(change, told_by) if change is not None else _none(Reason.BADLY_EXPOSED)
    return _none(Reason.NOT_THIS_WAY if written.grey and is_laid_out(clip, written) else Reason.NO_BASELINE)


def grey_colour(clip: CameraClip, box: Box) -> Floats | Reason:
    """(3,) mean linear R, G, B over the pixels of a box that are neither clipped nor dark; badly-exposed if too few are.

    Linear light is sRGB's (IEC 61966-2-1), as for all colours.
    """
    rows, columns = pixels(box, *clip.frames.shape[1:3])
    ceiling = levels(grey(clip.frames)).ceiling
    patches = clip.frames[:, rows, columns].reshape(-1, 3)
    fit = patches[patches.max(axis=1) < ceiling]
    if len(fit) < _ENOUGH * len(patches) or fit.mean(axis=0).max() < _DARK:
        return Reason.BADLY_EXPOSED
    return np.asarray(_LINEAR[fit].mean(axis=0)[::-1])


_LINEAR = linear_srgb(np.arange(256))


def _change(frames: Picture, then: Picture, box: Box) -> Floats | None:
    """(3,) R, G, B now against then, G = 1: the median over the pixels of a box, so that what was moved hardly counts.

    Our own rule, because the mean would follow the colours of whatever else is in the picture today.
    """
    import cv2

    size = then.shape[1], then.shape[0]
    now = np.mean([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames], axis=0)
    rows, columns = pixels(box, *then.shape[:2])
    before, after = then[rows, columns].reshape(-1, 3), np.rint(now).astype(np.uint8)[rows, columns].reshape(-1, 3)
    fit = _is_fit(before) & _is_fit(after)
    if fit.mean() < _ENOUGH:
        return None
    ratio = _LINEAR[after[fit]] / _LINEAR[before[fit]]
    return np.asarray(np.median(ratio / ratio[:, 1:2], axis=0)[::-1])


def _is_fit(codes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Pixels in which every channel lies between noise and clipping."""
    return np.asarray((codes.min(axis=1) >= _DARK) & (codes.max(axis=1) < 250))  # noqa: PLR2004 - the contract's code for clipped


def _measured(colour: Floats, told_by: str) -> Measurement:
    params = {"what": (told_by, _tint(colour))}
    value = min(100 * cast(colour), _MOST_PCT)
    return Measurement(LIGHT_CAST, value, estimate=told_by == "picture", params=params)


def _tint(colour: Floats) -> str:
    """The cast as people call it: along daylight (yellow, blue) or across it (pink, green), whichever is stronger."""
    red, blue = (colour[[0, 2]] / max(float(colour[1]), 1e-6) - 1).tolist()
    if abs(red - blue) >= abs(red + blue):
        return "yellow" if red >= blue else "blue"
    return "pink" if red + blue > 0 else "green"


def _none(reason: Reason) -> Measurement:
    return Measurement(LIGHT_CAST, None, reason)
