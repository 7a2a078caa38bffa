"""Deeds done in a room with two lines of its own, made of network namespaces; nothing of this machine is touched."""

import subprocess
import sys

from deeds_client import elsewhere
from services_net import BACKUP, FAR, MAIN, Lines

LINES = {"main": MAIN, "backup": BACKUP}
REACH = """
import errno, socket, sys
with socket.socket() as door:
    door.settimeout(2)
    if len(sys.argv) > 2:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[2].encode())
    sys.exit(0 if door.connect_ex((sys.argv[1], 9)) == errno.ECONNREFUSED else 1)
"""
"""Whether somebody at the far end says that nothing listens there."""


def inside(room: Lines, *command: str) -> subprocess.CompletedProcess:
    """Run something in the room."""
    return subprocess.run([*room._inside(room.room), *command], capture_output=True, text=True, timeout=30, check=False)


def deed(room: Lines, phase: str, *before: str, **asked):
    """A phase of an action in a process of its own within the room; `before` stands before its command."""
    return elsewhere(phase, **{"lines": LINES, **asked}, within=(*room._inside(room.room), *before))


def reaches(room: Lines, *over: str) -> bool:
    """Whether the room reaches the far end, its usual way or over one line."""
    return inside(room, sys.executable, "-c", REACH, FAR, *over).returncode == 0


def way_to_far(room: Lines) -> str:
    """The line that the system takes to the far end."""
    return inside(room, "ip", "route", "get", FAR).stdout.partition("dev ")[2].split()[0]
