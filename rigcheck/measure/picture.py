"""One picture: which part of it, how bright, how clipped, which levels. Boxes are shares of the upright, cropped picture."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.profile import Box

Picture = NDArray[np.uint8]
Pixels = tuple[slice, slice]
Crop = Box | str | None  # "portrait" or "landscape"

GAMMA = 2.2  # the display gamma that "linear light" means on every page of the contract
CENTRE = Box(0.25, 0.25, 0.5, 0.5)
_SHAPES = {"portrait": 9 / 16, "landscape": 16 / 9}


class Levels(NamedTuple):
    """How a picture uses its codes: the word (None where it shows too little to tell) and its clipping threshold."""

    word: str | None
    ceiling: int


def upright(picture: NDArray[Any], rotate: int) -> NDArray[Any]:
    """The sensor's picture turned clockwise by `rotate` (0, 90, 180, 270) degrees: a view."""
    return np.rot90(picture, -(rotate // 90))


def turned_back(picture: NDArray[Any], rotate: int) -> NDArray[Any]:
    """The inverse of `upright`: a view."""
    return np.rot90(picture, rotate // 90)


def pixels(box: Box, height: int, width: int) -> Pixels:
    """The rows and columns that a box covers in a picture of this size: at least one of each."""
    return _span(box.y, box.h, height), _span(box.x, box.w, width)


def cropped(crop: Crop, height: int, width: int) -> Pixels:
    """The rows and columns of the upright picture that a crop leaves; the words mean the largest centred 9:16 or 16:9."""
    if isinstance(crop, Box):
        return pixels(crop, height, width)
    if crop is None:
        return slice(0, height), slice(0, width)
    shape = _SHAPES[crop]
    w, h = min(width, round(height * shape)), min(height, round(width / shape))
    top, left = (height - h) // 2, (width - w) // 2
    return slice(top, top + max(h, 1)), slice(left, left + max(w, 1))


def on_sensor(area: Pixels, rotate: int, height: int, width: int) -> Pixels:
    """Where an area of the upright picture lies in the sensor's own picture of `height` x `width`."""
    rows, columns = area
    if rotate == 90:  # noqa: PLR2004 - degrees
        return _mirrored(columns, height), rows
    if rotate == 180:  # noqa: PLR2004 - degrees
        return _mirrored(rows, height), _mirrored(columns, width)
    if rotate == 270:  # noqa: PLR2004 - degrees
        return columns, _mirrored(rows, width)
    return area


def grey(bgr: Picture) -> Picture:
    """BT.601 luma of a (..., H, W, 3) BGR picture, as OpenCV's grey: 8-bit full-range codes."""
    import cv2

    flat = np.ascontiguousarray(bgr).reshape(-1, bgr.shape[-2], 3)
    return np.asarray(cv2.cvtColor(flat, cv2.COLOR_BGR2GRAY), np.uint8).reshape(bgr.shape[:-1])


def brightest(bgr: Picture) -> Picture:
    """(H, W) the highest channel of each pixel of a (H, W, 3) picture: what clips first."""
    import cv2

    blue, green, red = cv2.split(np.ascontiguousarray(bgr))
    return np.asarray(cv2.max(cv2.max(blue, green), red), np.uint8)


def is_green(bgr: Picture) -> NDArray[np.bool_]:
    """(H, W) which pixels of a (H, W, 3) picture a keyer would take for a green screen.

    Our own rule: green is a quarter above the other two channels, and not black (shadows on the screen count, too).
    """
    other = np.maximum(bgr[..., 0], bgr[..., 2]).astype(np.float32)
    return np.asarray((bgr[..., 1] >= 32) & (bgr[..., 1] > 1.25 * other))  # noqa: PLR2004 - code: an eighth of the scale


def linear(luma: NDArray[Any]) -> NDArray[np.float64]:
    """Linear light 0-1 of luma codes 0-255 (gamma 2.2)."""
    return np.power(np.asarray(luma, np.float64) / 255, GAMMA)


def mean_linear(luma: Picture, where: NDArray[np.bool_] | None = None) -> float:
    """Mean linear light 0-1 of 8-bit luma, over the marked pixels if any are marked."""
    chosen = luma if where is None else luma[where]
    return float(histogram(chosen) @ linear(np.arange(256)))


def histogram(luma: Picture) -> NDArray[np.float64]:
    """(256,) shares 0-1 of each code; all zero for no pixels."""
    import cv2

    if not luma.size:
        return np.zeros(256)
    line = np.ascontiguousarray(luma).reshape(1, -1)
    return np.asarray(cv2.calcHist([line], [0], None, [256], [0, 256]), np.float64).reshape(-1) / luma.size


def share_at_least(luma: Picture, code: int) -> float:
    """Share 0-1 of values at or above a code."""
    return float(np.count_nonzero(luma >= code)) / max(1, luma.size)


def levels(luma: Picture) -> Levels:
    """Which word describes the use of the codes, and from which code on a pixel counts as clipped.

    Our own rule, because range faults leave these marks: full-range codes expanded once more pile up at 0 and 255
    (crushed); limited-range codes taken for full range stop at 16 and 235 (limited); lifted blacks under dull whites
    have lost their contrast in front of the sensor or in a filter (washed). `luma`: full-range codes, any shape.
    """
    shares = histogram(luma)
    low, high = _reach(shares)
    if _piled(shares[:18]) and _piled(shares[:-19:-1]) and shares[18:-18].sum() >= 0.2:  # noqa: PLR2004 - line art is no fault
        word: str | None = "crushed"
    elif high - low < 26:  # noqa: PLR2004 - a tenth of the scale: a cap, a wall, fog; nothing to tell levels by
        word = None
    elif 12 <= low <= 20 and 225 <= high <= 238:  # noqa: PLR2004 - the ends of limited range, and some noise
        word = "limited"
    elif low >= 32 and high <= 224:  # noqa: PLR2004 - an eighth of the scale unused at both ends
        word = "washed"
    else:
        word = "full"
    return Levels(word, _ceiling(shares))


def _span(start: float, size: float, whole: int) -> slice:
    first = min(round(start * whole), whole - 1)
    return slice(first, max(first + 1, min(whole, round((start + size) * whole))))


def _mirrored(span: slice, whole: int) -> slice:
    return slice(whole - span.stop, whole - span.start)


def _reach(shares: NDArray[np.float64]) -> tuple[int, int]:
    """The codes below and above which a thousandth of the pixels lie: single hot pixels do not count."""
    below = np.cumsum(shares)
    return int(np.searchsorted(below, 0.001)), int(np.searchsorted(below, 0.999))


def _piled(shares: NDArray[np.float64]) -> bool:
    """Whether at least 1 % sit on the outermost code, eight times what an inner code holds on average."""
    return bool(shares[0] >= 0.01 and shares[0] >= 8 * shares[2:].mean())  # noqa: PLR2004 - the two figures of the docstring


def _ceiling(shares: NDArray[np.float64]) -> int:
    """250 where the scale ends at 255; less where pixels pile up at a lower end (a source that stops at 235)."""
    top = int(np.searchsorted(np.cumsum(shares), 0.9999))
    if 200 <= top < 250 and shares[top - 1 : top + 1].sum() >= 5 * shares[top - 11 : top - 1].mean() + 0.001:  # noqa: PLR2004 - our own rule: a pile at least five times its neighbours
        return top - 5
    return 250
