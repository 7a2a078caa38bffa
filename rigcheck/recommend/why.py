"""The reasons of a plan: every number with where it comes from and its arithmetic, as messages."""

from __future__ import annotations

from rigcheck.model import Message, Params
from rigcheck.platform import Platform
from rigcheck.push_plan import Encode, Mark, Why
from rigcheck.recommend.budget import Budget
from rigcheck.recommend.constraint import Fixed, Term, cap_of
from rigcheck.recommend.evidence import LineSeen
from rigcheck.recommend.option import Option, Survey
from rigcheck.recommend.rule import rule_origin
from rigcheck.recommend.shape import Shape, is_better
from rigcheck.recommend.wish import Wish

OBS_FORMULA = "OBS auto-configuration, AutoConfigTestPage.cpp"
TOO_LARGE = "plan.not.size"
"""Told once a size, whatever the rate."""
_TRANSPORT = {"rtmp": "TCP/IP headers 40/1460, chunks, FLV, TLS", "srt": "TS 188/184, PES, SRT/UDP/IP 44/1316"}


def because_of_platforms(wish: Wish, shape: Shape) -> list[Why]:
    """What each platform allows at the shape; for one that publishes nothing, that it does not."""
    return [_of_platform(platform, shape) for platform in wish.platforms]


def _of_platform(platform: Platform, shape: Shape) -> Why:
    cap = cap_of([platform], shape)
    name = platform.id
    if cap is None:
        return Why("max_kbps", "ours", Message("plan.why.no_cap", {"platform": name}))
    told: Params = {"platform": name, "kbps": cap.value, "size": shape.text}
    page = " ".join(filter(None, (cap.origin.page, cap.origin.date and f"({cap.origin.date})")))
    if cap.origin.mark == "policy":
        return Why("max_kbps", "policy", Message("plan.why.policy", told), page)
    if cap.origin.mark == "secondary":
        return Why("max_kbps", "secondary", Message("plan.why.hearsay", told), page)
    return Why("max_kbps", cap.origin.mark, Message("plan.why.cap", told), page)


def because_of_line(line: LineSeen, budget: Budget, wish: Wish) -> list[Why]:
    """From the upload to what is left for the picture, line by line."""
    return [_of_upload(line, budget), *_of_loss(line, budget, wish), _of_share(budget, wish), _of_rest(budget, wish)]


def _of_upload(line: LineSeen, budget: Budget) -> Why:
    upload = round(budget.upload_kbps)
    if budget.runs:
        return Why("upload", "measured", Message("plan.why.runs", {"kbps": upload, "runs": budget.runs}))
    if line.age_min is not None:
        return Why("upload", "measured", Message("plan.why.stored", {"kbps": upload, "age": round(line.age_min)}))
    if line.is_estimate:
        return Why("upload", "measured", Message("plan.why.mean", {"kbps": upload}))
    if line.at_least:
        return Why("upload", "measured", Message("plan.why.at_least", {"kbps": upload}))
    return Why("upload", "measured", Message("plan.why.upload", {"kbps": upload}))


def _of_loss(line: LineSeen, budget: Budget, wish: Wish) -> list[Why]:
    if not budget.loss_decides:
        return []
    told: Params = {
        "loss": round(line.loss_pct or 0.0, 2),
        "rtt": line.rtt_ms and round(line.rtt_ms),
        "kbps": round(budget.carried_kbps),
    }
    if wish.protocol == "srt":
        return [Why("loss", "official", Message("plan.why.srt_loss", told), "SRT Deployment Guide (Haivision)")]
    return [Why("loss", "official", Message("plan.why.tcp_loss", told), "RFC 3819, section 8.5")]


def _of_share(budget: Budget, wish: Wish) -> Why:
    rule = "weak_headroom" if budget.doubts else "headroom"
    mark, source = rule_origin(wish.rules, rule)
    told: Params = {
        "share": round(100 * budget.share),
        "doubts": tuple(f"plan.doubt.{doubt}" for doubt in budget.doubts),
    }
    return Why("headroom", mark, Message("plan.why.headroom", told), source)


def _of_rest(budget: Budget, wish: Wish) -> Why:
    told: Params = {
        "upload": round(budget.carried_kbps),
        "share": budget.share,
        "overhead": budget.overhead,
        "outputs": budget.outputs,
        "audio": budget.audio_kbps,
        "left": round(budget.left_kbps),
    }
    if budget.outputs > 1:
        return Why("budget", "derived", Message("plan.why.budgets", told), _TRANSPORT[wish.protocol])
    return Why("budget", "derived", Message("plan.why.budget", told), _TRANSPORT[wish.protocol])


def because_of_shapes(found: Survey, chosen: Option) -> list[Why]:
    """Why nothing better: every better shape, and what stands against it."""
    against = {option.shape: Why("size", "derived", starved_message(option)) for option in found.starved}
    against |= {
        each.shape: Why("size", "measured" if each.binding != "platform" else "obs", each.why)
        for each in found.rejected
    }
    better = [shape for shape in against if is_better(shape, chosen.shape)]
    sizes = {
        (each.shape.pixels, each.why.id): each.shape for each in reversed(found.rejected) if each.binding == "camera"
    }
    better = [shape for shape in better if against[shape].message.id != TOO_LARGE or shape in sizes.values()]
    return [against[shape] for shape in sorted(better, key=lambda shape: (shape.pixels, shape.fps), reverse=True)]


def starved_message(option: Option) -> Message:
    """That a shape needs more bits than are allowed."""
    told: Params = {"size": option.shape.text, "need": round(option.least_kbps), "left": round(option.allowed_kbps)}
    return Message("plan.not.bits", told)


def because_of_need(option: Option, wish: Wish) -> list[Why]:
    """What the shape needs, and the rate that comes of it."""
    mark, source = rule_origin(wish.rules, wish.content.replace("-", "_"))
    told: Params = {"content": f"plan.content.{wish.content}", "factor": wish.content_factor}
    need: Params = {"size": option.shape.text, "least": round(option.least_kbps), "enough": round(option.upper_kbps)}
    rate: Params = {"left": None if option.left_kbps == float("inf") else round(option.left_kbps), "kbps": option.kbps}
    cap = option.cap.value if option.cap else None
    return [
        Why("content", mark, Message("plan.why.content", told), source),
        Why("need", "obs", Message("plan.why.need", need), OBS_FORMULA),
        Why("video_kbps", "derived", Message("plan.why.rate", {**rate, "cap": cap, "enough": need["enough"]})),
    ]


def because_of_encoder(option: Option, wish: Wish) -> Why:
    """How the encoder was chosen."""
    choice, trial = option.choice, option.choice.trial
    if choice.encoder == "any":
        return Why("encoder", "ours", Message("plan.why.encoder_any", {}))
    if trial is None:
        return Why(
            "encoder", "obs", Message("plan.why.encoder_assumed", {"preset": choice.preset}), "OBS's default preset"
        )
    told: Params = {
        "encoder": choice.encoder,
        "preset": choice.preset,
        "cpu_ms": round(trial.cpu_ms, 1),
        "cores": round(trial.cpu_ms * option.shape.fps / 1000, 2),
        "of": choice.cores,
        "times": round(trial.wall_fps / option.shape.fps, 1),
        "share": round(100 * wish.rules.cores_share),
    }
    if choice.encoder != "x264":
        return Why("encoder", "measured", Message("plan.why.encoder_hardware", told))
    return Why("encoder", "measured", Message("plan.why.encoder_trial", told))


def because_of_fixed(fixed: Fixed, encode: Encode, wish: Wish) -> list[Why]:
    """The fields that follow from platforms and rules, each with whose it is."""
    key_rule = "low_latency_keyint_s" if wish.low_latency else "keyint_s"
    keyint: Params = {"seconds": encode.keyint_s, "fps": encode.fps, "frames": encode.keyint_frames}
    buffer: Params = {"kbit": encode.buffer_kbit}
    return [
        _term("keyint_s", fixed.keyint_s, Message("plan.why.keyint", _by(fixed.keyint_s, keyint)), rule_origin(wish.rules, key_rule)),
        _term("profile", fixed.profile, Message("plan.why.profile", _by(fixed.profile, {"profile": encode.profile}))),
        Why("level", "ours", Message("plan.why.level", {"level": encode.level}), "x264's own choice for the size"),
        _term("bframes", fixed.bframes, Message("plan.why.bframes", _by(fixed.bframes, {"n": encode.bframes})), ("obs", "OBS's default for NVENC")),
        Why("buffer_kbit", "obs", Message("plan.why.buffer", buffer), "OBS: VBV buffer = bit rate"),
        _term("audio_kbps", fixed.audio_kbps, Message("plan.why.audio", _by(fixed.audio_kbps, {"kbps": encode.audio_kbps})), rule_origin(wish.rules, "audio_kbps")),
        _term("audio_rate_hz", fixed.audio_hz, Message("plan.why.audio_rate", _by(fixed.audio_hz, {"hz": encode.audio_rate_hz})), ("obs", "OBS's default")),
        Why("color_space", "obs", Message("plan.why.colour", {}), "OBS's defaults: NV12, Rec. 709, partial"),
    ]  # fmt: skip


def because_of_lock(wish: Wish) -> list[Why]:
    """That a platform wants a new broadcast for other settings: the degraded tier is not for free there."""
    return [
        Why("degraded", lock.origin.mark, Message("plan.why.locked", {"platform": platform.id}), lock.origin.page)
        for platform in wish.platforms
        if (lock := platform.locked) is not None and lock.value
    ]


def _by(term: Term[object], told: Params) -> Params:
    return {**told, "platform": term.platform}


def _term(field: str, term: Term[object], message: Message, rule: tuple[Mark, str] = ("ours", "")) -> Why:
    """A field whose value is a platform's, or else a rule's."""
    if term.platform is not None:
        return Why(field, term.origin.mark, message, term.origin.page)
    return Why(field, rule[0], message, rule[1] or None)
