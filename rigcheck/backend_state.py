"""The shop's own services: the Request for one, and how it answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rigcheck.request import Request


@dataclass(frozen=True, slots=True)
class BackendRequest(Request):
    """One GET of a service's URL; redirects are followed, nothing is sent but the request itself."""

    kind: ClassVar[str] = "backend"
    url: str = ""
    limit_s: float = 5.0

    @property
    def deadline_s(self) -> float:
        """The request's own limit and a second; loading the client may take another."""
        return self.limit_s + 2.0


@dataclass(frozen=True, slots=True, eq=False)
class BackendState:
    """How a service answered: its status, or why there is none.

    no-name: there is no such name; no-resolver: nobody there to ask for it; tls: its certificate or TLS itself;
    redirects: it leads round and round; broken: it hung up, or what it said is no HTTP.
    """

    kind: ClassVar[str] = "backend"
    outcome: Literal[
        "answered",
        "connection-refused",
        "timeout",
        "no-route",
        "no-name",
        "no-resolver",
        "tls",
        "redirects",
        "broken",
    ]
    status: int | None = None
    latency_ms: float | None = None  # until the answer was whole, or as much of it as was waited for
