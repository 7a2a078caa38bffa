"""A run that is recorded can be judged again elsewhere, and says nothing of whose computers it saw."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from rigcheck.errors import NotSeen, UnwritableError, UsageError
from rigcheck.flow import run
from rigcheck.loading import load_limits, load_profile
from rigcheck.model import Reason, Stage
from rigcheck.plan import Run
from rigcheck.profile import Setting
from rigcheck.samples import HostState, OnAirState, PowerRequest, PowerState, Request, Sample
from rigcheck.sources.record import Recorder, without_names
from rigcheck.sources.replay import FixtureSource, open_replay

NOW = datetime(2026, 11, 21, 19, 48, tzinfo=timezone(timedelta(hours=8)))
ROOM = """\
room: beauty-3
power: {ups: {nut: "ups@ups.studio.lan:3493"}, spare: {nut: "spare@192.168.7.20"}}
mic: {}
camera: {}
"""


class Studio:
    """A live source of known evidence, with hosts and serial numbers in it."""

    name = "live"
    is_live = True

    async def acquire(self, request: Request) -> Sample:
        if isinstance(request, PowerRequest):
            if request.name == "spare":
                raise NotSeen(Reason.UNREACHABLE, {"url": "192.168.7.20:3493"})
            return PowerState("nut", {"ups.status": "OL", "battery.charge": "71", "ups.serial": "G213E05"})
        return HostState(cpu_pct=12.5) if request.kind == "host" else OnAirState()


@pytest.fixture
def room(tmp_path) -> Path:
    (tmp_path / "beauty-3.yaml").write_text(ROOM)
    return tmp_path / "beauty-3.yaml"


def plan(room: Path, source: object, *watchers: object) -> Run:
    from rigcheck.checks import CHECKS

    profile = load_profile(room)
    checks = tuple(check for check in CHECKS if check.part in ("power", "host"))
    return Run(
        command="record",
        checks=checks,
        setting=Setting(profile, Stage.HOST, NOW.date()),
        source=source,
        now=NOW,
        limits=load_limits(),
        watchers=watchers,
    )


async def recorded(room: Path, directory: Path) -> FixtureSource:
    recorder = Recorder.at(directory)
    await run(plan(room, Studio(), recorder))
    recorder.finish(directory, load_profile(room), stage=Stage.HOST, attended=True, now=NOW)
    source = open_replay(str(directory))
    assert isinstance(source, FixtureSource)
    return source


@pytest.mark.anyio
async def test_a_recorded_run_gives_the_same_findings_again(room, tmp_path):
    live = await run(plan(room, Studio()))
    source = await recorded(room, tmp_path / "kept")
    again = await run(plan(source.profile_path, source))
    assert [(f.check, f.device, f.status, f.value, f.reason) for f in again.findings] == [
        (f.check, f.device, f.status, f.value, f.reason) for f in live.findings
    ]
    assert again.taken[0].measurement.value == live.taken[0].measurement.value
    assert again.status is live.status


@pytest.mark.anyio
async def test_the_conditions_are_those_of_the_day(room, tmp_path):
    source = await recorded(room, tmp_path / "kept")
    assert (source.name, source.recorded_at, source.stage, source.attended) == ("replay:kept", NOW, Stage.HOST, True)
    assert source.recorded_at.utcoffset() == timedelta(hours=8), "the show's start is local time"
    assert source.names("power") == ("spare", "ups")
    assert not source.synthetic


@pytest.mark.anyio
async def test_no_host_name_or_serial_number_is_kept(room, tmp_path):
    await recorded(room, tmp_path / "kept")
    text = "".join(path.read_text() for path in (tmp_path / "kept").iterdir())
    assert [word for word in ("studio", "192.168", "G213E05", "3493") if word in text] == []
    assert "beauty-3" in text


def test_names_are_taken_out_and_measures_stay():
    values = {
        "HOSTNAME": "pc-7",
        "SERIALNO": "X1",
        "MASTER": "10.0.0.2:3551",
        "UPSNAME": "rack",
        "BCHARGE": "100.0 Percent",
    }
    assert without_names(PowerState("apcupsd", values)).values == {"BCHARGE": "100.0 Percent"}
    values = {
        "driver.parameter.password": "x",
        "device.mac": "aa",
        "ups.id": "7",
        "ups.contacts": "Li",
        "ups.load": "31",
    }
    assert without_names(PowerState("nut", values)).values == {"ups.load": "31"}
    supply = {"name": "BAT0", "type": "Battery", "capacity": "80", "serial_number": "123", "model_name": "X"}
    kept = {"name": "BAT0", "type": "Battery", "capacity": "80", "model_name": "X"}
    assert without_names(PowerState("os", {}, (supply,))).supplies == (kept,)


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("rtsp://admin:pw@cam.lan:554/1", "rtsp://recorded"),
        ("ups@nas.lan:3493", "ups@recorded"),
        ("nas.lan:3493", "recorded"),
        ("[fe80::1]:3493", "recorded"),
        ("192.168.7.20", "recorded"),
        ("Logitech BRIO", "Logitech BRIO"),
        ("/dev/video0", "/dev/video0"),
        ("USB Audio (hw:1,0)", "USB Audio (hw:1,0)"),
        (17.5, 17.5),
        (None, None),
        (("a", "b@c"), ("a", "b@recorded")),
    ],
)
def test_hosts_in_reasons_are_taken_out(said, kept):
    assert without_names(NotSeen(Reason.TIMEOUT, {"it": said})).params == {"it": kept}


def test_a_place_that_cannot_be_written_is_said_first(tmp_path):
    (tmp_path / "mine.txt").write_text("x")
    with pytest.raises(UsageError):
        Recorder.at(tmp_path)
    with pytest.raises(UnwritableError):
        Recorder.at(tmp_path / "mine.txt" / "room")
