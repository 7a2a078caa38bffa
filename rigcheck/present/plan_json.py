"""The push plan as JSON: the report of its run, with `plan` beside, the same in every language except the `text` fields.

"status" and "exit_code" are the plan's. "plan": {"encode": {...} | null, "platforms", "binding", "confidence", "outputs",
"upload_kbps", "protocol", "pusher", "sync_offset_ms", "srt_latency_ms", "tiers": {NAME: encode}, "others": {NAME: encode},
"refusal": said | null, "ways": [said], "warnings": [said], "why": [{"field", "mark", "source", "message": said}]}; said is
{"id", "params", "text"}.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rigcheck.errors import exit_of
from rigcheck.i18n import Catalogue
from rigcheck.model import Message
from rigcheck.present.json import json_text, params_json, report_object
from rigcheck.present.plan import PlanReport, said
from rigcheck.push_plan import PushPlan


def plan_json(report: PlanReport, words: Catalogue) -> str:
    """The plan and the run as one JSON object (above)."""
    plan, run = report.plan, report.run
    told = {"status": plan.status, "exit_code": int(exit_of(plan.status, warn_ok=run.warn_ok))}
    return json_text({**report_object(run, words), **told, "plan": plan_object(plan, words)})


def plan_object(plan: PushPlan, words: Catalogue) -> dict[str, Any]:
    """The plan as a JSON value."""
    return {
        "encode": asdict(plan.encode) if plan.encode else None,
        "platforms": list(plan.platforms),
        "binding": plan.binding,
        "confidence": plan.confidence,
        "outputs": plan.outputs,
        "upload_kbps": plan.upload_kbps,
        "protocol": plan.protocol,
        "pusher": plan.pusher,
        "sync_offset_ms": plan.sync_offset_ms,
        "srt_latency_ms": plan.srt_latency_ms,
        "tiers": {name: asdict(tier) for name, tier in plan.tiers.items()},
        "others": {name: asdict(other) for name, other in plan.others.items()},
        "refusal": _said(plan.refusal, words) if plan.refusal else None,
        "ways": [_said(way, words) for way in plan.ways],
        "warnings": [_said(warning, words) for warning in plan.warnings],
        "why": [
            {"field": why.field, "mark": why.mark, "source": why.source, "message": _said(why.message, words)}
            for why in plan.why
        ],
    }


def _said(message: Message, words: Catalogue) -> dict[str, Any]:
    return {"id": message.id, "params": params_json(message.params), "text": said(message, words)}
