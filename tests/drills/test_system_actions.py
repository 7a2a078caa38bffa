"""What the actions of this computer and its room have in common."""

import pytest
from deeds_client import Yes, actions_with

from rigcheck.drill_plan import Step
from rigcheck.i18n import languages, load_catalogue

WANTS = {
    "line_down": "main",
    "line_up": {"line": "main"},
    "line_limit": {"line": "main", "kbps": 800},
    "line_unlimit": "main",
    "ups_test": {"ups": "main", "user": "drill", "password": "env:X"},
    "process_stop": "obs64.exe",
    "process_continue": {"name": "obs64.exe", "pid": 7},
    "run": {"argv": ["touch", "a b"], "undo": ["rm", "a b"]},
    "ask": "Pull the plug",
}
LINE = {"interface": "eth0", "tool": "nmcli", "connection": "5d1", "was_up": True}
UPS = {"ups": "main", "nut": "room1@ups", "user": "drill"}
PROCESS = {"name": "obs", "pid": 7, "was_stopped": False}
COMMANDS = {
    "line_down": (LINE, "nmcli --wait 9 connection up uuid 5d1 ifname eth0"),
    "line_up": ({**LINE, "was_up": False}, "nmcli device disconnect eth0"),
    "line_limit": ({"interface": "eth0"}, "tc qdisc delete dev eth0 root handle 7d17:"),
    "ups_test": (UPS, "upscmd -u drill room1@ups test.battery.stop"),
    "process_stop": (PROCESS, "kill -CONT 7"),
    "process_continue": ({**PROCESS, "was_stopped": True}, "kill -STOP 7"),
    "run": ({"undo": ["/bin/rm", "a b"]}, "/bin/rm 'a b'"),
    "ask": ({"what": "Pull the plug", "undo": "Put it in", "at": "room"}, "Put it in"),
}
"""What a person is told where an undo fails, by records as the actions make them."""
ACTIONS = actions_with(Yes())
each_language = pytest.mark.parametrize("words", [*map(load_catalogue, languages())], ids=languages())


def test_every_action_has_its_own_name_and_is_tried_here():
    assert ACTIONS.keys() == WANTS.keys()
    assert {name for name, action in ACTIONS.items() if action.seen_by_person} == {"ask", "ups_test"}


@each_language
@pytest.mark.parametrize("name", WANTS)
def test_what_it_changes_is_said_in_every_language(words, name):
    message = ACTIONS[name].changes(Step(name, WANTS[name], at="room"))
    told = words.text(message.id, message.params)
    assert words.has(message.id)
    assert "?" not in told
    assert "[" not in told


@each_language
@pytest.mark.parametrize("name", COMMANDS)
def test_what_a_person_does_where_the_undo_fails_has_the_exact_command(words, name):
    record, command = COMMANDS[name]
    message = ACTIONS[name].manual(record)
    assert words.has(message.id)
    assert command in words.text(message.id, message.params)
