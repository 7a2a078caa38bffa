"""One line at rest: its interface, and a connection over it to the show's ingest, step by step. Runs in a worker."""

from __future__ import annotations

import secrets
import socket
import ssl
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from rigcheck.address import place_of
from rigcheck.errors import NotSeen
from rigcheck.link_state import LinkRequest, LinkState
from rigcheck.sources.card import read_card, way_out
from rigcheck.sources.certificate import Certificate, judge_certificate
from rigcheck.sources.interface import bind_to_line
from rigcheck.sources.name import look_up
from rigcheck.sources.reach import BEST_FIRST, CONNECT_LIMIT_S, Outcome, door_of, outcome_of
from rigcheck.uplink_state import Isolation

TRIES, TRIES_LIMIT_S = 5, 2.0
"""Connections whose times are taken; after the limit no further one is begun."""
TLS_LIMIT_S, GREETING_LIMIT_S = 1.5, 1.0
_ELSEWHERE = "192.0.2.1"
"""An address for documentation (RFC 5737): the way there is the way out of the building. Nothing is sent to it."""
_OVER_TLS = frozenset({"rtmps", "https", "wss", "rtsps"})
_GREETING = 1537  # bytes of RTMP's first handshake message, C0 and C1
_TIME_STAMPS = 1  # TCPI_OPT_TIMESTAMPS, in the sixth byte of Linux's tcp_info


def read_link(request: LinkRequest) -> LinkState:
    """The interface that the line is, or that the system takes, and how a connection over it went; 7 s at most.

    Names are looked up the system's way, whatever the line. `mtu_bytes` is the segment size that TCP agreed on, with the
    headers that go with it. Raises NotSeen: `missing` for an interface that is not there, `failed` with `error` for
    errors of this computer's own.
    """
    host, port = _door(request.url)
    found = look_up(host, port) if host else None
    address = found.addresses[0] if found and found.addresses else _ELSEWHERE
    state = _at_rest(request, address)
    if found is None:
        return state
    if found.fault is not None:
        return replace(state, outcome=found.fault)
    state = replace(state, dns_ms=found.took_ms)
    if not port or request.url is None:
        return state
    with ExitStack() as stack:
        way = _Way(port, state.interface if state.isolation == "bound" else None, stack)
        return _follow(state, way, request.url, found.addresses)


def _door(url: str | None) -> tuple[str, int]:
    """Host and TCP port; no port where there is no TCP to it, and no host where there is no URL."""
    if url is None:
        return "", 0
    try:
        return door_of(url)
    except NotSeen:  # SRT, say
        return urlsplit(url).hostname or "", 0


def _at_rest(request: LinkRequest, address: str) -> LinkState:
    name = request.interface or way_out(address)
    isolation: Isolation = "router" if request.is_router else "system"
    if name is None:  # no way out at all
        return LinkState(None, isolation, None, None, None, None, None, None)
    card = read_card(name)
    if request.interface is not None:
        with socket.socket() as probe:
            isolation = bind_to_line(probe, request.interface)
    return LinkState(name, isolation, card.is_up, card.link_mbps, card.medium, card.signal_dbm, None, None)


@dataclass(frozen=True, slots=True)
class _Way:
    """The port to connect to, and the interface to do it over; sockets are closed with `stack`."""

    port: int
    interface: str | None
    stack: ExitStack

    def connect(self, address: str) -> tuple[socket.socket | None, Outcome | None, float]:
        """A connected socket, or why there is none; and the ms it took."""
        link = self.stack.enter_context(socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET))
        link.settimeout(CONNECT_LIMIT_S)
        began_s = time.perf_counter()
        try:
            bind_to_line(link, self.interface)
            link.connect((address, self.port))
        except OSError as error:
            return None, outcome_of(error), 0.0
        return link, None, (time.perf_counter() - began_s) * 1000


def _follow(state: LinkState, way: _Way, url: str, addresses: Iterable[str]) -> LinkState:
    """The connection: to the first address that answers, several times; then what is behind it."""
    failed: list[Outcome] = []
    for address in addresses:
        link, fault, took_ms = way.connect(address)
        if link is None:
            failed.append(fault or "timeout")
            continue
        state = replace(state, outcome="answered", mtu_bytes=_mtu(link))
        state = _timed(state, way, address, took_ms)
        return _behind(state, link, url)
    outcome = min(failed, key=BEST_FIRST.index, default=None)
    return replace(state, outcome=outcome, lost=len(failed))


def _timed(state: LinkState, way: _Way, address: str, first_ms: float) -> LinkState:
    """The times of TRIES connections, the first of which is done already."""
    times, lost, end_s = [first_ms], 0, time.perf_counter() + TRIES_LIMIT_S
    while len(times) + lost < TRIES and time.perf_counter() < end_s:
        link, _, took_ms = way.connect(address)
        if link is None:
            lost += 1
            continue
        link.close()
        times.append(took_ms)
    return replace(state, rtt_ms=tuple(times), lost=lost)


def _mtu(link: socket.socket) -> int | None:
    """Largest packet of the way, in bytes; None where the system does not say which options its headers carry."""
    try:
        segment = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG)
        options = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 8)[5]
    except (AttributeError, OSError):
        return None
    headers = (60 if link.family == socket.AF_INET6 else 40) + (12 if options & _TIME_STAMPS else 0)
    return segment + headers


def _behind(state: LinkState, link: socket.socket, url: str) -> LinkState:
    """What answers on the connection: the ingest, or something in between."""
    scheme = urlsplit(url).scheme.lower()
    if scheme in _OVER_TLS:
        tls_ms, certificate = _shake_hands(link, urlsplit(url).hostname or "")
        return replace(state, tls_ms=tls_ms, certificate=certificate, portal=_is_other(certificate, url))
    return replace(state, portal=_is_web(link)) if scheme == "rtmp" else state


def _shake_hands(link: socket.socket, host: str) -> tuple[float | None, Certificate]:
    """Ms of the TLS handshake (None: it failed), and the certificate's verdict by this computer's own authorities."""
    context = ssl.create_default_context()
    link.settimeout(TLS_LIMIT_S)
    began_s = time.perf_counter()
    try:
        with context.wrap_socket(link, server_hostname=host):
            return (time.perf_counter() - began_s) * 1000, "ok"
    except (OSError, ValueError) as error:  # ValueError: a host that cannot be a name in a certificate
        return None, judge_certificate(error)


def _is_other(certificate: Certificate, url: str) -> bool | None:
    """Whether somebody else answers in the ingest's place. A server in the house may well sign its own certificate."""
    match certificate:
        case "fault":
            return None
        case "untrusted":
            return True if place_of(url) == "public" else None
        case _:
            return certificate == "other-name"


def _is_web(link: socket.socket) -> bool | None:
    """Whether a web server answers on RTMP's port: a greeting of RTMP tells. None: no answer, or none that tells."""
    link.settimeout(GREETING_LIMIT_S)
    try:
        link.sendall(b"\x03" + bytes(8) + secrets.token_bytes(_GREETING - 9))
        answer = link.recv(16)
    except OSError:
        return None
    if answer[:1] == b"\x03":
        return False
    return True if answer.startswith((b"HTTP/", b"<")) else None
