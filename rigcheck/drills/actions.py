"""Every action there is, by its name in a profile."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.drills.action import Action
from rigcheck.drills.crew import Crew
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.drills.relay_action import RELAY
from rigcheck.drills.system_actions import system_actions


def actions_of(crew: Crew) -> Mapping[str, Action]:
    """All actions by name; those that people do, or confirm, are done by this crew."""
    return {action.name: action for action in (*OBS_ACTIONS, RELAY, *system_actions(crew))}
