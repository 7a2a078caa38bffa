"""What the time stamps and the per-frame traces of a clip say: rate, jitter, drops, repeats, black and frozen runs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.frame import BLACK
from rigcheck.samples import Floats, Times

Flags = NDArray[np.bool_]

FREEZE = 0.001  # mean absolute difference / 255 under which nothing moves (ffmpeg freezedetect's -60 dB)
_REPEAT = 0.0002  # under which an encoder has nothing left to say
_PULSE = 0.02  # a key frame that differs by more than this shows another picture
_REFINEMENT = 0.003  # what other frames may still add to a picture that stands
_SHORT = 3  # frames that a pulse lasts
_ALIKE = 0.8  # share of bit-identical frames from which an encoded standstill is surely one
_TWO = 1.8  # steps from which a gap is surely one of two frames, not a late one
_CONTRAST = 0.1  # a repeat changes less than this share of what its neighbours change


class Cadence(NamedTuple):
    """Rate in frames/s, jitter in ms, missing frames, frames due."""

    fps: float
    jitter_ms: float
    missing: int
    due: int


class Run(NamedTuple):
    """A stretch of frames [first, stop) that starts at `start_s` and lasts until the next other frame at `end_s`."""

    first: int
    stop: int
    start_s: float
    end_s: float

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


def cadence(t_s: Times) -> Cadence | None:
    """Rate and regularity of (n,) time stamps in seconds; None where they do not advance.

    Rate: (n-1)/(last - first). Jitter: P95 of abs(dt - median). A gap over 1.5 usual steps misses frames.
    """
    steps = np.diff(t_s)
    if steps.size == 0 or t_s[-1] <= t_s[0]:
        return None
    usual = _usual(steps)
    gaps = steps[steps > 1.5 * usual]
    missing = int((np.rint(gaps / usual) - 1).sum())
    jitter = np.percentile(np.abs(steps - np.median(steps)), 95)
    return Cadence(steps.size / float(t_s[-1] - t_s[0]), 1000 * float(jitter), missing, t_s.size + missing)


def frame_s(t_s: Times) -> float:
    """How long a frame usually lasts, in seconds; 0 where there is one only."""
    return _usual(np.diff(t_s)) if t_s.size > 1 else 0.0


def black_runs(t_s: Times, dark: Floats) -> list[Run]:
    """Stretches of black frames: 98 % of the pixels under 10 % luma, as ffmpeg's blackdetect counts them."""
    return _runs(np.asarray(dark, np.float64) >= BLACK - 1e-6, t_s)


def frozen_runs(t_s: Times, change: Floats, same: Flags, key: Flags) -> list[Run]:
    """Stretches in which the picture stands still, from the first of the equal frames on.

    Raw and intra-coded pictures: every frame's change is under 0.001, as ffmpeg's freezedetect has it. Encoded streams:
    key frames pulse and refinement trickles in, so up to three frames may differ a little if stillness surrounds them;
    and encoders smooth noise away, so a quiet stretch is a freeze only if most of its frames are identical to the bit, or if it is still beside
    moving parts. What an encoder made of a noisy but empty room cannot be told from a freeze otherwise.
    """
    still = np.asarray(change) < FREEZE  # nan compares false
    if not is_inter_coded(key):
        return [_from_first(run, t_s) for run in _runs(still, t_s)]
    runs = _runs(_bridged(still, change, key), t_s)
    return [_from_first(run, t_s) for run in runs if _stands(run, change, same, key)]


def is_surely_frozen(runs: list[Run], same: Flags, key: Flags) -> bool:
    """Whether the longest run is one of equal pictures.

    Raw ones that differ to the bit are an estimate: a camera that takes all noise away, in a room where nothing moves,
    looks alike. Encoded ones have been looked at before.
    """
    longest = max(runs, key=lambda run: run.length_s, default=None)
    if longest is None or is_inter_coded(key):
        return True
    return bool(np.mean(same[longest.first + 1 : longest.stop]) >= _ALIKE)


def repeated(t_s: Times, change: Floats, same: Flags, key: Flags) -> Flags:
    """(n,) which frames repeat the one before: bit-identical ones, or what a lossy encoder leaves of such."""
    if not is_inter_coded(key):
        return np.asarray(same, np.bool_)
    moved = np.nan_to_num(np.asarray(change, np.float64), nan=1.0)
    around = np.minimum(_highest(moved, range(1, 4)), _highest(moved, range(-3, 0)))
    found = (moved < _CONTRAST * around) & (moved < 3 * FREEZE)
    for run in frozen_runs(t_s, change, same, key):
        found[run.first + 1 : run.stop] = True
    return found


def is_inter_coded(key: Flags) -> bool:
    """Whether frames are coded as differences to others: some are key frames, and some are not."""
    return bool(np.any(key) and not np.all(key))


def longest_s(runs: list[Run]) -> float:
    """Length of the longest run in seconds; 0 when there is none."""
    return max((run.length_s for run in runs), default=0.0)


def _usual(steps: Times) -> float:
    """The mean step between a frame and the next that is due: time stamps may be whole milliseconds (17, 16, 17).

    It is taken about the median; where that lies between steps and gaps of two, about the steps: a clip of which every
    third frame was dropped still shows its drops.
    """
    low, high = np.quantile(steps, 0.45, method="lower"), np.quantile(steps, 0.55, method="higher")
    middle = low if high > _TWO * low else np.median(steps)
    return float(steps[np.abs(steps - middle) <= middle / 2].mean())


def _runs(flags: Flags, t_s: Times) -> list[Run]:
    ends = np.append(t_s, t_s[-1] + frame_s(t_s))
    return [Run(first, stop, float(t_s[first]), float(ends[stop])) for first, stop in _edges(flags)]


def _edges(flags: Flags) -> list[tuple[int, int]]:
    """Where stretches of set flags start and stop."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


def _from_first(run: Run, t_s: Times) -> Run:
    """The run with the frame that the others equal."""
    first = max(0, run.first - 1)
    return run._replace(first=first, start_s=float(t_s[first]))


def _bridged(still: Flags, change: Floats, key: Flags) -> Flags:
    """Stillness with an encoder's own doing filled in, between still frames: key frames' pulses, and late refinement."""
    filled = still.copy()
    for first, stop in _edges(~still):
        before, after = still[max(0, first - 2) : first], still[stop : stop + 2]
        allowed = _PULSE if key[first:stop].any() else _REFINEMENT
        if before.all() and before.size and after.all() and after.size and np.max(change[first:stop]) < allowed:
            filled[first:stop] = stop - first <= _SHORT
    return filled


def _stands(run: Run, change: Floats, same: Flags, key: Flags) -> bool:
    inside = slice(run.first, run.stop)
    counted = ~key[inside]
    if not counted.any() or same[inside][counted].mean() >= _ALIKE:
        return True
    around = np.concatenate((change[max(1, run.first - 10) : run.first], change[run.stop : run.stop + 10]))
    return bool(around.size and np.median(change[inside][counted]) < _REPEAT and np.median(around) >= 2 * FREEZE)


def _highest(values: NDArray[np.float64], offsets: range) -> NDArray[np.float64]:
    """The highest of the values at these offsets from each; 0 beyond the ends."""
    padded = np.pad(values, 3)
    return np.asarray(np.max([padded[3 + offset : 3 + offset + values.size] for offset in offsets], axis=0), np.float64)
