"""The push plan that `recommend` worked out last for a room: kept in the user's state folder, for later checks against it."""

from __future__ import annotations

import hashlib
import json
import logging
from pathlib import Path
from typing import cast

from rigcheck.cli.state import state_folder
from rigcheck.errors import UnwritableError
from rigcheck.push_plan import PushPlan

log = logging.getLogger(__name__)
MOST_BYTES = 200_000


def keep_plan(room: str | None, plan: PushPlan) -> None:
    """Keep a room's plan in place of its last one. A state folder that cannot be written costs the memory, not the run."""
    from rigcheck.cli.output import write_whole
    from rigcheck.sources.plain import plain

    try:
        write_whole(_place(room), json.dumps(plain(plan), ensure_ascii=False, indent=1) + "\n", is_private=True)
    except (OSError, UnwritableError):
        log.warning("cannot remember the plan")


def kept_plan(room: str | None) -> PushPlan | None:
    """The room's plan; None where there is none, or none that this version can read."""
    from rigcheck.sources.plain import read_record

    try:
        path = _place(room)
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return None
        return cast("PushPlan", read_record(PushPlan, json.loads(path.read_text(encoding="utf-8")), path.name))
    except (OSError, ValueError, RecursionError):  # also UnfitError: another version's
        return None


def _place(room: str | None) -> Path:
    return state_folder() / f"plan-{hashlib.sha256((room or '').encode()).hexdigest()[:16]}.json"
