"""Sensor noise in 8-bit full-range luma codes: from what differs between frames, or from the flat parts of one picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import Picture

_BLOCK = 8  # px of a thumb
_PAIRS = 60  # frame pairs looked at, spread over the clip
_ROUNDING = 1 / 12  # variance that rounding to whole codes adds


def temporal_sigma(thumbs: Picture, repeated: NDArray[np.bool_], *, limited: bool) -> float | None:
    """Noise from frame differences over static parts; None where nothing stands still or all is clipped.

    `thumbs`: (m, h, w) unaveraged luma in full-range codes; `repeated`: (m,) frames to leave out. Our own rule: the
    variance of the difference of two frames in blocks of 8x8 less its mean (so that lamps may flicker), per block the
    median over pairs of frames (so that somebody may pass by), then the mean over the blocks within 25 % of the quiet
    ones (so that what moves all the time is left out). Owed: +-10 % for sigma 1-10.
    """
    pairs = np.flatnonzero(~np.asarray(repeated[1:], np.bool_)) + 1
    if pairs.size == 0 or min(thumbs.shape[1:]) < _BLOCK:
        return None
    pairs = pairs[np.linspace(0, pairs.size - 1, min(_PAIRS, pairs.size)).astype(int)]
    blocks = np.stack([_block_variances(thumbs[pair], thumbs[pair - 1]) for pair in pairs.tolist()])
    usable = blocks[:, _unclipped(thumbs[pairs[:: max(1, pairs.size // 8)]])]
    if usable.shape[1] < 4:  # noqa: PLR2004 - a handful of blocks is no picture
        return None
    return _sigma(_static_mean(usable) / 2, limited=limited)


def spatial_sigma(luma: Picture, *, limited: bool) -> float | None:
    """An estimate of noise from one (H, W) picture at native size; None where it is smaller than a block.

    Immerkaer's (1996) operator over the flattest tenth of blocks of 16x16, flatness told by the means of 4x4 pixels so
    that choosing flat blocks does not choose quiet noise. Fine texture reads as noise: an estimate, never more.
    """
    side = 16
    height, width = (size // side * side for size in luma.shape)
    if not height or not width:
        return None
    picture = luma[:height, :width].astype(np.float32)
    flatness = _blocks(_blocks(picture, 4).mean(axis=(1, 3)), side // 4).var(axis=(1, 3))
    response = _blocks(np.pad(np.abs(_immerkaer(picture)), 1, mode="edge"), side).mean(axis=(1, 3))
    means = _blocks(picture, side).mean(axis=(1, 3))
    open_ = (means > 8) & (means < 247)  # noqa: PLR2004 - clipped blocks hide their noise
    if not open_.any():
        return None
    flattest = open_ & (flatness <= np.quantile(flatness[open_], 0.1))
    return _sigma((np.sqrt(np.pi / 2) / 6 * float(np.median(response[flattest]))) ** 2, limited=limited)


def _sigma(variance: float, *, limited: bool) -> float:
    """The root without rounding: once to codes, and once more where limited codes were expanded by 255/219."""
    rounding = _ROUNDING * (1 + (255 / 219) ** 2) if limited else _ROUNDING
    return float(np.sqrt(max(0.0, variance - rounding)))


def _blocks(picture: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """(rows, side, columns, side) view of whole blocks."""
    rows, columns = picture.shape[0] // side, picture.shape[1] // side
    return np.asarray(picture[: rows * side, : columns * side].reshape(rows, side, columns, side), np.float32)


def _block_variances(frame: Picture, before: Picture) -> NDArray[np.float32]:
    blocks = _blocks(frame.astype(np.float32) - before, _BLOCK)
    return np.asarray(blocks.var(axis=(1, 3), ddof=1), np.float32).reshape(-1)


def _unclipped(thumbs: Picture) -> NDArray[np.bool_]:
    means = _blocks(thumbs.mean(axis=0, dtype=np.float32), _BLOCK).mean(axis=(1, 3))
    return np.asarray((means > 12) & (means < 243)).reshape(-1)  # noqa: PLR2004 - clipping cuts noise off beyond these


def _static_mean(variances: NDArray[np.float32]) -> float:
    """Mean variance of the blocks that stand still. (pairs, blocks) -> codes squared."""
    freedom = _BLOCK**2 - 1
    typical = (
        np.median(variances, axis=0) / (1 - 2 / (9 * freedom)) ** 3
    )  # the median of chi-squared lies below its mean
    spread = np.sqrt(2 / (freedom * variances.shape[0]))
    quiet = np.quantile(typical, 0.2)
    static = typical <= quiet * (1 + max(0.25, 6 * spread))
    return float(typical[static].mean())


def _immerkaer(picture: NDArray[np.float32]) -> NDArray[np.float32]:
    """(H-2, W-2) response of [[1,-2,1],[-2,4,-2],[1,-2,1]], which neither level nor slope moves."""
    twice = picture[:-2] - 2 * picture[1:-1] + picture[2:]
    return np.asarray(twice[:, :-2] - 2 * twice[:, 1:-1] + twice[:, 2:], np.float32)
