"""What must not be cut: the connection that this very drill is run over, and the only way out of the building."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import anyio.to_thread

from rigcheck.drills.action import DrillError
from rigcheck.drills.command import CommandError, run_command
from rigcheck.model import Message
from rigcheck.sources.card import medium_of

REMOTE_PORTS = frozenset({22, 3389, *range(5900, 5910)})
"""Where SSH, RDP and VNC listen. Those that dial out themselves are known by their programs."""
REMOTE_PROGRAMS = re.compile(
    r"sshd|dropbear|mosh-server|xrdp|x0?vnc|.*vnc.?server|winvnc|teamviewer|anydesk|rustdesk|todesk|sunlogin|awesun|oray|parsec"
    r"|remoting_host|screenconnect|splashtop|srserver|nomachine|nxserver|向日葵|uuremote|gameviewer|网易uu远程",
    re.IGNORECASE,
)
"""Programs by which somebody sits at a computer from elsewhere, as process lists begin their names."""
_LINUX_DEFAULT = re.compile(r"^default\b.*?\bdev (\S+)(.*)$", re.MULTILINE)
_MACOS_DEFAULT = re.compile(r"^default\s+\S+\s+\S+\s+(\S+)", re.MULTILINE)
_WINDOWS_DEFAULT = re.compile(r"^\s*0\.0\.0\.0\s+0\.0\.0\.0\s+\S+\s+(\d+\.\d+\.\d+\.\d+)\s+\d+\s*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Session:
    """One established remote connection: by which program (or port), between which addresses."""

    program: str
    own: str
    peer: str | None
    pid: int | None = None


async def refuse_cutting(interface: str) -> None:
    """Raises DrillError where an interface carries a remote session, or is the only way out, or neither can be told."""
    ways = await ways_out()
    for session in await anyio.to_thread.run_sync(remote_sessions):
        carriers = await _interfaces_of(session)
        is_vpn = any(medium_of(carrier) == "vpn" for carrier in carriers)  # over which line that goes, nobody says
        if interface in carriers or (is_vpn and interface in ways):
            raise DrillError(Message("error.drill.cuts-itself", {"interface": interface, "program": session.program}))
    if is_only_way(interface, ways):
        raise DrillError(Message("error.drill.only-way", {"interface": interface}))


def remote_sessions() -> tuple[Session, ...]:
    """Every connection that somebody from elsewhere may be at this computer by, loopback aside.

    The connections of a remote-desktop program that only waits count too: it looks the same from outside. Raises
    DrillError where the system does not let us look.
    """
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    try:
        links = psutil.net_connections("tcp")
    except psutil.AccessDenied:
        raise DrillError(Message("error.drill.sessions-unseen")) from None
    names = {process.pid: process.info["name"] or "" for process in psutil.process_iter(["name"])}
    found = (_session(link, names.get(link.pid or 0, "")) for link in links if link.status == psutil.CONN_ESTABLISHED)
    return tuple(dict.fromkeys(each for each in (*found, *_own_shell()) if each and not _is_loopback(each.own)))


def _session(link: Any, name: str) -> Session | None:  # noqa: ANN401 - psutil's own kind of tuple, which it does not name
    """A connection as a session, if it is one by its program or its port."""
    is_known = REMOTE_PROGRAMS.match(name) is not None
    if not is_known and link.laddr.port not in REMOTE_PORTS:
        return None
    return Session(name if is_known else f"port {link.laddr.port}", link.laddr.ip, link.raddr.ip, link.pid)


def _own_shell() -> Iterable[Session]:
    """The SSH (or mosh) session of this very shell, where sshd's processes are another user's to see."""
    words = os.environ.get("SSH_CONNECTION", "").split()
    if len(words) == 4:  # noqa: PLR2004 - peer, its port, own address, own port
        yield Session("ssh", words[2], words[0])


def _is_loopback(address: str) -> bool:
    return address.removeprefix("::ffff:").startswith("127.") or address == "::1"


async def _interfaces_of(session: Session) -> set[str]:
    """The interface that has the session's own address, and the one that answers leave by."""
    own = {name for name, address in _addresses() if address == _bare(session.own)}
    if sys.platform != "linux" or session.peer is None:
        return own
    try:
        way = await run_command(["ip", "-o", "route", "get", _bare(session.peer), "from", _bare(session.own)])
    except CommandError:  # it has no way any more
        return own
    return own | set(re.findall(r"\bdev (\S+)", way))


def _addresses() -> list[tuple[str, str]]:
    """(interface, address) of this computer."""
    import psutil  # noqa: PLC0415 - likewise

    return [(name, _bare(link.address)) for name, links in psutil.net_if_addrs().items() for link in links]


def _bare(address: str) -> str:
    return address.removeprefix("::ffff:").partition("%")[0]


def is_only_way(interface: str, ways: frozenset[str]) -> bool:
    """Whether this interface leads out and no other does. A VPN is no other way: it goes over one of the others."""
    return interface in ways and not any(way != interface and medium_of(way) != "vpn" for way in ways)


async def ways_out() -> frozenset[str]:
    """The interfaces that have a default route and a cable in. Raises CommandError where the system does not say."""
    if sys.platform == "win32":
        addresses = windows_ways(await run_command(["route", "print", "-4"]))
        return frozenset(name for name, address in _addresses() if address in addresses)
    if sys.platform == "darwin":
        return macos_ways(await run_command(["netstat", "-rn"]))
    found = [await run_command(["ip", "-o", family, "route", "show", "table", "all"]) for family in ("-4", "-6")]
    return linux_ways("".join(found))


def linux_ways(listed: str) -> frozenset[str]:
    """From `ip -o route show`; a route over several lines (multipath) has each of them."""
    hops = re.sub(r"\s*\\\s*nexthop", "\ndefault", listed)
    return frozenset(name for name, rest in _LINUX_DEFAULT.findall(hops) if not re.search(r"\b(linkdown|dead)\b", rest))


def macos_ways(listed: str) -> frozenset[str]:
    """From `netstat -rn`; routes of a second line are scoped (flag I) until it has to take over."""
    return frozenset(_MACOS_DEFAULT.findall(listed))


def windows_ways(listed: str) -> frozenset[str]:
    """From `route print`, in whatever language: the own addresses of the interfaces that default routes use."""
    return frozenset(_WINDOWS_DEFAULT.findall(listed))
