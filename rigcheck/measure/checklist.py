"""What somebody said, as figures: an item of the list is theirs to judge, what a device sees is a guess by eye or ear."""

from __future__ import annotations

from rigcheck.checklist_state import ChecklistAnswer
from rigcheck.metrics import CHECKLIST_DONE
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Setting


def measure_item(answer: ChecklistAnswer, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Whether the item called `name` is done: flag `checklist.done`.

    An answer to another question (the list was changed since it was recorded) is none: not-in-file.
    """
    del setting
    if answer.item != name:
        return (Measurement(CHECKLIST_DONE, None, Reason.NOT_IN_FILE),)
    return (Measurement(CHECKLIST_DONE, answer.yes),)


def measure_word(metric: Metric, answer: ChecklistAnswer, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Whether a part of the room is good by eye or ear: the flag `metric`, always an estimate, so that it warns at most."""
    del setting, name
    return (Measurement(metric, answer.yes, estimate=True),)
