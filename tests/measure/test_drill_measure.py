"""The four times of a drill, on drills with known answers."""

from dataclasses import replace
from datetime import date

import pytest
from viewer_made import black, cut, frozen, programme

from rigcheck.checks.drill import DRILL_CHECKS, limit_drill
from rigcheck.drill_plan import Drill, FarEnd, Step, Within, full_within
from rigcheck.judge import judge
from rigcheck.measure.drill import lost_spells, measure_drill
from rigcheck.measure.moments import story
from rigcheck.measure.outage import GAP_S
from rigcheck.measure.viewer import measure_viewer
from rigcheck.metrics import DRILL_DETECT, DRILL_DONE, DRILL_OUTAGE, DRILL_RESTORE, DRILL_SWITCH, DRILL_UNDONE
from rigcheck.model import Reason, Stage, Status
from rigcheck.profile import Profile, Setting
from rigcheck.viewer_state import DrillTrace, ViewerTrace

MARKS = {"fault": 105.0, "switch": 107.0, "restore": 112.0, "restore_end": 112.5, "undone": 113.0}
SWITCH = (Step("obs_scene", {"scene": "Cam 2"}),)


def drill(**changes) -> Drill:
    return replace(Drill("lost", "camera", switch=SWITCH), **changes)


def setting(of: Drill) -> Setting:
    return Setting(Profile(drills=(of,), far_end=FarEnd(obs="program")), Stage.HOST, date(2026, 11, 22))


def measured(trace: DrillTrace, of: Drill | None = None):
    return {each.metric: each for each in measure_drill(trace, setting(of or drill()), "lost")}


def held(viewer: ViewerTrace, **changes) -> DrillTrace:
    return replace(DrillTrace(viewer, MARKS), **changes)


def statuses(trace: DrillTrace, of: Drill | None = None) -> dict[str, Status]:
    of = of or drill()
    found = measured(trace, of)
    return {
        check.id: judge(found[metric], limit_drill(setting(of), of.name, metric)).status
        for check in DRILL_CHECKS
        for metric in check.metrics
    }


def test_a_drill_in_time_has_its_four_times():
    found = measured(held(cut(programme(), 105.1, 109.1)))
    assert found[DRILL_DETECT].value == pytest.approx(0.1 + GAP_S, abs=0.05)
    assert found[DRILL_OUTAGE].value == pytest.approx(4.0, abs=0.05)
    assert found[DRILL_SWITCH].value == pytest.approx(4.0 - GAP_S, abs=0.05)
    assert found[DRILL_RESTORE].value == pytest.approx(1.0)
    assert found[DRILL_OUTAGE].params == {"what": ("no-data",)}
    assert (found[DRILL_DONE].value, found[DRILL_UNDONE].value) == (True, True)
    assert set(statuses(held(cut(programme(), 105.1, 109.1))).values()) == {Status.OK}


def test_outages_add_up_and_those_of_the_way_back_are_its_own():
    trace = black(black(cut(programme(), 105.1, 107.1), 108.0, 109.0), 112.2, 114.5)
    found = measured(held(trace))
    assert found[DRILL_OUTAGE].value == pytest.approx(3.0, abs=0.1)
    assert found[DRILL_OUTAGE].params == {"what": ("no-data", "black")}
    assert found[DRILL_SWITCH].value == pytest.approx(4.0 - 0.1 - GAP_S, abs=0.1)
    assert found[DRILL_RESTORE].value == pytest.approx(2.5, abs=0.05)


def test_too_slow_is_a_fail_and_a_switch_that_never_came_is_at_least_that_long():
    assert (
        statuses(held(cut(programme(), 105.1, 111.9)), drill(within=Within(outage_s=5)))["drill.outage"] is Status.FAIL
    )
    never = held(cut(programme(), 105.1, 112.8), marks={**MARKS, "restore": 112.0})
    found = measured(never, drill(within=Within(outage_s=5, switch_s=3)))
    assert found[DRILL_OUTAGE].value == pytest.approx(6.9, abs=0.05)
    assert found[DRILL_OUTAGE].params["at_least"] is True
    assert found[DRILL_SWITCH].params["at_least"] is True


def test_what_was_broken_off_before_it_could_be_too_long_is_unknown():
    found = measured(
        held(cut(programme(), 105.1, 130), marks={"fault": 105.0, "restore": 107.0, "undone": 107.2}, ended="failed")
    )
    for metric in (DRILL_SWITCH, DRILL_OUTAGE):
        assert (found[metric].value, found[metric].reason) == (None, Reason.FAILED)
    assert found[DRILL_DONE].reason is Reason.FAILED
    assert found[DRILL_RESTORE].reason is Reason.FAILED


def test_a_programme_that_never_comes_back_is_not_restored():
    found = measured(held(cut(programme(40), 112.2, 145)))
    assert found[DRILL_RESTORE].value == pytest.approx(28.0)
    assert found[DRILL_RESTORE].params["at_least"] is True


@pytest.mark.parametrize(
    "blind",
    [
        DrillTrace(None, MARKS),
        held(programme(), marks={}),
        held(programme(), marks={"restore": 112.0, "undone": 113.0}),
    ],
)
def test_where_the_measuring_failed_nothing_is_a_pass(blind):
    found = statuses(blind)
    for check in ("drill.detect", "drill.switch", "drill.outage", "drill.restore"):
        assert found[check] is Status.UNKNOWN


def test_a_fault_that_nobody_saw_proves_nothing_where_somebody_had_to_switch():
    found = measured(held(programme()))
    assert found[DRILL_OUTAGE].value == 0.0
    assert found[DRILL_DETECT].reason is Reason.UNNOTICED
    assert statuses(held(programme()))["drill.detect"] is Status.UNKNOWN


@pytest.mark.parametrize("of", [drill(covers="power"), drill(covers="network", switch=())])
def test_no_outage_is_the_best_outcome_where_nobody_has_to_switch(of):
    found = statuses(held(programme()), of)
    assert (found["drill.detect"], found["drill.outage"]) == (Status.SKIP, Status.OK)


def test_a_supply_that_lets_the_show_stop_fails_however_short_it_is():
    assert statuses(held(cut(programme(), 105.1, 105.7)), drill(covers="power"))["drill.outage"] is Status.FAIL


def test_what_was_so_before_the_fault_is_not_its_doing():
    found = measured(held(frozen(programme(), 101.0, 104.5)))
    assert found[DRILL_OUTAGE].value == 0.0


def test_what_could_not_be_undone_is_told():
    found = measured(held(cut(programme(), 105.1, 109.1), left=("obs_scene",)))
    assert (found[DRILL_UNDONE].value, found[DRILL_UNDONE].params) == (False, {"names": ("obs_scene",)})


def test_a_person_taps_what_a_phone_shows():
    phone = replace(cut(programme(), 0, 200), via="person", has_sound=False)
    found = measured(held(phone, taps={"lost-1": 105.6, "back-1": 109.6}))
    assert found[DRILL_DETECT].value == pytest.approx(0.6)
    assert found[DRILL_OUTAGE].value == pytest.approx(4.0)
    assert found[DRILL_OUTAGE].params == {"what": ("by-hand",)}
    (still,) = lost_spells(held(phone, taps={"lost-1": 105.6}))
    assert (still.is_open, still.end_s) == (True, 120.0)


@pytest.mark.parametrize(
    ("covers", "outage_s"),
    [("camera", 8), ("mic", 8), ("content", 5), ("network", 45), ("pc", 60), ("app", 180), ("power", 0)],
)
def test_every_kind_has_its_own_targets(covers, outage_s):
    within = full_within(Drill("any", covers))
    assert within.outage_s == outage_s
    assert None not in (within.detect_s, within.switch_s, within.restore_s)
    written = full_within(Drill("any", covers, within=Within(outage_s=3.5)))
    assert (written.detect_s, written.outage_s, written.restore_s) == (3, 3.5, 20)


def test_targets_that_are_written_are_the_rooms_own():
    limits = {
        metric: limit_drill(setting(drill(within=Within(switch_s=4))), "lost", metric)
        for metric in measured(held(programme()))
    }
    assert (limits[DRILL_SWITCH].ok.high, limits[DRILL_SWITCH].origin) == (4, "profile")
    assert limits[DRILL_DETECT].origin == "built-in"
    assert limit_drill(setting(drill()), "another", DRILL_DETECT) is None


def test_the_story_has_its_moments_in_order():
    told = story(held(black(cut(programme(), 105.1, 109.1), 112.2, 114.5)))
    words = [moment.word for moment in told.moments]
    assert words == ["fault", "noticed", "switch", "first_good", "restore", "undone", "restored"]
    assert [moment.at_s for moment in told.moments] == sorted(moment.at_s for moment in told.moments)
    assert [each.word for each in told.picture] == ["good", "no-data", "good", "black", "good"]
    assert [each.word for each in told.sound] == ["good", "no-data", "good"]
    assert told.rates[0][1] == pytest.approx(3000, rel=0.01)
    assert min(rate for _, rate in told.rates) == 0
    assert story(DrillTrace(None, MARKS)) is None


def test_a_plain_look_tells_picture_from_sound():
    lost, silent_s = measure_viewer(frozen(programme(), 100.0, 120.0), setting(drill()), "main")
    assert (lost.value, silent_s.value) == (pytest.approx(20.0, abs=0.1), 0)
    assert lost.params == {"what": ("frozen",)}
    lost, silent_s = measure_viewer(
        replace(programme(), sound_dbfs=programme().sound_dbfs - 70), setting(drill()), "main"
    )
    assert (lost.value, silent_s.value) == (0, pytest.approx(20.0, abs=0.1))
