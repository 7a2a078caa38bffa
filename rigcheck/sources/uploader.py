"""Who sends steadily to an ingest from this computer, whatever the program is called: seen from its connections (Linux)."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from rigcheck.address import host_of
from rigcheck.errors import NotSeen
from rigcheck.samples import OnAirRequest
from rigcheck.sources.name import look_up
from rigcheck.sources.reach import door_of
from rigcheck.sources.tool import said

RTMP_PORTS = frozenset({1935, 1936})
WATCHED_S = 0.7
LEAST_KBPS = 64.0
"""Our own rule: no picture and sound take less, and whoever only watches a stream sends nearly nothing."""
STUCK_BYTES = 65_536
"""So much waiting to be sent, both times: a stream whose line is gone is a stream all the same."""
_LOOPBACK = ("127.", "::1")


@dataclass(frozen=True, slots=True)
class Upload:
    """One established connection as the system counts it."""

    program: str  # empty where it is another user's
    address: str
    port: int
    acked_bytes: int
    queued_bytes: int


def read_uploaders(request: OnAirRequest) -> tuple[str, ...]:
    """The programs, sorted, that send to an RTMP port elsewhere, or to one of the show's own ingests, for WATCHED_S.

    Programs that cannot be named are `RTMP`. The trial's ingest is none of the show's. Empty where there is no `ss`.
    Looks twice only where there is a connection to look at.
    """
    ports = RTMP_PORTS | {port for url in request.ingests if (port := _port(url)) is not None}
    before = _established(ports)
    if not before:
        return ()
    time.sleep(WATCHED_S)
    sending = sending_of(before, _established(ports))
    show, trial = _addresses(request.ingests), _addresses(request.trials)
    return tuple(sorted({upload.program or "RTMP" for upload in sending if _is_show(upload, show, trial - show)}))


def _port(url: str) -> int | None:
    try:
        return door_of(url)[1]
    except NotSeen:  # SRT has no connections
        return None


def _established(ports: frozenset[int]) -> dict[tuple[str, str], Upload]:
    listed = uploads_in(said("ss", "-tinpH", "state", "established") or "")
    return {ends: upload for ends, upload in listed.items() if upload.port in ports}


def sending_of(before: Mapping[tuple[str, str], Upload], after: Mapping[tuple[str, str], Upload]) -> list[Upload]:
    """The connections over which bytes went in between, or over which they want to and cannot."""
    least = LEAST_KBPS * 1000 / 8 * WATCHED_S
    return [
        later
        for ends, later in after.items()
        if (first := before.get(ends)) is not None
        and (
            later.acked_bytes - first.acked_bytes >= least or min(first.queued_bytes, later.queued_bytes) >= STUCK_BYTES
        )
    ]


def _addresses(urls: tuple[str, ...]) -> frozenset[tuple[str, int]]:
    doors = ((host_of(url), _port(url)) for url in urls)
    return frozenset((address, port) for host, port in doors if port for address in look_up(host, port).addresses)


def _is_show(upload: Upload, show: frozenset[tuple[str, int]], trial: frozenset[tuple[str, int]]) -> bool:
    """The show's own ingest always is; any other RTMP port is one unless it is the trial's, or on this computer."""
    place = (upload.address, upload.port)
    if place in show:
        return True
    return upload.port in RTMP_PORTS and place not in trial and not upload.address.startswith(_LOOPBACK)


_ROW = re.compile(r"^\d+\s+(?P<queued>\d+)\s+(?P<local>\S+)\s+(?P<peer>\S+):(?P<port>\d+)(?P<rest>.*)$")


def uploads_in(text: str) -> dict[tuple[str, str], Upload]:
    """What `ss -tinpH state established` prints, by both ends: a row, and an indented one with the counts."""
    found: dict[tuple[str, str], Upload] = {}
    for text_of_one in re.split(r"\n(?=\S)", text):
        row = _ROW.match(text_of_one.replace("\n", " "))
        if row is None:
            continue
        program = re.search(r'users:\(\("([^"]+)"', row["rest"])
        acked = re.search(r"\bbytes_acked:(\d+)", row["rest"])
        upload = Upload(
            program=program[1] if program else "",
            address=_bare(row["peer"]),
            port=int(row["port"]),
            acked_bytes=int(acked[1]) if acked else 0,
            queued_bytes=int(row["queued"]),
        )
        found[row["local"], f"{row['peer']}:{row['port']}"] = upload
    return found


def _bare(address: str) -> str:
    """Without brackets and scope, an IPv4 address in IPv6's clothes as itself."""
    return address.strip("[]").partition("%")[0].removeprefix("::ffff:")
