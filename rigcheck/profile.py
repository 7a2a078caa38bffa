"""The room as its technician wrote it down: frozen values with their ranges. Read from YAML by `loading`, nothing else.

Values are right by construction: what cannot be (a box outside the picture, a power supply seen by nobody) raises
ValueError. `Written` annotations say how a value is written in YAML where that is shorter than its fields.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len

from rigcheck.baseline import Baseline
from rigcheck.drill_plan import Backup, Drill, FarEnd
from rigcheck.limit import WrittenLimit
from rigcheck.model import Stage, Waiver
from rigcheck.platform import PlatformOverride
from rigcheck.push_plan import PushPlan, Target
from rigcheck.push_rule import PushRules
from rigcheck.uplink import Backend, Ingest, Line, Network, Push, backends_by_name, lines_apart, lines_beside
from rigcheck.value import CORNERS, Corners, Label, WrittenBox, WrittenMode, WrittenSecret, box_or

# Found here with all the other values of a profile:
from rigcheck.value import Box as Box  # noqa: PLC0414 - a name to import from here
from rigcheck.value import DeviceName as DeviceName  # noqa: PLC0414 - likewise
from rigcheck.value import Mode as Mode  # noqa: PLC0414 - likewise
from rigcheck.value import Secret as Secret  # noqa: PLC0414 - likewise
from rigcheck.written import (
    CLOCK,
    MONTH_OR_DAY,
    JsonSchema,
    Unreadable,
    Written,
    address,
    as_tuples,
    host_like,
    one_of,
    text_like,
    url_of,
)

Platform = Annotated[str, text_like(r"[A-Za-z0-9_-]{1,40}", "the name of a platform, such as taobao")]


def _index_or_name(raw: object) -> object:
    is_index = isinstance(raw, int) and not isinstance(raw, bool) and 0 <= raw <= 255  # noqa: PLR2004 - a PC with more cameras than a byte counts is a slip of the pen
    if not (is_index or raw is None or (isinstance(raw, str) and 0 < len(raw) <= 500)):  # noqa: PLR2004 - a long URL still fits
        raise Unreadable("should be a camera's name, path, URL or index (0, 1, ...)")
    return address(raw)


def _not_a_flag(raw: object) -> object:
    return "flag" if isinstance(raw, bool) else raw  # false equals 0, and would pass for it


@dataclass(frozen=True, slots=True)
class Show:
    """The show: where, how, when and for how long."""

    platforms: tuple[Platform, ...] = ()
    orientation: Literal["portrait", "landscape"] = "portrait"
    starts: Annotated[str, CLOCK] | None = None  # local time, "HH:MM"
    hours: Annotated[float, Gt(0), Le(48)] = 4.0
    content: Literal["talking-head", "demo", "motion"] = "talking-head"
    pusher: Literal["obs", "companion", "hardware", "phone"] = "obs"
    low_latency: bool = False


@dataclass(frozen=True, slots=True)
class CameraDevice:
    """One camera: `device` is a stable name, a path, an index, a URL or file; None is the first one there is.

    Boxes are shares of the upright, cropped picture. `crop` is given in the upright picture: a Box, or "centre"
    for the largest centred area of the show's orientation (9:16 or 16:9).
    """

    device: Annotated[str | int | None, Written(_index_or_name, {"type": ["string", "integer", "null"]})] = None
    mode: WrittenMode | None = None
    rotate: Annotated[Literal[0, 90, 180, 270], Written(_not_a_flag)] = 0  # degrees clockwise
    crop: Annotated[Box | Literal["centre"] | None, box_or("centre")] = None
    subject: WrittenBox | None = None
    product: WrittenBox | None = None
    backdrop: Annotated[Box | Literal["green"] | None, box_or("green")] = None
    anchor: WrittenBox | None = None
    grey: WrittenBox | None = None  # a grey card or white sheet
    chart: Annotated[Literal["auto"] | Corners | None, CORNERS] = None  # a ColorChecker: to be found, or where it is
    obs_input: Label | None = None  # its input in OBS: the way to it while OBS holds the device


@dataclass(frozen=True, slots=True)
class MicDevice:
    """One microphone: `device` is a name (or a unique part of one); None is the system's default input."""

    device: Annotated[str, Len(1, 500)] | None = None
    layout: Literal["mono", "stereo", "split", "safety"] = "stereo"
    speak_s: Annotated[float, Ge(1), Le(120)] = 8.0
    quiet_s: Annotated[float, Ge(1), Le(60)] = 4.0
    obs_input: Label | None = None  # its input in OBS: the way to it while OBS holds the device


@dataclass(frozen=True, slots=True)
class PowerDevice:
    """One power supply, seen by exactly one of NUT (`ups@host:port`), apcupsd (`host:port`), the system, or nobody."""

    nut: Annotated[str, host_like(r"[^\s@]+(@[^\s@]+)?", "NAME@HOST or NAME@HOST:PORT")] | None = None
    apcupsd: Annotated[str, host_like(r"[^\s@/]+", "HOST or HOST:PORT")] | None = None
    os: bool = False
    silent: Label | None = None  # a UPS without a data cable: only its name is known
    bought: Annotated[str, MONTH_OR_DAY] | None = None  # "YYYY-MM" or "YYYY-MM-DD"

    def __post_init__(self) -> None:
        one_of({"nut": self.nut, "apcupsd": self.apcupsd, "os": self.os, "silent": self.silent})


@dataclass(frozen=True, slots=True)
class Host:
    """The streaming PC: where recordings go, and what a recording takes."""

    record_to: Label | None = None
    record_kbps: Annotated[float, Gt(0), Le(1_000_000)] = 6000.0


@dataclass(frozen=True, slots=True)
class ObsPc:
    """One OBS, over obs-websocket 5, and what it should show."""

    url: Annotated[str, url_of("ws", "wss", instead="password: env:NAME")] = "ws://127.0.0.1:4455"
    password: WrittenSecret | None = None
    profile: Label | None = None
    collection: Label | None = None
    scene: Label | None = None
    scenes: tuple[Label, ...] = ()
    inputs: tuple[Label, ...] = ()


def _main_and_spare(raw: object) -> object:
    is_flat = isinstance(raw, dict) and not raw.keys() & {"main", "spare"}
    return as_tuples({"main": raw} if is_flat else raw)


def _flat_or_both(made: JsonSchema) -> JsonSchema:
    (one,) = made["patternProperties"].values() if "patternProperties" in made else (made["additionalProperties"],)
    both = {
        "type": "object",
        "properties": {"main": one, "spare": one},
        "required": ["main"],
        "additionalProperties": False,
    }
    return {"anyOf": [one, both]}


def _default_cameras() -> dict[DeviceName, CameraDevice]:
    return {"main": CameraDevice()}


def _default_mics() -> dict[DeviceName, MicDevice]:
    return {"main": MicDevice()}


def _default_power() -> dict[DeviceName, PowerDevice]:
    return {"main": PowerDevice(os=True)}


@dataclass(frozen=True, slots=True)
class Profile:
    """A room. The built-in default (no profile at all) probes what is present.

    `camera`, `mic` and `power` map device names to devices; the first role is called `main` (for power, any name).
    An empty section means that the room has none. `platforms` overrides what is known of them, `recommend` the rules of
    the push plan. `limits` override the built-in ones per metric id.
    """

    room: Label | None = None
    site: Label | None = None
    show: Show = field(default_factory=Show)
    camera: dict[DeviceName, CameraDevice] = field(default_factory=_default_cameras)
    mic: dict[DeviceName, MicDevice] = field(default_factory=_default_mics)
    power: dict[DeviceName, PowerDevice] = field(default_factory=_default_power)
    host: Host = field(default_factory=Host)
    obs: Annotated[dict[Literal["main", "spare"], ObsPc], Written(_main_and_spare, _flat_or_both)] = field(
        default_factory=dict
    )
    network: Annotated[Network, Written(lines_apart, lines_beside)] = field(default_factory=Network)
    push: Push = field(default_factory=Push)
    platforms: dict[Platform, PlatformOverride] = field(default_factory=dict)
    recommend: PushRules = field(default_factory=PushRules)
    backends: tuple[Backend, ...] = ()
    checklist: tuple[Label, ...] = ()
    backup: Backup = field(default_factory=Backup)
    far_end: FarEnd | None = None
    drills: tuple[Drill, ...] = ()
    people: dict[Label, Label] = field(default_factory=dict)  # who the crew's words mean: a name, a phone number
    limits: dict[str, WrittenLimit] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    require_backup: bool = False
    name: str | None = None  # file name without its ending
    path: str | None = None
    sha256: str | None = None


WORD = "word."
"""What stands before a section whose main device a person is asked about instead."""
BACKUP = "backup"
"""The section of what stands by, by kind; `backup.camera.mic` are those of these kinds that the room has."""
DRILLED = "drilled"
"""The section of what a room has a backup or a drill for."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check may depend on besides evidence: the room, the stage, the device's role, and today's date."""

    profile: Profile
    stage: Stage
    today: date
    attended: bool = False  # somebody at the terminal follows the prompts (speak, be quiet)
    raw: bool = False  # the devices themselves are wanted, even where OBS answers
    obs_answers: bool = False  # the show's OBS can be asked, so its programme can be looked at
    full: bool = False  # the line's maximum is wanted, not only what the show needs
    minutes: float | None = None  # a soak of this length is wanted instead of the usual seconds
    seconds: float | None = None  # the trial push's length where it was typed
    target: Target = field(default_factory=Target)  # what the show means to send, before the line is known
    plan: PushPlan | None = None  # what `recommend` worked out last for this room
    baseline: Baseline | None = None  # the room when it was good
    unseen: tuple[str, ...] = ()  # sections whose main device should have been seen and was not: a person may know

    def main_of(self, section: str) -> str:
        """The role name of a section's main device: `main`, else the first one written."""
        if section in ("checklist", DRILLED) or section.startswith(BACKUP):
            return ""  # every item is called by its own name
        return main_name(self.names(section.removeprefix(WORD)))

    def names(self, section: str) -> tuple[str, ...]:
        """The role names of a section's devices, as written."""
        if section in ("host", "sync", "encoder", "trial"):
            return ("main",) if section != "encoder" or self.profile.camera else ()
        if section.startswith(WORD):
            return (self.main_of(section),) if section.removeprefix(WORD) in self.unseen else ()
        if section == DRILLED or section.startswith(BACKUP):
            return self._kinds(section)
        return tuple(self._devices(section))

    def _kinds(self, section: str) -> tuple[str, ...]:
        """What stands by, and, of "drilled", also what is drilled without: network, camera, mic, power, content ..."""
        there = self.profile.backup.kinds
        if section == DRILLED:
            return tuple(dict.fromkeys((*there, *(drill.covers for drill in self.profile.drills))))
        wanted = section.split(".")[1:]
        return tuple(kind for kind in there if not wanted or kind in wanted)

    def _devices(self, section: str) -> dict[str, Any]:
        room = self.profile
        made: dict[str, Callable[[], dict[str, Any]]] = {
            "network": lambda: dict(room.network.lines),
            "ingest": room.push.ingests,
            "backend": lambda: backends_by_name(room.backends),
            "checklist": lambda: dict.fromkeys(room.checklist),
            "far_end": lambda: {"main": room.far_end} if room.far_end else {},
            "drill": lambda: {drill.name: drill for drill in room.drills},
        }
        devices: dict[str, Any] = made[section]() if section in made else getattr(room, section)
        return devices

    def device(
        self, section: str, name: str
    ) -> CameraDevice | MicDevice | PowerDevice | ObsPc | Host | Line | Ingest | Backend:
        """The profile's device of a section by its role name; of "network" a line, of "ingest" where the show goes."""
        if section == "host":
            return self.profile.host
        device: CameraDevice | MicDevice | PowerDevice | ObsPc | Line | Ingest | Backend = self._devices(section)[name]
        return device

    def describes(self, section: str, name: str) -> bool:
        """Whether the profile says anything of this camera or microphone; what it says nothing of is used if it is there."""
        kinds = {"camera": CameraDevice, "mic": MicDevice}
        return section in kinds and self._devices(section)[name] != kinds[section]()


def main_name(names: tuple[str, ...]) -> str:
    """The role name of the main device among several: `main`, else the first one written."""
    return names[0] if names and "main" not in names else "main"
