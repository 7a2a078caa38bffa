"""The room's own list, asked beside the probes; and a person's word where a probe should have seen and did not."""

from functools import partial

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.checklist_state import ChecklistRequest
from rigcheck.measure.checklist import measure_item, measure_word
from rigcheck.model import Impact, Metric, Role
from rigcheck.profile import WORD, Setting


def ask_item(setting: Setting, name: str) -> ChecklistRequest:
    """One item, by its number: the key of a recording is short, an item need not be."""
    return ChecklistRequest(str(setting.names("checklist").index(name) + 1), name)


def _ask_word(part: str, setting: Setting, name: str) -> ChecklistRequest:
    del setting, name
    return ChecklistRequest(part, part, part)


def _word(part: str, metric: Metric, who: Role) -> Check:
    """It is only asked where the part's main device was not seen for a technical reason: Setting.unseen."""
    return Check(
        id=metric.id,
        section=f"{WORD}{part}",
        ask=partial(_ask_word, part),
        measure=partial(measure_word, metric),
        metrics=(metric,),
        impact=Impact.DEGRADE,
        who=who,
        minutes=3,
    )


CHECKLIST_CHECKS: tuple[Check, ...] = (
    Check(
        id="checklist.item",
        section="checklist",
        ask=ask_item,
        measure=measure_item,
        metrics=(m.CHECKLIST_DONE,),
        impact=Impact.DEGRADE,
        minutes=3,
    ),
    _word("camera", m.CHECKLIST_PICTURE, Role.CAMERA),
    _word("mic", m.CHECKLIST_SOUND, Role.TECH),
    _word("obs", m.CHECKLIST_PROGRAM, Role.TECH),
)
