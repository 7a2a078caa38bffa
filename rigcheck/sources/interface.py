"""One line among several: a socket that is bound to a network interface, where the system can do that."""

from __future__ import annotations

import errno
import socket
import struct
import sys

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.uplink_state import Isolation

# From the systems' own headers; Python has no names for them.
_IP_BOUND_IF, _IPV6_BOUND_IF = 25, 125  # macOS, netinet/in.h and netinet6/in6.h
_IP_UNICAST_IF, _IPV6_UNICAST_IF = 31, 31  # Windows, ws2ipdef.h


def bind_to_line(door: socket.socket, interface: str | None) -> Isolation:
    """Bind a socket to an interface before it connects; a bound source address would not do, it takes the main line.

    Says `system` where there is none, or the system does not let us: then the traffic goes its usual way.
    Raises NotSeen(missing) with `asked` where there is no such interface.
    """
    if interface is None:
        return "system"
    try:
        _bind(door, interface)
    except OSError as error:
        if error.errno in (errno.ENODEV, errno.ENXIO):
            raise NotSeen(Reason.MISSING, {"asked": interface}) from None
        return "system"
    return "bound"


def _bind(door: socket.socket, interface: str) -> None:
    is_v6 = door.family == socket.AF_INET6
    if sys.platform == "linux":
        door.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, interface.encode() + b"\0")
    elif sys.platform == "darwin":
        level, option = (socket.IPPROTO_IPV6, _IPV6_BOUND_IF) if is_v6 else (socket.IPPROTO_IP, _IP_BOUND_IF)
        door.setsockopt(level, option, _index(interface))
    elif sys.platform == "win32":  # an IPv4 index in network order, one of IPv6 in the machine's
        level, option = (socket.IPPROTO_IPV6, _IPV6_UNICAST_IF) if is_v6 else (socket.IPPROTO_IP, _IP_UNICAST_IF)
        door.setsockopt(level, option, struct.pack("@I" if is_v6 else "!I", _index(interface)))
    else:
        raise OSError(errno.ENOTSUP, "no such option")


def _index(interface: str) -> int:
    try:
        return socket.if_nametoindex(interface)
    except OSError as error:
        raise OSError(errno.ENODEV, interface) from error
