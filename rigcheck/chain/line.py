"""The links outside: the line out of the building, the platform's door, and what viewers see."""

from __future__ import annotations

from datetime import datetime, timedelta

from rigcheck.address import host_of
from rigcheck.chain.ask import ask_backup_ingest, ask_ingest, ask_line
from rigcheck.chain.link import Cover, Link, broken, ok, skip, unknown
from rigcheck.chain.obs import LATE_PCT, obs_of, share_pct
from rigcheck.chain.room import Outcomes, unseen
from rigcheck.errors import NotSeen
from rigcheck.link_state import LineState, Reach
from rigcheck.measure.obs import grown
from rigcheck.model import Message, Params, Reason
from rigcheck.obs_state import ObsState
from rigcheck.profile import Profile, Setting, Show

_NO_WAY_OUT = frozenset({"no-route", "no-resolver"})
_NO_DOOR = frozenset({"refused", "timeout", "no-name", "silent", "no-rtmp", "untrusted"})
_CARRIED = frozenset({"answered", "refused", "silent", "no-rtmp", "untrusted"})
"""An answer of any kind came back over the line."""


def uplink(setting: Setting, outcomes: Outcomes, now: datetime) -> Link:
    """The way out: its interface, its names and routes, and whether OBS's stream gets through it.

    A stream that does not run is a broken link only while the show is on by its profile's clock, and not where the
    platform's door is shut: that is the next link's fault.
    """
    local = _interface(setting.profile, outcomes)
    if local is not None:
        return local
    reach = _reach(setting.profile, outcomes)
    way = reach.outcome if reach is not None else None
    if way in _NO_WAY_OUT:
        return broken("uplink", Message(f"now.uplink.{way}"), "network")
    state = obs_of(setting, outcomes)
    if state is None or setting.profile.show.pusher != "obs":
        is_carrying = way in _CARRIED
        return ok("uplink", Message("now.uplink.carries")) if is_carrying else _no_word(setting.profile, outcomes)
    return _stream(setting.profile.show, state, now, is_door_shut=way in _NO_DOOR)


def _no_word(profile: Profile, outcomes: Outcomes) -> Link:
    """Nobody tells of the line: a skip where there was nobody to ask."""
    asked = [outcomes.get(request) for request in (ask_line(profile), ask_ingest(profile)) if request]
    is_blind = any(isinstance(each, Reach) or (isinstance(each, NotSeen) and each.reason.is_blind) for each in asked)
    seen = Message("now.uplink.unseen")
    return unknown("uplink", seen) if is_blind else skip("uplink", seen)


def _interface(profile: Profile, outcomes: Outcomes) -> Link | None:
    """The main line's interface where it is at fault; None where it is not, or nobody knows."""
    request = ask_line(profile)
    outcome = outcomes.get(request) if request else None
    facts = {"interface": request.interface if request else ""}
    if isinstance(outcome, NotSeen) and outcome.reason is Reason.MISSING:
        return broken("uplink", Message("now.uplink.missing", facts), "network")
    if isinstance(outcome, LineState) and not outcome.is_up:
        return broken("uplink", Message("now.uplink.down", facts), "network", mend=Message("now.mend.line", facts))
    if isinstance(outcome, LineState) and outcome.addresses == 0:
        return broken(
            "uplink", Message("now.uplink.no-address", facts), "network", mend=Message("now.mend.line", facts)
        )
    return None


def _stream(show: Show, state: ObsState, now: datetime, *, is_door_shut: bool) -> Link:
    if not state.streaming:
        if is_on(show, now) and not is_door_shut:
            seen = Message("now.uplink.stopped", {"starts": show.starts})
            return broken("uplink", seen, "app", "network", mend=Message("now.mend.stream"))
        return skip("uplink", Message("now.uplink.idle"))
    if state.reconnecting:
        seen = Message("now.uplink.reconnecting")
        return unknown("uplink", seen) if is_door_shut else broken("uplink", seen, "network")
    sent, dropped = grown(state.sent or (0, 0), state.dropped or (0, 0))
    facts = {"pct": round(share_pct(dropped, sent), 1)}
    if share_pct(dropped, sent) >= LATE_PCT:
        return broken("uplink", Message("now.uplink.dropping", facts), "network")
    return ok("uplink", Message("now.uplink.ok", facts))


def is_on(show: Show, now: datetime) -> bool:
    """Whether the show is on by the profile's clock; False where it does not say when the show starts."""
    if show.starts is None:
        return False
    hour, minute = (int(part) for part in show.starts.split(":"))
    start = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return (now - start) % timedelta(days=1) < timedelta(hours=show.hours)


def ingest_link(setting: Setting, outcomes: Outcomes) -> Link:
    """The platform's door, as far as it opens for a greeting; a stream that runs has been let in.

    That stream's program trusts the certificate, then, whatever this computer's authorities say of it.
    """
    state = obs_of(setting, outcomes)
    is_in = state is not None and state.streaming and not state.reconnecting
    if is_in and state is not None and state.target == "test":
        return broken("ingest", Message("now.ingest.test"), "ingest", "app", mend=Message("now.mend.target"))
    reach = _reach(setting.profile, outcomes)
    request = ask_ingest(setting.profile)
    if reach is not None and request is not None:
        facts: Params = {"host": host_of(request.url), "ms": round(reach.connect_ms or 0)}
        if reach.outcome in _NO_DOOR and not (is_in and reach.outcome == "untrusted"):
            return broken("ingest", Message(f"now.ingest.{reach.outcome}", facts), *_stand_ins(setting, outcomes))
        if reach.outcome in _NO_WAY_OUT:
            return unknown("ingest", Message("now.ingest.no_way"))
        return ok("ingest", Message("now.ingest.in" if is_in else "now.ingest.answers", facts))
    if is_in:
        return ok("ingest", Message("now.ingest.in"))
    return unseen("ingest", outcomes.get(request)) if request else skip("ingest", Message("now.ingest.not_configured"))


def _stand_ins(setting: Setting, outcomes: Outcomes) -> tuple[Cover, ...]:
    """The other ingest first; where that is shut too, the line may well be at fault."""
    request = ask_backup_ingest(setting.profile)
    outcome = outcomes.get(request) if request else None
    is_shut = isinstance(outcome, Reach) and outcome.outcome != "answered"
    return ("network",) if is_shut else ("ingest", "network")


def _reach(profile: Profile, outcomes: Outcomes) -> Reach | None:
    request = ask_ingest(profile)
    outcome = outcomes.get(request) if request else None
    return outcome if isinstance(outcome, Reach) else None


def far_end_link(profile: Profile) -> Link:
    """What viewers see. A player takes longer to open than `now` has, so nothing of it is measured here."""
    far_end = profile.far_end
    if far_end is None:
        return skip("far_end", Message("now.far_end.not_configured"))
    return skip("far_end", Message("now.far_end.person" if far_end.person else "now.far_end.not_here"))
