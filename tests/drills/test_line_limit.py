"""A line held to a rate by the real tc, in a room of our own; what goes over it is counted."""

import sys
import time

import pytest
from rooms import deed, inside
from services_net import FAR, MAIN, WHY_NOT, Lines

pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "lines can be made here")
LIMIT = {"action": "line_limit", "wants": {"line": "main", "kbps": 800}}
FREE = {"action": "line_unlimit", "wants": "main"}
FLOOD = """
import socket, sys, time
end = time.monotonic() + 2
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
    while time.monotonic() < end:
        door.sendto(bytes(1000), (sys.argv[1], 9))
        time.sleep(0.001)
"""
"""Some 8 Mbit/s for 2 s."""


@pytest.fixture
def room():
    with Lines() as lines:
        yield lines


def shaper(room: Lines) -> str:
    return inside(room, "tc", "qdisc", "show", "dev", MAIN).stdout


def sent_kbps(room: Lines) -> float:
    before, began = room.sent(MAIN), time.monotonic()
    inside(room, sys.executable, "-c", FLOOD, FAR)
    return (room.sent(MAIN) - before) * 8 / 1000 / (time.monotonic() - began)


def test_it_is_slow_until_it_is_undone_in_another_process(room):
    free_kbps = sent_kbps(room)
    record = deed(room, "before", **LIMIT)["said"]
    assert deed(room, "do", record=record, **LIMIT) == {"said": None}
    held_kbps = sent_kbps(room)
    assert 400 < held_kbps < 1000  # of 800, and the child's own start
    assert free_kbps > 2 * held_kbps
    assert deed(room, "is_undone", record=record, **LIMIT) == {"said": False}

    for _ in range(2):
        assert deed(room, "undo", record=record, **LIMIT) == {"said": None}
        assert deed(room, "is_undone", record=record, **LIMIT) == {"said": True}
        assert "tbf" not in shaper(room)
    assert sent_kbps(room) > 2 * held_kbps


def test_undone_after_a_deed_that_never_came_to_be_nothing_has_changed(room):
    had = shaper(room)
    record = deed(room, "before", **LIMIT)["said"]
    assert deed(room, "undo", record=record, **LIMIT) == {"said": None}
    assert shaper(room) == had


def test_slower_still_and_let_go_within_the_drill(room, tmp_path):
    slower = {"action": "line_limit", "wants": {"line": "main", "kbps": 400}}
    asked = {"folder": str(tmp_path), "hold": True}
    assert deed(room, "drill", steps=[LIMIT, slower], **asked) == {"said": []}
    assert "400Kbit" in shaper(room)
    assert [each["worked"] for each in deed(room, "recover", folder=str(tmp_path))["said"]] == [True]
    assert "tbf" not in shaper(room)

    assert deed(room, "drill", steps=[LIMIT, FREE], **asked) == {"said": []}
    assert "tbf" not in shaper(room)


def test_a_shaper_of_somebody_else_is_left_alone(room):
    theirs = "tc qdisc add dev line0 root handle 5: tbf rate 5mbit burst 32kb latency 50ms"
    record = deed(room, "before", **LIMIT)["said"]
    room.in_room(*theirs.split())
    assert deed(room, "before", **LIMIT) == {"refused": "error.drill.shaped", "interface": MAIN}
    assert deed(room, "undo", record=record, **LIMIT) == {"said": None}
    free = deed(room, "before", **FREE)["said"]
    assert deed(room, "do", record=free, **FREE) == {"said": None}
    assert "qdisc tbf 5:" in shaper(room)


def test_unplugged_in_between_the_undo_fails_and_the_manual_sentence_has_the_command(room, tmp_path):
    deed(room, "drill", steps=[LIMIT], folder=str(tmp_path), die=True)
    assert "tbf" in shaper(room)
    room.in_room("ip", "link", "set", MAIN, "name", "gone0")
    (told,) = deed(room, "recover", folder=str(tmp_path))["said"]
    assert not told["worked"]
    assert "line0" in told["error"]
    assert told["manual"] == {
        "id": "drill.command.manual",
        "command": "tc qdisc delete dev line0 root handle 7d17:",
    }
    room.in_room("ip", "link", "set", "gone0", "name", MAIN)
    assert inside(room, "sh", "-c", told["manual"]["command"]).returncode == 0
    assert "tbf" not in shaper(room)
    assert [each["worked"] for each in deed(room, "recover", folder=str(tmp_path))["said"]] == [True]
    assert not list(tmp_path.iterdir())


def test_without_the_right_to_it_nothing_is_tried(room):
    refused = deed(room, "before", "setpriv", "--bounding-set", "-net_admin", **LIMIT)
    assert refused == {"refused": "error.drill.no-rights", "what": MAIN}


@pytest.mark.parametrize(
    ("wants", "message"),
    [
        ("main", "error.drill.wants"),
        ({"line": "main", "kbps": 10}, "error.drill.wants"),
        ({"line": "third", "kbps": 800}, "error.drill.no-line"),
    ],
)
def test_lint_tells_what_does_not_fit_the_room(room, wants, message):
    found = deed(room, "lint", action="line_limit", wants=wants)["said"]
    assert [each["id"] for each in found] == [message]
    assert deed(room, "lint", **LIMIT) == {"said": []}
    assert deed(room, "lint", **FREE) == {"said": []}
