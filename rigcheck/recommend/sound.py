"""Sound against picture, in OBS's convention: its Sync Offset field, positive delays the sound."""

from __future__ import annotations

from rigcheck.model import Message, Params
from rigcheck.push_plan import Why
from rigcheck.push_rule import PushRules
from rigcheck.recommend.rule import rule_origin

EARLIEST_MS, LATEST_MS = -950, 20_000
"""What OBS's field takes (OBSAdvAudioCtrl.cpp)."""


def sync_advice(offset_ms: float | None, rules: PushRules) -> tuple[int | None, tuple[Why, ...], tuple[Message, ...]]:
    """The change of OBS's Sync Offset that puts sound and picture together, why, and what it cannot do.

    `offset_ms`: sound late is positive. None where nothing was measured or where it is good enough as it is.
    """
    if offset_ms is None:
        return None, (), ()
    told: Params = {"offset": round(offset_ms), "early": rules.sync_early_ms, "late": rules.sync_late_ms}
    if rules.sync_early_ms <= offset_ms <= rules.sync_late_ms:
        mark, source = rule_origin(rules, "sync_late_ms")
        return None, (Why("sync_offset_ms", mark, Message("plan.why.sync_good", told), source),), ()
    wanted = -round(offset_ms)
    change = min(max(wanted, EARLIEST_MS), LATEST_MS)
    why = Why("sync_offset_ms", "measured", Message("plan.why.sync", {**told, "change": f"{change:+d}"}))
    if change == wanted:
        return change, (why,), ()
    rest: Params = {"offset": told["offset"], "change": f"{change:+d}", "rest": abs(wanted - change)}
    return change, (why,), (Message("plan.warn.sync", rest),)
