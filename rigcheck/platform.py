"""What is known of the platforms a show goes to: frozen values, every figure with its source and how sure it is.

Read from `data/platforms.yaml` by `loading`. A platform that publishes no limit says so: our own value, a policy, stands
in for it. Figures that nobody confirmed are kept as hints and never limit anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from annotated_types import Ge, Gt, Le

from rigcheck.push_plan import Mark

T = TypeVar("T")
PUBLISHED: frozenset[Mark] = frozenset({"official", "obs"})
"""The platform's own page, or the list that platforms keep in OBS."""
USABLE: frozenset[Mark] = frozenset({"official", "obs", "policy", "secondary", "room"})
"""What may limit a plan; the rest is told as a hint."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where figures come from: how sure, which page or file, and the day it was written or read."""

    mark: Mark
    page: str
    date: str


@dataclass(frozen=True, slots=True)
class Fact(Generic[T]):
    """One figure and its origin."""

    value: T
    origin: Origin

    @property
    def is_published(self) -> bool:
        """Whether the platform itself says so."""
        return self.origin.mark in PUBLISHED


@dataclass(frozen=True, slots=True)
class Rate:
    """The most kbit/s of picture at a size, whichever way up, and a frame rate."""

    width_px: int
    height_px: int
    fps: float
    kbps: int

    @property
    def pixels(self) -> int:
        """Pixels a frame: portrait and landscape are one row."""
        return self.width_px * self.height_px


@dataclass(frozen=True, slots=True)
class Platform:
    """One platform. None and empty: nothing was found, and nothing limits.

    `simulcast_forbidden_in`: regions whose rules forbid a show that also goes elsewhere. `locked`: settings must not
    change during a broadcast. `key_each_show`: the stream key is new every time. `pause_s`: longest slate or pause, `idle_s`: longest time without anything happening.
    """

    id: str
    name: str
    aliases: tuple[str, ...] = ()
    max_kbps: Fact[int] | None = None
    rates: tuple[Fact[Rate], ...] = ()
    max_fps: Fact[float] | None = None
    keyint_s: Fact[float] | None = None
    keyint_most_s: Fact[float] | None = None
    profile: Fact[str] | None = None  # H.264: baseline, main, high
    bframes: Fact[int] | None = None
    codecs: Fact[tuple[str, ...]] | None = None
    audio_kbps: Fact[int] | None = None
    audio_hz: Fact[tuple[int, ...]] | None = None
    protocols: Fact[tuple[str, ...]] | None = None
    orientation: Fact[str] | None = None
    simulcast_forbidden_in: Fact[tuple[str, ...]] | None = None
    locked: Fact[bool] | None = None
    key_each_show: Fact[bool] | None = None
    pause_s: Fact[float] | None = None
    idle_s: Fact[float] | None = None
    hours: Fact[float] | None = None
    hints: tuple[Fact[str], ...] = ()

    @property
    def publishes_rate(self) -> bool:
        """Whether a most bit rate is published."""
        facts = (*self.rates, *((self.max_kbps,) if self.max_kbps else ()))
        return any(fact.is_published for fact in facts)


def platform_named(name: str, platforms: Mapping[str, Platform]) -> Platform | None:
    """The platform of an id or alias, in whatever case, - as good as _; None for one that is not known."""
    wanted = name.lower().replace("-", "_")
    for platform in platforms.values():
        if wanted in (platform.id, *(alias.replace("-", "_") for alias in platform.aliases)):
            return platform
    return None


@dataclass(frozen=True, slots=True)
class PlatformOverride:
    """What a room knows better of a platform than we do: its seller's log-in shows limits that are not published."""

    max_kbps: Annotated[int, Ge(100), Le(200_000)] | None = None
    max_fps: Annotated[float, Gt(0), Le(240)] | None = None
    audio_kbps: Annotated[int, Ge(16), Le(512)] | None = None
    audio_hz: Annotated[int, Ge(8000), Le(96_000)] | None = None
    keyint_s: Annotated[float, Ge(0.5), Le(10)] | None = None
    bframes: Annotated[int, Ge(0), Le(8)] | None = None
    simulcast: bool | None = None  # true: this region allows a show that also goes elsewhere
