"""Flicker bands that stand still: a sinusoid down the picture that lies over everything in it, wherever one looks.

The scene has edges and shades of its own. So the slopes of log light along the columns are looked at, robustly: most
pixels lie on smooth parts, where the slope is the band's; a shading of the whole picture is taken out by a polynomial.
A band must be a clean sinusoid, the same in most column groups, and the same in every part of the clip.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import GAMMA

Array = NDArray[np.float64]

_STEP = 3  # thumb rows between the two ends of a slope
_SHADING = 4  # degree of the polynomial that stands for lamps and vignetting
_CYCLES = np.arange(1.0, 5.05, 0.05)  # bands a picture: 100 or 120 Hz read out in 8 to 40 ms
_GROUPS = 6
_WEAKEST, _CLEAN = 0.004, 0.8


class Standing(NamedTuple):
    """A standing band: strength of the cosine in linear light, 0-1, and bands a sensor height."""

    strength: float
    cycles: float


class _Profile(NamedTuple):
    slope: Array  # (h - step,)
    weight: Array


class _Fit(NamedTuple):
    wave: complex  # the band's amplitude and phase
    cycles: float
    clean: float  # share of the slope profile's energy, shading aside, that the sinusoid explains


def standing_band(pictures: list[Array], rows: float) -> Standing | None:
    """The band in pictures (h, w; mean codes over parts of the clip, as the sensor lies) of a sensor `rows` rows high."""
    fits = [_fit_picture(picture, rows) for picture in pictures]
    waves = np.array([abs(fit.wave) for fit in fits if fit is not None])
    if len(waves) < len(pictures):
        return None
    cycles = [fit.cycles for fit in fits if fit is not None]
    if waves.min() < 0.6 * waves.max() or max(cycles) - min(cycles) > 0.4:  # noqa: PLR2004 - the same band throughout
        return None
    return Standing(float(np.median(waves)), float(np.median(cycles)))


def _fit_picture(picture: Array, rows: float) -> _Fit | None:
    slopes, usable = _slopes(picture)
    if usable.mean() < 1 / 4:
        return None
    profile = _profile(slopes, usable)
    fits = [fit for cycles in _CYCLES.tolist() if (fit := _fit(profile, cycles, rows)) is not None]
    best = max(fits, key=lambda fit: fit.clean, default=None)
    if best is None or abs(best.wave) < _WEAKEST or best.clean < _CLEAN:
        return None
    return best if _agreed(slopes, usable, best, rows) else None


def _slopes(picture: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Differences of log linear light over `_STEP` rows, (h - step, w), and which of them lie on neither black nor white."""
    light = GAMMA * np.log(np.maximum(picture, 1) / 255)
    inside = (picture > 12) & (picture < 243)  # noqa: PLR2004 - codes beyond are noise, or clipped
    return light[_STEP:] - light[:-_STEP], inside[_STEP:] & inside[:-_STEP]


def _profile(slopes: Array, usable: NDArray[np.bool_]) -> _Profile:
    """(h - step,) the slope most pixels of a row agree on, and the weight of their agreement.

    Cauchy-weighted means about the row's median: smooth parts count, edges and texture hardly.
    """
    masked = np.where(usable, slopes, np.nan)
    seen = usable.sum(axis=1) >= max(4, slopes.shape[1] // 8)
    middle = np.zeros(len(slopes))
    middle[seen] = np.nanmedian(masked[seen], axis=1)
    for _ in range(4):
        away = np.abs(slopes - middle[:, None])
        scale = max(0.7 * float(np.median(away[usable])), 1e-4)
        weights = usable * seen[:, None] / (1 + (away / scale) ** 2)
        middle = (weights * slopes).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return _Profile(middle, weights.sum(axis=1))


def _fit(profile: _Profile, cycles: float, rows: float) -> _Fit | None:
    """Least squares of a sinusoid and the shading's slope; None where the two cannot be told apart."""
    height = np.arange(len(profile.slope))
    turn = 2 * np.pi * cycles / rows
    wave = np.exp(1j * turn * (height + _STEP)) - np.exp(1j * turn * height)
    shading = np.vander(np.linspace(-1, 1, len(height)), _SHADING)
    root = np.sqrt(profile.weight)
    target, plain = root * profile.slope, root[:, None] * shading
    basis = root[:, None] * np.stack([wave.real, wave.imag], axis=1)
    plane, _ = np.linalg.qr(plain)
    rest, free = target - plane @ (plane.T @ target), basis - plane @ (plane.T @ basis)
    if np.linalg.norm(free) < 0.3 * np.linalg.norm(basis) or not rest.any():  # noqa: PLR2004 - mostly shading
        return None
    found = np.linalg.lstsq(free, rest, rcond=None)[0]
    left = rest - free @ found
    return _Fit(complex(found[0], -found[1]), cycles, 1 - float(left @ left) / float(rest @ rest))


def _agreed(slopes: Array, usable: NDArray[np.bool_], whole: _Fit, rows: float) -> bool:
    """Whether the parts of the picture from left to right show the same band: same phase, similar strength."""
    parts = zip(np.array_split(slopes, _GROUPS, axis=1), np.array_split(usable, _GROUPS, axis=1), strict=True)
    fits = [_fit(_profile(*part), whole.cycles, rows) for part in parts if part[1].mean() >= 1 / 4]
    waves = np.array([fit.wave for fit in fits if fit is not None])
    if len(waves) < _GROUPS // 2:
        return False
    off = np.abs(waves - whole.wave) / abs(whole.wave)
    return bool(np.count_nonzero(off < 0.5) >= len(waves) - 1)  # noqa: PLR2004 - within half of it; one may be off
