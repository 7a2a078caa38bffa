"""How evenly a backdrop is lit: a box of the picture, or whatever is green in it."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import Picture, is_green, mean_linear, pixels
from rigcheck.profile import Box

_GREEN, _FIELD = 0.05, 0.05  # share of a picture, and of one of its fields, under which green is no backdrop


def evenness(frames: Picture, luma: Picture, backdrop: Box | Literal["green"]) -> float | None:
    """Median over frames of min / mean of 3x3 fields of linear light; None where nothing of a picture is green.

    `frames`: (k, H, W, 3) BGR, `luma`: (k, H, W). A green screen's fields are those of the whole picture, and only
    their green pixels count.
    """
    found = [_even(frame, grey, backdrop) for frame, grey in zip(frames, luma, strict=True)]
    seen = [value for value in found if value is not None]
    return float(np.median(seen)) if seen else None


def _even(frame: Picture, luma: Picture, backdrop: Box | Literal["green"]) -> float | None:
    if isinstance(backdrop, Box):
        rows, columns = pixels(backdrop, *luma.shape)
        return _least_of_grid(luma[rows, columns], np.ones_like(luma[rows, columns], np.bool_))
    green = is_green(frame)
    return _least_of_grid(luma, green) if green.mean() >= _GREEN else None


def _least_of_grid(luma: Picture, where: NDArray[np.bool_]) -> float:
    """The darkest of the fields against their mean; fields with hardly a marked pixel do not count."""
    parts = zip(_grid(luma), _grid(where), strict=True)
    fields = [mean_linear(codes, marked) for codes, marked in parts if marked.size and marked.mean() > _FIELD]
    return float(min(fields)) / max(float(np.mean(fields)), 1e-9)


def _grid(picture: NDArray[Any]) -> list[NDArray[Any]]:
    return [field for band in np.array_split(picture, 3) for field in np.array_split(band, 3, axis=1)]
