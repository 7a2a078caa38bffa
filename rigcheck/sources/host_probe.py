"""What each operating system is asked about itself: one set of probes a system, and what they return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sleep:
    """When an unused computer on mains falls asleep: minutes, or never; both None when the system does not say."""

    after_min: float | None = None
    never: bool | None = None

    @classmethod
    def after(cls, minutes: float) -> Sleep:
        """The usual spelling of settings: 0 minutes is never."""
        return cls(minutes, never=False) if minutes > 0 else cls(None, never=True)


@dataclass(frozen=True, slots=True)
class Gpu:
    """The busiest, hottest and slowest of the graphics cards."""

    busy_pct: float | None = None
    temperature_c: float | None = None
    throttled: bool | None = None


@dataclass(frozen=True, slots=True)
class Probes:
    """One system's probes; each may return None and may raise, which costs its own figure only.

    `throttle_count` only ever rises: a rise within the measured second is throttling. `is_slowed` is told the CPU's
    load in percent, because a slow clock means nothing on an idle computer.
    """

    pressure_pct: Callable[[], float | None]
    throttle_count: Callable[[], int | None]
    is_slowed: Callable[[float | None], bool | None]
    gpu: Callable[[], Gpu | None]
    clock_offset_ms: Callable[[], float | None]
    sleep: Callable[[], Sleep | None]
    reboot_pending: Callable[[], bool | None]


def unsaid(*_: object) -> None:
    """A probe for what a system does not say."""
