"""How a drill went: noticed, switched, lost and restored, in seconds, from what the viewer got and what was done when."""

from __future__ import annotations

from typing import NamedTuple

from rigcheck import metrics
from rigcheck.drill_plan import Drill, full_within
from rigcheck.measure.outage import Spell, spells
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Setting
from rigcheck.viewer_state import DrillTrace

TIMES = (metrics.DRILL_DETECT, metrics.DRILL_SWITCH, metrics.DRILL_OUTAGE, metrics.DRILL_RESTORE)


def measure_drill(trace: DrillTrace, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every drill.* metric of the drill called `name`.

    What the watching missed is unknown, never a pass; what ended too early to be told is unknown too, unless it had
    lasted longer than it may by then.
    """
    drill = next(each for each in setting.profile.drills if each.name == name)
    return (_done(trace), *_times(trace, drill), Measurement(metrics.DRILL_UNDONE, not trace.left, params=_left(trace)))


def _left(trace: DrillTrace) -> dict[str, tuple[str, ...]]:
    return {"names": trace.left} if trace.left else {}


def _done(trace: DrillTrace) -> Measurement:
    """Whether it came to its end; a drill that did not tells little of the crew, and nothing good."""
    if trace.ended == "done":
        return Measurement(metrics.DRILL_DONE, value=True)
    return Measurement(metrics.DRILL_DONE, None, Reason.TIMEOUT if trace.ended == "deadline" else Reason.FAILED)


class Course(NamedTuple):
    """What viewers lost by the fault, before the way back began, and after that; seconds on the trace's clock."""

    fault_s: float
    back_s: float
    away: tuple[Spell, ...]
    later: tuple[Spell, ...]


def course(trace: DrillTrace) -> Course | None:
    """How a drill went for viewers; None where nobody watched, or no fault was made.

    A person's fault is marked when it has been seen: it was there from the beginning of what was lost.
    """
    fault_s = trace.marks.get("fault")
    if trace.viewer is None or fault_s is None:
        return None
    seen = lost_spells(trace)
    fault_s = min([fault_s, *(spell.start_s for spell in seen if spell.start_s < fault_s < spell.end_s)])
    back_s = trace.marks["restore"]
    away = tuple(spell for spell in seen if fault_s <= spell.start_s < back_s)
    return Course(fault_s, back_s, away, tuple(spell for spell in seen if spell.start_s >= back_s))


def _times(trace: DrillTrace, drill: Drill) -> tuple[Measurement, ...]:
    went = course(trace)
    if went is None:
        return tuple(Measurement(metric, None, Reason.FAILED) for metric in TIMES)
    return (*_away(went, drill), _restore(went, trace.marks["undone"], full_within(drill).restore_s))


def lost_spells(trace: DrillTrace) -> list[Spell]:
    """What the viewer lost in the whole drill: seen by the far end, or tapped by whoever held the phone."""
    if trace.viewer is None:
        return []
    return tapped(trace) if trace.viewer.via == "person" else spells(trace.viewer)


def tapped(trace: DrillTrace) -> list[Spell]:
    """A person's taps: lost-1 to back-1 and so on; a loss that was never tapped away lasts to the end."""
    until_s = trace.viewer.until_s if trace.viewer else max(trace.taps.values(), default=0.0)
    pairs = [(at_s, trace.taps.get(key.replace("lost", "back"))) for key, at_s in trace.taps.items() if "lost" in key]
    return [
        Spell("by-hand", at_s, until_s if back_s is None else back_s, at_s, is_open=back_s is None)
        for at_s, back_s in sorted(pairs)
    ]


def _away(went: Course, drill: Drill) -> tuple[Measurement, ...]:
    """Noticed, switched and lost between the fault and the way back.

    A fault that no viewer sees is the best outcome where nobody has to switch; where somebody has to, it proves nothing.
    """
    within, away = full_within(drill), went.away
    if not away:
        reason = Reason.UNNOTICED if drill.switch and within.outage_s else Reason.NO_OUTAGE
        unseen = [Measurement(metric, None, reason) for metric in (metrics.DRILL_DETECT, metrics.DRILL_SWITCH)]
        return *unseen, Measurement(metrics.DRILL_OUTAGE, 0.0)
    noticed_s = min(spell.seen_s for spell in away)
    last_s = min(away[-1].end_s, went.back_s)
    is_whole = away[-1].end_s <= went.back_s and not away[-1].is_open
    lost_s = sum(min(spell.end_s, went.back_s) - spell.start_s for spell in away)
    causes = tuple(dict.fromkeys(spell.cause for spell in away))
    return (
        Measurement(metrics.DRILL_DETECT, noticed_s - went.fault_s),
        _lasting(metrics.DRILL_SWITCH, max(0.0, last_s - noticed_s), within.switch_s, is_whole=is_whole),
        _lasting(metrics.DRILL_OUTAGE, lost_s, within.outage_s, is_whole=is_whole, causes=causes),
    )


def _restore(went: Course, undone_s: float, target_s: float | None) -> Measurement:
    """From the beginning of the way back until everything is undone and the programme is good for good."""
    lost = (*went.away, *went.later)
    good_s = max([undone_s, *(spell.end_s for spell in lost)])
    is_whole = not any(spell.is_open for spell in lost)
    return _lasting(metrics.DRILL_RESTORE, good_s - went.back_s, target_s, is_whole=is_whole)


def _lasting(
    metric: Metric, value_s: float, target_s: float | None, *, is_whole: bool, causes: tuple[str, ...] = ()
) -> Measurement:
    """A time that is over; or one that is not: told where it is too long already, else unknown."""
    if is_whole:
        return Measurement(metric, value_s, params={"what": causes} if causes else {})
    if target_s is not None and value_s > target_s:
        return Measurement(metric, value_s, params={"at_least": True, **({"what": causes} if causes else {})})
    return Measurement(metric, None, Reason.FAILED)
