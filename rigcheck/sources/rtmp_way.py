"""The way to an RTMP server's door, step by step and timed: its name, a TCP connection, TLS."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass

from rigcheck.ingest_state import Certificate, Unreached
from rigcheck.sources.certificate import judge_certificate
from rigcheck.sources.name import look_up
from rigcheck.sources.reach import CONNECT_LIMIT_S, outcome_of
from rigcheck.sources.rtmp import Place
from rigcheck.sources.rtmp_wire import Wire, connect
from rigcheck.uplink_state import Isolation

TLS_LIMIT_S = 1.5
_DAY_S = 86_400.0
_WORDS: Mapping[str, Unreached] = {"refused": "connection-refused", "timeout": "timeout", "no-route": "no-route"}
_BEST_FIRST: tuple[Unreached, ...] = ("connection-refused", "timeout", "no-route")


class UnreachedError(Exception):
    """There is no connection, and why."""

    def __init__(self, outcome: Unreached) -> None:
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(slots=True)
class Way:
    """How the steps went, as far as they came. Times in ms; `connected_s` by time.monotonic."""

    dns_ms: float | None = None
    connect_ms: float | None = None
    tls_ms: float | None = None
    certificate: Certificate | None = None
    certificate_days: float | None = None
    connected_s: float = 0.0
    isolation: Isolation = "system"

    def go(self, place: Place, interface: str | None = None) -> Wire:
        """The open wire, over TLS where the place wants that; 5 s at most. Raises UnreachedError.

        Raises NotSeen: `missing` for an interface that is not there, `failed` for errors of this computer's own.
        """
        found = look_up(place.host, place.port)
        if found.fault is not None:
            raise UnreachedError(found.fault)
        self.dns_ms = found.took_ms
        wire = self._connect(found.addresses, place.port, interface)
        return self._secure(wire, place.host) if place.is_tls else wire

    def _connect(self, addresses: tuple[str, ...], port: int, interface: str | None) -> Wire:
        """To the first address that answers."""
        failed: list[Unreached] = []
        for address in addresses:
            began_s = time.monotonic()
            try:
                wire, self.isolation = connect(address, port, CONNECT_LIMIT_S, interface)
            except OSError as error:
                failed.append(_WORDS[outcome_of(error)])
                continue
            self.connected_s = time.monotonic()
            self.connect_ms = (self.connected_s - began_s) * 1000
            return wire
        raise UnreachedError(min(failed, key=_BEST_FIRST.index, default="no-name"))

    def _secure(self, wire: Wire, host: str) -> Wire:
        try:
            wire.secure(host, time.monotonic() + TLS_LIMIT_S)
        except (OSError, ValueError) as error:  # ValueError: a host that cannot be a name in a certificate
            wire.drop()
            self.certificate = judge_certificate(error)
            raise UnreachedError("tls") from None
        self.tls_ms = (time.monotonic() - self.connected_s) * 1000
        self.certificate = "ok"
        expires = wire.expires()
        self.certificate_days = None if expires is None else (expires - time.time()) / _DAY_S
        return wire
