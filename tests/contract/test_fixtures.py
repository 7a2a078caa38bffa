"""The recorded rooms: small, sealed, honest about what they are, and judged as their names say."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rigcheck.checks import CHECKS
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Impact, Reason, Report, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import DEMO_ROOMS, FixtureSource, open_replay
from rigcheck.sources.store import read_recording

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROOMS = {
    "good": (Status.OK, set()),
    "bad": (
        Status.FAIL,
        {"light.subject", "light.backlight", "mic.clipping", "mic.hum", "mic.level", "obs.muted", "obs.media"},
    ),
    "on-battery-frozen": (
        Status.FAIL,
        {
            *("camera.frozen", "camera.duplicates", "obs.target", "obs.late"),
            *("power.mains", "power.runtime", "power.charge", "power.input"),
        },
    ),
    "nothing-answers": (Status.UNKNOWN, set()),
    "flicker": (Status.FAIL, {"light.flicker"}),
    "soft-focus": (Status.FAIL, {"camera.focus"}),
    "colour-cast": (Status.FAIL, {"light.cast", "light.colour"}),
    "muted": (Status.FAIL, {"mic.muted", "obs.silent"}),
    "late-sound": (Status.FAIL, {"sync.offset"}),
}
"""Every room of the package, its verdict, and the faults that it has: those, and no others."""
TESTED = {
    "good": "good",
    "backlit-hum-clipping": "bad",
    "on-battery-frozen": "on-battery-frozen",
    "nothing-answers": "nothing-answers",
}
"""Rooms that are beside the tests too, under names of their own."""
UNSEEN_IN_A_GOOD_ROOM = {
    ("mic.echo", "main"): Reason.NO_ECHO,  # where all is well there is none
    ("mic.packs", "main"): Reason.NOT_IN_PROFILE,  # both packs are merged: it is either those or left and right
    ("camera.match", "main"): Reason.NOT_IN_PROFILE,  # the other camera is compared with this one
    ("light.product", "side"): Reason.NOT_IN_PROFILE,  # seen on the main camera, as the two below
    ("light.evenness", "side"): Reason.NOT_IN_PROFILE,
    ("light.colour", "side"): Reason.NOT_IN_PROFILE,
    ("network.port", "backup"): Reason.NOT_THIS_WAY,  # a mobile line has no port
    ("ingest.match", "main"): Reason.NOT_IN_PROFILE,  # the backup is compared with this one
    ("obs.spare", "main"): Reason.NOT_IN_PROFILE,  # likewise
    ("obs.disk", "spare"): Reason.NOT_IN_PROFILE,  # recordings are made on the main PC
    ("obs.dropped", "main"): Reason.NOT_STREAMING,  # the show is not on yet
    ("obs.dropped", "spare"): Reason.NOT_STREAMING,
    ("host.sleep", "main"): Reason.NO_SLEEP,  # it never does, as a show's PC should
}
"""By check and device; the selftest's rooms have what is possible of it."""
MOST_BYTES, MOST_IN_ALL = 2_000_000, 8_000_000


def folders() -> list[Path]:
    return sorted(path for path in FIXTURES.iterdir() if (path / "manifest.json").is_file())


def plan(source: FixtureSource, **changes: object) -> Run:
    profile, today = load_profile(source.profile_path), source.recorded_at.date()
    known = {"raw": source.raw, "plan": source.plan, "baseline": source.baseline}
    setting = Setting(profile, source.stage, today, source.attended, **known)
    whole = Run("preflight", CHECKS, setting, source, source.recorded_at, load_limits())
    return replace(whole, **changes)


async def judged(name: str) -> Report:
    return await run(plan(open_replay(f"demo:{name}")))


def test_every_recorded_room_is_expected_here():
    assert {path.name for path in DEMO_ROOMS.iterdir() if path.is_dir()} == set(ROOMS)
    assert {path.name for path in folders()} == set(TESTED)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ROOMS)
async def test_a_room_is_judged_as_its_name_says(name):
    report = await judged(name)
    status, faults = ROOMS[name]
    assert report.status is status
    assert {finding.check for finding in report.findings if finding.status is Status.FAIL} == faults
    warned = [finding.check for finding in report.findings if finding.status is Status.WARN]
    assert warned == (["obs.scene"] if name == "on-battery-frozen" else [])  # the show is not on yet


@pytest.mark.anyio
async def test_each_bad_room_has_faults_that_stop_and_faults_that_only_hurt():
    for name in ("bad", "on-battery-frozen"):
        failed = [finding for finding in (await judged(name)).findings if finding.status is Status.FAIL]
        assert {finding.impact for finding in failed} == {Impact.STOP, Impact.DEGRADE}


@pytest.mark.anyio
async def test_in_the_good_room_all_that_can_be_seen_is_seen():
    report = await judged("good")
    skipped = [finding for finding in report.findings if finding.status is Status.SKIP]
    assert {(finding.check, finding.device): finding.reason for finding in skipped} == UNSEEN_IN_A_GOOD_ROOM
    assert report.on_air is False


@pytest.mark.anyio
async def test_where_nothing_answers_nothing_is_ok():
    report = await judged("nothing-answers")
    assert {finding.status for finding in report.findings} == {Status.UNKNOWN}
    assert report.on_air is None


@pytest.mark.anyio
@pytest.mark.parametrize("name", ROOMS)
async def test_recording_a_replay_changes_no_finding(name, tmp_path):
    source = open_replay(f"demo:{name}")
    recorder = Recorder.at(tmp_path / "again")
    first = await run(plan(source, watchers=(recorder,)))
    recorder.finish(
        tmp_path / "again",
        load_profile(source.profile_path),
        stage=source.stage,
        attended=source.attended,
        raw=source.raw,
        now=source.recorded_at,
        plan=source.plan,
        baseline=source.baseline,
    )
    second = await run(plan(open_replay(str(tmp_path / "again"))))
    assert second.findings == first.findings
    assert second.taken == first.taken
    assert second.status is first.status


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_is_small_and_says_that_it_is_synthetic(name):
    assert size(DEMO_ROOMS / name) < MOST_BYTES
    recording = read_recording(DEMO_ROOMS / name)
    assert recording.synthetic
    assert "make_rooms.py" in recording.note
    assert recording.stage is Stage.HOST
    assert recording.attended
    assert recording.raw


def test_all_rooms_together_are_small():
    assert sum(size(DEMO_ROOMS / name) for name in ROOMS) < MOST_IN_ALL


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.iterdir())


@pytest.mark.parametrize("name", TESTED)
def test_the_rooms_beside_the_tests_are_those_of_the_package(name):
    shipped, tested = DEMO_ROOMS / TESTED[name], FIXTURES / name
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == {
        path.name: path.read_bytes() for path in tested.iterdir()
    }


def test_the_script_still_makes_them(monkeypatch):
    """The whole takes a minute; the room without pictures shows that script and format have not parted."""
    monkeypatch.setattr(sys, "path", [str(FIXTURES), *sys.path])
    import make_rooms

    made, kept = make_rooms.silent_room(), read_recording(FIXTURES / "nothing-answers")
    assert (made.recorded_at, made.profile, made.note) == (kept.recorded_at, kept.profile, kept.note)
    assert {key: (unseen.reason, unseen.params) for key, unseen in made.outcomes.items()} == {
        key: (unseen.reason, unseen.params) for key, unseen in kept.outcomes.items()
    }
