"""How a room's drills went before, as evidence: one record a drill, by which backup readiness and trends are judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from rigcheck.drill_plan import Cover
from rigcheck.model import Status

By = Literal["obs", "far-end", "person"]
"""Who measured: OBS by screenshots, the far end's own stream, or a person at the viewer's phone."""


@dataclass(frozen=True, slots=True)
class Drilled:
    """One drill as it went. Times are seconds; None: it did not happen, or was not measured.

    `status` is the worst of its judged times: FAIL where the crew was too slow, UNKNOWN where the measuring failed.
    """

    drill: str
    covers: Cover
    at: datetime  # UTC, when it began
    operator: str | None
    status: Status
    detect_s: float | None
    switch_s: float | None
    outage_s: float | None
    restore_s: float | None
    by: By
