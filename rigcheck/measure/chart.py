"""A ColorChecker Classic in the picture: where it is, its 24 patches, and how far they are from what they should be."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.colour import Floats, ciede2000, lab
from rigcheck.measure.picture import Picture
from rigcheck.metrics import LIGHT_COLOUR
from rigcheck.model import Measurement, Reason
from rigcheck.profile import CameraDevice
from rigcheck.samples import CameraClip

_ROWS, _COLUMNS = 4, 6
_SAMPLED, _POINTS = 0.3, 15  # of a patch's side, around its middle; points across it
_SMALLEST_PX = 10.0  # from patch to patch: colour is sent at half size, and seams are not sampled
_LONGEST_PX = 1280  # a chart is looked for in a picture of at most this
_ALIKE = 0.9  # correlation with the chart's own lightness, and with its a* or b*, from which on it is a whole chart

PATCHES = np.array(
    [
        *((115, 82, 68), (194, 150, 130), (98, 122, 157), (87, 108, 67), (133, 128, 177), (103, 189, 170)),
        *((214, 126, 44), (80, 91, 166), (193, 90, 99), (94, 60, 108), (157, 188, 64), (224, 163, 46)),
        *((56, 61, 150), (70, 148, 73), (175, 54, 60), (231, 199, 31), (187, 86, 149), (8, 133, 161)),
        *((243, 243, 242), (200, 200, 200), (160, 160, 160), (122, 122, 121), (85, 85, 85), (52, 52, 52)),
    ]
)
"""(24, 3) 8-bit sRGB of the patches from dark skin on, row by row: D. Pascale, RGB coordinates of the Macbeth
ColorChecker, The BabelColor Company 2006, the manufacturer's own values."""
REFERENCE: Floats = lab(PATCHES)


def measure_chart(clip: CameraClip, device: CameraDevice) -> Measurement:
    """light.colour_error_de00: mean CIEDE2000 of the patches as the camera shows them, exposure and all."""
    patches = chart_patches(clip, device)
    if isinstance(patches, Reason):
        params = {"install": "opencv-python>=5"} if patches is Reason.NOT_INSTALLED else {}
        return Measurement(LIGHT_COLOUR, None, patches, params=params)
    error = ciede2000(patches, REFERENCE)
    return Measurement(LIGHT_COLOUR, float(error.mean()), params={"worst": round(float(error.max()), 1)})


def chart_patches(clip: CameraClip, device: CameraDevice) -> Floats | Reason:
    """(24, 3) CIELAB of the patches in the chart's own order, however it is turned or mirrored in the picture.

    No-chart where none is seen, or only a part of it; too-small; not-installed where it is to be found and this OpenCV
    cannot; not-in-profile. Needs a kept frame.
    """
    if device.chart is None:
        return Reason.NOT_IN_PROFILE
    height, width = clip.frames.shape[1:3]
    size = np.array([width, height], np.float64)
    corners = _found(clip.frames) if device.chart == "auto" else np.array(astuple(device.chart), np.float64) * size
    return corners if isinstance(corners, Reason) else _patches(clip.frames, corners)


def _patches(frames: Picture, corners: Floats) -> Floats | Reason:
    """The patches between (4, 2) corners in pixels, if it is a chart that stands there."""
    if np.sqrt(_area(corners) / (_ROWS * _COLUMNS)) < _SMALLEST_PX:
        return Reason.TOO_SMALL
    x, y = np.floor(_points(corners)).astype(np.int64).T
    height, width = frames.shape[1:3]
    if min(x.min(), y.min()) < 0 or x.max() >= width or y.max() >= height:
        return Reason.NO_CHART
    seen = frames[:, y, x, ::-1].reshape(len(frames), _ROWS * _COLUMNS, -1, 3)
    return _in_order(lab(np.median(seen, axis=(0, 2))))


def _points(corners: Floats) -> Floats:
    """(24 x points, 2) pixels x, y at which the patches are sampled: their middles, in perspective."""
    import cv2

    ends = np.array([(0, 0), (_COLUMNS, 0), (_COLUMNS, _ROWS), (0, _ROWS)], np.float32)
    turn = cv2.getPerspectiveTransform(ends, corners.astype(np.float32))
    across = 0.5 + _SAMPLED * np.linspace(-0.5, 0.5, _POINTS)
    row, column, down, right = np.meshgrid(np.arange(_ROWS), np.arange(_COLUMNS), across, across, indexing="ij")
    places = np.stack([column + right, row + down], axis=-1).reshape(1, -1, 2)
    return np.asarray(cv2.perspectiveTransform(places, turn), np.float64).reshape(-1, 2)


def _in_order(patches: Floats) -> Floats | Reason:
    """The patches as the chart numbers them: of the four ways a chart can lie in its corners the one most like it.

    Our own rule for what is one: channels or exposure off by as much as a stop and a half leave a correlation of 0.92,
    one column of patches out of sight takes it below 0.9.
    """
    field = patches.reshape(_ROWS, _COLUMNS, 3)
    ways = [field, field[::-1, ::-1], field[:, ::-1], field[::-1]]
    best = max((way.reshape(-1, 3) for way in ways), key=lambda way: float(_likeness(way).sum()))
    lightness, *colours = _likeness(best).tolist()
    return best if min(lightness, max(colours)) >= _ALIKE else Reason.NO_CHART


def _likeness(patches: Floats) -> Floats:
    """(3,) correlation of L*, a* and b* with the chart's own: exposure and casts hardly change it."""
    seen, wanted = patches - patches.mean(axis=0), REFERENCE - REFERENCE.mean(axis=0)
    size = np.sqrt((seen**2).sum(axis=0) * (wanted**2).sum(axis=0))
    return np.asarray((seen * wanted).sum(axis=0) / np.maximum(size, 1e-9))


def _area(corners: Floats) -> float:
    x, y = corners.T
    return float(abs(np.dot(x, np.roll(y, 1)) - np.dot(y, np.roll(x, 1))) / 2)


def _found(frames: Picture) -> Floats | Reason:
    """(4, 2) corners in pixels of the chart in the first frame that shows one, in the chart's own order."""
    import cv2

    mcc: Any = getattr(cv2, "mcc", None)
    if mcc is None:  # OpenCV 4 has it in its contrib packages only
        return Reason.NOT_INSTALLED
    return next((corners for frame in frames if (corners := _corners(mcc, frame)) is not None), Reason.NO_CHART)


def _corners(mcc: Any, frame: Picture) -> Floats | None:  # noqa: ANN401 - a module that not every OpenCV has
    import cv2

    scale = min(1.0, _LONGEST_PX / max(frame.shape))
    small = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else frame
    detector = mcc.CCheckerDetector_create()
    try:
        is_found = _detect(mcc, detector, np.ascontiguousarray(small))
    except cv2.error:  # pictures of a few pixels
        return None
    return np.array(detector.getBestColorChecker().getBox(), np.float64) / scale if is_found else None


def _detect(mcc: Any, detector: Any, picture: NDArray[np.uint8]) -> bool:  # noqa: ANN401 - likewise
    """OpenCV 5's detector is told the kind of chart beforehand (it is not initialised), OpenCV 4's while it looks."""
    if hasattr(detector, "setColorChartType"):
        detector.setColorChartType(mcc.MCC24)
        return bool(detector.process(picture, 1))
    return bool(detector.process(picture, mcc.MCC24, 1))
