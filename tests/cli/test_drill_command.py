"""`rigcheck drill` on the command line, without any device: lists, plans, refusals, what is left pending, and people."""

import json
import os
import signal
import time
from pathlib import Path

import anyio
import pexpect
import pytest
from command import environment, rigcheck
from deeds_client import Yes
from drill_rig import alone
from drill_world import Paper, Room, conduct, drill
from rich.cells import cell_len

from rigcheck.cli import drill_recover, drill_run, main, pending
from rigcheck.cli.drill_store import kept_drills
from rigcheck.cli.options import Options
from rigcheck.cli.rooms import room_key
from rigcheck.drill_state import Drilled
from rigcheck.drills import journal
from rigcheck.drills.run import Conduct
from rigcheck.errors import Exit, StoppedError, UnwritableError
from rigcheck.i18n import load_catalogue
from rigcheck.model import Message, Report, Status
from rigcheck.plan import Run

LANGUAGES = ("en", "zh-Hans", "zh-Hant")
ROOM = """room: beauty-3
camera: {}
mic: {}
power: {}
far_end: {person: phone}
drills:
  - name: plug-pulled
    covers: power
    fault: [{ask: {what: "pull the plug of the UPS", undo: "put it in again"}, who: tech, deadline_s: 60}]
    switch: [{ask: {what: "switch off the second light", undo: "switch it on again"}, who: tech, deadline_s: 60}]
    crew: {host: "go on talking"}
    notice: "back in a moment"
    within: {detect_s: 5, switch_s: 20, outage_s: 20, restore_s: 20}
  - name: 网络中断
    covers: network
    fault: [{relay: cut}]
    switch: [{relay: pass}]
  - name: wrong
    covers: camera
    before: [camera.fsp]
    fault: [{relai: cut}]
"""


@pytest.fixture
def room(tmp_path) -> Path:
    path = tmp_path / "room.yaml"
    path.write_text(ROOM)
    return path


def fits(text: str) -> bool:
    return all(cell_len(line) <= 79 for line in text.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_lists_and_plans_fit_and_say_everything_in_each_language(tmp_path, room, language: str) -> None:
    listed = rigcheck(tmp_path, "drill", "list", room, "--lang", language)
    planned = [
        rigcheck(tmp_path, "drill", "plan", n, "-p", room, "--lang", language) for n in ("plug-pulled", "网络中断")
    ]
    for done in (listed, *planned):
        assert (done.returncode, done.stderr) == (0, "")
        assert fits(done.stdout)
        assert "drill." not in done.stdout  # an id without its text
    assert [line.split()[0] for line in listed.stdout.splitlines()] == ["plug-pulled", "网络中断", "wrong"]
    assert "pull the plug of the UPS" in planned[0].stdout
    assert dict(zip(LANGUAGES, ("tech", "技术", "技術"), strict=True))[language] in planned[0].stdout


def test_json_says_the_same_in_every_language_but_for_its_texts(tmp_path, room) -> None:
    made = [
        json.loads(
            rigcheck(
                tmp_path, "drill", "plan", "plug-pulled", "-p", room, "--format", "json", "--lang", language
            ).stdout
        )
        for language in LANGUAGES
    ]
    for each in made:
        for step in each["steps"]:
            assert step.pop("text")
    assert made[0] == made[1] == made[2]
    assert [(step["phase"], step["action"], step["who"]) for step in made[0]["steps"]] == [
        ("fault", "ask", "tech"),
        ("switch", "ask", "tech"),
    ]
    assert made[0]["within"] == {"detect_s": 5, "switch_s": 20, "outage_s": 20, "restore_s": 20}


def test_a_plan_of_what_does_not_fit_says_what_is_wrong(tmp_path, room) -> None:
    done = rigcheck(tmp_path, "drill", "plan", "wrong", "-p", room)
    assert done.returncode == 78
    assert "do you mean camera.fps?" in done.stdout
    assert "do you mean relay?" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run", "-p", "room.yaml", "--yes"), 64, "name the drills"),
        (("run", "plug-pulled", "--all", "-p", "room.yaml", "--yes"), 64, "not both"),
        (("run", "plug-puled", "-p", "room.yaml", "--yes"), 64, "do you mean plug-pulled?"),
        (("run", "--all", "--yes"), 64, "no drills"),
        (("run", "网络中断", "-p", "room.yaml"), 64, "--yes"),
        (("run", "wrong", "-p", "room.yaml", "--yes"), 78, "camera.fsp"),
        (("run", "plug-pulled", "-p", "room.yaml", "--yes"), 3, "nobody is at a terminal"),
        (("run", "plug-pulled", "-p", "room.yaml", "--rehearse"), 3, "nobody is at a terminal"),
        (("run", "网络中断", "-p", "room.yaml", "--during-show", "--yes"), 64, "during-show was not typed"),
        (("run", "网络中断", "-p", "room.yaml", "--during", "--yes"), 64, "--during"),
        (("run", "网络中断", "-p", "room.yaml", "--yes", "--format", "nagios"), 64, "nagios"),
        (("run", "网络中断", "-p", "room.yaml", "--yes", "--svg", "nowhere/a.svg"), 64, "cannot write nowhere/a.svg"),
        (("run", "网络中断", "-p", "room.yaml", "--yes", "--output", "."), 64, "cannot write ."),
        (("plan", "nothing", "-p", "room.yaml"), 64, "no drill nothing"),
        (("list", "-p", "room.yaml", "--format", "junit"), 64, "junit"),
        (("relay", "--listen", "nowhere", "--to", "127.0.0.1:1935"), 64, "nowhere"),
        (("relay", "--listen", "127.0.0.1:0", "--to", "ingest"), 64, "ingest"),
    ],
)
def test_what_cannot_be_is_one_sentence_and_an_exit_code(tmp_path, room, arguments, code: int, said: str) -> None:
    done = rigcheck(tmp_path, "drill", *arguments)
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "state" / "rigcheck" / pending.JOURNAL).exists()


@pytest.mark.parametrize(("name", "code", "said"), [("wrong", 78, "camera.fsp"), ("scene", 3, "127.0.0.1:9 ")])
def test_mistakes_are_told_also_where_obs_does_not_answer(tmp_path, room, name: str, code: int, said: str) -> None:
    scene = "  - name: scene\n    covers: camera\n    fault: [{obs_scene: Cam 2}]\n"
    room.write_text(f'obs: {{url: "ws://127.0.0.1:9"}}\n{room.read_text()}    switch: [{{obs_scene: Cam 2}}]\n{scene}')
    for language in LANGUAGES:
        done = rigcheck(tmp_path, "drill", "run", name, "-p", room, "--yes", "--lang", language)
        assert (done.returncode, said in done.stderr) == (code, True), done.stderr
        assert "unreachable" not in done.stderr


def test_a_plan_says_once_where_somebody_is_asked(tmp_path, room) -> None:
    room.write_text(room.read_text().replace("who: tech,", "who: tech, at: rack,"))
    done = rigcheck(tmp_path, "drill", "plan", "plug-pulled", "-p", room)
    assert done.stdout.count("at rack") == 2  # of two steps


def test_the_card_is_printed(tmp_path, room) -> None:
    assert "beauty-3" in rigcheck(tmp_path, "drill", "card", room).stdout
    page = rigcheck(tmp_path, "drill", "card", room, "--format", "html").stdout
    assert "<html" in page


def left(tmp_path: Path, text: str | None = None) -> Path:
    """A journal as a drill leaves it that was killed."""
    folder = tmp_path / "state" / "rigcheck"
    folder.mkdir(parents=True)
    path = folder / pending.JOURNAL
    if text is None:
        undo = {"thing": "x", "what": "put it in again"}
        made = journal.Journal(path, "plug-pulled", "beauty-3", "2026-11-22T08:00:00Z")
        made.add("teleport", undo)
    else:
        path.write_text(text)
    return path


def test_the_journal_is_where_every_command_looks() -> None:
    assert pending.JOURNAL == journal.NAME


@pytest.mark.parametrize("arguments", [("devices",), ("platforms",), ("--help",), ("drill", "list"), ("now",)])
def test_every_command_says_that_something_is_left(tmp_path, arguments) -> None:
    left(tmp_path)
    done = rigcheck(tmp_path, *arguments)
    assert "rigcheck drill recover" in done.stderr.splitlines()[0]
    assert "rigcheck drill recover" not in done.stdout


@pytest.mark.parametrize(("language", "word"), [("en", "changed"), ("zh-Hans", "没还原"), ("zh-Hant", "還沒還原")])
def test_it_is_said_in_the_language_asked_for_in_one_line(tmp_path, language: str, word: str) -> None:
    left(tmp_path)
    (line,) = rigcheck(tmp_path, "explain", "camera.fps", "--lang", language).stderr.splitlines()
    assert word in line


def test_recover_says_what_it_cannot_undo_and_keeps_it(tmp_path) -> None:
    path = left(tmp_path)
    done = rigcheck(tmp_path, "drill", "recover")
    assert (done.returncode, done.stderr) == (2, "")
    assert "teleport" in done.stdout
    assert path.exists()


@pytest.mark.parametrize(("typed", "code"), [("DONE", 0), ("yes", 2)])
def test_what_cannot_be_undone_is_forgotten_where_a_person_says_so(tmp_path, typed: str, code: int) -> None:
    path = left(tmp_path)
    assert "--by-hand" in rigcheck(tmp_path, "drill", "recover").stdout
    assert rigcheck(tmp_path, "drill", "recover", "--by-hand").returncode == 2  # nobody is there
    child = terminal(tmp_path, "recover", "--by-hand")
    answer(child, "anything else stops:", typed)
    child.expect(pexpect.EOF)
    child.close()
    assert (child.exitstatus, path.exists()) == (code, code != 0)


def test_a_journal_that_cannot_be_changed_is_told_and_forgets_nothing(tmp_path) -> None:
    kept = journal.Journal(tmp_path / pending.JOURNAL, "plug-pulled", None, "2026-11-22T08:00:00Z")
    deed = kept.add("teleport", {"thing": "x"})
    kept.path.unlink()
    kept.path.mkdir()
    with pytest.raises(UnwritableError):
        anyio.run(drill_recover._ask_of_each, kept, Yes())
    assert kept.deeds == (deed,)


@pytest.mark.parametrize("text", ["", "{", "null", '{"schema": 99}'])
def test_a_damaged_journal_is_never_taken_for_none(tmp_path, room, text: str) -> None:
    path = left(tmp_path, text)
    for arguments in (("recover",), ("run", "网络中断", "-p", "room.yaml", "--yes")):
        done = rigcheck(tmp_path, "drill", *arguments)
        assert (done.returncode, str(path) in done.stderr.replace("\n", "")) == (3, True), done.stderr


def test_nothing_left_is_nothing_to_do(tmp_path) -> None:
    done = rigcheck(tmp_path, "drill", "recover")
    assert (done.returncode, "nothing is left" in done.stdout) == (0, True)


def test_without_a_state_folder_nothing_is_drilled(tmp_path, room) -> None:
    (tmp_path / "state").write_text("a file")
    done = rigcheck(tmp_path, "drill", "run", "网络中断", "-p", "room.yaml", "--yes")
    assert done.returncode == 64
    assert "cannot write" in done.stderr


def terminal(tmp_path: Path, *arguments: object) -> pexpect.spawn:
    first, *rest = alone("drill", *arguments)
    env = environment(tmp_path, TERM="xterm")
    return pexpect.spawn(first, rest, env=env, cwd=str(tmp_path), encoding="utf-8", timeout=40, dimensions=(40, 79))


def answer(child: pexpect.spawn, prompt: str, line: str) -> None:
    child.expect_exact(prompt)
    time.sleep(0.3)  # what is typed before the question is there answers nothing
    child.sendline(line)


def step(child: pexpect.spawn, what: str) -> str:
    """What a person does while another question, the phone's, is open too; what was said before it."""
    child.expect_exact(what)
    said = " ".join(str(child.before).split())  # without its line ends
    child.expect(r"type\s+2\s+and\s+Enter")  # wrapped where the line ends
    time.sleep(0.3)
    child.sendline("2")
    return said


class Stopper(Paper):
    """Somebody presses Ctrl-C when this is told for the second time."""

    async def tell(self, message: Message, who: str | None = None) -> None:
        await super().tell(message, who)
        if message.id == "drill.told.fault" and self.said.count(message.id) == 2:
            os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture
def state(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def held_until_stopped(made: Conduct, **changes: object) -> tuple[StoppedError, list[Drilled]]:
    drills = made.plan.setting.profile.drills
    with pytest.raises(StoppedError) as stopped:
        drill_run._hold(drills, made, drill_run.Wish(operator="Li"), Options(**changes), load_catalogue("en"))
    return stopped.value, [*kept_drills(room_key(made.plan.setting.profile))]


def test_stopped_in_a_later_drill_the_earlier_ones_are_told_and_remembered(tmp_path, capsys, state) -> None:
    first, second = drill(tmp_path, "first", before=("host.cpu",)), drill(tmp_path, "second", switch=())
    stopped, kept = held_until_stopped(conduct(tmp_path, first, second, crew=Stopper()), format="json")
    assert (stopped.exit_code, stopped.message.id) == (130, "error.interrupted")
    assert [(each.drill, each.operator, each.status) for each in kept] == [("first", "Li", Status.OK)]
    told = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in told["drills"]] == ["first"]
    blind = {f["check"] for f in told["findings"] if f["status"] == "unknown"}
    assert blind == {
        "host.cpu",
        *(f"drill.{name}" for name in ("done", "detect", "switch", "outage", "restore", "undone")),
    }
    assert told["status"] == "unknown"


def test_stopped_while_the_room_is_looked_at_again_what_was_undone_and_held_is_told(tmp_path, capsys, state) -> None:
    made = conduct(tmp_path, drill(tmp_path))
    look, looks = made.look, []

    async def stopped_once(plan: Run) -> Report:
        looks.append(plan)
        if len(looks) == 1:
            os.kill(os.getpid(), signal.SIGINT)
            await anyio.sleep(30)
        return await look(plan)

    made.look = stopped_once
    stopped, kept = held_until_stopped(made)
    out, err = capsys.readouterr()
    assert (stopped.exit_code, [each.drill for each in kept]) == (130, ["camera-lost"])
    assert "undone and looked at again: 1 of 1" in err
    assert "camera-lost" in out


def test_stopped_before_any_drill_was_over_there_is_no_report(tmp_path, capsys, state) -> None:
    one = drill(tmp_path)
    crew = Stopper(said=["drill.told.fault"])
    with pytest.raises(KeyboardInterrupt):
        drill_run._hold((one,), conduct(tmp_path, one, crew=crew), drill_run.Wish(), Options(), load_catalogue("en"))
    assert capsys.readouterr().out == ""


def test_a_stopped_run_that_has_its_report_writes_no_second_object(monkeypatch, capsys) -> None:
    def stop(arguments: object) -> int:
        raise StoppedError(Message("error.terminated"), Exit.TERMINATED)

    monkeypatch.setattr(main, "_run", stop)
    assert main.run_command_line(["drill", "run", "--format", "json", "--lang", "en"]) == 143
    out, err = capsys.readouterr()
    assert (out, "stopped from outside" in err) == ("", True)


def test_a_drill_that_cannot_be_remembered_is_told(tmp_path, capsys, state) -> None:
    (tmp_path / "state").write_text("no folder")
    one = drill(tmp_path)
    drill_run._hold((one,), conduct(tmp_path, one), drill_run.Wish(), Options(), load_catalogue("en"))
    assert "the drill camera-lost is not remembered" in capsys.readouterr().err


def test_an_unsteady_room_before_a_later_drill_is_told_in_sentences(tmp_path, capsys, state) -> None:
    first, second = drill(tmp_path, "first", before=("host.cpu",)), drill(tmp_path, "second")
    made = conduct(tmp_path, first, second, source=Room(cpu_pct=[10.0, 99.9, 10.0]))
    drill_run._hold((first, second), made, drill_run.Wish(), Options(), load_catalogue("en"))
    assert "Computer too busy: 100 %" in capsys.readouterr().err


def test_a_rehearsal_asks_for_each_step_and_touches_nothing(tmp_path, room) -> None:
    child = terminal(tmp_path, "run", "plug-pulled", "-p", room, "--rehearse")
    child.expect_exact("now the fault would be:")
    answer(child, "pull the plug of the UPS", "")
    child.expect_exact("go on talking")
    answer(child, "switch off the second light", "")
    child.expect_exact("nothing was touched")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0
    assert not (tmp_path / "state" / "rigcheck" / pending.JOURNAL).exists()


def test_a_drill_all_by_hand_is_timed_by_taps_beside_the_steps(tmp_path, room) -> None:
    """Two questions are open at once: Enter is the phone's, 2 is the step's."""
    child = terminal(tmp_path, "run", "plug-pulled", "-p", room, "--yes")
    child.expect_exact("phone")
    assert "Enter when done" not in step(child, "pull the plug of the UPS")  # the phone's line says when
    time.sleep(0.5)
    child.sendline("")  # the picture is gone
    step(child, "switch off the second light")
    time.sleep(0.5)
    child.sendline("")  # and back
    step(child, "switch it on again")
    step(child, "put it in again")
    child.expect_exact("undone and looked at again: 2 of 2")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
    listed = rigcheck(tmp_path, "drill", "list", room, "--format", "json")
    assert json.loads(listed.stdout)["drills"][0]["last"]["status"] == "ok"
