"""What a drill sees of the programme while it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from rigcheck.viewer_state import ViewerTrace


@dataclass(frozen=True, slots=True)
class Glance:
    """What the viewer has at a moment. `cause` of what is wrong: no-data, black, frozen, silent; None: all is well.

    `is_slate`: the standby picture is shown, moving and voiced: a good programme, but not the show's own.
    """

    cause: str | None
    is_slate: bool = False


class Eyes(Protocol):
    """The far end, or whatever else shows the fault that a drill is about, looked at continuously."""

    def now_s(self) -> float:
        """The watcher's monotonic clock, in seconds."""
        ...

    def glance(self) -> Glance:
        """What the viewer has now. Raises DrillError where the watching itself has failed."""
        ...

    def trace(self) -> ViewerTrace | None:
        """Everything seen so far; None where nobody watches the picture itself, or where the watching failed."""
        ...

    def taps(self) -> Mapping[str, float]:
        """A person's own stopwatch, as DrillTrace has it; empty where nobody taps."""
        ...
