"""Colour as a standard observer sees it: sRGB to CIELAB, colour difference CIEDE2000, and casts of what should be grey."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
"""IEC 61966-2-1: linear sRGB to XYZ, D65."""
_WHITE = _TO_XYZ.sum(axis=1)
_EDGE = 6 / 29
_KNEE, _FAR = 25.0**7, 360.0


def linear_srgb(codes: NDArray[Any]) -> Floats:
    """Linear light 0-1 of 8-bit sRGB codes, by IEC 61966-2-1's own curve."""
    share = np.asarray(codes, np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - the standard's figures


def lab_of_linear(rgb: Floats) -> Floats:
    """(..., 3) CIELAB (D65, 2 degrees) of (..., 3) linear sRGB in the order R, G, B. CIE 15."""
    xyz = rgb @ _TO_XYZ.T / _WHITE
    f = np.where(xyz > _EDGE**3, np.cbrt(xyz), xyz / (3 * _EDGE**2) + 4 / 29)
    lightness = 116 * f[..., 1] - 16
    return np.stack([lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], axis=-1)


def lab(codes: NDArray[Any]) -> Floats:
    """(..., 3) CIELAB of (..., 3) 8-bit sRGB codes in the order R, G, B."""
    return lab_of_linear(linear_srgb(codes))


def ciede2000(first: Floats, second: Floats) -> Floats:
    """(...) colour difference dE00 of (..., 3) CIELAB values, kL = kC = kH = 1.

    CIE 142-2001 and ISO/CIE 11664-6, in the form of Sharma, Wu and Dalal (2005), whose 34 pairs it meets to 1e-4.
    """
    l1, a1, b1 = np.moveaxis(np.asarray(first, np.float64), -1, 0)
    l2, a2, b2 = np.moveaxis(np.asarray(second, np.float64), -1, 0)
    stretch = 1.5 - 0.5 * np.sqrt(_knee((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2))
    c1, h1 = _polar(a1 * stretch, b1)
    c2, h2 = _polar(a2 * stretch, b2)
    hue = _hue_mean(h1, h2, c1 * c2)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    d_hue = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(_hue_step(h1, h2, c1 * c2)) / 2)
    off = (lightness - 50) ** 2
    over_l = (l2 - l1) / (1 + 0.015 * off / np.sqrt(20 + off))
    over_c = (c2 - c1) / (1 + 0.045 * chroma)
    over_h = d_hue / (1 + 0.015 * chroma * _hue_weight(hue))
    turn = -np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))) * 2 * np.sqrt(_knee(chroma))
    return np.asarray(np.sqrt(over_l**2 + over_c**2 + over_h**2 + turn * over_c * over_h))


def _knee(chroma: Floats) -> Floats:
    power = chroma**7
    return np.asarray(power / (power + _KNEE))


def _polar(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """Chroma and hue angle in degrees 0-360."""
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % _FAR


def _hue_step(h1: Floats, h2: Floats, product: Floats) -> Floats:
    """From one hue to the other the short way; greys have no hue."""
    step = (h2 - h1 + _FAR / 2) % _FAR - _FAR / 2
    step = np.where((step == -_FAR / 2) & (h2 > h1), _FAR / 2, step)
    return np.where(product == 0, 0.0, step)


def _hue_mean(h1: Floats, h2: Floats, product: Floats) -> Floats:
    far = np.abs(h1 - h2) > _FAR / 2
    mean = (h1 + h2) / 2 + np.where(far, np.where(h1 + h2 < _FAR, _FAR / 2, -_FAR / 2), 0.0)
    return np.where(product == 0, h1 + h2, mean)


def _hue_weight(hue: Floats) -> Floats:
    turn = np.radians(hue)
    return np.asarray(
        1
        - 0.17 * np.cos(turn - np.radians(30))
        + 0.24 * np.cos(2 * turn)
        + 0.32 * np.cos(3 * turn + np.radians(6))
        - 0.20 * np.cos(4 * turn - np.radians(63))
    )


def cast(rgb: Floats, wanted: Floats | None = None) -> float:
    """How far a patch is from grey, as a share: the larger error of R:G and B:G in linear light.

    `rgb`: (3,) mean linear R, G, B of the patch. `wanted`: the same of the patch when it was right; None: it is grey.
    """
    ratios = np.array([rgb[0], rgb[2]]) / max(float(rgb[1]), 1e-6)
    if wanted is not None:
        ratios = ratios / (np.array([wanted[0], wanted[2]]) / max(float(wanted[1]), 1e-6))
    return float(np.abs(ratios - 1).max())
