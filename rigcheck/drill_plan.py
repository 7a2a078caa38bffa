"""What stands by in a room, what its viewers see, and the faults that its crew rehearses, as written down."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated, Any, Literal

from annotated_types import Gt, Le, Len

from rigcheck.value import DeviceName, Label, reference
from rigcheck.written import JsonSchema, Unreadable, Written, is_secretive, one_of, text_like, url_of

Action = Annotated[str, text_like(r"[a-z][a-z0-9_]{0,39}", "the name of an action, such as obs_scene")]
Seconds = Annotated[float, Gt(0), Le(86_400)]
Cover = Literal["network", "camera", "mic", "power", "content", "ingest", "pc", "app", "light", "other"]
"""What a drill is about; `now` and backup readiness go by these words."""

DRILL_PROFILE = "rigcheck-drill"
"""The OBS profile that drills stream from; others of theirs begin with the same word."""


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
    drilled_within_days: Annotated[float, Gt(0), Le(3660)] = 90.0  # older drills prove nothing any more

    @property
    def kinds(self) -> tuple[Cover, ...]:
        """What there is a backup of."""
        named: dict[Cover, object] = {
            "network": self.network,
            "camera": self.camera,
            "mic": self.mic,
            "power": self.power,
            "content": self.content,
        }
        return tuple(kind for kind, what in named.items() if what is not None)


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
    """The one key that is none of the step's own words names the action; what an action knows by a secret's name is one."""
    if not isinstance(raw, dict):
        raise Unreadable("should be an action, such as {obs_scene: {scene: Standby}, who: tech, deadline_s: 5}")
    actions = [key for key in raw if key not in _STEP_WORDS]
    if len(actions) != 1:
        raise Unreadable(f"should have exactly one action besides {', '.join(_STEP_WORDS)}", *actions[1:2])
    _refuse_secrets({actions[0]: raw[actions[0]]})
    words = {key: value for key, value in raw.items() if key in _STEP_WORDS}
    return {**words, "action": actions[0], "wants": raw[actions[0]]}


def _refuse_secrets(raw: object, *at: str | int) -> None:
    """Whatever the action, and were it none: a secret that is written out is refused before anything reads the step."""
    inside = raw.items() if isinstance(raw, dict) else enumerate(raw) if isinstance(raw, list) else ()
    for key, value in inside:
        if isinstance(key, str) and is_secretive(key) and value is not None:
            try:
                reference(value)
            except Unreadable as wrong:
                raise Unreadable(str(wrong), *at, key) from None
        _refuse_secrets(value, *at, key)


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
    covers: Cover
    before: tuple[Label, ...] = ()
    fault: Steps = ()
    switch: Steps = ()
    restore: Steps = ()
    within: Within = Within()
    crew: dict[Label, Label] | None = None
    notice: Label | None = None


_OUTAGE_S: dict[Cover, float] = {
    "camera": 8.0,
    "mic": 8.0,
    "light": 8.0,
    "content": 5.0,
    "network": 45.0,
    "ingest": 45.0,
    "pc": 60.0,
    "other": 60.0,
    "app": 180.0,
    "power": 0.0,
}
"""Our own rule, because crews reach it: another scene, camera or microphone 8 s, a standby video 5, another line (its
router has to come up) 45, a spare PC 60, a second phone 180; a UPS takes over without any."""
_AT_ONCE_S = 8.0
"""What is switched within this is switched by somebody who looks at the programme."""
_DETECT_S, _DETECT_SLOW_S = 3.0, 10.0
_RESTORE_S, _RESTORE_SLOW_S = 20.0, 60.0


def full_within(drill: Drill) -> Within:
    """All four targets of a drill: those that are written, else those of its kind.

    Our own rule for what `outage_s` leaves open: a fault is noticed within 3 s (10 s where the switch takes longer than
    8 s), the switch has the rest of the outage, and the way back takes 20 s at most (a minute, and no less than the
    outage, where things have to come up again).
    """
    outage_s = _OUTAGE_S[drill.covers] if drill.within.outage_s is None else drill.within.outage_s
    at_once = outage_s <= _AT_ONCE_S
    detect_s = _DETECT_S if at_once else _DETECT_SLOW_S
    usual = Within(
        detect_s=detect_s,
        switch_s=max(outage_s - detect_s, _DETECT_S - 1),
        outage_s=outage_s,
        restore_s=_RESTORE_S if at_once else max(_RESTORE_SLOW_S, outage_s),
    )
    written = {
        field.name: value for field in fields(Within) if (value := getattr(drill.within, field.name)) is not None
    }
    return replace(usual, **written)


def is_of_drills(profile: str) -> bool:
    """Whether an OBS profile is one for drills, which no show may go out with."""
    return profile.startswith(DRILL_PROFILE)
