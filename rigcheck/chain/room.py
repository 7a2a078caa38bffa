"""The links in the room: the power that feeds it, and its cameras."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.chain.ask import ask_camera, in_show
from rigcheck.chain.link import Link, LinkId, broken, ok, skip, unknown, whole_of
from rigcheck.checks.power import ask_power
from rigcheck.errors import NotSeen
from rigcheck.link_state import Presence, Reach
from rigcheck.measure.power import measure_power
from rigcheck.metrics import POWER_BATTERY_LOW, POWER_ON_MAINS, POWER_OVERLOADED, POWER_RUNTIME
from rigcheck.model import Message, Reason
from rigcheck.plan import Outcome
from rigcheck.profile import Profile, Setting
from rigcheck.samples import PowerState, Request

Outcomes = Mapping[Request, Outcome]


def power_link(setting: Setting, outcomes: Outcomes) -> Link:
    """The mains and what stands in for them."""
    names = in_show(setting.profile.power)
    if not names:
        return skip("power", Message("now.not_in_profile"))
    return whole_of([_supply(setting, name, outcomes) for name in names])


def _supply(setting: Setting, name: str, outcomes: Outcomes) -> Link:
    outcome = outcomes.get(ask_power(setting, name))
    if not isinstance(outcome, PowerState):
        return unseen("power", outcome)
    said = {measured.metric: measured for measured in measure_power(outcome, setting, name)}
    minutes = said[POWER_RUNTIME].value
    facts = {"name": name, "minutes": int(minutes // 60) if isinstance(minutes, float | int) else None}
    if said[POWER_OVERLOADED].value is True:
        return broken("power", Message("now.power.overloaded", facts), "power")
    if said[POWER_BATTERY_LOW].value is True:
        return broken("power", Message("now.power.low", facts), "power")
    mains = said[POWER_ON_MAINS]
    if mains.value is None:
        return unseen("power", NotSeen(mains.reason or Reason.JUNK, mains.params))
    if mains.value is False and not _may_be_on_battery(setting.profile):
        return broken("power", Message("now.power.on_battery", facts), "power")
    return ok("power", Message("now.power.mains" if mains.value else "now.power.battery_meant", facts))


def _may_be_on_battery(profile: Profile) -> bool:
    """Some rooms (outdoors) have no mains, and their profiles say so."""
    limit = profile.limits.get(POWER_ON_MAINS.id)
    return limit is not None and False in limit.ok


def camera_link(profile: Profile, outcomes: Outcomes) -> Link:
    """The cameras of the show, as the system lists them."""
    names = in_show(profile.camera)
    if not names:
        return skip("camera", Message("now.not_in_profile"))
    return whole_of([_camera(profile, name, outcomes) for name in names])


def _camera(profile: Profile, name: str, outcomes: Outcomes) -> Link:
    device = profile.camera[name].device
    facts = {"device": str(device)}
    request = ask_camera(profile, name)
    if request is None:
        return skip("camera", Message("now.camera.through_obs", facts))
    match outcomes.get(request):
        case Presence(called=called):
            return ok("camera", Message("now.camera.listed", {"device": called}))
        case Reach(outcome="answered" | "untrusted"):  # cameras make their certificates themselves
            return ok("camera", Message("now.camera.answers", {"name": name}))
        case Reach():
            seen = Message("now.camera.no_answer", {"name": name})
            return broken("camera", seen, "camera", mend=Message("now.mend.camera", {"name": name}))
        case NotSeen(reason=Reason.MISSING):
            seen = Message("now.camera.missing", facts)
            return broken("camera", seen, "camera", mend=Message("now.mend.camera", {"name": name}))
        case outcome:
            return unseen("camera", outcome)


def unseen(link: LinkId, outcome: Outcome | None) -> Link:
    """A link that the answer does not show, and why: a skip where the room has none of it, or nobody asked."""
    if outcome is None:
        return skip(link, Message("now.not_in_profile"))
    fault = outcome if isinstance(outcome, NotSeen) else NotSeen(Reason.JUNK)
    why = Message(f"reason.{fault.reason}", fault.params)
    return unknown(link, why) if fault.reason.is_blind else skip(link, why)
