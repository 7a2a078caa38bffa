"""apcupsd: one reading of a UPS from its Network Information Server (NIS)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable

from anyio.streams.buffered import BufferedByteReceiveStream

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.line import Address, connection

PORT = 3551
LIMIT_S = 3.0
MAX_RECORD_BYTES = 1024  # the daemon's own lines are under 256
MAX_RECORDS = 512  # recorded replies have under 60
_COMMAND = b"status"
_PRIVATE = frozenset({"HOSTNAME", "MASTER", "SERIALNO"})


async def read_apcupsd(request: PowerRequest) -> PowerState:
    """All status records of the daemon at `host:port` (127.0.0.1:3551 where left out).

    Protocol: records of a 2-byte big-endian length and as many bytes, ended by length 0. Raises NotSeen with `url`:
    `unreachable`, `timeout` (silent for 3 s), `lost`, `junk` (not an apcupsd), `stale` (the daemon lost its UPS: COMMLOST).
    """
    address = Address.parse(request.apcupsd or "", PORT)
    async with connection(address, LIMIT_S) as stream:
        await stream.send(len(_COMMAND).to_bytes(2, "big") + _COMMAND)
        reader = BufferedByteReceiveStream(stream)
        values = parse_records([record async for record in _records(reader)])
        if not values.keys() & {"STATUS", "STATFLAG"}:
            raise NotSeen(Reason.JUNK)
        if "COMMLOST" in values.get("STATUS", "").split():
            raise NotSeen(Reason.STALE)
    return PowerState(origin="apcupsd", values=values, bought=request.bought)


def parse_records(records: Iterable[str]) -> dict[str, str]:
    """`KEY      : value unit` lines as a mapping, without host names and serial number; of a key that comes twice the first counts."""
    values: dict[str, str] = {}
    for record in records:
        key, colon, value = record.partition(":")
        if colon and (name := key.strip()) not in _PRIVATE:
            values.setdefault(name, value.strip())
    return values


async def _records(reader: BufferedByteReceiveStream) -> AsyncIterator[str]:
    for _ in range(MAX_RECORDS):
        size = int.from_bytes(await reader.receive_exactly(2), "big")
        if size == 0:
            return
        if size > MAX_RECORD_BYTES:
            raise NotSeen(Reason.JUNK)
        yield (await reader.receive_exactly(size)).decode("utf-8", "replace")
    raise NotSeen(Reason.JUNK)
