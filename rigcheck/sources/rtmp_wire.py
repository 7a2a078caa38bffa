"""A TCP connection, TLS or not, that never blocks longer than it is told to."""

from __future__ import annotations

import select
import socket
import ssl
import struct
import sys
import time
from contextlib import suppress
from typing import Self

from rigcheck.sources.interface import bind_to_line
from rigcheck.uplink_state import Isolation

SYSTEM: str = sys.platform
AT_ONCE = 65_536
"""Bytes given to the system, or taken from it, in one call."""
_SO_NWRITE = 0x1024  # macOS: bytes in the send buffer
_TIOCOUTQ = 0x5411  # Linux, tcp(7) SIOCOUTQ: bytes sent and not acknowledged, and those not even sent
_UNSENT_BYTES = 131_072
_WAITING = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class Wire:
    """A connected socket. All times are of `time.monotonic`; past one, TimeoutError.

    `given` counts the bytes that the system took, without what TLS adds.
    """

    def __init__(self, link: socket.socket) -> None:
        self._link = link
        self._link.setblocking(False)
        self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if hasattr(socket, "TCP_NOTSENT_LOWAT"):  # what cannot leave yet waits with us, not in the system
            self._link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, _UNSENT_BYTES)
        self.given = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def secure(self, host: str, until_s: float) -> None:
        """Put TLS on top, the certificate verified by this computer's own authorities. Raises OSError, ValueError."""
        context = ssl.create_default_context()
        link = context.wrap_socket(self._link, server_hostname=host, do_handshake_on_connect=False)
        self._link = link
        while True:
            try:
                link.do_handshake()
            except ssl.SSLWantReadError:
                self._wait(until_s)
            except ssl.SSLWantWriteError:
                self._wait(until_s, to_give=True)
            else:
                return

    def expires(self) -> float | None:
        """When the other side's certificate does, in seconds since 1970; None without TLS."""
        if not isinstance(self._link, ssl.SSLSocket):
            return None
        until = (self._link.getpeercert() or {}).get("notAfter")
        return float(ssl.cert_time_to_seconds(until)) if isinstance(until, str) else None

    def give(self, data: bytes | memoryview) -> int:
        """How many of the bytes the system took, 0 where it is full. Raises OSError where the other side is gone."""
        try:
            count = self._link.send(data[:AT_ONCE])
        except _WAITING:
            return 0
        self.given += count
        return count

    def give_all(self, data: bytes, until_s: float) -> None:
        """Give every byte."""
        rest = memoryview(data)
        while rest:
            rest = rest[self.give(rest) :]
            if rest:
                self._wait(until_s, to_give=True)

    def take(self) -> bytes | None:
        """What has come; None where nothing has. Raises ConnectionResetError where the other side hung up."""
        try:
            data = self._link.recv(AT_ONCE)
        except _WAITING:
            return None
        if not data:
            raise ConnectionResetError
        return data

    def take_some(self, until_s: float) -> bytes:
        """What comes next."""
        while (data := self.take()) is None:
            self._wait(until_s)
        return data

    def rest(self, until_s: float, *, to_give: bool) -> None:
        """Wait until something has come, or (with `to_give`) the system takes more, or it is time."""
        select.select([self._link], [self._link] if to_give else [], [], max(0.0, until_s - time.monotonic()))

    def unacknowledged(self) -> int | None:
        """Bytes that the system took and the other side's TCP has not acknowledged; None where it does not say."""
        with suppress(OSError, ValueError):  # it is gone; it is closed
            if SYSTEM == "linux":
                import fcntl  # noqa: PLC0415 - Windows has none

                return int(struct.unpack("i", fcntl.ioctl(self._link.fileno(), _TIOCOUTQ, bytes(4)))[0])
            if SYSTEM == "darwin":
                return self._link.getsockopt(socket.SOL_SOCKET, _SO_NWRITE)
        return None

    def drop(self) -> None:
        """Close; what the other side has not acknowledged yet is not sent any more."""
        with suppress(OSError):
            if self.unacknowledged():
                self._link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._link.close()

    def close(self) -> None:
        """Close; what the system has taken still leaves."""
        self._link.close()

    def _wait(self, until_s: float, *, to_give: bool = False) -> None:
        left_s = until_s - time.monotonic()
        ways = ([], [self._link]) if to_give else ([self._link], [])
        if left_s <= 0 or not any(select.select(*ways, [], left_s)):
            raise TimeoutError


def connect(address: str, port: int, limit_s: float, interface: str | None = None) -> tuple[Wire, Isolation]:
    """A connection to an IP address, and whether it is bound to the interface that was named. Raises OSError."""
    link = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        isolation = bind_to_line(link, interface)
        link.settimeout(limit_s)
        link.connect((address, port))
        return Wire(link), isolation
    except BaseException:
        link.close()
        raise
