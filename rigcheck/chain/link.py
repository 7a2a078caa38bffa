"""The values of `rigcheck now`: links from the camera to the viewer, the first broken one, and who does what about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from rigcheck.drill_plan import Step as DrillStep
from rigcheck.errors import Exit
from rigcheck.model import Message, ProfileRef

LINKS = ("power", "camera", "input", "scene", "encoder", "uplink", "ingest", "far_end")
"""In the order of the signal; the power, which feeds them all, is first."""
LinkId = Literal["power", "camera", "input", "scene", "encoder", "uplink", "ingest", "far_end"]
Cover = Literal["network", "camera", "mic", "power", "content", "ingest", "pc", "app"]
"""What a drill or a backup stands in for, in the profile's words."""


class LinkStatus(StrEnum):
    """What is known of a link without touching it."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Link:
    """One link: what was seen of it. Where it is broken, what may mend it at once, and which backups stand in for it."""

    id: LinkId
    status: LinkStatus
    seen: Message
    mend: Message | None = None
    covers: tuple[Cover, ...] = ()  # the nearest first


@dataclass(frozen=True, slots=True)
class Step:
    """Something to do now. `who` is a role's word or, from a profile, as people are called there; `text` likewise.

    `deed`: a drill's step whose `text` is only what the profile has; its action has better words.
    """

    who: str
    text: Message | str
    at: str | None = None
    within_s: float | None = None
    deed: DrillStep | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do about a broken link: what may mend it at once; if that does not help, the steps of what stands in.

    `origin` says where those come from: `drill:NAME`, `backup.KIND`, `push.backup`, `obs.spare`; None: the profile names no backup of
    `cover`, and they are our generic ones.
    """

    cover: Cover
    mend: tuple[Step, ...]
    steps: tuple[Step, ...]
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Chain:
    """All links in their order, and what to do about the first broken one. `on_air` None: not known."""

    links: tuple[Link, ...]
    on_air: bool | None
    plan: Plan | None = None

    @property
    def first_broken(self) -> Link | None:
        """The one to see to: what comes after it may only suffer from it."""
        return next((link for link in self.links if link.status is LinkStatus.BROKEN), None)

    @property
    def exit_code(self) -> Exit:
        """0 nothing broken, 2 a broken link, 3 nothing could be seen."""
        if self.first_broken is not None:
            return Exit.FAIL
        is_blind = all(link.status is LinkStatus.UNKNOWN for link in self.links)
        return Exit.UNKNOWN if is_blind else Exit.OK


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Everything one `rigcheck now` has to say. `started_at` is aware."""

    chain: Chain
    room: str | None
    started_at: datetime
    took_s: float
    source: str
    profile: ProfileRef | None


def ok(link: LinkId, seen: Message) -> Link:
    """A link that works, as far as it can be seen."""
    return Link(link, LinkStatus.OK, seen)


def unknown(link: LinkId, seen: Message) -> Link:
    """A link of which nothing is known."""
    return Link(link, LinkStatus.UNKNOWN, seen)


def broken(link: LinkId, seen: Message, *covers: Cover, mend: Message | None = None) -> Link:
    """A broken link, the backups that stand in for it, and what may mend it at once."""
    return Link(link, LinkStatus.BROKEN, seen, mend, covers)


def first_broken_of(parts: list[Link]) -> Link:
    """The link that several parts make: broken as the first broken one, else what is known of the main one, the first."""
    return next((part for part in parts if part.status is LinkStatus.BROKEN), parts[0])
