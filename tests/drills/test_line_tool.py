"""What each system's own tools are told, and what they say: their real words, without the systems."""

import pytest

from rigcheck.drills.line_tool import commands_for, held_in, routes_in, service_of

IP = {
    "tool": "ip",
    "interface": "eth0",
    "addresses": [["-6", "fd00::7/64"]],
    "routes": [["-4", "default", "via", "10.0.0.1", "metric", "100"], ["-6", "fd88::/64", "via", "fd00::1"]],
}


@pytest.mark.parametrize(
    ("record", "up", "commands"),
    [
        (IP, False, ["ip link set dev eth0 down"]),
        (
            IP,
            True,
            [
                "ip link set dev eth0 up",
                "ip -6 address replace fd00::7/64 dev eth0",
                "ip -4 route replace default via 10.0.0.1 metric 100 dev eth0",
                "ip -6 route replace fd88::/64 via fd00::1 dev eth0",
            ],
        ),
        (
            {"tool": "nmcli", "interface": "eth0", "connection": "5d1-aa"},
            True,
            ["nmcli --wait 9 connection up uuid 5d1-aa ifname eth0"],
        ),
        (
            {"tool": "nmcli", "interface": "eth0", "connection": ""},
            True,
            ["nmcli --wait 9 device connect eth0"],
        ),
        (
            {"tool": "nmcli", "interface": "eth0", "connection": "5d1-aa"},
            False,
            ["nmcli device disconnect eth0"],
        ),
        (
            {"tool": "netsh", "interface": "以太网"},
            False,
            ["netsh interface set interface name=以太网 admin=disabled"],
        ),
        (
            {"tool": "netsh", "interface": "以太网"},
            True,
            ["netsh interface set interface name=以太网 admin=enabled"],
        ),
        (
            {"tool": "networksetup", "interface": "en7", "service": "iPhone"},
            False,
            ["networksetup -setnetworkserviceenabled iPhone off"],
        ),
    ],
)
def test_the_commands_of_each_system(record, up, commands):
    assert [" ".join(command) for command in commands_for(record, up=up)] == commands


def test_routes_that_the_system_makes_itself_are_not_kept():
    listed = (
        "default via 10.0.0.1 proto dhcp metric 100 linkdown \n"
        "10.0.0.0/24 proto kernel scope link src 10.0.0.7 metric 100 \n"
        "local 10.0.0.7 table local proto kernel scope host src 10.0.0.7 \n"
        "broadcast 10.0.0.255 table local proto kernel scope link src 10.0.0.7 \n"
        "192.0.2.1 scope link \n"
        "10.9.0.0/16 via 192.0.2.1 table 77 onlink \n"
        "fd00::/64 proto ra metric 100 expires 86399sec pref medium\n"
        "fe80::/64 proto kernel metric 256 pref medium\n"
        "fd99::/64 via fd00::1 metric 1024 dead linkdown pref medium\n"
    )
    assert [" ".join(route) for route in routes_in(listed)] == [
        "192.0.2.1 scope link",
        "default via 10.0.0.1 proto dhcp metric 100",
        "10.9.0.0/16 via 192.0.2.1 table 77 onlink",
        "fd99::/64 via fd00::1 metric 1024 pref medium",
    ]


def test_what_macos_calls_a_device():
    listed = """An asterisk (*) denotes that a network service is disabled.
(1) USB 10/100/1000 LAN
(Hardware Port: USB 10/100/1000 LAN, Device: en7)

(2) 无线局域网
(Hardware Port: Wi-Fi, Device: en0)

(*) iPhone USB
(Hardware Port: iPhone USB, Device: en8)
"""
    assert service_of(listed, "en7") == "USB 10/100/1000 LAN"
    assert service_of(listed, "en0") == "无线局域网"
    assert service_of(listed, "en8") == "iPhone USB"
    assert service_of(listed, "en9") is None


@pytest.mark.parametrize(
    ("said", "held"),
    [
        ("100 (connected)\n5d1-aa\n", "5d1-aa"),
        ("30 (disconnected)\n\n", ""),
        ("70 (connecting (getting IP configuration))\n5d1-aa\n", "5d1-aa"),
        ("100 (connected (externally))\n77b-cc\n", None),
        ("10 (unmanaged)\n\n", None),
    ],
)
def test_what_networkmanager_has_in_hand(said, held):
    """As NetworkManager 1.42 says it."""
    assert held_in(said) == held
