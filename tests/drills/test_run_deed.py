"""Programs of the room's own, run and undone: real ones, without a shell, ended with all that they have started."""

import json
import os
import sys
import time
from pathlib import Path

import anyio
import psutil
import pytest
from deeds_client import Yes, actions_with, elsewhere
from services_nut import wait_for

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.command import CommandError, run_command, run_silently, shown
from rigcheck.drills.journal import NAME, Journal
from rigcheck.drills.rollback import Rollback
from rigcheck.profile import Profile

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform == "win32", reason="the programs run here are those of a Unix"),
]
ROOM = Profile()
ACTIONS = actions_with(Yes())
RUN = ACTIONS["run"]


@pytest.fixture
def flag(tmp_path):
    return tmp_path / "flag; touch elsewhere"  # a shell would make two of it


def step(flag, **more) -> Step:
    wants = {"argv": ["touch", str(flag)], "undo": ["rm", "-f", str(flag)], "check": ["test", "!", "-e", str(flag)]}
    return Step("run", {**wants, **more})


async def test_run_and_undone_in_another_process(flag, tmp_path):
    record = json.loads(json.dumps(await RUN.before(step(flag), ROOM)))
    assert await RUN.is_undone(record)
    await RUN.do(record)
    assert flag.exists()
    assert [path.name for path in tmp_path.iterdir()] == [flag.name]
    assert not await RUN.is_undone(record)
    for _ in range(2):
        assert elsewhere("undo", "run", record) == {"said": None}
        assert elsewhere("is_undone", "run", record) == {"said": True}
        assert not flag.exists()


async def test_with_a_check_a_deed_that_never_came_to_be_is_not_undone(flag, tmp_path):
    mark = tmp_path / "undone"
    record = await RUN.before(step(flag, undo=["touch", str(mark)]), ROOM)
    await RUN.undo(record)
    assert not mark.exists()


async def test_without_a_check_the_undo_is_always_run_and_its_exit_code_tells(flag):
    record = await RUN.before(step(flag, check=None), ROOM)
    await RUN.do(record)
    await RUN.undo(record)
    await RUN.undo(record)
    assert not flag.exists()
    record = await RUN.before(step(flag, check=None, undo=["false"]), ROOM)
    with pytest.raises(CommandError, match="exit code 1"):
        await RUN.undo(record)


async def test_an_undo_that_fails_stays_with_its_very_command_and_works_later(flag, tmp_path):
    tool = tmp_path / "undo-tool"
    tool.write_text('#!/bin/sh\nrm -f "$1"\n')
    tool.chmod(0o700)
    rollback = Rollback(Journal(tmp_path / NAME, "d", None, ""), ACTIONS)
    await rollback.do(step(flag, undo=[str(tool), str(flag)]), ROOM)
    tool.rename(tmp_path / "away")
    await rollback.undo()
    (told,) = rollback.outcomes
    assert (told.worked, told.error) == (False, "undo-tool: No such file or directory")
    command = told.manual.params["command"]
    assert (tmp_path / NAME).exists()

    (tmp_path / "away").rename(tool)
    await anyio.run_process(["sh", "-c", command])  # as a person would type it
    assert not flag.exists()
    assert [each["worked"] for each in elsewhere("recover", folder=str(tmp_path))["said"]] == [True]
    assert not (tmp_path / NAME).exists()


async def test_the_undo_runs_where_and_what_the_deed_did(tmp_path, monkeypatch):
    """Another process may have another folder, and another PATH."""
    monkeypatch.chdir(tmp_path)
    wants = {"argv": ["touch", "here"], "undo": ["rm", "here"], "check": ["test", "!", "-e", "here"]}
    record = await RUN.before(Step("run", wants), ROOM)
    assert Path(record["undo"][0]).is_absolute()
    await RUN.do(record)
    monkeypatch.chdir("/")
    monkeypatch.setenv("PATH", "/nowhere")
    await RUN.undo(record)
    assert not (tmp_path / "here").exists()


async def test_too_slow_it_is_ended_with_all_that_it_has_started(tmp_path):
    pid = tmp_path / "pid"
    slow = ["sh", "-c", f"sleep 60 & echo $! > {pid}; trap '' TERM; wait; sleep 60"]
    began = time.monotonic()
    with pytest.raises(CommandError, match="did not end within"):
        await run_silently(slow, 0.5, None)
    assert time.monotonic() - began < 5
    wait_for(lambda: not psutil.pid_exists(int(pid.read_text())) or is_zombie(int(pid.read_text())))


def is_zombie(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_cancelled_it_is_ended_too(tmp_path):
    pid = tmp_path / "pid"
    with anyio.move_on_after(0.5):
        await run_command(["sh", "-c", f"echo $$ > {pid}; exec sleep 60"])
    wait_for(lambda: not psutil.pid_exists(int(pid.read_text())))


async def test_the_terminals_ctrl_c_does_not_reach_it():
    said = await run_command(["sh", "-c", "ps -o pgid= -p $$ || cut -d' ' -f5 /proc/$$/stat"])
    assert int(said) != os.getpgrp()


async def test_what_a_tool_complains_of_is_told():
    with pytest.raises(CommandError, match=r"^ls /no/such/place: .*No such file or directory$"):
        await run_command(["ls", "/no/such/place"])
    with pytest.raises(CommandError, match=r"^no-such-tool: No such file"):
        await run_command(["no-such-tool"])
    with pytest.raises(CommandError, match="no answer within"):
        await run_command(["sleep", "5"], 0.2)


async def test_a_tool_that_never_stops_talking_is_only_ended():
    with pytest.raises(CommandError, match="no answer within"):
        await run_command(["yes"], 0.5)


@pytest.mark.parametrize(
    ("wants", "message"),
    [
        ({"argv": ["touch", "x"]}, "error.drill.wants"),
        ({"argv": "touch x", "undo": ["rm", "x"]}, "error.drill.wants"),
        ({"argv": [], "undo": ["rm", "x"]}, "error.drill.wants"),
        ({"argv": ["touch", "x"], "undo": ["rm", "x"], "limit_s": 5000}, "error.drill.wants"),
        ({"argv": ["touch", "x"], "undo": ["no-such-tool"]}, "error.drill.no-program"),
        ("touch x", "error.drill.wants"),
    ],
)
async def test_lint_tells_what_is_missing(wants, message):
    wrong = Step("run", wants)
    assert [found.id for found in RUN.lint(wrong, ROOM)] == [message]
    with pytest.raises(DrillError):
        await RUN.before(wrong, ROOM)


def test_commands_are_shown_as_they_are_typed():
    assert shown([["rm", "a b"], ["true"]]) == "rm 'a b' && true"
