"""What kind of line an interface is, from what Linux, Windows and macOS say of it."""

import sys
from pathlib import Path

import psutil
import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources import card
from rigcheck.sources.card import (
    medium_in_ports,
    medium_of,
    read_card,
    read_signal,
    signal_in_table,
    signal_of_link,
    way_out,
)

LOOPBACK = next(name for name in psutil.net_if_stats() if name.lower().startswith("lo"))
PORTS = """
Hardware Port: Ethernet
Device: en0
Ethernet Address: 00:00:00:00:00:00

Hardware Port: Wi-Fi
Device: en1
Ethernet Address: 00:00:00:00:00:00

Hardware Port: Thunderbolt Bridge
Device: bridge0
Ethernet Address: N/A

Hardware Port: iPhone USB
Device: en7
Ethernet Address: 00:00:00:00:00:00

VLAN Configurations
===================
"""
WIRELESS = """Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE
 face | tus | link level noise |  nwid  crypt   frag  retry   misc | beacon | 22
wlp3s0: 0000   54.  -56.  -256        0      0      0      0     78        0
 wlan1: 0000   70.  -256  -256        0      0      0      0      0        0
 wlan2: 0000   70.   154.  -256        0      0      0      0      0        0
"""
LINK = """Connected to 00:00:00:00:00:00 (on wlan0)
	SSID: shop
	freq: 5180
	RX: 83462 bytes (540 packets)
	signal: -61 dBm
	rx bitrate: 866.7 MBit/s VHT-MCS 9 80MHz short GI VHT-NSS 2
"""


def system(tmp_path: Path, monkeypatch, name: str, driver: str = "", **marks: str) -> None:
    """A sysfs with one interface in it."""
    known = tmp_path / "sys/class/net" / name
    known.mkdir(parents=True)
    if driver:
        (tmp_path / "drivers" / driver).mkdir(parents=True)
        (known / "device").mkdir()
        (known / "device/driver").symlink_to(tmp_path / "drivers" / driver)
    for mark, text in marks.items():
        (known / mark).mkdir() if text == "/" else (known / mark).write_text(text)
    monkeypatch.setattr(card, "SYSTEM", tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")


@pytest.mark.parametrize(
    ("name", "driver", "marks", "medium"),
    [
        ("enp4s0", "r8169", {}, "wired"),
        ("wlp3s0", "iwlwifi", {"phy80211": "/"}, "wifi"),
        ("wlan0", "brcmfmac", {"wireless": "/"}, "wifi"),
        ("usb0", "rndis_host", {}, "mobile"),
        ("enx0", "ipheth", {}, "mobile"),
        ("wwp0s20", "iosm", {"uevent": "DEVTYPE=wwan\nINTERFACE=wwp0s20\n"}, "mobile"),
        ("enx00e04c", "r8152", {}, "wired"),
        ("tun0", "", {}, "vpn"),
        ("wg0", "", {}, "vpn"),
        ("ppp0", "", {}, "vpn"),
        ("veth1", "", {}, "virtual"),
        ("br0", "", {}, "virtual"),
    ],
)
def test_linux(tmp_path, monkeypatch, name, driver, marks, medium):  # noqa: PLR0917 - a row of the table
    system(tmp_path, monkeypatch, name, driver, **marks)
    assert medium_of(name) == medium


def test_this_computers_own_pppoe_is_no_vpn(tmp_path, monkeypatch):
    system(tmp_path, monkeypatch, "ppp0")
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/pppoe").write_text("Id       Address              Device\n")
    assert medium_of("ppp0") == "vpn"
    (tmp_path / "proc/net/pppoe").write_text("Id  Address  Device\n00000001  00:00:00:00:00:00  eth0\n")
    assert medium_of("ppp0") == "wired"


@pytest.mark.parametrize(
    ("name", "medium"),
    [
        ("Wi-Fi", "wifi"),
        ("WLAN", "wifi"),
        ("无线网络连接 2", "wifi"),
        ("以太网 3", "wired"),
        ("Ethernet", "wired"),
        ("本地连接", "wired"),
        ("Cellular", "mobile"),
        ("手机网络", "mobile"),
        ("vEthernet (WSL)", "virtual"),
        ("Loopback Pseudo-Interface 1", "virtual"),
        ("WireGuard shop", "vpn"),
        ("utun3", "vpn"),
        ("X", None),
    ],
)
def test_names(tmp_path, monkeypatch, name, medium):
    monkeypatch.setattr(card, "SYSTEM", tmp_path)
    monkeypatch.setattr(sys, "platform", "win32")
    assert medium_of(name) == medium
    assert read_signal(name) is None


@pytest.mark.parametrize(
    ("name", "medium"), [("en0", "wired"), ("en1", "wifi"), ("bridge0", "virtual"), ("en7", "mobile"), ("en9", None)]
)
def test_macos_ports(name, medium):
    assert medium_in_ports(PORTS, name) == medium


def test_macos_tunnels_are_in_no_list_of_ports(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(card, "said", lambda *_: PORTS)
    assert (medium_of("utun0"), medium_of("en1")) == ("vpn", "wifi")


def test_signals():
    assert signal_in_table(WIRELESS, "wlp3s0") == -56
    assert signal_in_table(WIRELESS, "wlp3s") is None
    assert signal_in_table(WIRELESS, "wlan1") is None
    assert signal_in_table(WIRELESS, "wlan2") is None
    assert signal_of_link(LINK) == -61
    assert signal_of_link("Not connected.\n") is None


def test_a_signal_is_looked_for_in_both_places(tmp_path, monkeypatch):
    system(tmp_path, monkeypatch, "wlan0", "iwlwifi", phy80211="/")
    asked = []
    monkeypatch.setattr(card, "said", lambda *command: asked.append(command) or LINK)
    assert read_signal("wlan0") == -61
    assert asked == [("iw", "dev", "wlan0", "link")]
    (tmp_path / "proc/net").mkdir(parents=True)
    (tmp_path / "proc/net/wireless").write_text(WIRELESS.replace("wlp3s0", " wlan0"))
    assert read_signal("wlan0") == -56


def test_this_computers_loopback():
    found = read_card(LOOPBACK)
    assert (found.name, found.is_up, found.signal_dbm) == (LOOPBACK, True, None)
    assert found.medium == "virtual"
    assert way_out("127.0.0.1") == LOOPBACK


def test_an_interface_that_is_not_there():
    with pytest.raises(NotSeen) as caught:
        read_card("eth99")
    assert caught.value.reason is Reason.MISSING
    assert caught.value.params["asked"] == "eth99"
