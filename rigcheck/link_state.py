"""What can be told of cameras, lines and hosts without touching them: Requests and their Samples, like `samples`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rigcheck.request import Request


@dataclass(frozen=True, slots=True)
class PresenceRequest(Request):
    """Whether a camera is there: the system's list is read, nothing is opened."""

    kind: ClassVar[str] = "presence"
    device: str | int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Presence:
    """A camera that the system lists, under the name it has there."""

    kind: ClassVar[str] = "presence"
    called: str


@dataclass(frozen=True, slots=True)
class LineRequest(Request):
    """Whether a network interface is up."""

    kind: ClassVar[str] = "line"
    interface: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class LineState:
    """A network interface of this computer: whether it is up, and how many IP addresses it has."""

    kind: ClassVar[str] = "line"
    is_up: bool
    addresses: int


@dataclass(frozen=True, slots=True)
class ReachRequest(Request):
    """Whether the URL's host answers: its name is looked up, a TCP connection opened and closed; RTMP is greeted in between."""

    kind: ClassVar[str] = "reach"
    url: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """How far a TCP connection to a host came; a time is None where it did not come that far.

    no-name: there is no such name; no-resolver: nobody there to ask for it; no-route: no way out of this computer.
    Of RTMP, where there is a connection: silent: no answer to our greeting; no-rtmp: it hangs up or answers something
    else; untrusted: its certificate does not hold here.
    """

    kind: ClassVar[str] = "reach"
    outcome: Literal[
        "answered", "refused", "timeout", "no-route", "no-name", "no-resolver", "silent", "no-rtmp", "untrusted"
    ]
    dns_ms: float | None = None
    connect_ms: float | None = None


@dataclass(frozen=True, slots=True)
class LinkRequest(Request):
    """One line at rest: its interface, and the steps of a connection over it to the show's ingest (`url`)."""

    kind: ClassVar[str] = "link"
    interface: str | None = None
    is_router: bool = False  # a line that only the router can choose
    url: str | None = None

    @property
    def resource(self) -> str:
        """Times are taken on an empty line."""
        return "uplink"

    @property
    def deadline_s(self) -> float:
        """Each step has its own limit."""
        return 8.0


@dataclass(frozen=True, slots=True, eq=False)
class LinkState:
    """A line at rest. None: this system does not say, or it did not come that far. Times in ms.

    `outcome` None: there is no ingest to connect to. `rtt_ms` are TCP connect times, one a try.
    """

    kind: ClassVar[str] = "link"
    interface: str | None  # as the system calls it
    isolation: Literal["bound", "router", "system"]
    is_up: bool | None
    link_mbps: float | None
    medium: Literal["wired", "wifi", "mobile", "vpn", "virtual"] | None
    signal_dbm: float | None
    mtu_bytes: int | None  # of the way: what TCP agreed on, with its headers
    outcome: Literal["answered", "refused", "timeout", "no-route", "no-name", "no-resolver"] | None
    dns_ms: float | None = None
    rtt_ms: tuple[float, ...] = ()
    lost: int = 0  # tries without an answer
    tls_ms: float | None = None
    certificate: Literal["ok", "expired", "not-yet", "other-name", "untrusted", "fault"] | None = None
    portal: bool | None = None  # a captive portal or an intercepting proxy answered instead
