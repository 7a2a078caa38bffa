"""The room's own list and a person's word: asked after the probes, judged like anything else, recorded and replayed."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone

import pytest

from rigcheck.checklist_state import ChecklistAnswer, ChecklistRequest
from rigcheck.checks import CHECKS
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.loading import load_limits
from rigcheck.measure.checklist import measure_item, measure_word
from rigcheck.metrics import CHECKLIST_DONE, CHECKLIST_PICTURE
from rigcheck.model import Impact, Measurement, Reason, Report, Stage, Status
from rigcheck.plan import Run
from rigcheck.profile import CameraDevice, MicDevice, Profile, Setting
from rigcheck.samples import OnAirState, PowerState, Request, Sample
from rigcheck.sources.record import Recorder
from rigcheck.sources.replay import open_replay

NOW = datetime(2026, 11, 22, 19, 0, tzinfo=timezone(timedelta(hours=8)))
ITEMS = ("goods on the table", "packs charged")
ROOM = Profile(room="list", checklist=ITEMS)
SETTING = Setting(ROOM, Stage.HOST, NOW.date(), attended=True)
DEAD = NotSeen(Reason.CRASHED)


@dataclass
class World:
    """A source whose devices are dead or seen as told, and a person who answers as told."""

    answers: dict[str, bool | Reason] = field(default_factory=dict)
    power: Sample | NotSeen = field(default_factory=lambda: PowerState("os", {}))
    dead: tuple[str, ...] = ()
    asked: list[Request] = field(default_factory=list)
    name: str = "live"
    is_live: bool = True

    async def acquire(self, request: Request) -> Sample:
        self.asked.append(request)
        if isinstance(request, ChecklistRequest):
            said = self.answers.get(request.item, Reason.NOT_ASKED)
            if isinstance(said, Reason):
                raise NotSeen(said)
            return ChecklistAnswer(request.item, said)
        if request.kind == "on_air":
            return OnAirState()
        is_dead = request.kind in self.dead or request.key in self.dead
        raise NotSeen(Reason.CRASHED if is_dead else Reason.NONE_HERE)

    @property
    def questions(self) -> list[str]:
        return [request.item for request in self.asked if isinstance(request, ChecklistRequest)]


async def look(world, setting: Setting = SETTING, watchers=()) -> Report:
    return await run(Run("preflight", CHECKS, setting, world, NOW, load_limits(), watchers=watchers))


def found(report: Report, check: str) -> dict:
    return {finding.device: finding for finding in report.findings if finding.check == check}


@pytest.mark.anyio
async def test_each_item_is_a_finding_of_its_own():
    report = await look(World({ITEMS[0]: True, ITEMS[1]: False}))
    items = found(report, "checklist.item")
    assert {name: f.status for name, f in items.items()} == {ITEMS[0]: Status.OK, ITEMS[1]: Status.FAIL}
    assert items[ITEMS[1]].impact is Impact.DEGRADE
    assert items[ITEMS[1]].via == "person"
    assert items[ITEMS[1]].advice is not None
    assert {t.key: t.measurement.value for t in report.taken if t.measurement.metric is CHECKLIST_DONE} == {
        f"checklist.done@{ITEMS[0]}": True,
        f"checklist.done@{ITEMS[1]}": False,
    }
    assert not report.stops


@pytest.mark.anyio
@pytest.mark.parametrize("reason", [Reason.NOT_ASKED, Reason.PASSED_OVER])
async def test_what_nobody_answered_is_skipped_with_the_word(reason):
    report = await look(World(dict.fromkeys(ITEMS, reason)))
    items = found(report, "checklist.item")
    assert {(f.status, f.reason) for f in items.values()} == {(Status.SKIP, reason)}
    assert {t.key for t in report.taken if t.measurement.metric.part == "checklist"} == {
        f"checklist.done@{item}" for item in ITEMS
    }


@pytest.mark.anyio
async def test_people_are_asked_after_everything_else_in_the_order_of_the_list():
    world = World(dict.fromkeys(ITEMS, True), dead=("camera", "mic"))
    await look(world)
    kinds = [request.kind == "checklist" for request in world.asked]
    assert kinds == sorted(kinds)
    assert world.questions == [*ITEMS, "camera", "mic"]


@pytest.mark.anyio
async def test_where_a_probe_broke_a_person_is_asked_and_the_probe_stays_unknown():
    world = World({**dict.fromkeys(ITEMS, True), "camera": True, "mic": False}, dead=("camera", "mic"))
    report = await look(world)
    picture, sound = found(report, "checklist.picture")["main"], found(report, "checklist.sound")["main"]
    assert (picture.status, picture.estimate, picture.via) == (Status.OK, True, "person")
    assert (sound.status, sound.estimate) == (Status.WARN, True)
    assert found(report, "camera.mode")["main"].status is Status.UNKNOWN
    assert report.status is Status.UNKNOWN
    assert found(report, "checklist.program") == {}


@pytest.mark.anyio
async def test_nobody_is_asked_about_what_is_simply_not_there():
    world = World()
    report = await look(world)
    assert world.questions == list(ITEMS)
    assert found(report, "checklist.picture") == found(report, "checklist.sound") == {}


@pytest.mark.anyio
@pytest.mark.parametrize("said", [Reason.PASSED_OVER, Reason.NOT_ASKED])
async def test_a_word_that_nobody_gave_adds_nothing_to_the_report(said):
    report = await look(World({"camera": said}, dead=("camera",)))
    assert found(report, "checklist.picture") == {}
    assert "checklist.picture" not in {taken.key for taken in report.taken}


@pytest.mark.anyio
async def test_only_the_main_device_is_worth_a_question():
    room = replace(ROOM, checklist=(), camera={}, mic={"main": MicDevice(), "backup": MicDevice("lav")})
    world = World(dead=("mic",))
    await look(world, replace(SETTING, profile=room))
    assert world.questions == ["mic"]
    spare_is_dead = World(dead=("mic@backup",))
    await look(spare_is_dead, replace(SETTING, profile=room))
    assert spare_is_dead.questions == []
    wide = replace(ROOM, checklist=(), mic={}, camera={"wide": CameraDevice(), "close": CameraDevice(1)})
    report = await look(World({"camera": True}, dead=("camera",)), replace(SETTING, profile=wide))
    assert set(found(report, "checklist.picture")) == {"wide"}
    assert "checklist.picture" in {taken.key for taken in report.taken}


@pytest.mark.anyio
async def test_answers_are_recorded_and_replayed(tmp_path):
    recorder = Recorder.at(tmp_path / "room")
    world = World({ITEMS[0]: False, ITEMS[1]: Reason.PASSED_OVER, "camera": False}, dead=("camera",))
    first = await look(world, watchers=(recorder,))
    recorder.finish(tmp_path / "room", ROOM, stage=Stage.HOST, attended=True, now=NOW)
    second = await look(open_replay(str(tmp_path / "room")))
    parts = {f.check for f in second.findings if f.check.startswith("checklist.")}
    assert parts == {"checklist.item", "checklist.picture"}
    assert [(f.check, f.device, f.status, f.reason) for f in second.findings] == [
        (f.check, f.device, f.status, f.reason) for f in first.findings
    ]


@pytest.mark.anyio
async def test_an_answer_to_another_question_is_no_answer(tmp_path):
    recorder = Recorder.at(tmp_path / "room")
    await look(World(dict.fromkeys(ITEMS, True)), watchers=(recorder,))
    recorder.finish(tmp_path / "room", ROOM, stage=Stage.HOST, attended=True, now=NOW)
    changed = replace(ROOM, checklist=(ITEMS[1], "a third thing"))
    report = await look(open_replay(str(tmp_path / "room")), replace(SETTING, profile=changed))
    assert {f.reason for f in found(report, "checklist.item").values()} == {Reason.NOT_IN_FILE}


@pytest.mark.anyio
async def test_an_item_written_twice_is_asked_once():
    world = World()
    await look(world, replace(SETTING, profile=replace(ROOM, checklist=("lamp", "lamp"))))
    assert world.questions == ["lamp"]


def test_a_word_is_an_estimate_and_an_item_is_not():
    answer = ChecklistAnswer("camera", yes=False)
    assert measure_word(CHECKLIST_PICTURE, answer, SETTING, "main") == (
        Measurement(CHECKLIST_PICTURE, False, estimate=True),
    )
    assert measure_item(ChecklistAnswer("a", yes=True), SETTING, "a") == (Measurement(CHECKLIST_DONE, True),)
    assert date(2026, 11, 22) == SETTING.today
