"""Drills under random faults, signals and kills leave nothing changed; a thousand of them are in tests/bench."""

import sys

import pytest
from storm_pool import blow

COUNT = 60


@pytest.fixture(scope="module")
def drills(tmp_path_factory):
    return blow(tmp_path_factory.mktemp("storm"), COUNT)


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks, and sends POSIX signals")


def test_nothing_is_left_changed(drills):
    assert len(drills) == COUNT
    assert [drill["seed"] for drill in drills if drill["left"] or drill["still_pending"]] == []
    assert all(drill["recovered"] for drill in drills)


def test_what_is_still_changed_when_a_drill_ends_stands_in_the_journal(drills):
    assert [drill["seed"] for drill in drills if drill["changed"] and not drill["pending"]] == []


def test_only_a_kill_or_an_undo_that_fails_leaves_anything_to_recover(drills):
    ended = [drill for drill in drills if not drill["killed"] and not drill["trouble"]]
    assert [drill["seed"] for drill in ended if drill["changed"] or drill["pending"]] == []


def test_the_storm_was_one(drills):
    for what in ("killed", "signalled", "changed", "pending"):
        assert any(drill[what] for drill in drills), what
    assert any(drill["trouble"] and drill["pending"] and not drill["killed"] for drill in drills)
