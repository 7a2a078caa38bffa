"""Sections of a profile whose parts are not built yet: read and validated from the start, checked by nobody so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Gt, Le, Len

from rigcheck.value import DeviceName, Label
from rigcheck.written import JsonSchema, Unreadable, Written, one_of, text_like, url_of

Action = Annotated[str, text_like(r"[a-z][a-z0-9_]{0,39}", "the name of an action, such as obs_scene")]
Seconds = Annotated[float, Gt(0), Le(86_400)]

# Metrics that the public contract names and that nothing measures yet: their limits are accepted.
LATER_METRICS = frozenset(
    """
    drill.detect_s drill.switch_s drill.outage_s drill.restore_s
    """.split()  # noqa: SIM905 - fifty quoted names are harder to read
)


@dataclass(frozen=True, slots=True)
class BackupNetwork:
    """The line that takes over."""

    line: DeviceName


@dataclass(frozen=True, slots=True)
class BackupDevice:
    """The camera or microphone that takes over, and its input in OBS."""

    device: DeviceName
    obs_input: Label | None = None


@dataclass(frozen=True, slots=True)
class BackupPower:
    """The supply that carries what must stay up, and for how long."""

    ups: DeviceName
    keeps_up: tuple[Label, ...] = ()
    minutes: Annotated[float, Gt(0), Le(1440)] | None = None


@dataclass(frozen=True, slots=True)
class BackupContent:
    """What viewers see while nothing else can be shown."""

    obs_scene: Label | None = None
    file: Label | None = None
    notice: Label | None = None


@dataclass(frozen=True, slots=True)
class Backup:
    """What stands by."""

    network: BackupNetwork | None = None
    camera: BackupDevice | None = None
    mic: BackupDevice | None = None
    power: BackupPower | None = None
    content: BackupContent | None = None


@dataclass(frozen=True, slots=True)
class FarEnd:
    """What the viewer sees: a stream, OBS's programme, or a person with the viewer's phone."""

    url: Annotated[str, url_of("rtmp", "rtmps", "srt", "http", "https")] | None = None
    obs: Literal["program"] | None = None
    person: Literal["phone"] | None = None

    def __post_init__(self) -> None:
        one_of({"url": self.url, "obs": self.obs, "person": self.person})


_STEP_WORDS = ("who", "at", "deadline_s")


def _action_apart(raw: object) -> object:
    """The one key that is none of the step's own words names the action."""
    if not isinstance(raw, dict):
        raise Unreadable("should be an action, such as {obs_scene: {scene: Standby}, who: tech, deadline_s: 5}")
    actions = [key for key in raw if key not in _STEP_WORDS]
    if len(actions) != 1:
        raise Unreadable(f"should have exactly one action besides {', '.join(_STEP_WORDS)}", *actions[1:2])
    words = {key: value for key, value in raw.items() if key in _STEP_WORDS}
    return {**words, "action": actions[0], "wants": raw[actions[0]]}


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a drill: what, by whom, where, and until when."""

    action: Action
    wants: Any = None  # the action's own words: a mapping, a text, or nothing
    who: Label | None = None
    at: Label | None = None
    deadline_s: Seconds | None = None


_STEP_SCHEMA: JsonSchema = {
    "type": "object",
    "properties": {"who": {"type": "string"}, "at": {"type": "string"}, "deadline_s": {"type": "number"}},
    "minProperties": 1,
    "maxProperties": len(_STEP_WORDS) + 1,
}
Steps = tuple[Annotated[Step, Written(_action_apart, _STEP_SCHEMA)], ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Targets of a drill; what is left out has a default by kind."""

    detect_s: Seconds | None = None
    switch_s: Seconds | None = None
    outage_s: Seconds | None = None
    restore_s: Seconds | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """A rehearsed fault: the steady state, the fault, the switch, the way back, and how long each may take."""

    name: Annotated[str, Len(1, 40)]
    covers: Literal["network", "camera", "mic", "power", "content", "ingest", "pc", "app", "light", "other"]
    before: tuple[Label, ...] = ()
    fault: Steps = ()
    switch: Steps = ()
    restore: Steps = ()
    within: Within = Within()
    crew: dict[Label, Label] | None = None
    notice: Label | None = None


@dataclass(frozen=True, slots=True)
class Later:
    """The later sections of a profile, by name."""

    backup: Backup | None = None
    far_end: FarEnd | None = None
    drills: tuple[Drill, ...] | None = None
