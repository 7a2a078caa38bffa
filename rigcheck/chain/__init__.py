"""`rigcheck now`: from evidence to the links between camera and viewer, the first broken one, and its backup. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from rigcheck.chain.ask import questions
from rigcheck.chain.backup import plan_for
from rigcheck.chain.line import far_end_link, ingest_link, uplink
from rigcheck.chain.link import Chain
from rigcheck.chain.obs import obs_links, obs_of
from rigcheck.chain.room import Outcomes, camera_link, power_link
from rigcheck.checks.host import ask_on_air
from rigcheck.profile import Setting
from rigcheck.samples import OnAirState

__all__ = ["questions", "walk"]


def walk(setting: Setting, outcomes: Outcomes, now: datetime) -> Chain:
    """The chain as the answers to `questions(setting)` show it. `now` is aware, in the show's time zone."""
    profile = setting.profile
    links = (
        power_link(setting, outcomes),
        camera_link(profile, outcomes),
        *obs_links(setting, outcomes),
        uplink(setting, outcomes, now),
        ingest_link(setting, outcomes),
        far_end_link(profile),
    )
    chain = Chain(links, _is_on_air(setting, outcomes))
    first = chain.first_broken
    return chain if first is None else replace(chain, plan=plan_for(first, profile))


def _is_on_air(setting: Setting, outcomes: Outcomes) -> bool | None:
    """Whether a show goes out: OBS says so, or a program is seen pushing. None: one runs that cannot be asked."""
    state, seen = obs_of(setting, outcomes), outcomes.get(ask_on_air(setting, "main"))
    if state is not None and state.streaming:
        return True
    return seen.is_on_air if isinstance(seen, OnAirState) else None
