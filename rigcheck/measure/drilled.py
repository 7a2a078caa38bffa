"""How long ago each kind of failover was drilled, and how that went."""

from __future__ import annotations

from rigcheck.backup_state import DrillHistory
from rigcheck.drill_state import Drilled
from rigcheck.metrics import BACKUP_DRILL, BACKUP_DRILL_AGE
from rigcheck.model import Measurement, Params, Reason
from rigcheck.profile import Setting
from rigcheck.samples import Sample

BY_HAND = "ask"
"""The action that a person does: a UPS proves its runtime when its plug is pulled, not by its own test."""


def measure_drilled(sample: Sample, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """`backup.drill`: how the last drill of this kind went (ok, warn, fail, unknown), or never; and how many days ago.

    Of the power only a pulled plug counts; without one within the profile's period it is unproven. `names`: the drill.
    """
    drills = [each for each in sample.drills if each.covers == name] if isinstance(sample, DrillHistory) else []
    if name == "power":
        drills = [each for each in drills if _is_pull(each, setting)]
    last = max(drills, key=lambda each: each.at, default=None)
    days = None if last is None else max(0, (setting.today - last.at.date()).days)
    is_unproven = name == "power" and (days is None or days > setting.profile.backup.drilled_within_days)
    power = setting.profile.backup.power
    told: Params = {"wanted": power.ups} if is_unproven and power else {}
    if last is None:
        word = "unproven" if is_unproven else "never"
        return Measurement(BACKUP_DRILL, word, params=told), Measurement(BACKUP_DRILL_AGE, None, Reason.NONE_HERE)
    told = {**told, "names": (last.drill,), "outage_s": last.outage_s}
    word = "unproven" if is_unproven else last.status.value
    return Measurement(BACKUP_DRILL, word, params=told), Measurement(BACKUP_DRILL_AGE, days, params=told)


def _is_pull(held: Drilled, setting: Setting) -> bool:
    """Whether its fault is a person's deed, by the profile as it is now."""
    return any(
        step.action == BY_HAND for drill in setting.profile.drills if drill.name == held.drill for step in drill.fault
    )
