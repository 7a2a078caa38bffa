"""What every check owes: a place, metrics of the table, an OK room, a room where it is not, and a limit it can break."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import anyio
import pytest

from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS, CHECKS, PARTS
from rigcheck.flow import run
from rigcheck.judge import Case, find
from rigcheck.loading import load_limit_sources, load_limits, load_profile
from rigcheck.metrics import METRICS
from rigcheck.model import Limit, Measurement, Metric, OneOf, Reason, Report, Span, Stage, Status, Value
from rigcheck.plan import Run
from rigcheck.profile import CameraDevice, Mode, Profile, Setting, Show
from rigcheck.sources.replay import FixtureSource, open_replay

ROOMS = Path(__file__).resolve().parents[1] / "fixtures"
LIMITS = load_limits()
SEEN = [check for check in CHECKS if check.part != "checklist"]
"""Those that look by themselves; what a person is asked has its own tests (tests/checks/test_checklist.py)."""
NOT_IN_A_GOOD_ROOM = {
    Reason.NO_BASELINE,
    Reason.NOT_PUBLISHED,
    Reason.NOT_IN_PROFILE,
    Reason.NO_HUM,
    Reason.NO_ECHO,
    Reason.NO_CLAP,
    Reason.NOT_IN_FILE,
    Reason.NO_SLEEP,
    Reason.MONO,
    Reason.NOT_STREAMING,
    Reason.NO_PLAN,
}
"""What a room may lack and still be good: a baseline, a figure its PC or UPS does not publish, a box in the profile."""


def replayed(name: str) -> Report:
    source = open_replay(str(ROOMS / name))
    assert isinstance(source, FixtureSource)
    profile = load_profile(source.profile_path)
    setting = Setting(profile, source.stage, source.recorded_at.date(), source.attended, raw=source.raw)
    return anyio.run(run, Run("preflight", CHECKS, setting, source, source.recorded_at, LIMITS))


@pytest.fixture(scope="module")
def good() -> Report:
    return replayed("good")


@pytest.fixture(scope="module")
def dead() -> Report:
    return replayed("nothing-answers")


def test_ids_are_unique_and_belong_to_a_part() -> None:
    assert len({check.id for check in ALL_CHECKS}) == len(ALL_CHECKS)
    preflight = ("mic", "camera", "light", "sync", "network", "ingest", "obs", "power", "host", "backend", "checklist")
    assert (*preflight, "encoder") == PARTS


@pytest.mark.parametrize("check", SEEN, ids=lambda check: check.id)
def test_a_check_is_ok_somewhere(check: Check, good: Report) -> None:
    (found,) = (f for f in good.findings if f.check == check.id and f.device in ("main", "ups", "coupons"))
    assert found.status is Status.OK or found.reason in NOT_IN_A_GOOD_ROOM


@pytest.mark.parametrize("check", SEEN, ids=lambda check: check.id)
def test_a_check_that_saw_nothing_is_never_ok(check: Check, dead: Report) -> None:
    (found,) = (f for f in dead.findings if f.check == check.id and f.device in ("main", "ups", "coupons"))
    assert found.status is Status.UNKNOWN
    assert found.value is None
    assert found.advice is not None


def test_every_metric_is_looked_for(good: Report) -> None:
    missing = {"camera.shift_pct", "camera.haze_pct"} - {taken.key for taken in good.taken}
    looked_for = {taken.key for taken in good.taken if "@" not in taken.key}
    heavy = {metric.id for metric in METRICS.values() if metric.part == "encoder"}  # recommend's, not preflight's
    asked = {metric.id for metric in METRICS.values() if metric.part == "checklist"}
    assert looked_for | missing | heavy | asked == set(METRICS)
    assert missing == set()


def outside(limit: Limit) -> list[Value]:
    """A value beyond each end of what is ok."""
    if isinstance(limit.ok, OneOf):
        flags: list[Value] = [flag for flag in (True, False) if flag not in limit.ok]
        return flags if isinstance(limit.ok.values[0], bool) else ["nonsense"]
    assert isinstance(limit.ok, Span)
    ends = [(limit.ok.low, -1), (limit.ok.high, 1)]
    return [end + side * (1e6 + abs(end)) for end, side in ends if end is not None]


def limits_of(check: Check, metric: Metric) -> Limit | None:
    """The limit of a room in a moment: of one that OBS pushes from, or else a companion application."""
    room = Profile(camera={"main": CameraDevice(mode=Mode(1280, 720, 30))})
    profiles = (room, replace(room, show=Show(pusher="companion")))
    settings = [Setting(profile, Stage.GO, date(2026, 11, 22)) for profile in profiles]
    own = (check.limit_of(setting, "main", metric) for setting in settings if check.limit_of)
    return next((limit for limit in own if limit is not None), LIMITS.get(metric.id))


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_a_check_goes_red_beyond_its_limit(check: Check) -> None:
    for metric in check.metrics:
        limit = limits_of(check, metric)
        for value in outside(limit) if limit else []:
            only = replace(check, metrics=(metric,), given=None)
            case = Case(
                only, "main", "device", check.impact, {metric.id: Measurement(metric, value)}, {metric.id: limit}
            )
            found = find(case, (), date(2026, 11, 22))
            assert found.status in (Status.WARN, Status.FAIL)
            assert found.advice is not None


def test_every_limit_has_a_source_and_a_check_that_judges_it() -> None:
    judged = {metric.id for check in ALL_CHECKS for metric in check.metrics}
    assert set(LIMITS) <= judged
    assert {metric for metric, source in load_limit_sources().items() if source.strip()} >= set(LIMITS)
