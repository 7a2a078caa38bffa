"""A picture, or what a capture card shows where none comes in: bars, a blue screen, a logo with a few words.

Our own rule, because every card has a picture of its own. Drawn, not seen: perfectly still, of few tones, in areas that
are the same to the bit. A camera's picture that froze has its noise and its shades frozen in.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.cadence import Run, frozen_runs, is_inter_coded
from rigcheck.metrics import CAMERA_SIGNAL
from rigcheck.model import Measurement, Reason
from rigcheck.samples import Bytes, CameraClip

STILL_S = 1.0
"""So long a picture has to stand still; our own rule, the limit of camera.frozen_s."""
_TONES, _WIDTH = 12, 2  # bars have 7 to 12; codes to either side of a tone
_DRAWN = 0.85  # share of the pixels outside the largest tone that are in the others
_EXACT = 0.75  # share of these that have the very code of their tone; a shade has all codes alike
_FLAT = 0.85  # share of neighbours that are equal
_LIGHTLESS, _BLOWN_OUT = 25, 250  # codes: a lens cap, or far too much light, look the same from any camera


def measure_signal(clip: CameraClip) -> Measurement:
    """camera.signal: False where the picture is a capture card's own for a second or longer, else True.

    False is an estimate in an encoded stream: the encoder takes the noise away that a camera's even wall has, and in OBS's
    programme it may be a title, drawn as well.

    Still-picture, too-short: nobody can say whether it stands still. None-here: nothing but black, or white.
    """
    if clip.t_s.size == 1:
        return _none(Reason.STILL if clip.clock == "none" else Reason.TOO_SHORT)
    if clip.clock == "none":
        return _none(Reason.NO_CLOCK)
    still = [run for run in _standing(clip) if run.first + 1 < len(clip.thumbs)]
    shown = [clip.thumbs[run.first + 1] for run in still if run.length_s >= STILL_S]
    if not shown:
        is_brief = any(run.stop - run.first == clip.t_s.size for run in still)
        return _none(Reason.TOO_SHORT) if is_brief else Measurement(CAMERA_SIGNAL, value=True)
    is_guess = is_inter_coded(clip.key)
    if any(is_drawn(thumb, int(is_guess)) for thumb in shown):
        return Measurement(CAMERA_SIGNAL, value=False, estimate=is_guess)
    if all(_is_blank(thumb) for thumb in shown) and any(run.stop - run.first == clip.t_s.size for run in still):
        return _none(Reason.NONE_HERE)
    return Measurement(CAMERA_SIGNAL, value=True)


def _standing(clip: CameraClip) -> list[Run]:
    """Stretches without any noise, to the bit; or nearly, in an encoded stream, which leaves no noise and adds a little."""
    no_key = np.zeros_like(clip.key)
    runs = frozen_runs(clip.t_s, clip.change, clip.same, no_key)
    return runs if is_inter_coded(clip.key) else [run for run in runs if clip.same[run.first + 1 : run.stop].all()]


def is_drawn(thumb: Bytes, tolerance: int = 0) -> bool:
    """Whether a picture (h, w) of luma codes consists of even areas in few tones, and is not merely black or white.

    `tolerance`: codes by which neighbours in an even area may differ (an encoder's rounding).
    """
    codes = thumb.astype(np.int16)
    equal = [np.abs(np.diff(codes, axis=axis)) <= tolerance for axis in (0, 1)]
    flat = sum(int(np.count_nonzero(part)) for part in equal) / max(1, sum(part.size for part in equal))
    if flat < _FLAT or _is_blank(thumb):
        return False
    shares, exact = _tones(thumb).T
    return bool(shares[1:].sum() >= _DRAWN * (1 - shares[0]) and exact.sum() >= _EXACT * shares.sum())


def _is_blank(thumb: Bytes) -> bool:
    return bool(thumb.max() <= _LIGHTLESS or thumb.min() >= _BLOWN_OUT)


def _tones(thumb: Bytes) -> NDArray[np.float64]:
    """(_TONES, 2) shares of the pixels in the most frequent tones: with the codes beside each, and of its very code."""
    counts = np.bincount(thumb.reshape(-1), minlength=256).astype(np.float64)
    shares = []
    for _ in range(_TONES):
        at = int(counts.argmax())
        near = slice(max(0, at - _WIDTH), at + _WIDTH + 1)
        shares.append((counts[near].sum() / thumb.size, counts[at] / thumb.size))
        counts[near] = 0
    return np.array(shares)


def _none(reason: Reason) -> Measurement:
    return Measurement(CAMERA_SIGNAL, None, reason)
