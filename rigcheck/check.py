"""The two contracts everything is built on: what a Check declares, and what a Source does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from rigcheck.model import Impact, Limit, Measurement, Metric, Need, Role
from rigcheck.profile import Setting
from rigcheck.samples import Request, Sample

Ask = Callable[[Setting, str], Request]
"""(setting, device name) -> what to acquire."""
Measure = Callable[[Any, Setting, str], tuple[Measurement, ...]]
"""(sample, setting, device name) -> measurements. Pure: no clock, no I/O, no device."""
LimitOf = Callable[[Setting, str, Metric], Limit | None]
"""(setting, device name, metric) -> a limit that depends on the room (the asked mode, the show's length)."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the report: which evidence it asks for, what it measures there, and which metrics it judges.

    Several checks may share `ask` and `measure`: equal requests are acquired once and measured once. Of several judged
    metrics the worst speaks. `section` is the profile section whose devices it is run on. Where `given` is set, a bad
    value counts only while that other metric has a value too (a level at mains frequencies is hum only if it hums).
    """

    id: str
    section: str
    ask: Ask
    measure: Measure
    metrics: tuple[Metric, ...]
    impact: Impact
    needs: frozenset[Need] = frozenset()
    limit_of: LimitOf | None = None
    given: Metric | None = None
    who: Role = Role.TECH
    minutes: float = 2.0

    @property
    def part(self) -> str:
        """The part of the room it belongs to: its id up to the first dot."""
        return self.id.partition(".")[0]


class Source(Protocol):
    """The only door to devices, services and the network."""

    @property
    def name(self) -> str:
        """`live` or `replay:NAME`."""
        ...

    @property
    def is_live(self) -> bool:
        """Whether it looks at this computer now."""
        ...

    async def acquire(self, request: Request) -> Sample:
        """The evidence for a request. Raises NotSeen with the reason where there is none."""
        ...
