"""One of the shop's services asked as its customers ask it: one GET, followed to its end."""

from __future__ import annotations

import errno
import ssl
import time
from collections.abc import Iterator, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Literal

import anyio
import anyio.to_thread

from rigcheck import __version__
from rigcheck.backend_state import BackendRequest, BackendState
from rigcheck.secret import opened
from rigcheck.sources.name import look_up

if TYPE_CHECKING:
    import httpx2

MOST_HOPS = 5
"""Redirects followed. Our own rule: an address that customers know leads to its service in fewer."""
MOST_BYTES = 262_144
"""As much of an answer is waited for, and nothing of it kept. Our own rule: what an app asks for is smaller."""
_HEADERS = {"user-agent": f"rigcheck/{__version__}", "accept": "*/*", "accept-encoding": "identity"}
Fault = Literal["connection-refused", "timeout", "no-route", "no-name", "no-resolver", "tls", "redirects", "broken"]
_FAULTS: Mapping[int, Fault] = {
    errno.ECONNREFUSED: "connection-refused",
    errno.ETIMEDOUT: "timeout",
    errno.ENETUNREACH: "no-route",
    errno.EHOSTUNREACH: "no-route",
    errno.ENETDOWN: "no-route",
    errno.EADDRNOTAVAIL: "no-route",
}


async def read_backend(request: BackendRequest) -> BackendState:
    """How the service answers, after all redirects, within `limit_s`; `latency_ms` from the first look-up to its end.

    No proxy, no cookies, no credentials of this computer's are used, certificates are held against the system's own
    authorities.
    """
    import httpx2  # noqa: PLC0415 - 0.2 s to load

    authorities = await anyio.to_thread.run_sync(_authorities)
    began_s = time.perf_counter()
    try:
        with anyio.fail_after(request.limit_s):
            status = await _status(request, authorities)
    except (TimeoutError, httpx2.TimeoutException):
        return BackendState("timeout")
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
        return BackendState(_fault(error))
    if isinstance(status, str):
        return BackendState(status)
    return BackendState("answered", status, (time.perf_counter() - began_s) * 1000)


def _authorities() -> ssl.SSLContext:
    """The system's own: of Windows and macOS by their own verdict, which also knows those not loaded yet."""
    import truststore  # noqa: PLC0415 - likewise

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


async def _status(request: BackendRequest, authorities: ssl.SSLContext) -> int | Fault:
    """The status at the end of the redirects, its body read as far as it counts."""
    import httpx2  # noqa: PLC0415 - likewise

    options: dict[str, Any] = {
        "trust_env": False,
        "verify": authorities,
        "cookies": CookieJar(DefaultCookiePolicy(allowed_domains=[])),
    }
    async with httpx2.AsyncClient(**options, headers=_HEADERS, timeout=request.limit_s) as client:
        hop = client.build_request("GET", opened(request.url))
        for _ in range(MOST_HOPS + 1):
            fault = await _nameless(hop.url)
            if fault is not None:
                return fault
            answer = await client.send(hop, stream=True)
            try:
                if answer.next_request is None:
                    await _read(answer)
                    return answer.status_code
                hop = answer.next_request
            finally:
                await answer.aclose()
    return "redirects"


async def _nameless(url: httpx2.URL) -> Literal["no-name", "no-resolver"] | None:
    """What is wrong with the host's name. Looked up here first, because the client's own look-up knows no time limit."""
    found = await anyio.to_thread.run_sync(look_up, url.host, url.port or 443, abandon_on_cancel=True)
    return found.fault


async def _read(answer: httpx2.Response) -> None:
    length = 0
    async for piece in answer.aiter_raw():
        length += len(piece)
        if length >= MOST_BYTES:
            return


def _fault(error: Exception) -> Fault:
    """What the chain of causes says: the client wraps the system's errors, some of them in groups."""
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLError):
            return "tls"
        if isinstance(cause, OSError) and (cause.errno or 0) in _FAULTS:
            return _FAULTS[cause.errno or 0]
    return "broken"


def _causes(error: BaseException) -> Iterator[BaseException]:
    yield error
    for cause in (error.__cause__ or error.__context__, *getattr(error, "exceptions", ())):
        if cause is not None:
            yield from _causes(cause)
