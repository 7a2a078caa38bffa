"""What takes over: the same encode over the backup line, a smaller one for a failing line, and other ways to many platforms."""

from __future__ import annotations

from dataclasses import replace

from rigcheck.model import Message, Params
from rigcheck.push_plan import Encode
from rigcheck.recommend.budget import budget_of
from rigcheck.recommend.constraint import Fixed, cap_of, fixed_of
from rigcheck.recommend.evidence import Evidence
from rigcheck.recommend.option import Option, survey
from rigcheck.recommend.shape import level_of, rounded
from rigcheck.recommend.wish import Wish


def encode_of(option: Option, fixed: Fixed, kbps: int | None = None) -> Encode:
    """The complete parameters of an option."""
    shape, rate = option.shape, option.kbps if kbps is None else kbps
    return Encode(
        width_px=shape.width_px,
        height_px=shape.height_px,
        fps=shape.fps,
        video_kbps=rate,
        encoder=option.choice.encoder,
        preset=option.choice.preset,
        profile=fixed.profile.value,
        level=level_of(shape),
        buffer_kbit=rate,
        keyint_s=fixed.keyint_s.value,
        keyint_frames=round(fixed.keyint_s.value * shape.fps),
        bframes=fixed.bframes.value,
        audio_kbps=fixed.audio_kbps.value,
        audio_rate_hz=fixed.audio_hz.value,
    )


def backup_tier(encode: Encode, option: Option, evidence: Evidence, wish: Wish) -> Encode | Message | None:
    """The same encode at what the backup line carries; a message where that is too little, None without such a line.

    Only the rate may differ: players may break where main and backup differ in more (Huawei Media Live, YouTube).
    """
    line = evidence.backup
    if line is None:
        return None
    budget = budget_of(line, wish.rules, protocol=wish.protocol, outputs=wish.outputs, audio_kbps=encode.audio_kbps)
    kbps = min(encode.video_kbps, rounded(budget.left_kbps))
    if budget.left_kbps < option.least_kbps or kbps <= 0:
        lacks: Params = {"need": round(option.least_kbps), "left": round(budget.left_kbps), "size": option.shape.text}
        return Message("plan.warn.backup", {**lacks, "missing": round(option.least_kbps - budget.left_kbps)})
    return replace(encode, video_kbps=kbps, buffer_kbit=kbps)


def degraded_tier(encode: Encode, options: tuple[Option, ...], wish: Wish) -> Encode | None:
    """A part of the rate at the best shape that can do with it; None where none can. Going there needs a reconnect."""
    kbps = rounded(wish.rules.degraded * encode.video_kbps)
    found = next((option for option in options if kbps >= option.least_kbps and not _is_above(option, encode)), None)
    if found is None:
        return None
    shape, cap = found.shape, cap_of(wish.platforms, found.shape)
    kbps = min(kbps, rounded(found.upper_kbps), kbps if cap is None else rounded(cap.value))
    return replace(
        encode,
        width_px=shape.width_px,
        height_px=shape.height_px,
        fps=shape.fps,
        video_kbps=kbps,
        buffer_kbit=kbps,
        keyint_frames=round(encode.keyint_s * shape.fps),
    )


def _is_above(option: Option, encode: Encode) -> bool:
    shape = option.shape
    return shape.pixels > encode.width_px * encode.height_px or shape.fps > encode.fps


def other_encodes(encode: Encode | None, evidence: Evidence, wish: Wish) -> dict[str, Encode]:
    """Where several platforms are served: `relay`, one push that a service passes on, and `own:ID`, one each.

    Encodes of their own share the line equally and want an encoder each; those no better than the shared one are left out.
    """
    if wish.outputs == 1:
        return {}
    found = {"relay": best_encode(wish, evidence, outputs=1)}
    for platform in wish.platforms:
        alone = replace(wish, platforms=(platform,))
        found[f"own:{platform.id}"] = best_encode(alone, evidence, outputs=wish.outputs)
    return {name: other for name, other in found.items() if other is not None and _is_more(other, encode)}


def _is_more(other: Encode, encode: Encode | None) -> bool:
    """Whether viewers would see more of it."""
    return encode is None or _worth(other) > _worth(encode)


def _worth(encode: Encode) -> tuple[float, float, int]:
    return encode.width_px * encode.height_px, encode.fps, encode.video_kbps


def best_encode(wish: Wish, evidence: Evidence, outputs: int) -> Encode | None:
    """The best that a number of equal pushes over the main line can be; None where nothing is."""
    if evidence.main is None:
        return None
    fixed = fixed_of(wish)
    budget = budget_of(
        evidence.main, wish.rules, protocol=wish.protocol, outputs=outputs, audio_kbps=fixed.audio_kbps.value
    )
    fitting = survey(wish, evidence, fixed, budget).fitting
    return encode_of(fitting[0], fixed) if fitting else None
