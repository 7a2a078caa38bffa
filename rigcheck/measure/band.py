"""Flicker bands that stand still: a sinusoid down the picture that lies over everything in it, wherever one looks.

A scene has edges and shades of its own. So the slopes of log light are looked at in column groups from left to right,
robustly (most pixels lie on smooth parts, where the slope is the band's), with smooth shading taken out. Wherever a
group shows hardly anything else, it must show the same band: strength, phase and length. Scenes that are all texture
hide a standing band, and are said to have none.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import GAMMA

Array = NDArray[np.float64]

_STEP = 4  # thumb rows between the two ends of a slope, and over which it is averaged
_SHADING = 3  # degree of the polynomial that stands for lamps and vignetting
_CYCLES = np.arange(1.0, 5.05, 0.1)  # bands a sensor height: 100 or 120 Hz read out in 8 to 50 ms
_GROUPS = 16
_WEAKEST, _STRONGEST = 0.004, 0.6  # of the cosine
_CLEAN = 0.7  # share of a group's slopes that the sinusoid explains
_ALIKE = 0.35  # how far a group's wave may be off the others', as a share of it
_ENOUGH, _SPREAD = 5, 0.5  # groups that show the same band; share of the width over which they are found
_TWINS = 0.6, 0.4  # the same band throughout a clip: weakest to strongest, and difference in cycles


class Standing(NamedTuple):
    """A standing band: strength of the cosine in linear light, 0-1, and bands a sensor height."""

    strength: float
    cycles: float


class _Fit(NamedTuple):
    """Each group's wave (amplitude and phase), and the share of its slopes, shading aside, that the wave explains."""

    waves: NDArray[np.complex128]
    clean: Array


def standing_band(pictures: list[Array], rows: float) -> Standing | None:
    """The band in pictures (h, w; mean codes over parts of a clip, as the sensor lies) of a sensor `rows` thumb rows high."""
    bands = [band for picture in pictures if (band := band_of(picture, rows)) is not None]
    if not bands or len(bands) < len(pictures):
        return None
    strengths, cycles = [band.strength for band in bands], [band.cycles for band in bands]
    if min(strengths) < _TWINS[0] * max(strengths) or max(cycles) - min(cycles) > _TWINS[1]:
        return None
    return Standing(float(np.median(strengths)), float(np.median(cycles)))


def band_of(picture: Array, rows: float) -> Standing | None:
    """The standing band of one picture, None where it shows none."""
    slopes, usable = _slopes(picture)
    parts = zip(np.array_split(slopes, _GROUPS, axis=1), np.array_split(usable, _GROUPS, axis=1), strict=True)
    found = {place: _profile(*part) for place, part in enumerate(parts) if part[1].size and part[1].mean() >= 1 / 2}
    if len(found) < _ENOUGH:
        return None
    groups, places = np.stack(list(found.values())), np.array(list(found))
    best = max(
        (_consensus(fit, places, cycles) for cycles in _CYCLES.tolist() if (fit := _fit(groups, cycles, rows))),
        default=(0.0, None),
        key=lambda entry: entry[0],
    )
    return best[1]


def _slopes(picture: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Differences of log linear light over `_STEP` rows, (h - step, w), and which of them lie on neither black nor white."""
    light = GAMMA * np.log(np.maximum(picture, 1) / 255)
    inside = (picture > 12) & (picture < 243)  # noqa: PLR2004 - codes beyond are noise, or clipped
    return light[_STEP:] - light[:-_STEP], inside[_STEP:] & inside[:-_STEP]


def _profile(slopes: Array, usable: NDArray[np.bool_]) -> Array:
    """The slope most pixels of each row agree on, row-averaged: a mean about the median in which edges hardly count."""
    seen = usable.any(axis=1)
    middle = np.zeros(len(slopes))
    middle[seen] = np.nanmedian(np.where(usable, slopes, np.nan)[seen], axis=1)
    for _ in range(3):
        away = np.abs(slopes - middle[:, None])
        scale = max(float(np.median(away[usable])), 1e-4)
        weights = usable / (1 + (away / scale) ** 2)
        middle = (weights * slopes).sum(axis=1) / np.maximum(weights.sum(axis=1), 1e-9)
    return _averaged(middle)


def _averaged(profile: Array) -> Array:
    return np.convolve(profile, np.full(_STEP, 1 / _STEP), "valid")


def _fit(groups: Array, cycles: float, rows: float) -> _Fit | None:
    """Least squares of a sinusoid beside the shading, (groups, slopes); None where the two cannot be told apart."""
    height, turn = np.arange(groups.shape[1] + 2 * _STEP - 1), 2 * np.pi * cycles / rows
    sides = [wave(turn * height) for wave in (np.cos, np.sin)]
    basis = np.stack([_averaged(side[_STEP:] - side[:-_STEP]) for side in sides], axis=1)
    plane, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, len(basis)), _SHADING))
    rest, free = groups - groups @ plane @ plane.T, basis - plane @ (plane.T @ basis)
    if np.linalg.norm(free) < 0.4 * np.linalg.norm(basis):
        return None
    found = np.linalg.lstsq(free, rest.T, rcond=None)[0]  # (2, groups)
    left = rest - (free @ found).T
    energy = np.maximum((rest**2).sum(axis=1), 1e-12)
    return _Fit(found[0] - 1j * found[1], 1 - (left**2).sum(axis=1) / energy)


def _consensus(fit: _Fit, places: NDArray[np.int64], cycles: float) -> tuple[float, Standing | None]:
    """The wave on which most clean groups agree, and how well they do."""
    clean = fit.clean >= _CLEAN
    best: tuple[float, Standing | None] = (0.0, None)
    for wave in fit.waves[clean & (np.abs(fit.waves) >= _WEAKEST) & (np.abs(fit.waves) <= _STRONGEST)]:
        same = clean & (np.abs(fit.waves - wave) < _ALIKE * abs(wave))
        score = float(fit.clean[same].sum())
        wide = (places[same].max() - places[same].min()) / _GROUPS
        others = np.count_nonzero(clean & ~same)
        if score > best[0] and same.sum() >= _ENOUGH and wide >= _SPREAD and others <= same.sum() / 4:
            best = score, Standing(float(np.abs(fit.waves[same].mean())), cycles)
    return best
