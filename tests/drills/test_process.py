"""Real programs stopped where they are, and let go on: by name, number and birth, never another one."""

import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from itertools import count

import psutil
import pytest
from deeds_client import Yes, actions_with, elsewhere
from services_nut import wait_for

from rigcheck.drill_plan import Step
from rigcheck.drills import process as room
from rigcheck.drills.action import DrillError
from rigcheck.drills.command import CommandError
from rigcheck.drills.journal import NAME, Journal
from rigcheck.drills.rollback import Rollback
from rigcheck.profile import Profile

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="programs are named by Linux's way of copying them"),
]
ROOM = Profile()
ACTIONS = actions_with(Yes())
STOP, GO = ACTIONS["process_stop"], ACTIONS["process_continue"]
NUMBER = count()


@pytest.fixture
def name(tmp_path):
    """A name that no other program has."""
    return f"rig{os.getpid()}x{next(NUMBER)}"


@contextmanager
def program(tmp_path, name):
    path = tmp_path / name
    if not path.exists():
        shutil.copy(shutil.which("sleep"), path)
    child = subprocess.Popen([path, "60"])
    try:
        wait_for(lambda: psutil.Process(child.pid).name() == name)
        yield child
    finally:
        child.kill()
        child.wait()


def is_stopped(child) -> bool:
    return psutil.Process(child.pid).status() == psutil.STATUS_STOPPED


async def refused(action, wants) -> DrillError:
    with pytest.raises(DrillError) as caught:
        await action.before(Step(action.name, wants), ROOM)
    return caught.value.message


async def test_it_stands_still_until_it_is_undone_in_another_process(tmp_path, name):
    with program(tmp_path, name) as child:
        record = json.loads(json.dumps(await STOP.before(Step("process_stop", name), ROOM)))
        await STOP.do(record)
        wait_for(lambda: is_stopped(child))
        assert not await STOP.is_undone(record)
        for _ in range(2):
            assert elsewhere("undo", "process_stop", record) == {"said": None}
            assert elsewhere("is_undone", "process_stop", record) == {"said": True}
            assert not is_stopped(child)


async def test_undone_after_a_deed_that_never_came_to_be_nothing_has_changed(tmp_path, name):
    with program(tmp_path, name) as child:
        record = await STOP.before(Step("process_stop", {"name": name, "pid": child.pid}), ROOM)
        await STOP.undo(record)
        assert await STOP.is_undone(record)
        assert not is_stopped(child)


async def test_let_go_on_within_the_drill(tmp_path, name):
    with program(tmp_path, name) as child:
        rollback = Rollback(Journal(tmp_path / NAME, "d", None, ""), ACTIONS)
        await rollback.do(Step("process_stop", name), ROOM)
        wait_for(lambda: is_stopped(child))
        await rollback.do(Step("process_continue", name), ROOM)
        wait_for(lambda: not is_stopped(child))
        await rollback.undo()
        assert [each.worked for each in rollback.outcomes] == [True]
        assert not is_stopped(child)


async def test_what_stood_still_before_stands_still_again(tmp_path, name):
    with program(tmp_path, name) as child:
        child.send_signal(signal.SIGSTOP)
        wait_for(lambda: is_stopped(child))
        record = await GO.before(Step("process_continue", name), ROOM)
        await GO.do(record)
        wait_for(lambda: not is_stopped(child))
        await GO.undo(record)
        wait_for(lambda: is_stopped(child))
        assert await GO.is_undone(record)


async def test_ended_in_between_the_undo_fails_until_somebody_starts_it_again(tmp_path, name):
    with program(tmp_path, name) as child:
        rollback = Rollback(Journal(tmp_path / NAME, "d", None, ""), ACTIONS)
        await rollback.do(Step("process_stop", name), ROOM)
    await rollback.undo()
    (told,) = rollback.outcomes
    assert (told.worked, told.error) == (False, f"{name} ({child.pid}) has ended")
    assert told.manual.id == "drill.process.manual"
    assert told.manual.params["command"] == f"kill -CONT {child.pid}"
    assert (tmp_path / NAME).exists()

    with program(tmp_path, name) as another:
        assert [each["worked"] for each in elsewhere("recover", folder=str(tmp_path))["said"]] == [True]
        assert not is_stopped(another)
    assert not (tmp_path / NAME).exists()


async def test_who_has_its_number_now_is_left_alone(tmp_path, name):
    with program(tmp_path, name) as child:
        record = await STOP.before(Step("process_stop", name), ROOM)
        for other in ({"born": "1"}, {"name": "another"}):
            with pytest.raises(CommandError):
                await STOP.do({**record, **other})
        assert not is_stopped(child)


async def test_of_several_none_is_taken_without_its_number(tmp_path, name):
    with program(tmp_path, name) as one, program(tmp_path, name) as other:
        message = await refused(STOP, name)
        assert message.id == "error.drill.many-processes"
        assert set(message.params["pids"]) == {str(one.pid), str(other.pid)}
        record = await STOP.before(Step("process_stop", {"name": name, "pid": other.pid}), ROOM)
        await STOP.do(record)
        wait_for(lambda: is_stopped(other))
        assert not is_stopped(one)


async def test_neither_the_system_nor_ourselves_nor_what_we_run_in():
    for process in (psutil.Process(1), psutil.Process(), *psutil.Process().parents()):
        message = await refused(STOP, {"name": process.name(), "pid": process.pid})
        assert message.id == "error.drill.own-process"


async def test_none_of_that_name():
    message = await refused(STOP, "no such program")
    assert (message.id, message.params["name"]) == ("error.drill.no-process", "no such program")


async def test_another_users_program_is_not_ours_to_stop(tmp_path, name):
    if os.geteuid() != 0:
        pytest.skip("only root can be another user too")
    with program(tmp_path, name):
        # Nobody, who may read what is root's (this tree, where it is in root's home), and nothing more.
        other = ("setpriv", "--reuid=65534", "--inh-caps=+dac_override", "--ambient-caps=+dac_override")
        refusal = elsewhere("before", "process_stop", wants=name, within=other)
        assert refusal["refused"] == "error.drill.no-rights", refusal


async def test_who_ends_while_it_is_looked_at_is_not_there(tmp_path, name, monkeypatch):
    with program(tmp_path, name):
        found = room._only_one(room.ProcessWants(name))
    monkeypatch.setattr(room, "_only_one", lambda wants: found)
    message = await refused(STOP, {"name": name})
    assert (message.id, message.params["name"]) == ("error.drill.no-process", name)


def test_lint_wants_a_name():
    step = Step("process_stop", {"pid": 5})
    assert [message.id for message in STOP.lint(step, ROOM)] == ["error.drill.wants"]
    assert STOP.lint(Step("process_stop", "obs64.exe"), ROOM) == ()
