"""Who sits beside a drill: tells the crew what happens while it happens, and ends a standby picture that stays too long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import anyio

from rigcheck.drills.action import DrillError
from rigcheck.drills.eyes import Glance
from rigcheck.drills.perform import Performance
from rigcheck.model import Message

SLATE_WARN_S, SLATE_ESCALATE_S, SLATE_STOP_S = 120.0, 240.0, 300.0
"""From the platforms' own rules on idle rooms (facts/push.md, section 5): five minutes without a host end a show."""
STOPPED_BY_SLATE = "slate"
TOLD = ("fault", "switch", "restore", "undone")
"""The marks that are worth a word to the crew."""
POLL_S = 0.02


@dataclass(slots=True)
class Company:
    """What has been told so far. `run` never ends by itself."""

    performance: Performance
    _told: set[str] = field(default_factory=set)
    _seen: Glance = field(default_factory=lambda: Glance(None))
    _slate_since_s: float | None = None

    async def run(self) -> None:
        """Watch until cancelled, or until the eyes fail."""
        with suppress(DrillError):  # the performance hears of it itself
            while True:
                await self.tell_news()
                await anyio.sleep(POLL_S)

    async def tell_news(self) -> None:
        """What has happened since the last time. Raises DrillError where the eyes have failed."""
        for message in self._news(self.performance.eyes.glance()):
            await self.performance.crew.tell(message)

    def _news(self, seen: Glance) -> Iterator[Message]:
        for mark in TOLD:
            if mark in self.performance.marks and mark not in self._told:
                self._told.add(mark)
                yield Message(f"drill.told.{mark}")
        if seen.cause != self._seen.cause:
            yield Message("drill.told.well" if seen.cause is None else f"drill.told.{seen.cause}")
        self._seen = seen
        yield from self._slate(self.performance.eyes.now_s(), is_slate=seen.is_slate)

    def _slate(self, now_s: float, *, is_slate: bool) -> Iterator[Message]:
        """The time box of a standby picture; another picture in between begins it anew."""
        if not is_slate:
            self._slate_since_s = None
            self._told -= {"slate-warn", "slate-escalate", "slate-stop"}
            return
        self._slate_since_s = now_s if self._slate_since_s is None else self._slate_since_s
        shown_s = now_s - self._slate_since_s
        for name, limit_s in (("warn", SLATE_WARN_S), ("escalate", SLATE_ESCALATE_S), ("stop", SLATE_STOP_S)):
            if shown_s >= limit_s and f"slate-{name}" not in self._told:
                self._told.add(f"slate-{name}")
                yield Message(f"drill.slate.{name}", {"s": round(shown_s), "left_s": round(SLATE_STOP_S - limit_s)})
                if name == "stop":
                    self.performance.stop(STOPPED_BY_SLATE)
