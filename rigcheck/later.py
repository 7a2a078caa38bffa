"""Sections of a profile whose parts are not built yet: read and validated from the start, checked by nobody so far."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from annotated_types import Ge, Gt, Le, Len

from rigcheck.profile import DeviceName, Label, WrittenSecret
from rigcheck.written import JsonSchema, Unreadable, Written, as_tuples, one_of, text_like, url_of

PushUrl = Annotated[str, url_of("rtmp", "rtmps", "srt")]
WebUrl = Annotated[str, url_of("http", "https")]
Action = Annotated[str, text_like(r"[a-z][a-z0-9_]{0,39}", "the name of an action, such as obs_scene")]
Seconds = Annotated[float, Gt(0), Le(86_400)]
Port = Annotated[int, Ge(1), Le(65_535)]

# Metrics that the public contract names and that nothing measures yet: their limits are accepted.
LATER_METRICS = frozenset(
    """
    light.cast_pct light.colour_error_de00 light.pumping_pct camera.match_de00
    mic.tone_dbfs mic.tone_hz mic.echo_db mic.reverb_s mic.rate_error_ppm
    network.upload_kbps network.upload_p5_kbps network.upload_uncertainty_pct network.download_kbps network.rtt_ms
    network.loaded_rtt_ms network.jitter_ms network.loss_pct network.dns_ms network.connect_ms network.tls_ms
    network.mtu_bytes network.link_mbps
    ingest.accepted ingest.handshake_ms ingest.sustained_kbps ingest.stalled_ms
    encoder.realtime_x encoder.cpu_ms_per_frame
    obs.settings_differ
    backend.ok backend.latency_ms
    drill.detect_s drill.switch_s drill.outage_s drill.restore_s
    """.split()  # noqa: SIM905 - fifty quoted names are harder to read
)


@dataclass(frozen=True, slots=True)
class Line:
    """One way out of the building: an interface of this PC, or a port that the router's policy sends over it."""

    interface: Label | None = None
    shared: bool = False  # other rooms of the site use it too
    max_mb: Annotated[float, Gt(0)] | None = None  # most that a test may use of a metered line, 10^6 bytes
    via: Literal["router"] | None = None
    far_end_port: Port | None = None

    def __post_init__(self) -> None:
        if self.interface is not None and self.via is not None:
            raise ValueError("should have interface or via, not both")
        if (self.via is None) != (self.far_end_port is None):
            raise ValueError("via: router and far_end_port belong together")


@dataclass(frozen=True, slots=True)
class HttpFarEnd:
    """Where our own receiver listens."""

    url: WebUrl


def _lines_apart(raw: object) -> object:
    """Line names stand beside the settings in the YAML and in a mapping of their own in the value."""
    if not isinstance(raw, dict):
        return raw
    settings = {key: as_tuples(value) for key, value in raw.items() if key in ("engines", "http")}
    return {**settings, "lines": {key: value for key, value in raw.items() if key not in settings}}


@dataclass(frozen=True, slots=True)
class Network:
    """The lines (`main`, `backup`) and the throughput engines in the order in which they are tried."""

    lines: dict[DeviceName, Line]
    engines: tuple[Literal["http", "iperf3", "speedtest-cli"], ...] = ()
    http: HttpFarEnd | None = None


def _lines_beside(made: JsonSchema) -> JsonSchema:
    fields = made["properties"]
    (line,) = fields["lines"]["patternProperties"].values()
    settings = {name: fields[name] for name in ("engines", "http")}
    return {"type": "object", "properties": settings, "additionalProperties": line}


@dataclass(frozen=True, slots=True)
class PushTest:
    """Where a trial push may publish."""

    url: PushUrl
    key: WrittenSecret | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """The show's ingest. The stream key is a reference, never part of the URL."""

    url: PushUrl | None = None
    key: WrittenSecret | None = None
    test: PushTest | None = None


@dataclass(frozen=True, slots=True)
class Backend:
    """A service of the shop: its answer's status, and how long it may take."""

    name: Label
    url: WebUrl
    status: Annotated[int, Ge(100), Le(599)] = 200
    within_ms: Annotated[float, Gt(0), Le(60_000)] = 1000.0


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

    network: Annotated[Network, Written(_lines_apart, _lines_beside)] | None = None
    push: Push | None = None
    backends: tuple[Backend, ...] | None = None
    checklist: tuple[Label, ...] | None = None
    backup: Backup | None = None
    far_end: FarEnd | None = None
    drills: tuple[Drill, ...] | None = None
