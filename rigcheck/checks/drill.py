"""How a drill went, judged against its own targets: noticed, switched, lost, restored, and everything undone."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.drill_plan import full_within
from rigcheck.measure.drill import measure_drill
from rigcheck.model import Impact, Limit, Metric, OneOf, Span
from rigcheck.profile import Setting
from rigcheck.viewer_state import DrillRequest


def ask_drill(setting: Setting, name: str) -> DrillRequest:
    """How the drill of this name went."""
    del setting
    return DrillRequest(name)


def limit_drill(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """At most the drill's own target, else the one of its kind; and nothing may be left as the drill made it."""
    if metric in (m.DRILL_DONE, m.DRILL_UNDONE):
        return Limit(OneOf((True,)))
    drill = next((each for each in setting.profile.drills if each.name == name), None)
    if drill is None:
        return None
    field = metric.id.removeprefix("drill.")
    is_written = getattr(drill.within, field) is not None
    return Limit(Span(None, getattr(full_within(drill), field)), origin="profile" if is_written else "built-in")


_check = partial(
    Check,
    section="drill",
    ask=ask_drill,
    measure=measure_drill,
    impact=Impact.DEGRADE,
    limit_of=limit_drill,
    minutes=10,
)

DRILL_CHECKS: tuple[Check, ...] = (
    _check(id="drill.done", metrics=(m.DRILL_DONE,)),
    _check(id="drill.detect", metrics=(m.DRILL_DETECT,)),
    _check(id="drill.switch", metrics=(m.DRILL_SWITCH,)),
    _check(id="drill.outage", metrics=(m.DRILL_OUTAGE,)),
    _check(id="drill.restore", metrics=(m.DRILL_RESTORE,)),
    _check(id="drill.undone", metrics=(m.DRILL_UNDONE,), impact=Impact.STOP, minutes=3),
)
