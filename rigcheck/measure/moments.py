"""A drill as a story: what was done and seen when, and what the viewer had in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from rigcheck.measure.drill import course, lost_spells
from rigcheck.measure.outage import CAUSES, Cause, Spell, slate_spans, sound_spells
from rigcheck.viewer_state import DrillTrace

PICTURE: tuple[Cause, ...] = ("no-data", "black", "frozen", "by-hand")
"""What is wrong with a picture."""


class Moment(NamedTuple):
    """Something that happened: fault, noticed, switch, first_good, restore, undone or restored; on the trace's clock."""

    word: str
    at_s: float


class Stretch(NamedTuple):
    """From `start_s` to `end_s` the viewer had this: good, slate, or what was wrong."""

    word: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that a timeline shows. `zero_s` is the fault, or the beginning where there was none.

    `rates`: (seconds, kbit/s) of each second that was watched.
    """

    from_s: float
    until_s: float
    zero_s: float
    moments: tuple[Moment, ...]
    picture: tuple[Stretch, ...]
    sound: tuple[Stretch, ...]
    rates: tuple[tuple[float, float], ...]

    @property
    def total_s(self) -> float:
        """How long it is; never nothing, for scales divide by it."""
        return max(self.until_s - self.from_s, 1e-3)


def story(trace: DrillTrace) -> Story | None:
    """The story of a drill; None where nobody watched it."""
    viewer = trace.viewer
    if viewer is None:
        return None
    lost, went = lost_spells(trace), course(trace)
    ends = [viewer.from_s, viewer.until_s, *trace.marks.values(), *trace.taps.values()]
    slates = [Stretch("slate", *span) for span in slate_spans(viewer)]
    return Story(
        min(ends),
        max(ends),
        went.fault_s if went else min(ends),
        _moments(trace),
        _stretches([*_of(lost, PICTURE), *slates], viewer.from_s, viewer.until_s),
        _stretches(_of(sound_spells(viewer)), viewer.from_s, viewer.until_s) if viewer.has_sound else (),
        _rates(trace),
    )


def _of(lost: Sequence[Spell], causes: Sequence[Cause] = CAUSES) -> list[Stretch]:
    return [Stretch(spell.cause, spell.start_s, spell.end_s) for spell in lost if spell.cause in causes]


def _stretches(known: Sequence[Stretch], from_s: float, until_s: float) -> tuple[Stretch, ...]:
    """What is known, and good in between; where two hold, the one named first."""
    edges = sorted({from_s, until_s, *(edge for each in known for edge in each[1:] if from_s < edge < until_s)})
    told: list[Stretch] = []
    for start_s, end_s in pairwise(edges):
        middle_s = (start_s + end_s) / 2
        word = next((each.word for each in known if each.start_s <= middle_s <= each.end_s), "good")
        if told and told[-1].word == word:
            told[-1] = told[-1]._replace(end_s=end_s)
        else:
            told.append(Stretch(word, start_s, end_s))
    return tuple(told)


def _moments(trace: DrillTrace) -> tuple[Moment, ...]:
    """The marks of what was done, and what was seen of it, in order of time."""
    done = ("fault", "switch", "restore", "undone")
    found = [Moment(word, trace.marks[word]) for word in done if word in trace.marks]
    went = course(trace)
    if went is not None:
        found[0] = Moment("fault", went.fault_s)
        found += [Moment("noticed", min(spell.seen_s for spell in went.away))] if went.away else []
        found += [Moment("first_good", spell.end_s) for spell in went.away[-1:] if not spell.is_open]
        found += [Moment("restored", spell.end_s) for spell in went.later[-1:] if not spell.is_open]
    return tuple(sorted(found, key=lambda moment: moment.at_s))


def _rates(trace: DrillTrace) -> tuple[tuple[float, float], ...]:
    """kbit/s second by second."""
    viewer = trace.viewer
    if viewer is None or not viewer.bytes_t_s.size:
        return ()
    edges = np.arange(viewer.from_s, viewer.until_s + 1.0)
    counts, _ = np.histogram(viewer.bytes_t_s, edges, weights=viewer.bytes_n.astype(np.float64))
    return tuple((float(start), float(count) * 8 / 1000) for start, count in zip(edges[:-1], counts, strict=True))
