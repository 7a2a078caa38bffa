"""Pictures changed as a fault changes them: frames, thumbs, and every trace that was read off them.

The traces of the changed clip are read off its thumbs, which hold every sixth pixel: coarser than a live camera's, and
consistent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import pixels, turned_back, upright
from rigcheck.profile import Box
from rigcheck.samples import CameraClip

Codes = NDArray[np.float32]
Places = NDArray[np.int64]
Paint = Callable[[Codes, Places], Codes]
"""(n, h, w, channels) full-range codes of pictures, and the (n,) frames they are -> the same as the fault shows them."""
_DARK, _BRIGHT, _DEEP = 25.5, 250, 5
"""Codes of the traces' definitions (CameraClip)."""


def repainted(clip: CameraClip, paint: Paint) -> CameraClip:
    """The clip with every picture of it painted over."""
    thumbs = _codes(paint(clip.thumbs[..., None].astype(np.float32), np.arange(len(clip.thumbs)))[..., 0])
    frames = _codes(paint(clip.frames.astype(np.float32), clip.frame_at))
    sharper = _detail(thumbs) / np.maximum(_detail(clip.thumbs), 1e-6)
    return _traced(replace(clip, thumbs=thumbs, frames=frames, focus=(clip.focus * sharper).astype(np.float32)))


def retimed(clip: CameraClip, index: Places, t_s: NDArray[np.float64]) -> CameraClip:
    """The clip whose n-th frame is the `index[n]`-th of before, delivered at `t_s[n]`. The first frame stays the first."""
    taken = {name: getattr(clip, name)[index] for name in ("key", "focus", "thumbs", "rows")}
    levels = {name: getattr(clip, name)[index] for name in ("mean", "dark", "bright", "deep")}
    change = _change(taken["thumbs"])
    return replace(clip, t_s=t_s - t_s[0], change=change, same=change == 0, **taken, **levels)


def inside(box: Box, height: int, width: int) -> NDArray[np.bool_]:
    """(height, width, 1) which pixels lie in the box."""
    mask = np.zeros((height, width, 1), np.bool_)
    mask[pixels(box, height, width)] = True
    return mask


def sensor_rows(rotate: int, height: int, width: int) -> Codes:
    """(height, width, 1) how far down the sensor, 0-1, each pixel of the upright picture was read."""
    rows, columns = (width, height) if rotate % 180 else (height, width)
    down = np.repeat(np.linspace(0, 1, rows, dtype=np.float32)[:, None], columns, axis=1)
    return np.asarray(upright(down, rotate), np.float32)[..., None]


def _codes(painted: Codes) -> NDArray[np.uint8]:
    return np.clip(np.rint(painted), 0, 255).astype(np.uint8)


def _traced(clip: CameraClip) -> CameraClip:
    thumbs, axes = clip.thumbs, (1, 2)
    change = _change(thumbs)
    return replace(
        clip,
        mean=thumbs.mean(axis=axes, dtype=np.float32),
        dark=(thumbs < _DARK).mean(axis=axes, dtype=np.float32),
        bright=(thumbs >= _BRIGHT).mean(axis=axes, dtype=np.float32),
        deep=(thumbs <= _DEEP).mean(axis=axes, dtype=np.float32),
        change=change,
        same=change == 0,
        rows=_rows(clip),
    )


def _rows(clip: CameraClip) -> Codes:
    """(m, R) of the sensor's rows those that thumbs have, each standing for its neighbours."""
    means = np.stack([turned_back(thumb, clip.rotate).mean(axis=1, dtype=np.float32) for thumb in clip.thumbs])
    return np.repeat(means, clip.stride, axis=1)[:, : clip.rows.shape[1]]


def _change(thumbs: NDArray[np.uint8]) -> Codes:
    steps = np.abs(np.diff(thumbs.astype(np.int16), axis=0)).mean(axis=(1, 2), dtype=np.float32) / 255
    return np.concatenate((np.full(1, np.nan, np.float32), steps))


def _detail(thumbs: NDArray[np.uint8]) -> Codes:
    """(n,) variance of the Laplacian."""
    whole = thumbs.astype(np.float32)
    middle = whole[:, 1:-1, 1:-1]
    around = whole[:, :-2, 1:-1] + whole[:, 2:, 1:-1] + whole[:, 1:-1, :-2] + whole[:, 1:-1, 2:]
    return np.asarray((4 * middle - around).var(axis=(1, 2)))
