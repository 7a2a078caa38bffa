"""What a viewer lost: spells of no data, black, frozen and silent in a far end's trace, and when each could be known.

One rule for the stopwatch and for the eyes of a drill while it runs: the last spell is open as long as it lasts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.cadence import Run, black_runs, frame_s, frozen_runs
from rigcheck.viewer_state import Times, ViewerTrace

Cause = Literal["no-data", "black", "frozen", "silent", "by-hand"]
CAUSES: tuple[Cause, ...] = ("no-data", "black", "frozen", "silent")
"""Worst first: where two hold at once, it is called the first."""

GAP_S = 0.4
"""Our own rule: 12 frames at 30 fps. TCP's first retransmission comes after 0.2 s and its second one 0.4 s later, so that
what a healthy line does shows as less, and a viewer sees anything longer as a stop."""
BLACK_S = 0.5
"""Our own rule: longer than OBS's own fade through black, which is 0.3 s."""
FROZEN_S = 2.0
"""ffmpeg freezedetect's default."""
SILENT_S = 2.0
"""ffmpeg silencedetect's default; a pause for breath is shorter."""
SILENCE_DBFS = -60.0
"""ffmpeg silencedetect's default."""
SLATE = 0.85
"""Likeness from which on a picture is the standby picture: a mean difference of under ten codes."""
_GAP_FRAMES = 3  # a gap is also this many usual steps: single pictures come five a second


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of time in which the viewer had nothing good. Seconds on the trace's clock.

    `seen_s`: when it had lasted long enough to be told from a hiccup. `is_open`: it lasts to the end of the trace.
    """

    cause: Cause
    start_s: float
    end_s: float
    seen_s: float
    is_open: bool = False

    @property
    def length_s(self) -> float:
        """Seconds."""
        return self.end_s - self.start_s


class _Looked(NamedTuple):
    """The frames that were looked at."""

    t_s: Times
    usual_s: float
    limit_s: float  # between two of them, beyond which nothing is known of the time between


def spells(trace: ViewerTrace, *, from_start: bool = False) -> list[Spell]:
    """What was lost, in order and without overlaps.

    A picture that stands, or a silence, from the first moment on is how the programme is, and no loss of it (our own
    rule: rooms are rehearsed without a host); `from_start`: count it all the same.
    """
    found = [*_gaps(trace), *_black(trace), *_frozen(trace, from_start=from_start)]
    return _apart([*found, *silences(trace, from_start=from_start)])


def slate_spans(trace: ViewerTrace) -> list[tuple[float, float]]:
    """When the standby picture was shown."""
    looked = ~np.isnan(trace.slate)
    shown, t_s = trace.slate[looked] >= SLATE, trace.t_s[looked]
    ends = np.append(t_s[1:], trace.until_s)
    edges = np.flatnonzero(np.diff(np.concatenate(([False], shown, [False])).astype(np.int8)))
    return [(float(t_s[first]), float(ends[stop - 1])) for first, stop in zip(edges[::2], edges[1::2], strict=True)]


def _gaps(trace: ViewerTrace) -> Iterator[Spell]:
    """No frames: from when the next one was due. Frames that never came make one gap of all."""
    if not trace.t_s.size:
        yield Spell("no-data", trace.from_s, trace.until_s, trace.from_s + GAP_S, is_open=True)
        return
    usual_s = frame_s(trace.t_s)
    limit_s = max(GAP_S, _GAP_FRAMES * usual_s)
    shown = np.concatenate(([trace.from_s], trace.t_s + usual_s))  # until when each frame holds
    following = np.append(trace.t_s, trace.until_s)
    for index in np.flatnonzero(following - shown > limit_s - usual_s):
        start_s, is_open = float(shown[index]), bool(index == trace.t_s.size)
        last_s = start_s - (usual_s if index else 0.0)
        yield Spell("no-data", start_s, float(following[index]), last_s + limit_s, is_open)


def _looked(trace: ViewerTrace) -> tuple[NDArray[np.bool_], _Looked]:
    looked = ~np.isnan(trace.mean)
    t_s = trace.t_s[looked]
    usual_s = frame_s(t_s)
    return looked, _Looked(t_s, usual_s, max(GAP_S, _GAP_FRAMES * usual_s))


def _black(trace: ViewerTrace) -> list[Spell]:
    looked, frames = _looked(trace)
    if not frames.t_s.size:
        return []
    runs = black_runs(frames.t_s, trace.dark[looked])
    return _long("black", BLACK_S, runs, frames, trace.until_s)


def _frozen(trace: ViewerTrace, *, from_start: bool) -> list[Spell]:
    looked, frames = _looked(trace)
    if not frames.t_s.size:
        return []
    change = trace.change[looked]
    runs = frozen_runs(frames.t_s, change, change == 0, trace.key[looked])
    wanted = [run for run in runs if run.first or from_start]
    return _long("frozen", FROZEN_S, wanted, frames, trace.until_s)


def _long(cause: Cause, least_s: float, runs: Iterable[Run], frames: _Looked, until_s: float) -> list[Spell]:
    """The runs that are long enough, each as far as there are frames of it; the last one is open while no other came."""
    found = []
    for run in runs:
        is_open = run.stop == frames.t_s.size
        last_s = float(frames.t_s[run.stop - 1])
        end_s = until_s if is_open else run.end_s if run.end_s - last_s <= frames.limit_s else last_s + frames.usual_s
        found.append(Spell(cause, run.start_s, end_s, run.start_s + least_s, is_open))
    return [spell for spell in found if spell.length_s >= least_s]


def sound_spells(trace: ViewerTrace) -> list[Spell]:
    """What was wrong with the sound alone: no data, or silent."""
    return _apart([*_gaps(trace), *silences(trace)])


def silences(trace: ViewerTrace, *, from_start: bool = False) -> list[Spell]:
    """Silence alone, whatever the picture does: from one loud reading to the next, but for the time without any data.

    Sound that does not come is silence too; but a cut makes no pause for breath longer.
    """
    pieces = list(_silences(trace, from_start=from_start))
    for gap in _gaps(trace):
        pieces = [rest for piece in pieces for rest in _without(piece, gap)]
    return [replace(piece, seen_s=piece.start_s + SILENT_S) for piece in pieces if piece.length_s >= SILENT_S]


def _silences(trace: ViewerTrace, *, from_start: bool) -> Iterator[Spell]:
    if not (trace.has_sound or from_start) or trace.via == "person":
        return
    loud = trace.sound_t_s[trace.sound_dbfs >= SILENCE_DBFS]
    starts = np.concatenate(([trace.from_s], loud))
    ends = np.append(loud, trace.until_s)
    for index in np.flatnonzero(ends - starts >= SILENT_S):
        if index or from_start:
            start_s = float(starts[index])
            yield Spell("silent", start_s, float(ends[index]), start_s + SILENT_S, is_open=bool(index == loud.size))


def _apart(found: Iterable[Spell]) -> list[Spell]:
    """Where several hold at once, the worst; what is left of another one is told if it is longer than a hiccup."""
    told: list[Spell] = []
    for spell in sorted(found, key=lambda each: CAUSES.index(each.cause)):
        pieces = [spell]
        for other in tuple(told):
            pieces = [rest for piece in pieces for rest in _without(piece, other)]
        told += [piece for piece in pieces if piece == spell or piece.length_s >= GAP_S]
    return sorted(told, key=lambda each: each.start_s)


def _without(spell: Spell, other: Spell) -> list[Spell]:
    """What is left of a spell before and after another one."""
    if other.end_s <= spell.start_s or other.start_s >= spell.end_s:
        return [spell]
    before = replace(spell, end_s=other.start_s, is_open=False)
    after = replace(spell, start_s=other.end_s, seen_s=max(spell.seen_s, other.end_s))
    return [piece for piece in (before, after) if piece.length_s > 0]
