"""What the system says of a network interface: whether it is up, its speed, and what kind of line it is."""

from __future__ import annotations

import re
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.tool import said

Medium = Literal["wired", "wifi", "mobile", "vpn", "virtual"]
SYSTEM = Path("/")
"""Where /sys and /proc are."""
_PHONES = frozenset({"rndis_host", "ipheth", "qmi_wwan", "cdc_mbim", "cdc_wdm"})
"""Linux drivers of modems and of phones that share their line over USB."""
_NAMES: tuple[tuple[re.Pattern[str], Medium], ...] = (
    (re.compile(r"^(wwan|ww[pxs]\d|rmnet)|cellular|mobile|手机网络|移动", re.IGNORECASE), "mobile"),
    (re.compile(r"^(tun|tap|wg|ppp|utun|ipsec|tailscale|zt)\d*|vpn|wireguard", re.IGNORECASE), "vpn"),
    (re.compile(r"^(lo|docker|br-|virbr|veth|vmnet|vboxnet|vEthernet|Loopback|bridge)", re.IGNORECASE), "virtual"),
    (re.compile(r"^(wl|wlan)|wi-?fi|无线", re.IGNORECASE), "wifi"),
    (re.compile(r"^(eth\d|en[opsx]\d?)|ethernet|以太网|本地连接", re.IGNORECASE), "wired"),
)
"""What interfaces are called by Linux, Windows (also in Chinese) and macOS; the first that fits."""


@dataclass(frozen=True, slots=True)
class Card:
    """One interface. None: the system does not say."""

    name: str
    is_up: bool
    link_mbps: float | None
    medium: Medium | None
    signal_dbm: float | None


def read_card(name: str) -> Card:
    """The interface as it is now. Raises NotSeen(missing) with `asked` and the `candidates` there are."""
    import psutil  # noqa: PLC0415 - the worker's to load

    cards = psutil.net_if_stats()
    if name not in cards:
        raise NotSeen(Reason.MISSING, {"asked": name, "candidates": tuple(sorted(cards))})
    medium = medium_of(name)
    signal_dbm = read_signal(name) if medium == "wifi" else None
    return Card(name, cards[name].isup, float(cards[name].speed) or None, medium, signal_dbm)


def way_out(address: str) -> str | None:
    """The interface over which the system sends to an address; None where it has no way. Nothing is sent."""
    import psutil  # noqa: PLC0415 - likewise

    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((address, 9))  # of a datagram socket, this only chooses the way
        except OSError:
            return None
        own = _bare(probe.getsockname()[0])
    found = (name for name, links in psutil.net_if_addrs().items() if any(_bare(link.address) == own for link in links))
    return next(found, None)


def _bare(address: str) -> str:
    return address.partition("%")[0]


def medium_of(name: str) -> Medium | None:
    """What kind of line it is: by what Linux knows of it, by macOS's list of hardware ports, else by its name."""
    if sys.platform == "darwin":
        listed = said("networksetup", "-listallhardwareports")
        return medium_in_ports(listed or "", name) or _by_name(name)
    known = SYSTEM / "sys/class/net" / name
    return _by_linux(known, name) if known.is_dir() else _by_name(name)


def _by_name(name: str) -> Medium | None:
    return next((medium for pattern, medium in _NAMES if pattern.search(name)), None)


def _by_linux(known: Path, name: str) -> Medium:
    """From sysfs: radio, modem or phone by driver, tunnels by name, hardware, and whatever has none."""
    if (known / "wireless").is_dir() or (known / "phy80211").exists():
        return "wifi"
    driver = (known / "device/driver").resolve().name
    if driver in _PHONES or "DEVTYPE=wwan" in _text(known / "uevent"):
        return "mobile"
    if _by_name(name) == "vpn":
        return "wired" if _is_dial_up(name) else "vpn"
    return "wired" if (known / "device").exists() else "virtual"


def _is_dial_up(name: str) -> bool:
    """Whether a ppp interface is this computer's own PPPoE: the line's, not a VPN's."""
    return name.startswith("ppp") and len(_text(SYSTEM / "proc/net/pppoe").splitlines()) > 1


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


_PORT = re.compile(r"Hardware Port: (?P<port>.+)\nDevice: (?P<device>\S+)")


def medium_in_ports(listed: str, name: str) -> Medium | None:
    """What macOS's `networksetup -listallhardwareports` says of an interface; None where it does not list it."""
    port = next((found["port"] for found in _PORT.finditer(listed) if found["device"] == name), None)
    if port is None:
        return None
    if "iPhone" in port or "Modem" in port or "WWAN" in port:
        return "mobile"
    if "Wi-Fi" in port or "AirPort" in port:
        return "wifi"
    return "virtual" if "Bridge" in port else "wired"


def read_signal(name: str) -> float | None:
    """Level of the Wi-Fi network an interface is in, in dBm; None where the system does not say (all but Linux)."""
    if not (SYSTEM / "sys/class/net" / name).is_dir():
        return None
    listed = signal_in_table(_text(SYSTEM / "proc/net/wireless"), name)
    return listed if listed is not None else signal_of_link(said("iw", "dev", name, "link") or "")


def signal_in_table(table: str, name: str) -> float | None:
    """The level in /proc/net/wireless; drivers that do not know dBm leave a positive number there, which is none."""
    found = re.search(rf"^\s*{re.escape(name)}:\s+\S+\s+\S+\s+(-\d+)\.?\s", table, re.MULTILINE)
    return _level(found[1]) if found else None


def signal_of_link(text: str) -> float | None:
    """The level in what `iw dev NAME link` prints."""
    found = re.search(r"^\s*signal: (-\d+) dBm", text, re.MULTILINE)
    return _level(found[1]) if found else None


def _level(text: str) -> float | None:
    """No receiver hears less than -120 dBm; -256 stands for "not known"."""
    level = float(text)
    return level if -120 <= level < 0 else None  # noqa: PLR2004 - as it says above
