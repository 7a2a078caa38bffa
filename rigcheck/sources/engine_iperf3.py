"""The ThroughputEngine that is iperf3, where it is installed and a server of it listens: a child, its JSON read."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from typing import Literal

import anyio

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.child import ask_child
from rigcheck.sources.iperf3_output import ENGINE, failure, trace_of_iperf3
from rigcheck.sources.name import look_up
from rigcheck.sources.plain import UnfitError
from rigcheck.uplink_state import Isolation, UplinkRequest, UplinkTrace

PORT = 5201
LONGEST_S = 10
"""It cannot be stopped when its figure is settled; ten seconds are also what the worst twentieth wants."""
SPARE_S = 6.0
"""Beyond the test's own time: connecting (2 s), the slow end, the server's output."""
_SHARE = 0.95  # of what may be spent: its own exchange of results comes on top
_BLOCK = "16K"  # a paced test sends in blocks; its own 128 KiB are a burst of 150 ms at 7 Mbit/s


@dataclass(frozen=True, slots=True)
class _Test:
    """What is asked of it: whole seconds, and kbit/s where it is paced."""

    seconds: int
    rate_kbps: float | None
    ended: Literal["duration", "max-mb"] = "duration"


def available(request: UplinkRequest) -> NotSeen | None:
    """Whether the profile names a server, and the program is on the path."""
    if request.iperf3 is None:
        return NotSeen(Reason.NOT_IN_PROFILE, {"engine": ENGINE})
    if shutil.which(ENGINE) is None:
        return NotSeen(Reason.NOT_INSTALLED, {"engine": ENGINE, "install": ENGINE})
    return None


async def measure(request: UplinkRequest) -> UplinkTrace:
    """The upload, as the server counted it. Raises NotSeen with the engine and, mostly, the program's own word."""
    test = _test(request)
    isolation: Isolation = "bound" if request.interface else "system"
    environment = {**os.environ, "LC_ALL": "C"}
    try:
        answer = await ask_child(_command(request, test), test.seconds + SPARE_S, environment)
        tree = json.loads(answer.said)
    except ValueError:  # an older one that does not know an option prints its usage
        complaint = (answer.complained or answer.said).strip().splitlines()
        raise _spent(failure(complaint[0] if complaint else f"exit {answer.code}"), 0) from None
    except NotSeen as unseen:
        raise _spent(NotSeen(unseen.reason, {"engine": ENGINE, **unseen.params}), _most_bytes(test)) from None
    try:
        return trace_of_iperf3(tree, paced_kbps=test.rate_kbps, isolation=isolation, ended=test.ended)
    except NotSeen as unseen:
        raise _spent(await _of_name(unseen, request), _sent(tree)) from None
    except UnfitError:
        raise _spent(NotSeen(Reason.JUNK, {"engine": ENGINE}), _most_bytes(test)) from None


def _test(request: UplinkRequest) -> _Test:
    """Within `max_bytes` whatever the line does: on a metered one it is always paced.

    Raises NotSeen where less than a second of the rate would be left.
    """
    seconds = max(int(min(request.seconds, LONGEST_S) if request.settle else request.seconds), 1)
    if request.max_bytes is None:
        return _Test(seconds, request.rate_kbps)
    most_kbit = _SHARE * request.max_bytes * 8 / 1000
    if request.rate_kbps is None:
        return _Test(seconds, most_kbit / seconds)
    affordable = int(most_kbit / request.rate_kbps)
    if affordable < 1:
        raise NotSeen(Reason.TOO_SHORT, {"engine": ENGINE, "sent_bytes": 0})
    return _Test(min(seconds, affordable), request.rate_kbps, "max-mb" if affordable < seconds else "duration")


async def _of_name(unseen: NotSeen, request: UplinkRequest) -> NotSeen:
    """The same; missing where it could not connect because there is no such name.

    For that the program prints whatever error the system happened to have last.
    """
    if unseen.reason is not Reason.UNREACHABLE:
        return unseen
    found = await anyio.to_thread.run_sync(look_up, _server(request)[0], PORT)
    return unseen if found.fault != "no-name" else NotSeen(Reason.MISSING, unseen.params)


def _server(request: UplinkRequest) -> tuple[str, str | None]:
    host, _, port = (request.iperf3 or "").rpartition(":")
    return (host.strip("[]"), port) if host and port.isdigit() else (request.iperf3 or "", None)


def _command(request: UplinkRequest, test: _Test) -> list[str]:
    host, port = _server(request)
    where = ["-c", host, *([] if port is None else ["-p", port])]
    pace = [] if test.rate_kbps is None else ["-b", f"{test.rate_kbps:.0f}K", "-l", _BLOCK]
    line = ["--bind-dev", request.interface] if request.interface else []
    limits = ["-t", str(test.seconds), "-i", "0.1", "--connect-timeout", "2000"]
    return [ENGINE, *where, "-J", "--get-server-output", *limits, *pace, *line]


def _most_bytes(test: _Test) -> int:
    """What an unfinished test may have sent; 0 where nobody can tell."""
    return int((test.rate_kbps or 0) * 125 * (test.seconds + SPARE_S))


def _sent(tree: object) -> int:
    """What a test that broke off had given to the system."""
    intervals = tree.get("intervals", []) if isinstance(tree, dict) else []
    sums = [interval.get("sum", {}) for interval in intervals if isinstance(interval, dict)]
    return sum(int(entry.get("bytes", 0)) for entry in sums if isinstance(entry, dict))


def _spent(unseen: NotSeen, sent_bytes: int) -> NotSeen:
    return NotSeen(unseen.reason, {**unseen.params, "sent_bytes": sent_bytes})
