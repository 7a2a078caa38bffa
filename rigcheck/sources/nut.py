"""NUT: one reading of a UPS from its `upsd`, over the server's own line protocol (RFC 9271)."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping

from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.line import Address, connection

PORT = 3493
LIMIT_S = 3.0
MAX_LINE_BYTES = 4096
MAX_LINES = 4096  # the richest recorded device publishes under 300 variables

_NAME = r"[^\s\"\\@]+"
_PRIVATE = re.compile(r"driver\.(parameter|flag)\.|.*\.serial$")
_QUOTED = r'"((?:[^"\\]|\\.)*)"'
_ERRORS = {
    "UNKNOWN-UPS": Reason.MISSING,
    "DATA-STALE": Reason.STALE,
    "DRIVER-NOT-CONNECTED": Reason.STALE,
    "ACCESS-DENIED": Reason.DENIED,
    "USERNAME-REQUIRED": Reason.DENIED,
    "PASSWORD-REQUIRED": Reason.DENIED,
}


async def read_nut(request: PowerRequest) -> PowerState:
    """All variables of the UPS `ups@host:port` (host 127.0.0.1 and port 3493 when left out).

    Raises NotSeen, always with the parameter `url` (host:port): `unreachable` (refused, no route, no such host),
    `missing` with `asked` and `candidates` (the server's UPS names), `stale` (driver lost the device, or has not read it yet),
    `denied`, `lost` (hung up half-way), `junk` (not a upsd), `timeout` (silent for 3 s), `failed` with `error`.
    """
    name, address = parse_ups(request.nut or "")
    async with connection(address, LIMIT_S) as stream:
        reader = BufferedByteReceiveStream(stream)
        await stream.send(f"LIST VAR {name}\n".encode())
        try:
            values = dict([_pair(line) async for line in listing(reader, "VAR", name)])
        except NotSeen as fault:
            if fault.reason is not Reason.MISSING:
                raise
            await stream.send(b"LIST UPS\n")
            names = tuple([_word(line) async for line in listing(reader, "UPS", "")])
            raise NotSeen(Reason.MISSING, {"asked": name, "candidates": names}) from None
    if not values or "WAIT" in values.get("ups.status", "").split():
        raise NotSeen(Reason.STALE, {"url": address.url})
    return PowerState(origin="nut", values=public(values), bought=request.bought)


def public(values: Mapping[str, str]) -> dict[str, str]:
    """What may be kept and mailed: not the driver's parameters (host names, logins, passwords) and no serial numbers."""
    return {name: text for name, text in values.items() if not _PRIVATE.match(name)}


def parse_ups(text: str) -> tuple[str, Address]:
    """`ups`, `ups@host`, `ups@host:port` or `ups@[::1]:port`. Raises NotSeen(missing) for a name that cannot be one."""
    name, _, where = text.partition("@")
    if not re.fullmatch(_NAME, name):
        raise NotSeen(Reason.MISSING, {"asked": text, "candidates": ()})
    return name, Address.parse(where, PORT)


async def listing(reader: BufferedByteReceiveStream, kind: str, name: str) -> AsyncIterator[str]:
    """What follows `KIND name` on each line between BEGIN and END. Raises NotSeen for ERR, garbage and endless lists."""
    subject = " ".join(filter(None, ("LIST", kind, name)))
    expect(await read_line(reader), f"BEGIN {subject}")
    prefix = " ".join(filter(None, (kind, name))) + " "
    for _ in range(MAX_LINES):
        line = await read_line(reader)
        if line == f"END {subject}":
            return
        if not line.startswith(prefix):
            expect(line, prefix)
        yield line.removeprefix(prefix)
    raise NotSeen(Reason.JUNK)


async def read_line(reader: BufferedByteReceiveStream) -> str:
    """One line, without its end; bytes that are no UTF-8 become question marks."""
    return (await reader.receive_until(b"\n", MAX_LINE_BYTES)).decode("utf-8", "replace").rstrip("\r")


def expect(line: str, wanted: str) -> None:
    """Raises NotSeen where a line is not the wanted one: with the server's own `error`, or as junk."""
    if line == wanted:
        return
    if error := re.match(r"ERR ([A-Z-]{1,40})", line):
        raise NotSeen(_ERRORS.get(error[1], Reason.FAILED), {"error": error[1]})
    raise NotSeen(Reason.JUNK)


def _pair(text: str) -> tuple[str, str]:
    """`name "value"` with the protocol's escapes undone."""
    found = re.fullmatch(rf"({_NAME}) {_QUOTED}", text)
    if not found:
        raise NotSeen(Reason.JUNK)
    return found[1], re.sub(r"\\(.)", r"\1", found[2]).strip()


def _word(text: str) -> str:
    return text.partition(" ")[0]
