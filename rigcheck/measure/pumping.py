"""Exposure that pumps: the light on what stands still swings slowly, because the camera follows white goods or clothes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import Picture, linear, pixels
from rigcheck.metrics import LIGHT_PUMPING
from rigcheck.model import Measurement, Reason
from rigcheck.profile import Box, CameraDevice
from rigcheck.samples import CameraClip

Array = NDArray[np.float64]

_SHORTEST_S, _FEWEST = 2.0, 15
_SLOW_S = 0.5  # light is averaged over this: lamps that flicker are faster, automatic exposure takes about as long
_RIM = 0.15  # of the picture's size at each side
_BLOCKS = 12  # along each side of the picture: so large that noise averages out, so small that many stand still
_DARK, _BRIGHT = 12.0, 243.0  # codes beyond which a block says nothing: noise, or clipping
_FEWEST_BLOCKS = 6
_TOGETHER, _SHARE = 0.5, 0.7  # of the common change a block must share, and so many of them
_NOTHING = 0.01  # change of light below which it does not matter who shares it


def measure_pumping(clip: CameraClip, device: CameraDevice) -> Measurement:
    """light.pumping_pct: 100 (max - min) / (max + min) of slow light on what stands still, in linear light (gamma 2.2).

    Our own rule: of 12 x 12 blocks those that touch the backdrop box, else the rim of the picture, against their own
    median over time; per frame the median block (so that hands may pass), over time the mean of half a second (so that
    lamps may flicker). Where the blocks do not change together, something moves and nothing can be told: none-here.
    """
    if clip.clock == "shots":
        return _none(Reason.NOT_THIS_WAY)
    if clip.clock == "none":
        return _none(Reason.STILL if clip.t_s.size == 1 else Reason.NO_CLOCK)
    t_s = clip.t_s[: len(clip.thumbs)]
    if len(t_s) < _FEWEST or t_s[-1] - t_s[0] < _SHORTEST_S:
        return _none(Reason.TOO_SHORT)
    backdrop = device.backdrop if isinstance(device.backdrop, Box) else None
    swing = _swing(_blocks(clip.thumbs, _still(clip.thumbs.shape[1:], backdrop)), t_s)
    if swing is None:
        return _none(Reason.NONE_HERE)
    return Measurement(LIGHT_PUMPING, swing, params={"box": "backdrop" if backdrop else "rim"})


def _still(shape: tuple[int, ...], backdrop: Box | None) -> NDArray[np.bool_]:
    """(h, w) where in a thumb nothing is expected to move."""
    if backdrop is not None:
        mask = np.zeros(shape, np.bool_)
        mask[pixels(backdrop, *shape)] = True
        return mask
    mask = np.ones(shape, np.bool_)
    mask[pixels(Box(_RIM, _RIM, 1 - 2 * _RIM, 1 - 2 * _RIM), *shape)] = False
    return mask


def _blocks(thumbs: Picture, still: NDArray[np.bool_]) -> Array:
    """(m, b) linear light of the blocks' still parts, those only that are neither dark nor clipped at any time."""
    edges = [np.linspace(0, size, _BLOCKS + 1).astype(int) for size in still.shape]
    whole = np.zeros(still.shape, np.int64)
    for axis, cuts in enumerate(edges):
        place = np.searchsorted(cuts, np.arange(still.shape[axis]), "right") - 1
        whole += place[:, None] * _BLOCKS if axis == 0 else place
    flat, at = thumbs[:, still], whole[still]
    found = [flat[:, at == block].mean(axis=1, dtype=np.float64) for block in np.unique(at)]
    usable = [codes for codes in found if codes.min() > _DARK and codes.max() < _BRIGHT]
    return linear(np.stack(usable, axis=1)) if usable else np.empty((len(thumbs), 0))


def _swing(light: Array, t_s: Array) -> float | None:
    """Percent; None where too few blocks are to be seen, or they do not change together."""
    if light.shape[1] < _FEWEST_BLOCKS:
        return None
    ratio = light / np.median(light, axis=0)
    frames = max(1, round(_SLOW_S * (len(t_s) - 1) / (t_s[-1] - t_s[0])))
    kernel = np.full(frames, 1 / frames)
    slow = np.convolve(np.median(ratio, axis=1), kernel, "valid")
    high, low = int(slow.argmax()), int(slow.argmin())
    change = np.log(ratio[high : high + frames].mean(axis=0) / ratio[low : low + frames].mean(axis=0))
    common = float(np.log(slow[high] / slow[low]))
    if common > _NOTHING and (change >= _TOGETHER * common).mean() < _SHARE:
        return None
    return float(100 * (slow[high] - slow[low]) / (slow[high] + slow[low]))


def _none(reason: Reason) -> Measurement:
    return Measurement(LIGHT_PUMPING, None, reason)
