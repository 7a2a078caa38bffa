"""The values of `rigcheck now`: links from the camera to the viewer, the first broken one, and who does what about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from rigcheck.drill_plan import Step as DrillStep
from rigcheck.errors import Exit, exit_of
from rigcheck.model import Message, ProfileRef, Status

LINKS = ("power", "camera", "input", "scene", "encoder", "uplink", "ingest", "far_end")
"""In the order of the signal; the power, which feeds them all, is first."""
LinkId = Literal["power", "camera", "input", "scene", "encoder", "uplink", "ingest", "far_end"]
Cover = Literal["network", "camera", "mic", "power", "content", "ingest", "pc", "app"]
"""What a drill or a backup stands in for, in the profile's words."""


class LinkStatus(StrEnum):
    """What is known of a link without touching it: unknown where it should have been seen and was not, skip where there is none to see."""

    OK = "ok"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    SKIP = "skip"


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
    def unseen(self) -> tuple[Link, ...]:
        """Those that should have been seen and were not."""
        return tuple(link for link in self.links if link.status is LinkStatus.UNKNOWN)

    @property
    def status(self) -> Status:
        """As any report has it: a broken link is a fault; without one, a link not seen is unknown, and so are nothing but skips."""
        if self.first_broken is not None:
            return Status.FAIL
        is_seen = any(link.status is LinkStatus.OK for link in self.links)
        return Status.OK if is_seen and not self.unseen else Status.UNKNOWN

    @property
    def exit_code(self) -> Exit:
        """0 nothing broken, 2 a broken link, 3 none seen broken and not all seen."""
        return exit_of(self.status)


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
    """A link that should have been seen and was not."""
    return Link(link, LinkStatus.UNKNOWN, seen)


def skip(link: LinkId, seen: Message) -> Link:
    """A link that this room has none of, or that is by design not looked at here."""
    return Link(link, LinkStatus.SKIP, seen)


def broken(link: LinkId, seen: Message, *covers: Cover, mend: Message | None = None) -> Link:
    """A broken link, the backups that stand in for it, and what may mend it at once."""
    return Link(link, LinkStatus.BROKEN, seen, mend, covers)


def whole_of(parts: list[Link]) -> Link:
    """The link that several parts make: as the first broken one, else the first not seen, else the main one, the first."""
    worst = (part for status in (LinkStatus.BROKEN, LinkStatus.UNKNOWN) for part in parts if part.status is status)
    return next(worst, parts[0])
