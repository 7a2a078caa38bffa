"""What must hold before a drill may begin. What cannot be told counts as a show that goes out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rigcheck.check import Source
from rigcheck.checks.host import ask_on_air
from rigcheck.checks.obs import ask_obs
from rigcheck.drill_plan import Drill
from rigcheck.drills.action import Action, DrillError
from rigcheck.drills.crew import Crew
from rigcheck.drills.journal import read_journal
from rigcheck.errors import NotSeen
from rigcheck.flow import acquire
from rigcheck.model import Message
from rigcheck.obs_state import ObsState
from rigcheck.profile import Setting
from rigcheck.samples import OnAirState
from rigcheck.sources.obs_settings import HARMLESS
from rigcheck.sources.on_air import OBS
from rigcheck.sources.push_target import COMMANDS, RELAY, count_streams, read_public_ways
from rigcheck.sources.worker import call_in_worker

UNKNOWN = "?"


def refuse_pending(path: Path) -> None:
    """Raises DrillError where an earlier drill has left something to be undone."""
    left = read_journal(path)
    if left is not None:
        raise DrillError(
            Message("error.drill.pending", {"drill": left.drill, "at": left.started_at, "n": len(left.deeds)})
        )


def refuse_without_people(drill: Drill, actions: Mapping[str, Action], crew: Crew) -> None:
    """Raises DrillError where somebody has to do something and nobody is there."""
    by_hand = any(actions[step.action].seen_by_person for step in (*drill.fault, *drill.switch, *drill.restore))
    if by_hand and not crew.is_there:
        raise DrillError(Message("error.drill.nobody", {"drill": drill.name}))


async def refuse_live(drill: Drill, source: Source, setting: Setting) -> None:
    """Raises DrillError while a show goes out to the public, or may."""
    who = await live_pushers(source, setting)
    if who:
        named = tuple(name for name in who if name != UNKNOWN)
        raise DrillError(Message("error.drill.live", {"drill": drill.name, "who": named}))


async def live_pushers(source: Source, setting: Setting) -> tuple[str, ...]:
    """The programs that push a stream to the public, or may, sorted; empty where none does."""
    requests = [ask_on_air(setting, "main"), *([ask_obs(setting, "main")] if setting.profile.obs else [])]
    outcomes = await acquire(source, requests)
    seen, obs = outcomes[requests[0]], outcomes[requests[-1]]
    if not isinstance(seen, OnAirState):
        return (UNKNOWN,)
    pushing = {*seen.pushing, *seen.unasked}
    public = await _public_ways(setting)
    if not pushing.isdisjoint(COMMANDS) or OBS in pushing:
        pushing |= public & {RELAY, UNKNOWN}
    harmless = {name for name in COMMANDS if name not in public and UNKNOWN not in public}
    if isinstance(obs, ObsState) and await _sends_only_a_test(obs, setting):
        harmless.add(OBS)
    return tuple(sorted(pushing - harmless))


async def _public_ways(setting: Setting) -> frozenset[str]:
    try:
        return frozenset(await call_in_worker(read_public_ways, frozenset(setting.profile.push.trial_hosts())))
    except NotSeen:
        return frozenset({UNKNOWN})


async def _sends_only_a_test(obs: ObsState, setting: Setting) -> bool:
    """Whether an OBS that answers sends nothing, or one stream, and that to a place where no viewer is."""
    if not obs.streaming:
        return True
    try:
        streams = await count_streams(ask_obs(setting, "main").obs)
    except NotSeen:
        return False
    return streams <= 1 and obs.target in HARMLESS
