"""The connection that a drill is run over is not cut: real connections in a room of our own, other systems by their words."""

import subprocess
import sys
from contextlib import contextmanager

import pytest
from rooms import deed
from services_net import BACKUP, FAR, MAIN, WHY_NOT, Lines

from rigcheck.drills.lifeline import is_only_way, linux_ways, macos_ways, windows_ways

lines_here = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "lines can be made here")
DOWN = {"action": "line_down", "wants": "main"}
LISTEN = """
import socket, sys
from pathlib import Path
if len(sys.argv) > 3:
    Path("/proc/self/comm").write_text(sys.argv[3])
with socket.create_server((sys.argv[1], int(sys.argv[2]))) as door:
    print("listening", flush=True)
    guest, _ = door.accept()
    print("seated", flush=True)
    guest.recv(1)
"""
CALL = """
import socket, sys
with socket.create_connection((sys.argv[2], int(sys.argv[3])), 5, (sys.argv[1], 0)) as link:
    print("seated", flush=True)
    link.recv(1)
"""
ADDRESS = {MAIN: "10.77.0.1", BACKUP: "10.77.1.1"}


@contextmanager
def child(lines: Lines, pid: int, code: str, *words: str):
    command = [*lines._inside(pid), sys.executable, "-c", code, *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout.readline() in (b"listening\n", b"seated\n")
            yield process
        finally:
            process.kill()


@contextmanager
def sitting(lines: Lines, line: str, port: int, *name: str):
    """Somebody from the far end, connected to a port of the room's computer over one line."""
    with (
        child(lines, lines.room, LISTEN, ADDRESS[line], str(port), *name) as here,
        child(lines, lines.far, CALL, FAR, ADDRESS[line], str(port)),
    ):
        assert here.stdout.readline() == b"seated\n"
        yield


@pytest.fixture(scope="module")
def room():
    with Lines() as lines:
        yield lines


@lines_here
@pytest.mark.parametrize(
    ("port", "name", "program"),
    [
        (22, (), "port 22"),
        (3389, (), "port 3389"),
        (5901, (), "port 5901"),
        (2222, ("sshd",), "sshd"),
        (40000, ("ToDesk",), "ToDesk"),
        (40001, ("SunloginClient",), "SunloginClient"),
    ],
)
def test_a_line_that_somebody_sits_here_by_is_not_cut(room, port, name, program):
    with sitting(room, BACKUP, port, *name):
        assert deed(room, "before", action="line_down", wants="backup") == {
            "refused": "error.drill.cuts-itself",
            "interface": BACKUP,
            "program": program,
        }


@lines_here
def test_answers_that_leave_by_another_line_than_they_came_in_hold_both(room):
    """The room's own way to the far end is its main line, whatever line the session came in by."""
    with sitting(room, BACKUP, 22):
        refused = deed(room, "before", **DOWN)
    assert (refused["refused"], refused["interface"]) == ("error.drill.cuts-itself", MAIN)


@lines_here
def test_a_session_over_the_other_line_and_connections_of_another_kind_do_not_count(room):
    with sitting(room, MAIN, 22):
        assert deed(room, "before", action="line_down", wants="backup")["said"]["interface"] == BACKUP
    with sitting(room, MAIN, 8080):
        assert deed(room, "before", **DOWN)["said"]["interface"] == MAIN


@lines_here
def test_the_shells_own_ssh_counts_where_sshd_cannot_be_seen(room):
    shell = ("env", f"SSH_CONNECTION={FAR} 50000 10.77.0.1 22022")
    assert deed(room, "before", *shell, **DOWN)["program"] == "ssh"
    assert "said" in deed(room, "before", "env", "SSH_CONNECTION=::1 50000 ::1 22", **DOWN)


@lines_here
def test_the_program_that_somebody_sits_here_by_is_not_stopped(room):
    with sitting(room, MAIN, 40002, "ToDesk-rig"):
        refused = deed(room, "before", action="process_stop", wants="ToDesk-rig")
    assert refused["refused"] == "error.drill.remote-process"


@lines_here
def test_a_session_through_a_vpn_holds_every_line_out(room):
    for command in (
        "ip link add wg0 type veth peer name wg1",
        "ip link set wg0 up",
        "ip link set wg1 up",
        "ip address add 10.55.0.1/24 dev wg0",
    ):
        room.in_room(*command.split())
    try:
        shell = ("env", "SSH_CONNECTION=10.55.0.2 50000 10.55.0.1 22")
        assert deed(room, "before", *shell, **DOWN)["refused"] == "error.drill.cuts-itself"
    finally:
        room.in_room("ip", "link", "delete", "wg0")


def test_default_routes_of_linux():
    listed = (
        "default via 10.77.0.2 dev eth0 proto dhcp metric 100 \n"
        "default via 10.78.0.2 dev usb0 metric 200 linkdown \n"
        "10.77.0.0/24 dev eth0 proto kernel scope link src 10.77.0.1 \n"
        "unreachable default dev lo metric 4294967295 error -101 pref medium\n"
        "default proto static metric 20 \\\tnexthop via 10.1.0.1 dev eth1 weight 1 "
        "\\\tnexthop via 10.2.0.1 dev eth2 weight 1 dead linkdown \n"
        "default via fe80::1 dev wlan0 proto ra metric 600 pref medium\n"
    )
    assert linux_ways(listed) == {"eth0", "eth1", "wlan0"}


def test_default_routes_of_macos():
    listed = """Routing tables

Internet:
Destination        Gateway            Flags               Netif Expire
default            192.168.1.1        UGScg                 en0
default            172.20.10.1        UGScIg                en7
127                127.0.0.1          UCS                   lo0

Internet6:
Destination                             Gateway                                 Flags               Netif Expire
default                                 fe80::%utun0                            UGcIg               utun0
default                                 fe80::1%en0                             UGcg                  en0
"""
    assert macos_ways(listed) == {"en0", "en7", "utun0"}


def test_default_routes_of_windows_in_chinese():
    listed = """===========================================================================
接口列表
 12...a4 bb 6d 10 22 33 ......Intel(R) Ethernet Connection (7) I219-V
===========================================================================

IPv4 路由表
===========================================================================
活动路由:
网络目标        网络掩码          网关       接口   跃点数
          0.0.0.0          0.0.0.0      192.168.1.1    192.168.1.20     25
          0.0.0.0          0.0.0.0     192.168.43.1   192.168.43.77     55
        127.0.0.0        255.0.0.0            在链路上         127.0.0.1    331
===========================================================================
永久路由:
  网络地址          网络掩码  网关地址  跃点数
          0.0.0.0          0.0.0.0      192.168.1.1     默认
===========================================================================
"""
    assert windows_ways(listed) == {"192.168.1.20", "192.168.43.77"}


@pytest.mark.parametrize(
    ("ways", "is_only"),
    [({"eth0"}, True), ({"eth0", "usb0"}, False), ({"eth0", "tun0"}, True), ({"usb0"}, False), (set(), False)],
)
def test_an_only_way_is_one_that_leads_out_beside_no_other(ways, is_only):
    assert is_only_way("eth0", frozenset(ways)) is is_only
