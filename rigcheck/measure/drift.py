"""What has become of a camera's picture since the room was good: moved, out of focus, under a veil."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from math import sqrt
from typing import NamedTuple, cast

import numpy as np

from rigcheck import metrics
from rigcheck.baseline import CameraBaseline
from rigcheck.measure.framing import baseline_of, boxed, named
from rigcheck.measure.likeness import Floats, contrast_lost, sharpness
from rigcheck.measure.picture import Picture, grey, pixels
from rigcheck.measure.shift import Shift, find_shift, is_plain
from rigcheck.model import Measurement, Params, Reason
from rigcheck.profile import Box, CameraDevice, Mode, Setting
from rigcheck.samples import CameraClip

_WIDTH = 480  # px of a kept picture: a soft lens still shows, and a recorded room stays small
_WHOLE = Box(0, 0, 1, 1)
_METRICS = (metrics.CAMERA_FOCUS_RATIO, metrics.CAMERA_SHIFT, metrics.CAMERA_HAZE)


class _Sides(NamedTuple):
    """The same part of the room in both pictures, luma codes of one size, and the deviation of each one's noise."""

    then: Floats
    now: Floats
    then_noise: float
    now_noise: float


def kept_picture(clip: CameraClip, device: CameraDevice, noise: Measurement) -> CameraBaseline | None:
    """What to keep of a good clip, `noise` being its camera.noise_sigma; None without a whole frame."""
    if not len(clip.frames):
        return None
    picture = _reduced(clip.frames[0], min(_WIDTH, clip.frames.shape[2]))
    return CameraBaseline(
        device=named(device),
        mode=device.mode,
        rotate=device.rotate,
        via=clip.via,
        picture=picture,
        focus=float(np.median(clip.focus)),
        noise=_scaled(noise, clip, picture),
    )


def measure_drift(clip: CameraClip, setting: Setting, name: str, noise: Measurement) -> tuple[Measurement, ...]:
    """camera.focus_ratio, shift_pct and haze_pct against the room's baseline, `noise` being the clip's camera.noise_sigma.

    In the anchor box where that is found again; else over the whole picture, as an estimate, for goods change.
    """
    device = cast("CameraDevice", setting.device("camera", name))
    then = baseline_of(setting, name, device, clip)
    if then is None:
        return _none(*_why_none(clip, setting, name, device))
    if not len(clip.frames):
        return _none(Reason.NONE_HERE)
    now, before = grey(_reduced(clip.frames[0], then.picture.shape[1], then.picture.shape[0])), grey(then.picture)
    anchor = boxed(clip, device).anchor
    shift = find_shift(before, now, anchor)
    if shift is None:
        return _none(Reason.NONE_HERE if is_plain(before) else Reason.NOT_RECOGNISED)
    box = anchor if anchor and shift.by_anchor else _WHOLE
    return _measured(shift, _side_by_side(before, now, box, shift, (then.noise, _scaled(noise, clip, now))))


def _measured(shift: Shift, sides: _Sides) -> tuple[Measurement, ...]:
    before, after = sharpness(sides.then, sides.then_noise), sharpness(sides.now, sides.now_noise)
    ratio = None if not before else (after or 0.0) / before
    values = ratio, shift.pct, contrast_lost(sides.then, sides.now)
    told_by: Params = {"what": ("anchor" if shift.by_anchor else "picture",)}
    return tuple(
        Measurement(metric, value, Reason.NONE_HERE if value is None else None, not shift.by_anchor, told_by)
        for metric, value in zip(_METRICS, values, strict=True)
    )


def _side_by_side(then: Picture, now: Picture, box: Box, shift: Shift, noise: tuple[float, float]) -> _Sides:
    """What a box shows in both pictures, as far as both show it."""
    width = then.shape[1]
    by = round(shift.y * width), round(shift.x * width)
    before, after = zip(
        *(_overlap(span, d, size) for span, d, size in zip(pixels(box, *then.shape), by, then.shape, strict=True)),
        strict=True,
    )
    return _Sides(then[before].astype(np.float32), now[after].astype(np.float32), *noise)


def _overlap(span: slice, by: int, size: int) -> tuple[slice, slice]:
    """A span, and where it has gone, without what has left the picture."""
    first, last = max(span.start, -by), min(span.stop, size - by)
    return slice(first, last), slice(first + by, last + by)


def _reduced(frame: Picture, width: int, height: int | None = None) -> Picture:
    import cv2

    size = width, height or max(1, round(frame.shape[0] * width / frame.shape[1]))
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def _scaled(noise: Measurement, clip: CameraClip, picture: Picture) -> float:
    """The deviation that white noise of the whole frames has left in a reduced picture; 0 where it is not known."""
    sigma = noise.value if isinstance(noise.value, int | float) else 0.0
    return sigma * sqrt(min(1.0, picture.shape[0] * picture.shape[1] / (clip.frames.shape[1] * clip.frames.shape[2])))


def _why_none(clip: CameraClip, setting: Setting, name: str, device: CameraDevice) -> tuple[Reason, Params]:
    """No baseline at all; or one of another camera, and in what it differs."""
    then = setting.baseline.cameras.get(name) if setting.baseline else None
    if then is None:
        return Reason.NO_BASELINE, {}
    pairs = (
        ("device", then.device, named(device)),
        ("mode", _mode(then.mode), _mode(device.mode)),
        ("rotate", str(then.rotate), str(device.rotate)),
        ("via", then.via, clip.via),
        ("size", _size(then.picture.shape), _size(clip.frames.shape[1:])),
    )
    what, was, now = next(pair for pair in pairs if pair[1] != pair[2])
    return Reason.OTHER_BASELINE, {"was": f"{what} {was or '-'}", "now": f"{what} {now or '-'}"}


def _mode(mode: Mode | None) -> str:
    return f"{mode.width}x{mode.height}@{mode.fps:g}" if mode else ""


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]}x{shape[0]}"


def _none(reason: Reason, params: Params | None = None) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, reason, params=params or {}) for metric in _METRICS)
