"""Every action there is, by its name in a profile."""

from __future__ import annotations

from collections.abc import Mapping

from rigcheck.drills.action import Action

_ALL: tuple[Action, ...] = ()

ACTIONS: Mapping[str, Action] = {action.name: action for action in _ALL}
