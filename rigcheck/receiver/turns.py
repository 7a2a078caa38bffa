"""Whose turn it is: of the rooms of a site one tests at a time. And what each room last said of being on air."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import anyio

MOST_SITES, MOST_ROOMS = 256, 256
WORD_S = 600.0
"""How long a room's word "not on air" is believed. Our own rule: a show can have begun since."""
FORGET_S = 7 * 24 * 3600.0
"""A room that was silent for a week is no longer one of the site's."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a room said of being on air (None: it does not know), and when by the clock."""

    on_air: bool | None
    at_s: float


@dataclass(slots=True)
class Site:
    """Rooms that share a line. The lock is fair: who came first goes first."""

    lock: anyio.Lock = field(default_factory=anyio.Lock)
    holder: str = ""
    words: dict[str, Word] = field(default_factory=dict)


@dataclass(slots=True)
class Turns:
    """Every site that was heard of, by name."""

    clock: Callable[[], float]
    sites: dict[str, Site] = field(default_factory=dict)

    def hear(self, name: str, room: str, *, on_air: bool | None) -> Site | None:
        """Remember a room's word. None where there are too many sites or rooms for one receiver."""
        self._forget()
        site = self.sites.get(name)
        if site is None:
            if len(self.sites) >= MOST_SITES:
                return None
            site = self.sites[name] = Site()
        if room not in site.words and len(site.words) >= MOST_ROOMS:
            return None
        site.words[room] = Word(on_air, self.clock())
        return site

    def in_the_way(self, site: Site) -> str | None:
        """A room that is, or may be, on air, so that the line must not be filled; None where all said that they are not."""
        fresh_s = self.clock() - WORD_S
        return next(
            (room for room, word in site.words.items() if word.on_air is not False or word.at_s < fresh_s), None
        )

    def _forget(self) -> None:
        old_s = self.clock() - FORGET_S
        for name, site in list(self.sites.items()):
            for room in [room for room, word in site.words.items() if word.at_s < old_s]:
                del site.words[room]
            if not site.words and not site.lock.locked():
                del self.sites[name]
