"""The room as its technician wrote it down: frozen values with their ranges. Read from YAML by `loading`, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len

from rigcheck.model import Limit, Stage, Waiver

Share = Annotated[float, Ge(0), Le(1)]
Platform = str
DeviceName = Annotated[str, Len(1, 40)]


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the upright, cropped picture: x, y, width and height as shares 0-1 of its size."""

    x: Share
    y: Share
    w: Annotated[float, Gt(0), Le(1)]
    h: Annotated[float, Gt(0), Le(1)]


@dataclass(frozen=True, slots=True)
class Mode:
    """A camera mode: pixels as the sensor delivers them (before `rotate`) and frames per second."""

    width: Annotated[int, Ge(16), Le(16384)]
    height: Annotated[int, Ge(16), Le(16384)]
    fps: Annotated[float, Gt(0), Le(1000)]


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret (`env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`), never the secret itself."""

    ref: str

    def __repr__(self) -> str:
        return f"Secret({self.ref.partition(':')[0]}:...)"


@dataclass(frozen=True, slots=True)
class Show:
    """The show: where, how, when and for how long."""

    platforms: tuple[Platform, ...] = ()
    orientation: Literal["portrait", "landscape"] = "portrait"
    starts: str | None = None  # local time, "HH:MM"
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

    device: str | int | None = None
    mode: Mode | None = None
    rotate: Literal[0, 90, 180, 270] = 0  # degrees clockwise
    crop: Box | Literal["centre"] | None = None
    subject: Box | None = None
    product: Box | None = None
    backdrop: Box | Literal["green"] | None = None
    anchor: Box | None = None


@dataclass(frozen=True, slots=True)
class MicDevice:
    """One microphone: `device` is a name (or a unique part of one); None is the system's default input."""

    device: str | None = None
    layout: Literal["mono", "stereo", "split", "safety"] = "stereo"
    speak_s: Annotated[float, Ge(1), Le(120)] = 8.0
    quiet_s: Annotated[float, Ge(1), Le(60)] = 4.0


@dataclass(frozen=True, slots=True)
class PowerDevice:
    """One power supply, seen by exactly one of NUT (`ups@host:port`), apcupsd (`host:port`), the system, or nobody."""

    nut: str | None = None
    apcupsd: str | None = None
    os: bool = False
    silent: str | None = None  # a UPS without a data cable: only its name is known
    bought: str | None = None  # "YYYY-MM" or "YYYY-MM-DD"


@dataclass(frozen=True, slots=True)
class Host:
    """The streaming PC: where recordings go, and what a recording takes."""

    record_to: str | None = None
    record_kbps: Annotated[float, Gt(0), Le(1_000_000)] = 6000.0


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
    `limits` override the built-in ones per metric id. `later` keeps validated sections of parts not built yet.
    """

    room: str | None = None
    site: str | None = None
    show: Show = field(default_factory=Show)
    camera: dict[DeviceName, CameraDevice] = field(default_factory=_default_cameras)
    mic: dict[DeviceName, MicDevice] = field(default_factory=_default_mics)
    power: dict[DeviceName, PowerDevice] = field(default_factory=_default_power)
    host: Host = field(default_factory=Host)
    limits: dict[str, Limit] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    require_backup: bool = False
    later: dict[str, Any] = field(default_factory=dict)
    name: str | None = None  # file name without its ending
    path: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a check may depend on besides evidence: the room, the stage, the device's role, and today's date."""

    profile: Profile
    stage: Stage
    today: date
    attended: bool = False  # somebody at the terminal follows the prompts (speak, be quiet)

    def main_of(self, section: str) -> str:
        """The role name of a section's main device: `main`, else the first one written."""
        names = self.names(section)
        return "main" if "main" in names else names[0]

    def names(self, section: str) -> tuple[str, ...]:
        """The role names of a section's devices, as written."""
        return ("main",) if section == "host" else tuple(getattr(self.profile, section))

    def device(self, section: str, name: str) -> CameraDevice | MicDevice | PowerDevice | Host:
        """The profile's device of a section ("camera", "mic", "power", "host") by its role name."""
        if section == "host":
            return self.profile.host
        devices: dict[str, CameraDevice | MicDevice | PowerDevice] = getattr(self.profile, section)
        return devices[name]
