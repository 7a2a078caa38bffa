"""How long ago, and how it went: the newest drill of a kind speaks; of the power only a pulled plug."""

from datetime import UTC, date, datetime, timedelta

import pytest

from rigcheck import metrics as m
from rigcheck.backup_state import DrillHistory
from rigcheck.drill_plan import Backup, BackupPower, Drill, Step
from rigcheck.drill_state import Drilled
from rigcheck.measure.drilled import measure_drilled
from rigcheck.model import Reason, Stage, Status
from rigcheck.profile import Profile, Setting

TODAY = date(2026, 11, 22)
PULL = Drill("plug-pulled", "power", fault=(Step("ask", "pull the plug"),))
SELF = Drill("self-test", "power", fault=(Step("ups_test", {"ups": "main"}),))
SETTING = Setting(Profile(backup=Backup(power=BackupPower("main")), drills=(PULL, SELF)), Stage.HOST, TODAY)


def held(kind="camera", days=10.0, status=Status.OK, name="camera-lost"):
    at = datetime(2026, 11, 22, 12, tzinfo=UTC) - timedelta(days=days)
    return Drilled(name, kind, at, "Li", status, 0.5, 2.0, 2.5, 4.0, "far-end")


def of(*drills, kind="camera"):
    word, age = measure_drilled(DrillHistory(drills), SETTING, kind)
    assert (word.metric, age.metric) == (m.BACKUP_DRILL, m.BACKUP_DRILL_AGE)
    return word, age


def test_never():
    word, age = of()
    assert word.value == "never"
    assert (age.value, age.reason) == (None, Reason.NONE_HERE)


@pytest.mark.parametrize("status", [Status.OK, Status.WARN, Status.FAIL, Status.UNKNOWN])
def test_the_newest_speaks_whatever_the_order(status):
    word, age = of(held(days=3, status=status), held(days=40), held(days=200, status=Status.FAIL))
    assert (word.value, age.value) == (status.value, 3)
    assert word.params == {"names": ("camera-lost",), "outage_s": 2.5}


def test_drills_of_other_kinds_do_not_count():
    assert of(held("mic"), held("other"))[0].value == "never"


def test_a_clock_that_was_set_back_makes_no_negative_age():
    assert of(held(days=-3))[1].value == 0


@pytest.mark.parametrize(
    ("drills", "word"),
    [
        ((), "unproven"),
        ((held("power", name="self-test"),), "unproven"),
        ((held("power", name="of-an-older-profile"),), "unproven"),
        ((held("power", name="plug-pulled", days=91),), "unproven"),
        ((held("power", name="plug-pulled", days=90),), "ok"),
        ((held("power", name="plug-pulled", days=80), held("power", name="self-test", days=1)), "ok"),
        ((held("power", name="plug-pulled", days=5, status=Status.FAIL),), "fail"),
    ],
)
def test_only_a_pulled_plug_proves_a_ups(drills, word):
    found, _ = of(*drills, kind="power")
    assert found.value == word
    assert found.params.get("wanted") == ("main" if word == "unproven" else None)
