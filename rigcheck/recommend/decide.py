"""The decision: from a wish and the evidence to a push plan, or to the refusal of one. Eleven steps, all of them pure.

Constraints of all platforms, what the line leaves, encoder, shapes best first, need, refinement, fixed fields, sound
against picture, light before bits, tiers, and the reason for every number with the constraint that decides named first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from rigcheck.encoder_state import Candidate
from rigcheck.model import Message, Params
from rigcheck.push_plan import Binding, Encode, PushPlan, Why
from rigcheck.recommend.budget import ASSUMED_RTT_MS, Budget, budget_of, srt_latency_ms, srt_multiplier
from rigcheck.recommend.caution import cautions, doubts
from rigcheck.recommend.constraint import Fixed, fixed_of
from rigcheck.recommend.evidence import Evidence, LineSeen
from rigcheck.recommend.option import Option, Rejected, Survey, survey
from rigcheck.recommend.refine import quality_candidates, refined
from rigcheck.recommend.refuse import conduct_refusal, nothing_fits, refused
from rigcheck.recommend.shape import is_better, rounded
from rigcheck.recommend.sound import sync_advice
from rigcheck.recommend.tier import backup_tier, degraded_tier, encode_of, other_encodes
from rigcheck.recommend.why import (
    because_of_encoder,
    because_of_fixed,
    because_of_line,
    because_of_lock,
    because_of_need,
    because_of_platforms,
    because_of_shapes,
    starved_message,
)
from rigcheck.recommend.wish import Wish

_TRIAL_SOURCE = "XPSNR or SSIM at display size, of the room's own clip"


@dataclass(frozen=True, slots=True)
class _Case:
    """What all steps look at."""

    wish: Wish
    evidence: Evidence
    fixed: Fixed
    line: LineSeen
    budget: Budget
    found: Survey


def recommend(wish: Wish, evidence: Evidence) -> PushPlan:
    """The plan for a show. A refusal where a platform forbids it, nothing fits, or the upload is not known."""
    if forbidden := conduct_refusal(wish):
        return forbidden
    case = _case(wish, evidence)
    if case is None:
        return refused(wish, "evidence", Message("plan.refuse.evidence", {}))
    if not case.found.fitting:
        return nothing_fits(wish, case.found, case.budget, tuple(because_of_line(case.line, case.budget, wish)))
    return _plan(case)


def trial_candidates(wish: Wish, evidence: Evidence) -> tuple[Candidate, ...]:
    """What to encode for a refined plan; nothing where there is no plan to refine."""
    case = _case(wish, evidence)
    return quality_candidates(case.found.fitting, wish) if case and wish.pusher == "obs" else ()


def _case(wish: Wish, evidence: Evidence) -> _Case | None:
    if evidence.main is None:
        return None
    fixed = fixed_of(wish)
    audio_kbps = fixed.audio_kbps.value
    budget = budget_of(evidence.main, wish.rules, protocol=wish.protocol, outputs=wish.outputs, audio_kbps=audio_kbps)
    return _Case(wish, evidence, fixed, evidence.main, budget, survey(wish, evidence, fixed, budget))


def _plan(case: _Case) -> PushPlan:
    wish, evidence, found = case.wish, case.evidence, case.found
    option, kbps, figures = refined(found.fitting, evidence.quality, wish)
    encode = encode_of(option, case.fixed, kbps)
    backup = backup_tier(encode, option, evidence, wish)
    degraded = degraded_tier(encode, found.fitting + found.starved, wish)
    tiers = {"backup_line": backup if isinstance(backup, Encode) else None, "degraded": degraded}
    sync_ms, sync_why, sync_warnings = sync_advice(evidence.offset_ms, wish.rules)
    doubted = doubts(evidence, case.budget, option, wish)
    binding, decides = _binding(found, option, case)
    warnings = cautions(wish, evidence, option, case.budget)
    srt = _srt(case)
    return PushPlan(
        encode=encode,
        platforms=tuple(platform.id for platform in wish.platforms),
        binding=binding,
        confidence=_confidence(len(doubted)),
        why=(
            decides,
            *because_of_platforms(wish, option.shape),
            *because_of_line(case.line, case.budget, wish),
            *because_of_shapes(found, option),
            *because_of_need(option, wish),
            *_of_trial(kbps, figures),
            because_of_encoder(option, wish),
            *because_of_fixed(case.fixed, encode, wish),
            *(because_of_lock(wish) if degraded else ()),
            *sync_why,
            *([srt] if srt else []),
            *(Why("confidence", "ours", doubt) for doubt in doubted),
        ),
        tiers={name: tier for name, tier in tiers.items() if tier is not None},
        others=other_encodes(encode, evidence, wish),
        outputs=wish.outputs,
        upload_kbps=ceil((kbps + encode.audio_kbps) * case.budget.overhead * wish.outputs),
        protocol=wish.protocol,
        sync_offset_ms=sync_ms,
        srt_latency_ms=_latency_ms(case) if srt else None,
        warnings=(*warnings, *sync_warnings, *([backup] if isinstance(backup, Message) else [])),
        pusher=wish.pusher,
    )


def _confidence(doubted: int) -> Literal["high", "medium", "low"]:
    """High without a doubt, medium with one, low with more. Our own rule."""
    return "high" if doubted == 0 else "medium" if doubted == 1 else "low"


def _binding(found: Survey, option: Option, case: _Case) -> tuple[Binding, Why]:
    """The constraint that decides: what keeps the rate down, else what stands against the next better shape."""
    if option.kbps < rounded(option.upper_kbps):
        return _limited(found, option, case)
    others: list[Option | Rejected] = [*found.rejected, *found.starved]
    better = [each for each in others if is_better(each.shape, option.shape)]
    nearest = min(better, key=_height, default=None)
    if nearest is None:
        content: Params = {"size": option.shape.text, "enough": round(option.upper_kbps)}
        return "content", Why("binding", "obs", Message("plan.binding.content", content))
    if isinstance(nearest, Option):
        return found.lacking(nearest), Why("binding", "derived", starved_message(nearest))
    same = [each for each in found.rejected if each.why.id == nearest.why.id]
    told = max(same, key=_height).why  # the best of what it stands against
    return nearest.binding, Why("binding", "measured" if nearest.binding != "platform" else "policy", told)


def _height(each: Option | Rejected) -> tuple[int, float]:
    return each.shape.pixels, each.shape.fps


def _limited(found: Survey, option: Option, case: _Case) -> tuple[Binding, Why]:
    told: Params = {"size": option.shape.text, "enough": round(option.upper_kbps), "kbps": round(option.allowed_kbps)}
    binding = found.lacking(option)
    if binding == "platform" and option.cap:
        message = Message("plan.binding.platform", {**told, "platform": option.cap.platform})
        return binding, Why("binding", option.cap.origin.mark, message, option.cap.origin.page)
    if binding == "loss":
        return binding, Why("binding", "measured", Message("plan.binding.loss", {**told, "loss": case.line.loss_pct}))
    return binding, Why("binding", "measured", Message("plan.binding.uplink", {**told, "outputs": case.budget.outputs}))


def _of_trial(kbps: int, figures: Mapping[str, float]) -> list[Why]:
    """What the trial of the room's own clip changed."""
    found = []
    if "gain" in figures:
        message = Message("plan.why.trial_shape", {"gain": round(figures["gain"], 2)})
        found.append(Why("size", "measured", message, _TRIAL_SOURCE))
    if "loss" in figures:
        message = Message("plan.why.trial_rate", {"kbps": kbps, "loss": round(figures["loss"], 2)})
        found.append(Why("video_kbps", "measured", message, _TRIAL_SOURCE))
    return found


def _latency_ms(case: _Case) -> int:
    rtt_ms = case.line.rtt_ms if case.line.rtt_ms is not None else ASSUMED_RTT_MS
    return srt_latency_ms(rtt_ms, case.line.loss_pct or 0.0)


def _srt(case: _Case) -> Why | None:
    """The latency that SRT needs on this line; None where the show goes out by RTMP."""
    if case.wish.protocol != "srt":
        return None
    loss_pct = case.line.loss_pct or 0.0
    told: Params = {
        "ms": _latency_ms(case),
        "times": srt_multiplier(loss_pct),
        "loss": loss_pct,
        "rtt": case.line.rtt_ms,
    }
    return Why("srt_latency_ms", "official", Message("plan.why.srt", told), "SRT Deployment Guide (Haivision)")
