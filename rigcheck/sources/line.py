"""A short TCP conversation with a daemon on the line: every network fault becomes NotSeen, and none lasts."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Self

import anyio
import anyio.to_thread
from anyio.abc import SocketStream

from rigcheck.errors import NotSeen
from rigcheck.model import Reason

_MAX_PORT = 65535
_LOST = (anyio.EndOfStream, anyio.IncompleteRead, anyio.BrokenResourceError, anyio.ClosedResourceError)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a daemon listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """`host:port`, an IPv6 host in brackets."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, text: str, port: int) -> Self:
        """`host`, `host:port`, `[::1]:port` or nothing at all (127.0.0.1). Raises NotSeen(unreachable) for nonsense."""
        found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([^\s:\[\]]*))(?::(\d{1,5}))?", text, re.ASCII)
        if not found or not 0 < int(found[3] or port) <= _MAX_PORT:
            raise NotSeen(Reason.UNREACHABLE, {"url": text})
        return cls(found[1] or found[2] or "127.0.0.1", int(found[3] or port))


@asynccontextmanager
async def connection(address: Address, limit_s: float) -> AsyncIterator[SocketStream]:
    """An open connection; the whole conversation has `limit_s` seconds.

    Raises NotSeen, its parameters completed with `url`: `unreachable` when nobody answers the door, `timeout` when the
    time is up, `lost` when the other end hangs up half-way, `junk` when a line does not end.
    """
    try:
        with anyio.fail_after(limit_s):
            async with await _connect(address) as stream:
                yield stream
    except NotSeen as fault:
        raise NotSeen(fault.reason, {"url": address.url, **fault.params}) from None
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT, {"url": address.url}) from None
    except anyio.DelimiterNotFound:
        raise NotSeen(Reason.JUNK, {"url": address.url}) from None
    except _LOST:
        raise NotSeen(Reason.LOST, {"url": address.url}) from None


async def _connect(address: Address) -> SocketStream:
    """Each of the host's addresses in turn. Names are resolved in a thread that can be left behind: DNS may hang."""
    try:
        found = await anyio.to_thread.run_sync(_resolve, address, abandon_on_cancel=True)
    except (OSError, UnicodeError):  # UnicodeError: a name that IDNA refuses
        found = []
    for host in found:
        try:
            return await anyio.connect_tcp(host, address.port)
        except OSError:
            continue
    raise NotSeen(Reason.UNREACHABLE)


def _resolve(address: Address) -> list[str]:
    infos = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in infos))
