"""The ThroughputEngine that is speedtest-cli: the internet's side of a line, as a child process, never imported here.

It wraps stdout when it is imported, counts what it sent, and knows no end of its own: so it runs apart, under a hard
limit, and what it says is an estimate. It takes all of the line.
"""

from __future__ import annotations

import importlib.util
import json
import os
import re
import sys
from dataclasses import dataclass
from pathlib import Path

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.child import ask_child
from rigcheck.sources.plain import UnfitError
from rigcheck.sources.speedtest_output import ENGINE, trace_of_speedtest
from rigcheck.uplink_state import UplinkRequest, UplinkTrace

LEAST_S = 10.0
"""Its own measuring time: a request that has less cannot wait for it."""
LIMIT_S, LEFT_S = 45.0, 3.0
"""Hard limit: three fetches, fifteen probes, 5-18 s of upload; and what stays of the request's time for ending it."""
STEP_S = 8
"""For any one answer of its servers."""
SHIM = """
import http.client, socket, sys
device = sys.argv.pop(1)
if device:
    class Bound(socket.socket):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if self.family in (socket.AF_INET, socket.AF_INET6):
                self.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode() + bytes(1))
    socket.socket = Bound
asked, answered = [], []
request, getresponse = http.client.HTTPConnection.request, http.client.HTTPConnection.getresponse
def request_counted(self, method, *args, **kwargs):
    self.uploads = method == "POST"
    asked.extend([1] * self.uploads)
    return request(self, method, *args, **kwargs)
def getresponse_counted(self):
    response = getresponse(self)
    answered.extend([1] * (getattr(self, "uploads", False) and response.status == 200))
    return response
http.client.HTTPConnection.request, http.client.HTTPConnection.getresponse = request_counted, getresponse_counted
import speedtest
try:
    speedtest.main()
finally:
    print("uploads", len(asked), len(answered), file=sys.__stderr__)
"""
"""Its `--source` option binds an address, which sends over the main line all the same; this binds the interface. And it
says how many uploads were answered: of a server that has died it counts what the system still took, and exits with 0."""
MOST_UNANSWERED = 8
"""Uploads that may be under way when its time is over; its configuration asks for 2 to 4 at once."""


@dataclass(frozen=True, slots=True)
class Road:
    """How it gets to its servers: straight, or through a proxy that stands for them, with that one's authority."""

    proxy: str | None = None
    trusted: Path | None = None


STRAIGHT = Road()


def available(request: UplinkRequest) -> NotSeen | None:
    """Whether it is installed, has time enough, and the line no limit that it would not keep."""
    if importlib.util.find_spec("speedtest") is None:
        return NotSeen(Reason.NOT_INSTALLED, {"engine": ENGINE, "install": ENGINE})
    if request.seconds < LEAST_S:
        return NotSeen(Reason.TOO_SHORT, {"engine": ENGINE})
    if request.max_bytes is not None or request.far_end_port is not None:
        return NotSeen(Reason.NOT_THIS_WAY, {"engine": ENGINE})
    return None


async def measure(request: UplinkRequest, road: Road = STRAIGHT) -> UplinkTrace:
    """Its upload, as it sent it. The system's proxies are left aside.

    Raises NotSeen: `junk` for figures that are none, `lost` where its server died, `failed` with its own last words, and
    as `ask_child` does.
    """
    command = [sys.executable, "-P", "-c", SHIM, request.interface or ""]
    options = ["--json", "--secure", "--no-download", "--no-pre-allocate", "--timeout", str(STEP_S)]
    limit_s = min(LIMIT_S, request.deadline_s - LEFT_S)
    try:
        answer = await ask_child([*command, *options], limit_s, environment(road))
    except NotSeen as unseen:
        raise NotSeen(unseen.reason, {"engine": ENGINE, **unseen.params}) from None
    if answer.code != 0:
        raise NotSeen(Reason.FAILED, {"engine": ENGINE, "error": _last_words(answer.complained)})
    unanswered, answered = _uploads(answer.complained)
    if unanswered > max(answered, MOST_UNANSWERED):
        raise NotSeen(Reason.LOST, {"engine": ENGINE, "error": f"{unanswered} uploads without an answer"})
    try:
        return trace_of_speedtest(json.loads(answer.said), isolation="bound" if request.interface else "system")
    except (ValueError, UnfitError):
        raise NotSeen(Reason.JUNK, {"engine": ENGINE}) from None


def environment(road: Road) -> dict[str, str]:
    """This process's, without its proxies. Through a stand-in for its servers, what is on this computer goes straight."""
    own = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    own |= {"no_proxy": "*", "PYTHONIOENCODING": "utf-8", "PYTHONWARNINGS": "ignore"}
    if road.proxy is not None:
        own |= {"https_proxy": road.proxy, "http_proxy": road.proxy, "no_proxy": "127.0.0.1"}
    return own | ({"SSL_CERT_FILE": str(road.trusted)} if road.trusted else {})


def _uploads(complaint: str) -> tuple[int, int]:
    """How many were not answered, and how many were."""
    found = re.search(r"^uploads (\d+) (\d+)$", complaint, re.MULTILINE)
    asked, answered = (int(found[1]), int(found[2])) if found else (0, 0)
    return asked - answered, answered


def _last_words(complaint: str) -> str:
    lines = [line.strip() for line in complaint.splitlines() if line.strip() and not line.startswith("uploads ")]
    return lines[-1][:120] if lines else ""
