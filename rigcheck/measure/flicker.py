"""Lamp flicker as the sensor saw it: bands that run over the picture, and bands that stand still in it.

Light at f Hz and a rolling shutter that takes Tr to read all rows make f x Tr bands a picture, which move on by
f / fps cycles a frame. At 120 Hz and 30 fps, or 100 Hz and 25 fps, they stand still: nothing changes in time, and only
their shape tells them from the scene. All of it is our own rule on that model, in linear light (gamma 2.2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.band import Standing, standing_band
from rigcheck.measure.cadence import frame_s
from rigcheck.measure.picture import linear, turned_back
from rigcheck.model import Reason
from rigcheck.samples import CameraClip

Array = NDArray[np.float64]

_SHORTEST_S, _FEWEST = 0.9, 15
_DARK, _BRIGHT = 12.0, 243.0  # codes beyond which a row says nothing: noise, or clipping
_ROWS = 180  # rows are averaged down to at most about this many
_SLOWEST_HZ, _STILL_HZ = 0.6, 0.5  # a band seen in time moves at least so fast; one seen as standing at most
_MOST_CYCLES = 12.0  # bands a picture
_NOTHING = 0.25  # %: below it a band is not told from chance
_MAINS_HZ = (100.0, 120.0)
_THIRDS = 3  # parts of a clip
_GROUPS = 6  # column groups: light reaches them all, a subject does not


class Flicker(NamedTuple):
    """Band strength 100 (max - min) / (max + min) in percent, the light's frequency, and the word for it."""

    pct: float
    hz: float | None = None
    cause: str = "none"  # none, mains, dimmer; ambiguous where 100 and 120 Hz look the same


class _Band(NamedTuple):
    strength: float  # of the cosine, 0-1
    beat_hz: float  # at which it passes a row
    cycles: float  # a picture height, with its direction


def flicker(clip: CameraClip) -> Flicker | Reason:
    """The strongest band of a clip, 0 % where there is none. Too-short under 0.9 s; none-here where all is dark."""
    count = len(clip.rows)
    t_s = clip.t_s[:count]
    if count < _FEWEST or t_s[-1] - t_s[0] < _SHORTEST_S:
        return Reason.TOO_SHORT
    usual_s = frame_s(t_s)
    middle = np.median(clip.rows, axis=0)
    usable = (middle > _DARK) & (middle < _BRIGHT)
    if usable.mean() < 1 / 3:
        return Reason.NONE_HERE
    position = _positions(t_s, usual_s)
    moving = _moving_band(clip, position, usual_s, usable)
    standing = _standing(clip, position, 1 / usual_s)
    if standing is not None and (moving is None or standing.strength > moving.strength):
        return _named(standing.strength, 0.0, 1 / usual_s)
    return Flicker(0.0) if moving is None else _named(moving.strength, moving.beat_hz, 1 / usual_s)


def alias_hz(light_hz: float, fps: float) -> float:
    """The beat at which light of this frequency passes a row of a camera at `fps`."""
    return abs(light_hz - round(light_hz / fps) * fps)


def _positions(t_s: Array, usual_s: float) -> NDArray[np.int64]:
    """Where the frames stand on an even grid: sensors keep time, deliveries do not; missing frames leave holes."""
    steps = np.maximum(1, np.rint(np.diff(t_s) / usual_s)).astype(np.int64)
    return np.concatenate(([0], np.cumsum(steps)))


def _moving_band(
    clip: CameraClip, position: NDArray[np.int64], usual_s: float, usable: NDArray[np.bool_]
) -> _Band | None:
    fold = max(1, clip.rows.shape[1] // _ROWS)
    profile = _folded(clip.rows, fold)
    kept = _folded(usable[None].astype(np.float64), fold)[0] > 0.5  # noqa: PLR2004 - half of the folded rows
    beats_hz, cycles, strength = _spectrum(_ripple(profile) * kept, position, usual_s, kept.mean())
    mains = np.zeros_like(beats_hz, np.bool_)
    for light_hz in _MAINS_HZ:
        mains |= np.abs(beats_hz - alias_hz(light_hz, 1 / usual_s)) < max(0.3, 1 / (position[-1] * usual_s))
    found = [
        _peak(strength, beats_hz, cycles, mains & (beats_hz >= _SLOWEST_HZ), 4.0),
        _peak(strength, beats_hz, cycles, beats_hz >= 2 * _SLOWEST_HZ, 8.0),
    ]
    coherent = [band for band in found if band and _lights_all(clip, band, position, usual_s)]
    return max(coherent, default=None)


def _ripple(profile: Array) -> Array:
    """(m, R) rows in linear light as deviation from their own median over time."""
    light = linear(np.maximum(profile, 1))
    ratio = light / np.median(light, axis=0)
    return np.asarray(ratio - ratio.mean(axis=0), np.float64)


def _spectrum(ripple: Array, position: NDArray[np.int64], usual_s: float, filled: float) -> tuple[Array, Array, Array]:
    """Beats in Hz, bands per picture, and the strength (beats x bands) of the cosine there."""
    grid = int(position[-1]) + 1
    window = np.hanning(grid + 2)[1:-1][position]
    even = np.zeros((grid, ripple.shape[1]))
    even[position] = ripple * window[:, None]
    length, width = 4 * grid, 8 * ripple.shape[1]
    waves = np.fft.rfft(even, length, axis=0)
    cycles: Array = np.asarray(np.fft.fftfreq(width) * ripple.shape[1], np.float64)
    wanted = np.abs(cycles) <= _MOST_CYCLES
    bands = np.fft.fft(waves, width, axis=1)[:, wanted]
    strength = 2 * np.abs(bands) / (window.sum() * ripple.shape[1] * filled)
    beats_hz: Array = np.asarray(np.fft.rfftfreq(length, usual_s), np.float64)
    return beats_hz, np.asarray(cycles[wanted], np.float64), np.asarray(strength, np.float64)


def _peak(strength: Array, beats_hz: Array, cycles: Array, where: NDArray[np.bool_], clear: float) -> _Band | None:
    """The strongest band among the marked beats, if it stands out as a line.

    `clear` times above the beats around it, and twice above all slower ones: fades and movement are strongest there.
    """
    if not where.any():
        return None
    beat, band = np.unravel_index(int(np.argmax(np.where(where[:, None], strength, 0))), strength.shape)
    top = float(strength[beat, band])
    nearby = np.abs(np.arange(len(beats_hz)) - beat)
    around = strength[(nearby > 10) & (nearby < 60), band]  # noqa: PLR2004 - 2.5 to 15 resolved beats away
    slower = strength[max(0, beat - 40) : max(0, beat - 10), band]
    if 100 * top < _NOTHING or not slower.size or top < clear * np.quantile(around, 0.8) or top < 2 * slower.max():
        return None
    return _Band(top, float(beats_hz[beat]), float(cycles[band]))


def _lights_all(clip: CameraClip, band: _Band, position: NDArray[np.int64], usual_s: float) -> bool:
    """Whether the band runs through all parts of the picture and of the clip alike, as light does.

    A moving subject is not everywhere, and a lamp that is switched is not always.
    """
    across = np.stack([turned_back(thumb, clip.rotate) for thumb in clip.thumbs])
    groups = [part.mean(axis=2, dtype=np.float64) for part in np.array_split(across, _GROUPS, axis=2) if part.size]
    ripples = [_ripple(group) for group in groups if _DARK < np.median(group) < _BRIGHT]
    if len(ripples) < _GROUPS // 2:
        return False
    wave = np.outer(
        np.exp(-2j * np.pi * band.beat_hz * usual_s * position),
        np.exp(-2j * np.pi * band.cycles * clip.stride / clip.rows.shape[1] * np.arange(across.shape[1])),
    )
    window = np.hanning(len(position) + 2)[1:-1, None]
    places = np.array([np.sum(ripple * wave * window) for ripple in ripples])
    whole = np.mean(ripples, axis=0)
    times = [
        np.sum((part - part.mean(axis=0)) * turn) / len(part)
        for part, turn in zip(np.array_split(whole, _THIRDS), np.array_split(wave, _THIRDS), strict=True)
    ]
    sizes, strengths = np.abs(places), np.abs(times)
    alike = np.count_nonzero(sizes > 0.4 * np.median(sizes))
    everywhere = abs(places.sum()) >= 0.85 * sizes.sum() and alike >= len(sizes) - 1
    return bool(everywhere and strengths.min() >= 0.4 * strengths.max())


def _standing(clip: CameraClip, position: NDArray[np.int64], fps: float) -> Standing | None:
    if min(alias_hz(light_hz, fps) for light_hz in _MAINS_HZ) > _STILL_HZ:
        return None
    chunk = max(5, round(0.7 * fps))
    starts = [0, (len(position) - chunk) // 2, len(position) - chunk]
    pictures = [
        turned_back(clip.thumbs[start : start + chunk].mean(axis=0, dtype=np.float64), clip.rotate) for start in starts
    ]
    return standing_band(pictures, clip.rows.shape[1] / clip.stride)


def _named(strength: float, beat_hz: float, fps: float) -> Flicker:
    near = [light_hz for light_hz in _MAINS_HZ if abs(alias_hz(light_hz, fps) - beat_hz) <= _STILL_HZ]
    if len(near) == 1:
        return Flicker(100 * strength, near[0], "mains")
    return Flicker(100 * strength, None, "ambiguous" if near else "dimmer")


def _folded(rows: NDArray[np.floating], fold: int) -> Array:
    """(m, R) -> (m, R // fold): means of neighbouring rows."""
    whole = rows.shape[1] // fold * fold
    return np.asarray(rows[:, :whole].reshape(len(rows), -1, fold).mean(axis=2, dtype=np.float64))
