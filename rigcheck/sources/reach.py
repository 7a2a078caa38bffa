"""Whether a host answers: its name looked up and a TCP connection opened, each in a time limit of its own; no byte sent."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterable, Mapping
from typing import Literal
from urllib.parse import urlsplit

import anyio
import anyio.to_thread

from rigcheck.errors import NotSeen
from rigcheck.link_state import Reach, ReachRequest
from rigcheck.model import Reason

PORTS = {"rtmp": 1935, "rtmps": 443, "http": 80, "https": 443, "ws": 80, "wss": 443, "rtsp": 554, "rtsps": 322}
"""Where a URL without a port leads; rtmps as ffmpeg and OBS have it. Schemes over UDP (srt, rtp, udp) have no TCP door."""
NAME_LIMIT_S, CONNECT_LIMIT_S = 1.5, 1.0
"""Our own rule: a name that takes longer, or a connection over 1 s, would not carry a show either."""
_OUTCOMES: Mapping[int, Literal["refused", "timeout", "no-route"]] = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "no-route",
    errno.EHOSTUNREACH: "no-route",
    errno.ENETDOWN: "no-route",
    errno.EADDRNOTAVAIL: "no-route",
}
_NO_SUCH_NAME = frozenset(
    {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}  # NODATA: a name without addresses
)
_BEST_FIRST = ("answered", "refused", "timeout", "no-route")


async def read_reach(request: ReachRequest) -> Reach:
    """How far a connection to the URL's host comes, in 3.5 s at most: one address of each family is tried.

    Raises NotSeen: `not-by-this-route` for a URL whose scheme has no TCP door, `failed` with `error` for errors of
    this computer's own.
    """
    host, port = _door(request.url)
    began = anyio.current_time()
    try:
        with anyio.fail_after(NAME_LIMIT_S):
            addresses = await anyio.to_thread.run_sync(_addresses, host, port, abandon_on_cancel=True)
    except TimeoutError:
        return Reach("no-resolver")
    except UnicodeError:  # a name that IDNA refuses
        return Reach("no-name")
    except socket.gaierror as error:
        return Reach("no-name" if error.errno in _NO_SUCH_NAME else "no-resolver")
    dns_ms = (anyio.current_time() - began) * 1000
    tries: list[Reach] = []
    for address in addresses:
        tries.append(await _connect(address, port, dns_ms))
        if tries[-1].outcome == "answered":
            break
    return min(tries, key=lambda reach: _BEST_FIRST.index(reach.outcome))


def _door(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme.lower())
    if not parts.hostname or port is None or parts.scheme.lower() not in PORTS:
        raise NotSeen(Reason.NOT_THIS_WAY)
    return parts.hostname, port


def _addresses(host: str, port: int) -> list[str]:
    """The first address of each family, in the system's order of preference."""
    infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(_first_of_each((family, str(place[0])) for family, _, _, _, place in infos))


def _first_of_each(found: Iterable[tuple[int, str]]) -> Iterable[str]:
    first: dict[int, str] = {}
    for family, address in found:
        first.setdefault(family, address)
    return first.values()


async def _connect(address: str, port: int, dns_ms: float) -> Reach:
    began = anyio.current_time()
    try:
        with anyio.fail_after(CONNECT_LIMIT_S):
            stream = await anyio.connect_tcp(address, port)
    except TimeoutError:
        return Reach("timeout", dns_ms)
    except OSError as error:
        return _failed(error.__cause__ if isinstance(error.__cause__, OSError) else error, dns_ms)
    connect_ms = (anyio.current_time() - began) * 1000
    await anyio.aclose_forcefully(stream)
    return Reach("answered", dns_ms, connect_ms)


def _failed(error: OSError, dns_ms: float) -> Reach:
    """What the system's error says of the way there."""
    number = error.errno or 0
    if number in _OUTCOMES:
        return Reach(_OUTCOMES[number], dns_ms)
    raise NotSeen(Reason.FAILED, {"error": errno.errorcode.get(number, type(error).__name__)})
