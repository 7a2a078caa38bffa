"""Two pictures of the same things: how sharp and how clear today's is against the good one."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SMOOTH = 1.0  # px
_NOISE_GAIN = 0.112  # what smoothing and Laplacian together make of the variance of white noise
_PLAIN = 4.0  # squared codes: less detail than this cannot be told from what is left of noise
_BLOCK = 16  # px
_FINE = 2.0  # px: detail finer than this is focus, not haze
_CLEAR = 2.0  # codes: deviation under which a block has no contrast to lose


def sharpness(luma: Floats, noise: float) -> float | None:
    """Variance of fine detail over the picture's own variance, both less noise; None for a plain picture.

    `luma`: (h, w) codes; `noise`: deviation of its white noise. Detail is the Laplacian of the slightly smoothed picture,
    because beyond that there is hardly anything but noise. Neither exposure nor veil moves the ratio, for both scale
    coarse and fine alike (our own rule, because the Laplacian's variance alone falls with the square of the exposure).
    """
    import cv2

    contrast = float(luma.var()) - noise**2
    if contrast < _PLAIN:
        return None
    detail = cv2.Laplacian(cv2.GaussianBlur(luma, (0, 0), _SMOOTH), cv2.CV_32F)
    return max(0.0, float(detail.var()) - noise**2 * _NOISE_GAIN) / contrast


def contrast_lost(then: Floats, now: Floats) -> float | None:
    """Percent of the local contrast of `then` that `now` lacks, 0-100; None where there was none to lose.

    (h, w) codes of one shape. Our own rule: in blocks of 16x16 pixels the deviation over the mean (so that exposure
    does not count), without fine detail (so that focus hardly does); the mean over blocks of what was lost in each,
    so that a smudge on a part of the lens counts by its area and depth.
    """
    before, after = _contrast(then), _contrast(now)
    clear = before >= _CLEAR / np.maximum(_blocks(then).mean(axis=(1, 3)), 1)
    if not clear.any():
        return None
    return float(100 * np.clip(1 - after[clear] / before[clear], 0, 1).mean())


def _contrast(luma: Floats) -> NDArray[Any]:
    import cv2

    blocks = _blocks(np.asarray(cv2.GaussianBlur(luma, (0, 0), _FINE), np.float32))
    return np.asarray(blocks.std(axis=(1, 3)) / np.maximum(blocks.mean(axis=(1, 3)), 1))


def _blocks(picture: Floats) -> Floats:
    """(rows, side, columns, side) view of whole blocks; a picture smaller than one is a block of its own."""
    sides = [min(_BLOCK, size) for size in picture.shape]
    rows, columns = (size // side for size, side in zip(picture.shape, sides, strict=True))
    whole = picture[: rows * sides[0], : columns * sides[1]]
    return np.asarray(whole.reshape(rows, sides[0], columns, sides[1]), np.float32)
