"""The values that flow from a measurement to a report: frozen, small, free of words and of I/O."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from rigcheck.reason import Reason as Reason  # noqa: PLC0414 - part of the model, told anew; apart for its length

Value = float | int | bool | str | None
Params = Mapping[str, Value | tuple[str, ...]]


class Status(StrEnum):
    """What a finding says; the order of definition is the order of severity, mildest first."""

    SKIP = "skip"
    OK = "ok"
    WARN = "warn"
    UNKNOWN = "unknown"
    FAIL = "fail"

    @property
    def severity(self) -> int:
        """Position in the order skip < ok < warn < unknown < fail."""
        return _SEVERITY[self]


_SEVERITY = {status: position for position, status in enumerate(Status)}


class Impact(StrEnum):
    """What a fault does to the show: viewers lose it, it gets worse, or only the reserve is gone."""

    STOP = "stop"
    DEGRADE = "degrade"
    BACKUP = "backup"


class Stage(StrEnum):
    """Who is in the room: nobody (lights may be off), the host, or the show starts in a moment."""

    ROOM = "room"
    HOST = "host"
    GO = "go"


class Need(StrEnum):
    """What a check cannot do without; the word is the skip reason `needs-<word>`."""

    HOST = "host"
    LIGHTS = "lights"
    QUIET = "quiet"
    OBS = "obs"
    TIME = "time"


class Role(StrEnum):
    """Who does something about a fault; the words people read are in the catalogues."""

    TECH = "tech"
    HOST = "host"
    CAMERA = "camera"
    SITE = "site"


@dataclass(frozen=True, slots=True)
class Metric:
    """A measured quantity: its public id, its unit as printed in reports ("" for none), and decimals on screen."""

    id: str
    unit: str = ""
    digits: int = 1

    @property
    def part(self) -> str:
        """The part of the room it belongs to: the id up to its first dot."""
        return self.id.partition(".")[0]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One metric's value, or None and the reason why there is none.

    A float that is not finite is no value: it becomes None with reason `junk`, so nan can never pass a limit.
    `params` are further facts for the message (which box, which words), never needed to judge.
    """

    metric: Metric
    value: Value
    reason: Reason | None = None
    estimate: bool = False
    params: Params = field(default_factory=dict)

    def __post_init__(self) -> None:
        if isinstance(self.value, float) and not math.isfinite(self.value):
            object.__setattr__(self, "value", None)
            object.__setattr__(self, "reason", Reason.JUNK)
        if self.value is None and self.reason is None:
            object.__setattr__(self, "reason", Reason.JUNK)

    def as_estimate(self) -> Measurement:
        """The same, marked an estimate; no value stays none."""
        return self if self.value is None else replace(self, estimate=True)


@dataclass(frozen=True, slots=True)
class Span:
    """A closed range of numbers; None is open."""

    low: float | None
    high: float | None

    def __contains__(self, value: float) -> bool:
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    def distance(self, value: float) -> float:
        """Signed distance of `value` from the range in the metric's unit: negative below, 0 inside, positive above."""
        if self.low is not None and value < self.low:
            return value - self.low
        if self.high is not None and value > self.high:
            return value - self.high
        return 0.0


@dataclass(frozen=True, slots=True)
class OneOf:
    """The allowed values of a flag or a word."""

    values: tuple[bool | str, ...]

    def __contains__(self, value: object) -> bool:
        return any(value is allowed or (isinstance(value, str) and value == allowed) for allowed in self.values)


@dataclass(frozen=True, slots=True)
class Limit:
    """Inside `ok` is ok, inside `warn` is warn, else fail; without `warn`, outside `ok` is fail. `warn` contains `ok`."""

    ok: Span | OneOf
    warn: Span | OneOf | None = None
    origin: str = "built-in"


@dataclass(frozen=True, slots=True)
class Message:
    """Something to say, without words: an id of the catalogue and what fills its blanks."""

    id: str
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do about a fault, who does it, and about how many minutes it takes."""

    message: Message
    who: Role
    minutes: float


@dataclass(frozen=True, slots=True)
class Waiver:
    """A fault that the room has accepted up to and including a day."""

    check: str
    until: date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict of one check on one device."""

    check: str
    status: Status
    impact: Impact
    device: str
    via: str
    metric: Metric | None
    value: Value
    message: Message
    limit: Limit | None = None
    off_by: float | None = None
    estimate: bool = False
    reason: Reason | None = None
    advice: Advice | None = None
    waiver: Waiver | None = None

    @property
    def counted(self) -> Status:
        """What it counts for the run: a waived finding keeps its own status and counts as ok."""
        return Status.OK if self.waiver is not None else self.status


@dataclass(frozen=True, slots=True)
class Taken:
    """A measurement and the device it was taken from."""

    device: str
    measurement: Measurement
    is_main: bool = True

    @property
    def key(self) -> str:
        """The metric's id, followed by `@device` for any device but the section's main one."""
        plain = self.measurement.metric.id
        return plain if self.is_main else f"{plain}@{self.device}"


@dataclass(frozen=True, slots=True)
class ProfileRef:
    """Which profile a report was made with; `said` is how the command line named it, for the next command line."""

    name: str
    path: str | None
    sha256: str | None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class Past:
    """The baseline that a report was held against: its name, when, and what it had for the report's own figures."""

    name: str
    taken_at: datetime
    figures: Mapping[str, float]  # by the key of a Taken


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run has to say, findings worst first. Times are aware; `show_at` is when the show starts."""

    command: str
    started_at: datetime
    took_s: float
    source: str
    profile: ProfileRef | None
    room: str | None
    site: str | None
    platforms: tuple[str, ...]
    orientation: str
    stage: Stage
    show_at: datetime | None
    on_air: bool | None
    status: Status
    findings: tuple[Finding, ...]
    taken: tuple[Taken, ...]
    warn_ok: bool = False  # warnings are fine for whoever asked
    require_backup: bool = False  # the room must have its reserve
    again: datetime | None = None  # only what was not ok in the run of that time was looked at
    past: Past | None = None  # the room when it was good
    waivers: tuple[Waiver, ...] = ()  # of the checks that were asked for, needed or not, expired ones too

    @property
    def stops(self) -> tuple[Finding, ...]:
        """The faults that viewers would see or hear: those that say do not go live."""
        return tuple(f for f in self.findings if f.impact is Impact.STOP and f.counted is Status.FAIL)


def legible(text: str) -> str:
    """The text with a question mark for each half character: a name that is no UTF-8 has them, and no file takes them."""
    return text.encode("utf-8", "replace").decode()
