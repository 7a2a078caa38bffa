"""The room's ways out as written down: its lines, how throughput is tested, the show's ingest, the shop's services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from annotated_types import Ge, Gt, Le

from rigcheck.address import host_of
from rigcheck.value import DeviceName, Label, WrittenSecret
from rigcheck.written import JsonSchema, as_tuples, host_like, url_of

PushUrl = Annotated[str, url_of("rtmp", "rtmps", "srt", instead="key: env:NAME")]
WebUrl = Annotated[str, url_of("http", "https")]
Port = Annotated[int, Ge(1), Le(65_535)]
EngineName = Literal["http", "iperf3", "speedtest-cli"]


@dataclass(frozen=True, slots=True)
class Line:
    """One way out of the building: an interface of this PC, or a port that the router's policy sends over it.

    Without either it is whatever way the system takes.
    """

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
    """Where our own receiver listens, and the token that it wants."""

    url: Annotated[str, url_of("http", "https", instead="token: env:NAME")]
    token: WrittenSecret | None = None


@dataclass(frozen=True, slots=True)
class Iperf3FarEnd:
    """Where an iperf3 server listens."""

    server: Annotated[str, host_like(r"[^\s@/]+", "HOST or HOST:PORT")]


def _one_line() -> dict[DeviceName, Line]:
    return {"main": Line()}


@dataclass(frozen=True, slots=True)
class Network:
    """The lines (`main`, `backup`) and the throughput engines in the order in which they are tried."""

    lines: dict[DeviceName, Line] = field(default_factory=_one_line)
    engines: tuple[EngineName, ...] = ()
    http: HttpFarEnd | None = None
    iperf3: Iperf3FarEnd | None = None
    turns: Label | None = None  # a folder that all rooms of the site can write, where no receiver keeps their turns


_SETTINGS = ("engines", "http", "iperf3", "turns")


def lines_apart(raw: object) -> object:
    """Line names stand beside the settings in the YAML and in a mapping of their own in the value."""
    if not isinstance(raw, dict):
        return raw
    settings = {key: as_tuples(value) for key, value in raw.items() if key in _SETTINGS}
    lines = {key: value for key, value in raw.items() if key not in settings}
    return {**settings, "lines": lines} if lines else settings


def lines_beside(made: JsonSchema) -> JsonSchema:
    """The schema of what `lines_apart` takes."""
    fields = made["properties"]
    (line,) = fields["lines"]["patternProperties"].values()
    settings = {name: fields[name] for name in _SETTINGS}
    return {"type": "object", "properties": settings, "additionalProperties": line}


@dataclass(frozen=True, slots=True)
class Ingest:
    """Where the show goes. The stream key is a reference, never part of the URL."""

    url: PushUrl | None = None
    key: WrittenSecret | None = None


@dataclass(frozen=True, slots=True)
class PushTest:
    """Where a trial push may publish, and the server's own count of it (nginx-rtmp's stat page, a node-media-server)."""

    url: PushUrl
    key: WrittenSecret | None = None
    stat: Annotated[str, url_of("http", "https", instead="an address that needs none")] | None = None


@dataclass(frozen=True, slots=True)
class Push:
    """The show's ingest, its backup ingest, and where a trial may publish."""

    url: PushUrl | None = None
    key: WrittenSecret | None = None
    backup: Ingest | None = None
    test: PushTest | None = None

    def ingests(self) -> dict[str, Ingest]:
        """The ingests by role; the main one also where the room has none yet."""
        main = {"main": Ingest(self.url, self.key)}
        return main if self.backup is None else {**main, "backup": self.backup}

    def trial_hosts(self) -> tuple[str, ...]:
        """The host of the trial ingest: what goes there is no show; none where one of the show's own ingests has that host."""
        shows = {host_of(ingest.url) for ingest in self.ingests().values() if ingest.url is not None}
        return tuple({host_of(self.test.url)} - shows) if self.test is not None else ()


@dataclass(frozen=True, slots=True)
class Backend:
    """A service of the shop: its answer's status, and how long it may take."""

    name: Label
    url: WebUrl
    status: Annotated[int, Ge(100), Le(599)] = 200
    within_ms: Annotated[float, Gt(0), Le(60_000)] = 1000.0


def backends_by_name(backends: tuple[Backend, ...]) -> dict[str, Backend]:
    """The services by name; of two of one name, the last."""
    return {backend.name: backend for backend in backends}
