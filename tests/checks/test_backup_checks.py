"""What the checks of backups ask for, and a preflight of rooms with some, with all, and without any backup."""

from dataclasses import replace
from datetime import UTC, date, datetime

import anyio
import pytest

from rigcheck import metrics as m
from rigcheck.backup_state import DrilledRequest, StandbyRequest
from rigcheck.checks import CHECKS
from rigcheck.checks.backup import (
    BACKUP_CHECKS,
    ask_drilled,
    ask_match,
    ask_ready,
    ask_runtime,
    ask_standby,
    limit_drilled,
    limit_runtime,
)
from rigcheck.checks.camera import ask_camera
from rigcheck.checks.mic import ask_mic
from rigcheck.checks.network import ask_link
from rigcheck.checks.obs import ask_obs
from rigcheck.checks.power import ask_power
from rigcheck.drill_plan import Backup, BackupContent, BackupDevice, BackupNetwork, BackupPower, Drill
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Impact, Reason, Report, Span, Stage, Status
from rigcheck.plan import Run, plan_tasks
from rigcheck.profile import CameraDevice, MicDevice, Mode, ObsPc, Profile, Setting
from rigcheck.selftest.backup import KINDS, RESERVE, held
from rigcheck.sources.replay import FixtureSource, open_replay
from rigcheck.uplink import Line, Network

FULL = Profile(
    camera={"main": CameraDevice(), "backup": CameraDevice(device="b")},
    mic={"main": MicDevice(), "backup": MicDevice(device="b")},
    network=Network({"main": Line(), "backup": Line("wwan0")}),
    obs={"main": ObsPc()},
    backup=Backup(
        BackupNetwork("backup"),
        BackupDevice("backup", "Cam 2"),
        BackupDevice("backup"),
        BackupPower("main", minutes=15.0),
        BackupContent("Standby", "a.mp4"),
    ),
    path="/rooms/r.yaml",
)
TODAY = date(2026, 11, 22)


def setting(profile: Profile = FULL, stage: Stage = Stage.HOST) -> Setting:
    return Setting(profile, stage, TODAY)


def test_readiness_looks_where_the_devices_own_checks_look():
    room = setting()
    assert ask_ready(room, "camera").parts == (ask_camera(room, "backup"), ask_obs(room, "main"))
    assert ask_ready(room, "mic") == ask_mic(room, "backup")
    assert ask_ready(room, "network") == ask_link(room, "backup")
    assert ask_ready(room, "power") == ask_power(room, "main") == ask_runtime(room, "power")
    assert ask_ready(room, "content") == ask_obs(room, "main")


def test_matching_looks_at_the_main_one_only_where_its_mode_is_not_written():
    room = setting()
    assert ask_match(room, "camera").parts == (ask_camera(room, "main"), ask_camera(room, "backup"))
    moded = setting(replace(FULL, camera={**FULL.camera, "main": CameraDevice(mode=Mode(1280, 720, 30))}))
    assert ask_match(moded, "camera") == ask_camera(moded, "backup")
    assert ask_match(room, "mic").parts == (ask_mic(room, "main"), ask_mic(room, "backup"))
    assert ask_match(room, "content").parts == (ask_obs(room, "main"), ask_standby(room, "content"))
    assert ask_match(setting(replace(FULL, obs={})), "content") == ask_standby(room, "content")


def test_the_standby_video_is_looked_at_beside_the_profile_and_shortly_before_a_show():
    asked = ask_standby(setting(), "content")
    assert asked == StandbyRequest("content", "a.mp4", "/rooms/r.yaml")
    late = ask_standby(setting(stage=Stage.GO), "content")
    assert isinstance(late, StandbyRequest)
    assert late.deadline_s < 10


@pytest.mark.parametrize("kind", ["camera", "mic", "network", "power"])
def test_what_the_profile_does_not_have_is_not_looked_for(kind):
    none = Backup(BackupNetwork("x"), BackupDevice("x"), BackupDevice("x"), BackupPower("x"))
    room = setting(replace(FULL, backup=none))
    assert ask_ready(room, kind) == DrilledRequest(kind)
    assert not ask_ready(room, kind).disturbs


def test_every_kind_has_its_own_history():
    assert len({ask_drilled(setting(), kind) for kind in KINDS}) == len(KINDS)


def test_limits_of_the_room():
    minutes = limit_runtime(setting(), "power", m.BACKUP_RUNTIME)
    assert minutes is not None
    assert (minutes.ok, minutes.warn, minutes.origin) == (Span(900, None), Span(450, None), "profile")
    assert limit_runtime(setting(Profile()), "power", m.BACKUP_RUNTIME) is None
    assert limit_drilled(setting(), "camera", m.BACKUP_DRILL) is None
    monthly = setting(replace(FULL, backup=Backup(drilled_within_days=30)))
    days = limit_drilled(monthly, "camera", m.BACKUP_DRILL_AGE)
    assert days is not None
    assert (days.ok, days.warn) == (Span(None, 30), Span(None, None))


def test_a_room_without_any_backup_is_asked_nothing_about_one():
    room = setting(Profile())
    assert [task for task in plan_tasks(of(room, open_replay("demo:good"))) if task.check.part == "backup"] == []


def test_a_drill_without_a_backup_section_is_only_asked_when_it_was_held():
    room = setting(Profile(drills=(Drill("pc-dead", "pc"),)))
    tasks = [task for task in plan_tasks(of(room, open_replay("demo:good"))) if task.check.part == "backup"]
    assert [(task.check.id, task.device) for task in tasks] == [("backup.drilled", "pc")]


def of(room: Setting, source, checks=CHECKS) -> Run:
    return Run("preflight", checks, room, source, datetime(2026, 11, 22, tzinfo=UTC), load_limits())


@pytest.fixture(scope="module")
def good() -> tuple[Setting, FixtureSource]:
    """The shipped good room with a backup of every kind."""
    source = open_replay("demo:good")
    assert isinstance(source, FixtureSource)
    room = Setting(load_profile(source.profile_path), source.stage, source.recorded_at.date(), source.attended)
    evidence = RESERVE.evidence(source.outcomes)
    return RESERVE.furnish(room, evidence), replace(source, outcomes=evidence)


def report_of(room: Setting, source: FixtureSource) -> Report:
    return anyio.run(run, of(room, source, BACKUP_CHECKS))


def test_a_reserve_in_order_is_ok_kind_by_kind(good):
    report = report_of(*good)
    assert report.status is Status.OK
    assert {(f.check, f.device) for f in report.findings if f.check == "backup.ready"} == {
        ("backup.ready", kind) for kind in KINDS
    }
    assert {f.impact for f in report.findings} == {Impact.BACKUP}
    assert {f.reason for f in report.findings if f.status is Status.SKIP} <= {Reason.NOT_IN_PROFILE}
    keys = {taken.key for taken in report.taken}
    assert {"backup.ready@camera", "backup.drill@power", "backup.content_s@content", "backup.drilled_days@mic"} <= keys


def test_a_reserve_that_is_broken_is_a_warning_unless_the_room_needs_it(good):
    room, source = good
    failed = {"drilled@camera": held("camera", datetime(2026, 11, 20, tzinfo=UTC), Status.FAIL)}
    source = replace(source, outcomes={**source.outcomes, **failed})
    report = report_of(room, source)
    found = next(f for f in report.findings if f.status is Status.FAIL)
    assert (found.check, found.device, report.status) == ("backup.drilled", "camera", Status.WARN)
    needed = replace(room, profile=replace(room.profile, require_backup=True))
    assert report_of(needed, source).status is Status.FAIL


def test_what_was_not_looked_at_stands_once_and_takes_no_other_metric_with_it(good):
    room, source = good
    outcomes = {key: seen for key, seen in source.outcomes.items() if key != "standby@content"}
    report = report_of(room, replace(source, outcomes=outcomes))
    absent = [f for f in report.findings if f.reason is Reason.NOT_IN_FILE]
    assert {f.check for f in absent} == {
        "backup.match",
        "backup.content",
        "backup.length",
        "backup.moving",
        "backup.voiced",
    }
    assert not {"backup.runtime_s@content", "backup.ready@main"} & {taken.key for taken in report.taken}
    assert "backup.drill@content" in {t.key for t in report.taken if t.measurement.value is not None}
