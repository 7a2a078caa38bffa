"""How each system takes a line down and up again: its own tools, as argv lists, and what a line loses meanwhile."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import find_tool, run_command
from rigcheck.model import Message

Commands = tuple[tuple[str, ...], ...]
_NET_ADMIN = 12  # CAP_NET_ADMIN, linux/capability.h
_STATES = frozenset({"linkdown", "dead", "offload", "trap", "rt_offload", "rt_trap", "cache"})
"""What `ip route show` adds of a route's state, and `ip route replace` does not take."""
_BY_ITSELF = re.compile(r"^(local|broadcast|multicast|anycast)\b|\bproto (kernel|ra)\b|\bexpires\b|^fe80::/|^ff00::/")
"""Routes that the kernel makes when an interface comes up, or hears from the router."""
_SERVICE = re.compile(
    r"^\((?:\d+|\*)\) (?P<service>.+)\n\(Hardware Port: .*, Device: (?P<device>[^)]*)\)", re.MULTILINE
)


async def look_at_line(interface: str) -> dict[str, Any]:
    """Whether it is up, the tool to change that, and what has to be put back after it was down. JSON data.

    Raises DrillError where this system has no tool or lets us not use it, CommandError where the interface is gone.
    """
    held = await _held_by_network_manager(interface)
    if held is not None:  # it would undo behind our back what others do to the interface
        return {"tool": "nmcli", "connection": held, "was_up": held != ""}
    if not may_change_lines():
        raise DrillError(Message("error.drill.no-rights", {"what": interface}))
    if sys.platform == "win32":
        return await _with_state({"tool": "netsh", "interface": interface})
    if sys.platform == "darwin":
        listed = await run_command(["networksetup", "-listnetworkserviceorder"])
        service = service_of(listed, interface)
        if service is None:
            raise DrillError(Message("error.drill.no-tool", {"tool": "networksetup", "what": interface}))
        return await _with_state({"tool": "networksetup", "interface": interface, "service": service})
    return await _look_by_ip(interface)


async def _look_by_ip(interface: str) -> dict[str, Any]:
    if find_tool("ip") is None:
        raise DrillError(Message("error.drill.no-tool", {"tool": "ip", "what": interface}))
    addresses = [["-6", address] for address in await _static_addresses(interface)]
    routes = [[family, *route] for family in ("-4", "-6") for route in await _routes(family, interface)]
    return await _with_state({"tool": "ip", "interface": interface, "addresses": addresses, "routes": routes})


async def _with_state(found: dict[str, Any]) -> dict[str, Any]:
    return {**found, "was_up": await is_line_up(found)}


def may_change_lines() -> bool:
    """Whether this process may change interfaces: an administrator's, on Linux one with CAP_NET_ADMIN."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of Windows only

        return bool(ctypes.windll.shell32.IsUserAnAdmin())
    if sys.platform == "darwin":
        return os.geteuid() == 0
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    found = re.search(r"^CapEff:\s*([0-9a-f]+)", status, re.MULTILINE)
    return bool(found and int(found[1], 16) >> _NET_ADMIN & 1)


async def _held_by_network_manager(interface: str) -> str | None:
    """The UUID of the interface's connection ("" while it has none); None where NetworkManager leaves it alone."""
    if find_tool("nmcli") is None:
        return None
    try:
        said = await run_command(["nmcli", "-g", "GENERAL.STATE,GENERAL.CON-UUID", "device", "show", interface])
    except OSError:  # not running
        return None
    return held_in(said)


def held_in(said: str) -> str | None:
    """The same, from what nmcli says: state and UUID, a line each."""
    state, _, uuid = said.strip().partition("\n")
    is_theirs = not state.startswith(("0 ", "10 ")) and "externally" not in state  # unknown, unmanaged, only watched
    return uuid.strip() if is_theirs else None


async def _static_addresses(interface: str) -> list[str]:
    """IPv6 addresses that go with the interface and that nobody would give it again."""
    said = await run_command(["ip", "-j", "-6", "address", "show", "dev", interface, "scope", "global"])
    found = [address for card in json.loads(said or "[]") for address in card.get("addr_info", ())]
    return [f"{each['local']}/{each['prefixlen']}" for each in found if "local" in each and not each.get("dynamic")]


async def _routes(family: str, interface: str) -> list[list[str]]:
    said = await run_command(["ip", "-o", family, "route", "show", "table", "all", "dev", interface])
    return routes_in(said)


def routes_in(listed: str) -> list[list[str]]:
    """The routes that somebody set, in an order in which they can be set again: neighbours before what lies behind."""
    lines = [line.strip() for line in listed.splitlines() if line.strip() and not _BY_ITSELF.search(line.strip())]
    return sorted(([word for word in line.split() if word not in _STATES] for line in lines), key=lambda r: "via" in r)


def service_of(listed: str, interface: str) -> str | None:
    """What macOS calls a device, in `networksetup -listnetworkserviceorder`."""
    return next((each["service"] for each in _SERVICE.finditer(listed) if each["device"] == interface), None)


def commands_for(record: Record, *, up: bool) -> Commands:
    """What brings the line up, as it was, or takes it down."""
    interface = record["interface"]
    match record["tool"]:
        case "ip":
            return _by_ip(record, up=up)
        case "nmcli" if up:
            connection = record["connection"]
            how = ("connection", "up", "uuid", connection, "ifname") if connection else ("device", "connect")
            return (("nmcli", "--wait", "9", *how, interface),)
        case "nmcli":
            return (("nmcli", "device", "disconnect", interface),)
        case "netsh":
            state = "enabled" if up else "disabled"
            return (("netsh", "interface", "set", "interface", f"name={interface}", f"admin={state}"),)
        case _:
            return (("networksetup", "-setnetworkserviceenabled", record["service"], "on" if up else "off"),)


def _by_ip(record: Record, *, up: bool) -> Commands:
    """Going down, an interface loses its IPv6 addresses and every route over it but the kernel's own."""
    link = ("ip", "link", "set", "dev", record["interface"], "up" if up else "down")
    if not up:
        return (link,)
    on = ("dev", record["interface"])
    addresses = (("ip", family, "address", "replace", address, *on) for family, address in record["addresses"])
    routes = (("ip", family, "route", "replace", *route, *on) for family, *route in record["routes"])
    return (link, *addresses, *routes)


async def is_line_up(record: Record) -> bool:
    """Whether the interface is switched on, cable or not. Raises CommandError where it is gone."""
    interface = record["interface"]
    match record["tool"]:
        case "ip":
            said = json.loads(await run_command(["ip", "-j", "link", "show", "dev", interface]))
            return "UP" in said[0]["flags"]
        case "nmcli":
            state = await run_command(["nmcli", "-g", "GENERAL.STATE", "device", "show", interface])
            return state.startswith("100 ")
        case "networksetup":
            said = await run_command(["networksetup", "-getnetworkserviceenabled", record["service"]])
            return said.strip() == "Enabled"
        case _:
            return _is_up(interface)


async def has_its_own(record: Record) -> bool:
    """Whether all that goes with a line that is up is there again: addresses and routes."""
    if record["tool"] != "ip":
        return True
    interface = record["interface"]
    addresses = [["-6", address] for address in await _static_addresses(interface)]
    routes = [[family, *route] for family in ("-4", "-6") for route in await _routes(family, interface)]
    return all(each in addresses for each in record["addresses"]) and all(each in routes for each in record["routes"])


def _is_up(interface: str) -> bool:
    """As Windows and macOS say; Windows does not list an interface that is switched off."""
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    card = psutil.net_if_stats().get(interface)
    return card is not None and card.isup
