"""A line taken down and brought up for real, in a room of our own with two of them; nothing of this machine is touched."""

import subprocess

import pytest
from rooms import LINES, deed, inside, reaches, way_to_far
from services_net import BACKUP, MAIN, WHY_NOT, Lines

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "lines can be made here")
DOWN = {"action": "line_down", "wants": {"line": "main"}}
UP = {"action": "line_up", "wants": "main"}


@pytest.fixture
def room():
    with Lines() as lines:
        yield lines


def routes(room: Lines, line: str = MAIN) -> set[str]:
    """What somebody has set, of all tables."""
    listed = [
        inside(room, "ip", family, "route", "show", "table", "all", "dev", line).stdout for family in ("-4", "-6")
    ]
    return {route.strip() for route in "".join(listed).splitlines() if "proto kernel" not in route}


def furnish(room: Lines) -> None:
    """What a line may have besides its default route, and loses when it goes down."""
    for command in (
        "ip address add fd77::1/64 dev line0",
        "ip route add 10.123.0.0/16 via 10.77.0.2 dev line0 table 77",
        "ip route add 192.0.2.7 dev line0 scope link",
        "ip route add 198.51.100.0/24 via 192.0.2.7 dev line0",
        "ip -6 route add fd88::/64 via fd77::2 dev line0 metric 50",
    ):
        room.in_room(*command.split())


def test_down_it_takes_the_other_way_and_undone_from_another_process_it_has_all_that_it_had(room):
    furnish(room)
    had = routes(room)
    record = deed(room, "before", **DOWN)["said"]
    assert (record["thing"], record["was_up"], record["tool"]) == ("line:line0", True, "ip")
    assert way_to_far(room) == MAIN

    assert deed(room, "do", record=record, **DOWN) == {"said": None}
    assert (way_to_far(room), reaches(room), reaches(room, MAIN)) == (BACKUP, True, False)
    assert deed(room, "is_undone", record=record, **DOWN) == {"said": False}

    assert deed(room, "undo", record=record, **DOWN) == {"said": None}
    assert deed(room, "is_undone", record=record, **DOWN) == {"said": True}
    assert routes(room) == had
    assert (way_to_far(room), reaches(room, MAIN)) == (MAIN, True)
    assert "fd77::1/64" in inside(room, "ip", "-6", "address", "show", "dev", MAIN).stdout

    assert deed(room, "undo", record=record, **DOWN) == {"said": None}
    assert routes(room) == had


def test_undone_after_a_deed_that_never_came_to_be_nothing_has_changed(room):
    had = routes(room)
    record = deed(room, "before", **DOWN)["said"]
    assert deed(room, "is_undone", record=record, **DOWN) == {"said": True}
    assert deed(room, "undo", record=record, **DOWN) == {"said": None}
    assert (routes(room), reaches(room, MAIN)) == (had, True)


def test_a_line_that_is_up_without_its_routes_is_not_undone(room):
    record = deed(room, "before", **DOWN)["said"]
    deed(room, "do", record=record, **DOWN)
    room.in_room("ip", "link", "set", MAIN, "up")
    assert deed(room, "is_undone", record=record, **DOWN) == {"said": False}


def test_brought_up_within_the_drill_it_has_its_routes_at_once(room, tmp_path):
    furnish(room)
    had = routes(room)
    asked = {"steps": [DOWN, UP], "folder": str(tmp_path), "hold": True}
    assert deed(room, "drill", **asked) == {"said": []}
    assert (routes(room), reaches(room, MAIN)) == (had, True)
    assert deed(room, "recover", folder=str(tmp_path))["said"] == [
        {"action": "line_down", "worked": True, "error": None}
    ]
    assert not list(tmp_path.iterdir())


def test_it_waits_for_an_address_that_a_dhcp_client_brings_back(room):
    """Clients drop their address with the line, and ask for it again when it is up."""
    had = routes(room)
    record = deed(room, "before", **DOWN)["said"]
    deed(room, "do", record=record, **DOWN)
    room.in_room("ip", "address", "flush", "dev", MAIN)
    client = (
        f"until ip link show {MAIN} | grep -q ,UP; do sleep 0.1; done; sleep 2; ip address add 10.77.0.1/24 dev {MAIN}"
    )
    with subprocess.Popen([*room._inside(room.room), "sh", "-c", client]) as child:
        assert deed(room, "undo", record=record, **DOWN) == {"said": None}
        assert child.wait(5) == 0
    assert (routes(room), reaches(room, MAIN)) == (had, True)


def test_a_backup_line_that_was_down_goes_down_again(room):
    room.in_room("ip", "link", "set", BACKUP, "down")
    up = {"action": "line_up", "wants": {"line": "backup"}}
    record = deed(room, "before", **up)["said"]
    assert record["was_up"] is False
    deed(room, "do", record=record, **up)
    assert "UP" in inside(room, "ip", "link", "show", BACKUP).stdout
    deed(room, "undo", record=record, **up)
    assert "state DOWN" in inside(room, "ip", "link", "show", BACKUP).stdout
    assert deed(room, "is_undone", record=record, **up) == {"said": True}


def test_killed_in_between_another_process_finds_the_record_and_undoes_it(room, tmp_path):
    had = routes(room)
    assert deed(room, "drill", steps=[DOWN], folder=str(tmp_path), die=True)["died"] == -9
    assert not reaches(room, MAIN)
    assert [each["worked"] for each in deed(room, "recover", folder=str(tmp_path))["said"]] == [True]
    assert (routes(room), reaches(room, MAIN)) == (had, True)


def test_unplugged_in_between_the_undo_fails_and_the_manual_sentence_has_the_command(room, tmp_path):
    had = routes(room)
    deed(room, "drill", steps=[DOWN], folder=str(tmp_path), die=True)
    room.in_room("ip", "link", "set", MAIN, "name", "gone0")  # pulled out
    (told,) = deed(room, "recover", folder=str(tmp_path))["said"]
    assert not told["worked"]
    assert "line0" in told["error"]
    command = told["manual"]["command"]
    assert command == ("ip link set dev line0 up && ip -4 route replace default via 10.77.0.2 metric 100 dev line0")
    assert list(tmp_path.iterdir())

    room.in_room("ip", "link", "set", "gone0", "name", MAIN)  # plugged in again
    assert inside(room, "sh", "-c", command).returncode == 0
    assert routes(room) == had
    assert [each["worked"] for each in deed(room, "recover", folder=str(tmp_path))["said"]] == [True]
    assert not list(tmp_path.iterdir())


def test_the_only_way_out_is_not_cut(room):
    room.in_room("ip", "route", "delete", "default", "dev", BACKUP)
    refused = deed(room, "before", **DOWN)
    assert refused == {"refused": "error.drill.only-way", "interface": MAIN}
    side = {"action": "line_down", "wants": "backup"}
    assert deed(room, "before", **side)["said"]["interface"] == BACKUP  # leads nowhere, so nothing is lost


def test_a_way_without_its_cable_is_no_way(room):
    room.at_router(BACKUP, "ip", "link", "set", "in", "down")
    assert deed(room, "before", **DOWN)["refused"] == "error.drill.only-way"


def test_a_vpn_is_no_other_way(room):
    room.in_room("ip", "route", "delete", "default", "dev", BACKUP)
    room.in_room("ip", "link", "add", "wg0", "type", "veth", "peer", "name", "wg1")
    room.in_room("ip", "link", "set", "wg1", "up")
    room.in_room("ip", "link", "set", "wg0", "up")
    room.in_room("ip", "route", "add", "default", "dev", "wg0", "metric", "5")
    assert deed(room, "before", **DOWN)["refused"] == "error.drill.only-way"


def test_without_the_right_to_it_nothing_is_tried(room):
    refused = deed(room, "before", "setpriv", "--bounding-set", "-net_admin", **DOWN)
    assert refused == {"refused": "error.drill.no-rights", "what": MAIN}


@pytest.mark.parametrize(
    ("wants", "message"),
    [
        ({"line": "third"}, "error.drill.no-line"),
        ({"line": "main", "for": 3}, "error.drill.wants"),
        ({"line": 5}, "error.drill.wants"),
        (None, "error.drill.wants"),
        ({"line": "absent"}, "error.drill.interface-gone"),
        ({"line": "router"}, "error.drill.no-interface"),
    ],
)
def test_lint_tells_what_does_not_fit_the_room(room, wants, message):
    lines = {**LINES, "absent": "eth77", "router": None}
    found = deed(room, "lint", action="line_down", wants=wants, lines=lines)["said"]
    assert [each["id"] for each in found] == [message]
    assert deed(room, "lint", **DOWN) == {"said": []}
