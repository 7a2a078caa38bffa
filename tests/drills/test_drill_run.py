"""Drills held one after the other: refused where they must be, performed, undone, looked at again, reported."""

from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from drill_world import LiveOf, Paper, Room, conduct, drill
from world_folder import Put, held, hold, put

from rigcheck.drill_plan import Backup, BackupContent, BackupNetwork, Step, Within
from rigcheck.drills import company, run
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError
from rigcheck.drills.company import Company
from rigcheck.drills.history import drilled_of
from rigcheck.drills.journal import NAME, Journal
from rigcheck.drills.run import by_harm, deadline_s
from rigcheck.drills.steady import NotSteadyError, chosen, standing_by
from rigcheck.i18n import load_catalogue
from rigcheck.model import Message, Reason, Report, Status
from rigcheck.profile import Profile
from rigcheck.samples import OnAirState

pytestmark = pytest.mark.anyio
AS_IT_WAS = "as it was"


def screen(folder: Path) -> str | None:
    return held(folder / "screen.txt")


def value(report: Report, metric: str, device: str = "camera-lost") -> object:
    (taken,) = (t for t in report.taken if t.measurement.metric.id == metric and t.device == device)
    return taken.measurement.value


def status(report: Report, check: str, device: str = "camera-lost") -> Status:
    (finding,) = (f for f in report.findings if f.check == check and f.device == device)
    return finding.status


async def test_a_drill_is_performed_undone_timed_and_judged(tmp_path) -> None:
    made = conduct(tmp_path, one := drill(tmp_path))
    report = await made.hold([one])
    assert report.status is Status.OK, report.findings
    assert (screen(tmp_path), (tmp_path / NAME).exists()) == (AS_IT_WAS, False)
    assert 0.3 < float(str(value(report, "drill.outage_s"))) < 2
    assert [held.drill.name for held in made.held] == ["camera-lost"]
    assert [undone.worked for undone in made.held[0].undone] == [True]
    remembered = drilled_of(report, one, made.held[0].at, made.held[0].trace, "Li")
    assert (remembered.status, remembered.by, remembered.operator) == (Status.OK, "far-end", "Li")
    assert remembered.outage_s == value(report, "drill.outage_s")


async def test_a_crew_that_is_too_slow_fails(tmp_path) -> None:
    slow = drill(tmp_path, switch=(), within=Within(detect_s=1, outage_s=0.6, switch_s=0.6, restore_s=2))
    report = await conduct(tmp_path, slow).hold([slow])
    assert status(report, "drill.outage") is Status.FAIL
    assert screen(tmp_path) == AS_IT_WAS


class Blip(Put):
    """Its undo makes the screen go black for a moment."""

    name = "blip"

    async def undo(self, record: Record) -> None:
        hold(Path(record["file"]), "changed")
        await anyio.sleep(0.8)
        await super().undo(record)


async def test_what_is_lost_by_the_undo_is_no_loss_of_the_fault(tmp_path) -> None:
    """Good again by itself, and black for a moment while it is undone: the way back, though no step is written for it."""
    one = drill(tmp_path, fault=(replace(put(tmp_path / "screen.txt"), action="blip"),), restore=())
    made = conduct(tmp_path, one, crew=(crew := Paper()))
    made.actions = {**made.actions, "blip": Blip()}
    report = await made.hold([one])
    assert [status(report, f"drill.{name}") for name in ("switch", "outage")] == [Status.OK, Status.OK]
    assert float(str(value(report, "drill.restore_s"))) == pytest.approx(0.8, abs=0.4)
    assert crew.said.count("drill.told.restore") == 1


@pytest.mark.parametrize("ends", ["failed", "deadline"])
async def test_a_drill_that_broke_off_has_its_way_back_too(tmp_path, monkeypatch, ends: str) -> None:
    failing = put(tmp_path / "none" / "x")
    monkeypatch.setattr(run, "deadline_s", lambda *_: 0.5 if ends == "deadline" else 20.0)
    one = drill(tmp_path, switch=(failing,) if ends == "failed" else (), within=Within(outage_s=3))
    made = conduct(tmp_path, one)
    await made.hold([one])
    trace = made.held[0].trace
    assert trace.ended == ends
    assert trace.marks["fault"] < trace.marks["restore"] <= trace.marks["undone"]


class Broken(Put):
    """A deed whose command fails."""

    name = "broken"

    async def do(self, record: Record) -> None:
        raise CommandError("sh -c 'exit 3': exit code 3")


class Unwritable(Put):
    """A deed whose undo finds no room on the disk."""

    name = "unwritable"

    async def before(self, step: Step, profile: Profile) -> Record:
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("deed", "said", "error"),
    [
        (Broken, "error.drill.command", "sh -c 'exit 3': exit code 3"),
        (Unwritable, "error.drill.journal-unwritable", "No space left on device"),
    ],
)
async def test_a_drill_says_what_it_broke_off_for(tmp_path, deed: type[Put], said: str, error: str) -> None:
    one = drill(tmp_path, switch=(replace(put(tmp_path / "x"), action=deed.name),), within=Within(outage_s=1))
    made = conduct(tmp_path, one)
    made.actions = {**made.actions, deed.name: deed()}
    await made.hold([one])
    (trouble,) = [held.trouble for held in made.held]
    assert trouble == Message(said, {"error": error})
    assert screen(tmp_path) == AS_IT_WAS


@pytest.mark.parametrize("on_air", [OnAirState(("XSplit",)), OnAirState((), ("vMix",)), None])
async def test_nothing_begins_while_a_show_goes_out_or_may(tmp_path, on_air) -> None:
    room = Room(on_air=on_air) if on_air else Room(on_air="junk")  # type: ignore[arg-type] # a source that broke
    made = conduct(tmp_path, one := drill(tmp_path), source=room)
    with pytest.raises(DrillError) as refused:
        await made.hold([one])
    assert refused.value.message.id == "error.drill.live"
    assert "?" not in load_catalogue("en").text(refused.value.message.id, refused.value.message.params)
    assert (made.held, screen(tmp_path)) == ([], AS_IT_WAS)


async def test_a_confirmed_drill_during_a_show_begins(tmp_path) -> None:
    room = Room(on_air=OnAirState(("XSplit",)))
    report = await conduct(tmp_path, one := drill(tmp_path), source=room, during_show=True).hold([one])
    assert report.status is Status.OK


async def test_a_pending_journal_stops_every_drill(tmp_path) -> None:
    made = conduct(tmp_path, one := drill(tmp_path))
    Journal(tmp_path / NAME, "old", None, "2026-11-01T00:00:00Z").add("put", {"thing": "x"})
    with pytest.raises(DrillError) as refused:
        await made.hold([one])
    assert refused.value.message.params["drill"] == "old"


@pytest.mark.parametrize("cpu_pct", [99.9, float("nan")])
async def test_a_room_that_is_not_as_it_must_be_is_not_drilled(tmp_path, cpu_pct: float) -> None:
    made = conduct(tmp_path, one := drill(tmp_path, before=("host.cpu",)), source=Room(cpu_pct=[cpu_pct]))
    with pytest.raises(NotSteadyError) as refused:
        await made.hold([one])
    assert [finding.check for finding in refused.value.findings] == ["host.cpu"]
    assert (made.held, screen(tmp_path)) == ([], AS_IT_WAS)


async def test_the_steady_state_is_measured_again_afterwards_and_counts(tmp_path) -> None:
    room = Room(cpu_pct=[10.0, 99.9])
    report = await conduct(tmp_path, one := drill(tmp_path, before=("host.cpu",)), source=room).hold([one])
    assert room.asked.count("host@main") == 2
    assert status(report, "host.cpu", "main") is Status.FAIL
    assert report.status is Status.FAIL


async def test_what_an_earlier_drill_needed_must_hold_for_the_next_one_too(tmp_path) -> None:
    first, second = drill(tmp_path, "first", before=("host.cpu",)), drill(tmp_path, "second")
    crew = Paper()
    made = conduct(tmp_path, first, second, source=Room(cpu_pct=[10.0, 99.9, 10.0]), crew=crew)
    report = await made.hold([first, second])
    assert [each.drill.name for each in made.held] == ["first"]
    assert "error.drill.unsteady" in crew.said
    assert status(report, "drill.outage", "second") is Status.UNKNOWN
    assert {f.reason for f in report.findings if f.device == "second"} == {Reason.NOT_DRILLED}


async def test_a_programme_that_is_bad_to_begin_with_is_not_drilled(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(run, "SETTLE_S", 0.3)
    made = conduct(tmp_path, one := drill(tmp_path), crew=(crew := Paper()))
    (tmp_path / "screen.txt").write_text("changed")
    with pytest.raises(DrillError) as refused:
        await made.hold([one])
    assert refused.value.message.params == {"drill": "camera-lost", "cause": "black"}
    assert crew.said == ["drill.told.black"]
    assert not (tmp_path / NAME).exists()


async def test_after_an_undo_that_failed_no_further_drill_begins(tmp_path) -> None:
    (tmp_path / "sub").mkdir()
    first = drill(tmp_path, "first", fault=(put(tmp_path / "screen.txt"), put(tmp_path / "sub" / "b")))
    made = conduct(tmp_path, first, second := drill(tmp_path, "second"))
    (tmp_path / "sub" / "jammed").touch()
    report = await made.hold([first, second])
    assert [each.drill.name for each in made.held] == ["first"]
    assert status(report, "drill.undone", "first") is Status.FAIL
    assert report.status is Status.FAIL
    assert (tmp_path / NAME).exists()


async def test_steps_of_people_need_people(tmp_path) -> None:
    by_hand = drill(tmp_path, fault=(Step("by_hand", {"file": str(tmp_path / "screen.txt"), "word": "changed"}),))
    with pytest.raises(DrillError) as refused:
        await conduct(tmp_path, by_hand).hold([by_hand])
    assert refused.value.message.id == "error.drill.nobody"
    report = await conduct(tmp_path, by_hand, crew=Paper(is_there=True)).hold([by_hand])
    assert report.status is Status.OK


async def test_cancelling_in_the_middle_undoes_and_remembers_what_was_undone(tmp_path) -> None:
    made = conduct(tmp_path, one := drill(tmp_path, within=Within(detect_s=60, outage_s=60), switch=()))
    async with anyio.create_task_group() as group:
        group.start_soon(made.hold, [one])
        while screen(tmp_path) != "changed":  # noqa: ASYNC110 - a file sets no event
            await anyio.sleep(0.02)
        group.cancel_scope.cancel()
    assert made.held == []
    assert [undone.worked for undone in made.undone] == [True]
    assert screen(tmp_path) == AS_IT_WAS
    assert not (tmp_path / NAME).exists()


async def test_the_crew_hears_what_happens_in_its_order(tmp_path) -> None:
    crew = Paper()
    one = drill(tmp_path, crew={"场控": "切到2号机位"}, notice="马上回来")
    await conduct(tmp_path, one, crew=crew).hold([one])
    wanted = [
        "drill.told.fault",
        "drill.told.black",
        "场控: drill.crew",
        "drill.notice",
        "drill.told.switch",
        "drill.told.restore",
    ]
    assert [line for line in crew.said if line in wanted] == wanted
    assert crew.said.index("drill.told.well") > crew.said.index("drill.told.black")
    assert "drill.told.undone" in crew.said[-2:]


async def test_a_standby_picture_that_stays_is_warned_of_and_ended(tmp_path, monkeypatch) -> None:
    for name, limit_s in (("WARN", 0.3), ("ESCALATE", 0.6), ("STOP", 0.9)):
        monkeypatch.setattr(company, f"SLATE_{name}_S", limit_s)
    crew = Paper()
    stays = drill(tmp_path, word="slate", within=Within(detect_s=20), switch=())
    made = conduct(tmp_path, stays, crew=crew)
    report = await made.hold([stays])
    assert [line for line in crew.said if "slate" in line] == [f"drill.slate.{n}" for n in ("warn", "escalate", "stop")]
    assert (made.held[0].trace.ended, made.held[0].trace.why) == ("stopped", "slate")
    assert status(report, "drill.done") is Status.UNKNOWN
    assert screen(tmp_path) == AS_IT_WAS


def test_the_time_box_of_a_standby_picture_begins_anew_after_another_picture() -> None:
    beside = Company(None)  # type: ignore[arg-type] # its clock and its picture are given
    told = [[m.id for m in beside._slate(s, is_slate=s != 150)] for s in (0, 119, 120, 150, 160, 279, 280)]
    assert told == [[], [], ["drill.slate.warn"], [], [], [], ["drill.slate.warn"]]


@pytest.mark.parametrize("file", ["missing.mp4", "text.mp4"])
async def test_a_standby_video_that_cannot_play_is_no_drill(tmp_path, file: str) -> None:
    (tmp_path / "text.mp4").write_text("no video")
    made = conduct(tmp_path, one := drill(tmp_path, covers="content"), source=LiveOf(Room()))
    room = replace(made.plan.setting.profile, backup=Backup(content=BackupContent(file=str(tmp_path / file))))
    made.plan = replace(made.plan, setting=replace(made.plan.setting, profile=room))
    with pytest.raises(NotSteadyError) as refused:
        await made.hold([one])
    assert {finding.check for finding in refused.value.findings} >= {"backup.content"}
    assert (made.held, screen(tmp_path)) == ([], AS_IT_WAS)


def test_only_what_stands_by_for_this_fault_is_looked_at(tmp_path) -> None:
    content = BackupContent(obs_scene="Standby")
    room = Profile(backup=Backup(content=content, network=BackupNetwork("backup")))
    assert standing_by(drill(tmp_path, covers="content"), room) == Backup(content=content)
    assert standing_by(drill(tmp_path, covers="pc"), room) == Backup()
    assert standing_by(drill(tmp_path, covers="content"), Profile()) == Backup()


def test_what_must_hold_is_called_by_check_part_or_metric() -> None:
    by_check, by_metric = chosen(("camera.rate",)), chosen(("camera.fps",))
    assert by_check == by_metric
    assert [check.id for check in by_check] == ["camera.rate"]
    assert {check.part for check in chosen(("host",))} == {"host"}
    assert chosen(("drill.done",)) == ()


def test_the_standby_video_is_looked_for_where_its_check_looks(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    room = Profile(path="/rooms/beauty-3.yaml", backup=Backup(content=BackupContent(file="~/standby.mp4")))
    assert run.slate_of(room) == tmp_path / "standby.mp4"
    beside = replace(room, backup=Backup(content=BackupContent(file="media/standby.mp4")))
    assert run.slate_of(beside) == Path("/rooms/media/standby.mp4")
    assert run.slate_of(replace(beside, path=None)) == Path("media/standby.mp4")
    assert run.slate_of(Profile()) is None


def test_all_goes_from_the_harmless_to_the_harmful(tmp_path) -> None:
    kinds = ("power", "network", "camera", "content", "pc", "mic")
    drills = [drill(tmp_path, kind, covers=kind) for kind in kinds]
    assert [d.name for d in by_harm(drills)] == ["content", "camera", "mic", "network", "pc", "power"]


def test_a_drill_has_a_deadline_of_its_own(tmp_path) -> None:
    made = conduct(tmp_path, one := drill(tmp_path))
    assert deadline_s(one, Within(detect_s=3, outage_s=8, restore_s=20), made.actions) == 3 * 30 + 2 * 31 + 30
    steps = (Step("put", {}, deadline_s=5), Step("by_hand", {}))
    assert deadline_s(drill(tmp_path, fault=steps, switch=(), restore=()), Within(), made.actions) == 5 + 180 + 30
    long = drill(tmp_path, fault=(Step("put", {}, deadline_s=80_000),))
    assert deadline_s(long, Within(), made.actions) == run.MOST_S
