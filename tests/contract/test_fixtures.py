"""The recorded rooms: small, sealed, honest about what they are, and judged as their names say."""

import sys
from dataclasses import replace
from pathlib import Path

import pytest

from rigcheck.checks import CHECKS
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Impact, Report, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import DEMO_ROOMS, FixtureSource, open_replay
from rigcheck.sources.store import read_recording

FIXTURES = Path(__file__).parents[1] / "fixtures"
ROOMS = {
    "good": (Status.OK, set()),
    "backlit-hum-clipping": (
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
}
SHIPPED = {"good": "good", "bad": "backlit-hum-clipping"}
MOST_BYTES = 2_000_000


def folders() -> list[Path]:
    return sorted(path for path in FIXTURES.iterdir() if (path / "manifest.json").is_file())


def plan(source: FixtureSource, **changes: object) -> Run:
    profile, today = load_profile(source.profile_path), source.recorded_at.date()
    setting = Setting(profile, source.stage, today, source.attended, raw=source.raw)
    whole = Run("preflight", CHECKS, setting, source, source.recorded_at, load_limits())
    return replace(whole, **changes)


async def judged(path: Path) -> Report:
    return await run(plan(open_replay(str(path))))


def test_every_recorded_room_is_expected_here():
    assert {path.name for path in folders()} == set(ROOMS)


@pytest.mark.anyio
@pytest.mark.parametrize("name", ROOMS)
async def test_a_room_is_judged_as_its_name_says(name):
    report = await judged(FIXTURES / name)
    status, faults = ROOMS[name]
    assert report.status is status
    assert {finding.check for finding in report.findings if finding.status is Status.FAIL} == faults
    warned = [finding.check for finding in report.findings if finding.status is Status.WARN]
    assert warned == (["obs.scene"] if name == "on-battery-frozen" else [])  # the show is not on yet


@pytest.mark.anyio
async def test_each_bad_room_has_faults_that_stop_and_faults_that_only_hurt():
    for name in ("backlit-hum-clipping", "on-battery-frozen"):
        failed = [finding for finding in (await judged(FIXTURES / name)).findings if finding.status is Status.FAIL]
        assert {finding.impact for finding in failed} == {Impact.STOP, Impact.DEGRADE}


@pytest.mark.anyio
async def test_in_the_good_room_all_that_can_be_seen_is_seen():
    report = await judged(FIXTURES / "good")
    skipped = {finding.check for finding in report.findings if finding.status is Status.SKIP}
    assert skipped == {
        "network.port",  # of the backup line, which is mobile
        "ingest.match",
        "obs.plan",
        "camera.framing",
        "camera.haze",
        "mic.polarity",
        "mic.balance",
        "light.product",
        "light.evenness",
        "light.cast",
        "light.colour",
        "camera.match",
        "camera.together",
        "host.sleep",
        "obs.dropped",
        "obs.spare",
    }
    assert report.on_air is False


@pytest.mark.anyio
async def test_where_nothing_answers_nothing_is_ok():
    report = await judged(FIXTURES / "nothing-answers")
    assert {finding.status for finding in report.findings} == {Status.UNKNOWN}
    assert report.on_air is None


@pytest.mark.anyio
@pytest.mark.parametrize("name", ROOMS)
async def test_recording_a_replay_changes_no_finding(name, tmp_path):
    source = open_replay(str(FIXTURES / name))
    recorder = Recorder.at(tmp_path / "again")
    first = await run(plan(source, watchers=(recorder,)))
    recorder.finish(
        tmp_path / "again",
        load_profile(source.profile_path),
        stage=source.stage,
        attended=source.attended,
        raw=source.raw,
        now=source.recorded_at,
    )
    second = await judged(tmp_path / "again")
    assert second.findings == first.findings
    assert second.taken == first.taken
    assert second.status is first.status


@pytest.mark.parametrize("folder", [*folders(), *(DEMO_ROOMS / name for name in SHIPPED)], ids=lambda path: path.name)
def test_a_room_is_small_and_says_that_it_is_synthetic(folder):
    assert sum(path.stat().st_size for path in folder.iterdir()) < MOST_BYTES
    recording = read_recording(folder)
    assert recording.synthetic
    assert "make_rooms.py" in recording.note
    assert recording.stage is Stage.HOST
    assert recording.attended
    assert recording.raw


@pytest.mark.parametrize("name", SHIPPED)
def test_the_rooms_in_the_package_are_those_of_the_tests(name):
    shipped, tested = DEMO_ROOMS / name, FIXTURES / SHIPPED[name]
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == {
        path.name: path.read_bytes() for path in tested.iterdir()
    }


def test_no_other_rooms_are_shipped():
    assert {path.name for path in DEMO_ROOMS.iterdir() if path.is_dir()} == set(SHIPPED)


def test_the_script_still_makes_them(monkeypatch):
    """The whole takes some ten seconds; the room without pictures shows that script and format have not parted."""
    monkeypatch.setattr(sys, "path", [str(FIXTURES), *sys.path])
    import make_rooms

    made, kept = make_rooms.silent_room(), read_recording(FIXTURES / "nothing-answers")
    assert (made.recorded_at, made.profile, made.note) == (kept.recorded_at, kept.profile, kept.note)
    assert {key: (unseen.reason, unseen.params) for key, unseen in made.outcomes.items()} == {
        key: (unseen.reason, unseen.params) for key, unseen in kept.outcomes.items()
    }
