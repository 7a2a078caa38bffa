"""What to be warned of beside a plan, and what makes it less sure."""

from __future__ import annotations

from rigcheck.model import Message, Params
from rigcheck.recommend.budget import Budget
from rigcheck.recommend.camera import enlarged
from rigcheck.recommend.constraint import rate_conflicts
from rigcheck.recommend.evidence import Evidence
from rigcheck.recommend.option import Option
from rigcheck.recommend.wish import Wish


def cautions(wish: Wish, evidence: Evidence, option: Option, budget: Budget) -> tuple[Message, ...]:
    """Warnings, light before bits, and the line's before the platforms'."""
    found = (
        *_of_picture(wish, evidence, option),
        *_of_encoder(option),
        *_of_line(wish, evidence, budget),
        *_of_platforms(wish),
    )
    return tuple(found)


def _of_picture(wish: Wish, evidence: Evidence, option: Option) -> list[Message]:
    camera, found = evidence.camera, list[Message]()
    if camera is None:
        return found
    if camera.noise_sigma is not None and camera.noise_sigma >= wish.rules.noise_sigma:
        found.append(
            Message("plan.warn.noise", {"sigma": round(camera.noise_sigma, 1), "limit": wish.rules.noise_sigma})
        )
    if times := enlarged(camera, option.shape):
        shown: Params = {"width": camera.shown_width_px, "height": camera.shown_height_px, "times": round(times, 2)}
        found.append(Message("plan.warn.crop", {**shown, "size": f"{option.shape.width_px}x{option.shape.height_px}"}))
    return found


def _of_encoder(option: Option) -> list[Message]:
    choice = option.choice
    if choice.trial is None or choice.fit != "busy":
        return []
    return [Message("plan.warn.busy", {"wall_fps": round(choice.trial.wall_fps, 1), "fps": option.shape.fps})]


def _of_line(wish: Wish, evidence: Evidence, budget: Budget) -> list[Message]:
    line, found = evidence.main, list[Message]()
    if line is None:
        return found
    if line.loss_pct is not None and line.loss_pct >= wish.rules.loss_from_pct:
        found.append(Message("plan.warn.loss", {"loss": round(line.loss_pct, 2), "kbps": round(budget.carried_kbps)}))
    if "bloat" in budget.doubts:
        rise = round((line.loaded_rtt_ms or 0.0) - (line.rtt_ms or 0.0))
        found.append(Message("plan.warn.bloat", {"ms": rise, "limit": round(wish.rules.bloat_ms)}))
    return found


def _of_platforms(wish: Wish) -> list[Message]:
    found = list[Message]()
    if wish.unknown:
        found.append(Message("plan.warn.unknown_platform", {"names": wish.unknown}))
    if not wish.platforms and not wish.unknown:
        found.append(Message("plan.warn.no_platform", {}))
    if upright := tuple(p.id for p in wish.platforms if p.orientation and p.orientation.value != wish.orientation):
        found.append(Message("plan.warn.orientation", {"platforms": upright}))
    if conflicts := rate_conflicts(wish):
        found.append(Message("plan.warn.audio_rate", {"platforms": conflicts}))
    return found


def doubts(evidence: Evidence, budget: Budget, option: Option, wish: Wish) -> tuple[Message, ...]:
    """What makes the plan less sure: evidence that is missing, thin or old, and a picture made of noise."""
    line, camera = evidence.main, evidence.camera
    is_noisy = camera is not None and (camera.noise_sigma or 0.0) >= wish.rules.noise_sigma
    all_of_it = (
        (bool(budget.doubts), Message("plan.doubt.line", {"doubts": tuple(f"plan.doubt.{d}" for d in budget.doubts)})),
        (line is not None and line.age_min is not None, Message("plan.doubt.old", {})),
        (camera is None, Message("plan.doubt.camera", {})),
        (option.choice.encoder != "any" and option.choice.trial is None, Message("plan.doubt.encoder", {})),
        (option.choice.is_scaled, Message("plan.doubt.scaled", {})),
        (is_noisy, Message("plan.doubt.noise", {})),
    )
    return tuple(doubt for is_so, doubt in all_of_it if is_so)
