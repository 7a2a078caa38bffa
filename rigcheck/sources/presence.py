"""Whether a camera or a network interface is there, from the system's lists: nothing is opened. Runs in a worker."""

from __future__ import annotations

import socket

from rigcheck.errors import NotSeen
from rigcheck.link_state import LineRequest, LineState, Presence, PresenceRequest
from rigcheck.model import Reason
from rigcheck.sources.camera_address import find_camera, list_cameras

_IP = frozenset({socket.AF_INET, socket.AF_INET6})


def read_presence(request: PresenceRequest) -> Presence:
    """The listed camera (or file) that the request means. Raises NotSeen like `find_camera`."""
    return Presence(find_camera(request.device, list_cameras()).name)


def read_line(request: LineRequest) -> LineState:
    """The state of one interface. Raises NotSeen(missing) with `asked` and the `candidates` there are."""
    import psutil  # noqa: PLC0415 - the worker's to load

    cards = psutil.net_if_stats()
    if request.interface not in cards:
        raise NotSeen(Reason.MISSING, {"asked": request.interface, "candidates": tuple(sorted(cards))})
    addresses = psutil.net_if_addrs().get(request.interface, [])
    return LineState(cards[request.interface].isup, sum(address.family in _IP for address in addresses))
