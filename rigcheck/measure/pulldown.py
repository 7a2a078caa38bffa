"""Which rate the pictures were made at, when the stream has another: 25 in 30, 24 in 30, every picture twice.

Our own rules, because no standard names them: between two rates pictures are repeated (or left out) in a fixed rhythm,
and the rhythm gives the rates away. Nothing is seen of it while nothing moves and nothing is noisy.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.cadence import Cadence, Flags, is_inter_coded, repeated
from rigcheck.metrics import CAMERA_CADENCE
from rigcheck.model import Measurement, Reason
from rigcheck.samples import CameraClip, Times


class _Rhythm(NamedTuple):
    """So many pictures of a source in so many of the stream, per second; equal parts of any rate where `fps` is None."""

    word: str
    source: float
    stream: float
    fps: float | None


def _rates(source: int, stream: int) -> _Rhythm:
    return _Rhythm(f"{source}-in-{stream}", source, stream, stream)


REPEATING = (
    *(_Rhythm(word, 1, parts, None) for word, parts in (("half", 2), ("third", 3), ("quarter", 4))),
    *(_rates(24, 25), _rates(20, 30), _rates(24, 30), _rates(25, 30), _rates(24, 50), _rates(30, 50)),
    *(_rates(24, 60), _rates(25, 60), _rates(48, 60), _rates(50, 60)),
)
SKIPPING = (_rates(50, 30), _rates(60, 25), _rates(60, 50), _rates(30, 25), _rates(30, 24))
"""A faster source that is thinned out: its own step shows between the time stamps."""
WORDS = ("steady", "uneven", *(rhythm.word for rhythm in (*REPEATING, *SKIPPING)))

_FEW_PCT = 2.0  # of repeats are no cadence: camera.duplicates tells of them
_FEWEST = 3  # repeats that make a rhythm
_SHORTEST_S = 1.0  # of moving picture
_STILL_S = 0.5  # of repeats are a standstill, not a rhythm
_REGULAR = 0.8  # share of gaps that are as the rhythm has them; hiccups happen
_NEAR = 0.1  # of the share of repeats, relative
_NOMINAL = 0.03  # of a rate: 23.976, 29.97 and 59.94 go by their round names
_ON_STEP = 0.2  # of the source's step, within which time stamps lie on it


def measure_pulldown(clip: CameraClip, rhythm: Cadence) -> Measurement:
    """camera.cadence: one of WORDS. Still-picture where nothing moves for a second, too-short under a second.

    In an encoded stream repeats are guessed, and so is this.
    """
    again = repeated(clip.t_s, clip.change, clip.same, clip.key)
    if clip.t_s[-1] - clip.t_s[0] < _SHORTEST_S:
        return Measurement(CAMERA_CADENCE, None, Reason.TOO_SHORT)
    moving = _longest_moving(clip.t_s, again)
    t_s = clip.t_s[moving]
    if t_s.size < 2 or t_s[-1] - t_s[0] < _SHORTEST_S:  # noqa: PLR2004 - two ends
        return Measurement(CAMERA_CADENCE, None, Reason.STILL)
    word = _repeating(again[moving], rhythm.fps) or _skipping(t_s, rhythm) or "steady"
    return Measurement(CAMERA_CADENCE, word, estimate=is_inter_coded(clip.key))


def _longest_moving(t_s: Times, again: Flags) -> slice:
    """The longest stretch without a standstill."""
    new = np.flatnonzero(~again)
    stops = np.append(new[1:], t_s.size) - 1  # the last repeat of each picture
    stands = np.flatnonzero(t_s[stops] - t_s[new] > _STILL_S)
    edges = np.concatenate(([-1], stands, [new.size]))
    longest = int(np.argmax(np.diff(edges)))
    first, last = edges[longest] + 1, edges[longest + 1] - 1
    return slice(int(new[first]), int(stops[last]) + 1) if last >= first else slice(0, 0)


def _repeating(again: Flags, fps: float) -> str | None:
    """The word for a rhythm of repeats; None where there are too few to speak of."""
    share = float(again.mean())
    if 100 * share < _FEW_PCT or again.sum() < _FEWEST:
        return None
    fits = [
        (abs(share - (1 - rhythm.source / rhythm.stream)), rhythm.word)
        for rhythm in REPEATING
        if _is_rate(fps, rhythm.fps) and _is_regular(again, 1 - rhythm.source / rhythm.stream)
    ]
    return min(fits)[1] if fits else "uneven"


def _skipping(t_s: Times, rhythm: Cadence) -> str | None:
    """The word for time stamps that lie on a faster source's steps, else for stamps a good half of a step astray."""
    for skip in SKIPPING:
        steps = np.diff(t_s) * skip.source
        on_step = np.abs(steps - np.rint(steps)) < _ON_STEP
        if _is_rate(rhythm.fps, skip.fps) and on_step.mean() >= 1 - _NEAR:
            least = int(skip.source // skip.stream)
            longer = np.rint(steps).astype(np.int64) > least
            if _is_regular(longer, skip.source / skip.stream - least):
                return skip.word
    return "uneven" if rhythm.jitter_ms * rhythm.fps > 500 else None  # noqa: PLR2004 - ms: half of a step


def _is_rate(fps: float, nominal: float | None) -> bool:
    return nominal is None or abs(fps / nominal - 1) < _NOMINAL


def _is_regular(flags: NDArray[np.bool_], share: float) -> bool:
    """Whether so large a share of flags is set, evenly spread: the rarer kind at the two gaps nearest its mean gap."""
    rare = flags if share <= 0.5 else ~flags  # noqa: PLR2004 - the half that is fewer
    gaps = np.diff(np.flatnonzero(rare))
    wanted, found = 1 / min(share, 1 - share), float(flags.mean())
    astray = max(_NEAR / wanted, 1.5 / flags.size)  # a clip may begin and end with a repeat, or with none
    if gaps.size < _FEWEST - 1 or abs(found - share) > astray:
        return False
    slack = max(1.0, 0.1 * wanted)  # 23.976 in 25 is not quite 24 in 25
    return float((np.abs(gaps - wanted) < slack).mean()) >= _REGULAR
