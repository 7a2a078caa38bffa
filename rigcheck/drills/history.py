"""How a room's drills went before: the best, the usual, and which way it goes."""

from __future__ import annotations

from rigcheck.drill_state import By as By  # noqa: PLC0414 - a name to import from here
from rigcheck.drill_state import Drilled as Drilled  # noqa: PLC0414 - likewise; it lies lower, for samples to hold it
