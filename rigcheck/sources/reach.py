"""Whether a host answers: its name looked up, a TCP connection opened, each in a time limit of its own.

Of an RTMP server it is the program that must answer: the system takes calls for one that hangs, too. It is greeted and
told nothing, neither an application nor a key. To others no byte is sent: a second viewer may be one too many for a camera.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Mapping
from typing import Literal
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from anyio.abc import ByteStream
from anyio.streams.buffered import BufferedByteReceiveStream
from anyio.streams.tls import TLSStream

from rigcheck.errors import NotSeen
from rigcheck.link_state import Reach, ReachRequest
from rigcheck.model import Reason
from rigcheck.sources.name import look_up
from rigcheck.sources.rtmp_greeting import GREETING_BYTES, VERSION, hello

PORTS = {"rtmp": 1935, "rtmps": 443, "http": 80, "https": 443, "ws": 80, "wss": 443, "rtsp": 554, "rtsps": 322}
"""Where a URL without a port leads; rtmps as ffmpeg and OBS have it. Schemes over UDP (srt, rtp, udp) have no TCP door."""
CONNECT_LIMIT_S = 1.0
"""Our own rule: a connection that takes longer would not carry a show either."""
GREETING_LIMIT_S = 1.5
"""For TLS and the greeting together. Our own rule: an ingest answers in a round trip or two."""
Greeted = Literal["answered", "silent", "no-rtmp", "untrusted"]
Outcome = Literal["refused", "timeout", "no-route"]
_OUTCOMES: Mapping[int, Outcome] = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "refused",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "no-route",
    errno.EHOSTUNREACH: "no-route",
    errno.ENETDOWN: "no-route",
    errno.EADDRNOTAVAIL: "no-route",
}
BEST_FIRST = ("answered", "refused", "timeout", "no-route")


async def read_reach(request: ReachRequest) -> Reach:
    """How far a connection to the URL's host comes, in 5 s at most: one address of each family is tried.

    Raises NotSeen: `not-by-this-route` for a URL whose scheme has no TCP door, `failed` with `error` for errors of
    this computer's own.
    """
    host, port = door_of(request.url)
    found = await anyio.to_thread.run_sync(look_up, host, port, abandon_on_cancel=True)
    if found.fault is not None:
        return Reach(found.fault)
    scheme = urlsplit(request.url).scheme.lower()
    tries: list[Reach] = []
    for address in found.addresses:
        tries.append(await _connect(address, port, found.took_ms, scheme, host))
        if tries[-1].connect_ms is not None:
            return tries[-1]
    return min(tries, key=lambda reach: BEST_FIRST.index(reach.outcome))


def door_of(url: str) -> tuple[str, int]:
    """Host and TCP port of a URL. Raises NotSeen(not-by-this-route) where its scheme has no TCP door."""
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme.lower())
    if not parts.hostname or port is None or parts.scheme.lower() not in PORTS:
        raise NotSeen(Reason.NOT_THIS_WAY)
    return parts.hostname, port


async def _connect(address: str, port: int, dns_ms: float, scheme: str, host: str) -> Reach:
    began = anyio.current_time()
    try:
        with anyio.fail_after(CONNECT_LIMIT_S):
            stream = await anyio.connect_tcp(address, port)
    except TimeoutError:
        return Reach("timeout", dns_ms)
    except OSError as error:
        return _failed(error.__cause__ if isinstance(error.__cause__, OSError) else error, dns_ms)
    connect_ms = (anyio.current_time() - began) * 1000
    try:
        said = await _greet(stream, scheme, host)
    finally:
        await anyio.aclose_forcefully(stream)
    return Reach(said, dns_ms, connect_ms)


async def _greet(stream: ByteStream, scheme: str, host: str) -> Greeted:
    """What the program behind an open connection makes of a greeting; of other schemes than RTMP's none is sent."""
    if scheme not in ("rtmp", "rtmps"):
        return "answered"
    try:
        with anyio.fail_after(GREETING_LIMIT_S):
            if scheme == "rtmps":
                stream = await TLSStream.wrap(stream, hostname=host, ssl_context=ssl.create_default_context())
            return await _shake_hands(stream)
    except TimeoutError:
        return "silent"
    except (ssl.SSLCertVerificationError, ValueError):  # ValueError: a host that cannot be a name in a certificate
        return "untrusted"
    except (OSError, anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError):
        return "no-rtmp"


async def _shake_hands(stream: ByteStream) -> Greeted:
    """C0 to S2."""
    reader = BufferedByteReceiveStream(stream)
    await stream.send(hello())
    if (await reader.receive_exactly(1))[0] != VERSION:
        return "no-rtmp"
    await stream.send(await reader.receive_exactly(GREETING_BYTES))
    await reader.receive_exactly(GREETING_BYTES)
    return "answered"


def _failed(error: OSError, dns_ms: float) -> Reach:
    """What the system's error says of the way there."""
    return Reach(outcome_of(error), dns_ms)


def outcome_of(error: OSError) -> Outcome:
    """How a connection failed. Raises NotSeen(failed) with `error` for errors of this computer's own."""
    if isinstance(error, TimeoutError):
        return "timeout"
    number = error.errno or 0
    if number in _OUTCOMES:
        return _OUTCOMES[number]
    raise NotSeen(Reason.FAILED, {"error": errno.errorcode.get(number, type(error).__name__)})
