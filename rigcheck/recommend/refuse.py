"""Refusals are results: what is missing, in kbit/s, and the ways out."""

from __future__ import annotations

from dataclasses import replace
from math import ceil

from rigcheck.model import Message, Params
from rigcheck.push_plan import Binding, PushPlan, Why
from rigcheck.recommend.budget import Budget
from rigcheck.recommend.option import Option, Survey
from rigcheck.recommend.shape import Shape, least_kbps
from rigcheck.recommend.wish import Wish

FEWER_FPS = 15.0
"""A rate that some platforms still take (Tencent's and Qiniu's tables): the way out by fewer frames."""


def refused(
    wish: Wish, binding: Binding, refusal: Message, why: tuple[Why, ...] = (), ways: tuple[Message, ...] = ()
) -> PushPlan:
    """A plan that says no."""
    return PushPlan(
        encode=None,
        platforms=tuple(platform.id for platform in wish.platforms),
        binding=binding,
        confidence="low" if binding == "evidence" else "high",
        why=why,
        outputs=wish.outputs,
        protocol=wish.protocol,
        refusal=refusal,
        ways=ways,
        pusher=wish.pusher,
    )


def conduct_refusal(wish: Wish) -> PushPlan | None:
    """The refusal where a platform forbids that the show goes elsewhere too; None where none does.

    Its regions differ and we do not know this room's: unless the room says that it may, it may not.
    """
    for platform in wish.platforms if wish.outputs > 1 else ():
        rule = platform.simulcast_forbidden_in
        if rule is None:
            continue
        others = tuple(other.id for other in wish.platforms if other is not platform)
        told: Params = {
            "platform": platform.id,
            "regions": tuple(region.upper() for region in rule.value),
            "others": others,
        }
        source = " ".join(filter(None, (rule.origin.page, rule.origin.date and f"({rule.origin.date})")))
        why = Why("simulcast", rule.origin.mark, Message("plan.why.simulcast", told), source)
        ways = (
            Message("plan.way.alone_there", {"platform": platform.id}),
            Message("plan.way.others_only", {"platform": platform.id, "others": others}),
            Message("plan.way.allowed_here", {"id": platform.id}),
        )
        return refused(wish, "conduct", Message("plan.refuse.simulcast", told), (why,), ways)
    return None


_IMPOSSIBLE: dict[Binding, tuple[Message, tuple[Message, ...]]] = {
    "camera": (Message("plan.refuse.camera"), (Message("plan.way.camera"), Message("plan.way.light"))),
    "cpu": (
        Message("plan.refuse.cpu"),
        (Message("plan.way.close"), Message("plan.way.card"), Message("plan.way.pusher")),
    ),
    "platform": (Message("plan.refuse.rate"), (Message("plan.way.override"),)),
}
"""Refusals that no bits would help, and the ways out of each."""


def nothing_fits(wish: Wish, found: Survey, budget: Budget, why: tuple[Why, ...]) -> PushPlan:
    """The refusal where no shape is possible: by the line or a platform's limit if bits are missing, else by what is."""
    if not found.starved:
        last = found.rejected[-1]
        refusal, ways = _IMPOSSIBLE[last.binding]
        return refused(wish, last.binding, refusal, (Why("binding", "measured", last.why), *why), ways)
    smallest = min(found.starved, key=lambda option: option.least_kbps)
    told: Params = {
        "size": smallest.shape.text,
        "need": round(smallest.least_kbps),
        "left": round(smallest.allowed_kbps),
        "missing": round(smallest.least_kbps - smallest.allowed_kbps),
        "outputs": budget.outputs,
    }
    if smallest.is_capped and smallest.cap:
        refusal = Message("plan.refuse.platform", {**told, "platform": smallest.cap.platform})
        ways = (Message("plan.way.override"), _fewer_frames(smallest))
    else:
        refusal = Message("plan.refuse.uplink", told)
        ways = (_fewer_outputs(smallest, budget), _better_link(smallest, budget), _fewer_frames(smallest))
    return refused(wish, found.lacking(smallest), refusal, (Why("binding", "derived", refusal), *why), ways)


def _fewer_outputs(smallest: Option, budget: Budget) -> Message:
    if budget.outputs == 1:
        return Message("plan.way.alone")
    whole = budget.carried_kbps * budget.share / budget.overhead
    most = min(int(whole / (smallest.least_kbps + budget.audio_kbps)), budget.outputs - 1)
    told: Params = {"outputs": budget.outputs, "most": most}
    return Message("plan.way.outputs", told) if most >= 1 else Message("plan.way.outputs_not", told)


def _better_link(smallest: Option, budget: Budget) -> Message:
    told: Params = {"need": ceil(budget.upload_for(smallest.least_kbps)), "upload": round(budget.upload_kbps)}
    return Message("plan.way.link", told)


def _fewer_frames(smallest: Option) -> Message:
    slow: Shape = replace(smallest.shape, fps=FEWER_FPS)
    need = smallest.least_kbps * least_kbps(slow) / least_kbps(smallest.shape)
    told: Params = {
        "fps": FEWER_FPS,
        "size": f"{slow.width_px}x{slow.height_px}",
        "need": ceil(need),
        "left": round(smallest.allowed_kbps),
    }
    return Message("plan.way.frames", told) if need <= smallest.allowed_kbps else Message("plan.way.frames_not", told)
