"""The undo that always happens: every way out, every step at which a process can be killed, every signal."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import anyio
import pytest
from world_folder import Put, put

from rigcheck.drills import rollback
from rigcheck.drills.action import DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.rollback import Rollback
from rigcheck.model import Message
from rigcheck.profile import Profile

ACTIONS = {"put": Put()}
ROOM = Profile()
HERE = Path(__file__).parents[1]


def journal_in(folder: Path) -> Journal:
    return Journal(folder / NAME, "d", None, "2026-11-22T08:00:00Z")


def words(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(folder.glob("*.txt"))}


async def change(folder: Path, made: Rollback, *names: str) -> None:
    for name in names:
        await made.do(put(folder / f"{name}.txt"), ROOM)


@pytest.fixture
def world(tmp_path: Path) -> Path:
    (tmp_path / "a.txt").write_text("as it was")
    return tmp_path


pytestmark = pytest.mark.anyio


async def test_everything_is_undone_last_in_first_out(world: Path) -> None:
    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a", "b", "a")  # twice the same thing: only as it was at first counts
        assert words(world) == {"a.txt": "changed", "b.txt": "changed"}
    assert words(world) == {"a.txt": "as it was"}
    assert [undone.worked for undone in made.outcomes] == [True, True]
    assert not (world / NAME).exists()


async def test_a_failure_in_the_middle_is_undone_too_and_passed_on(world: Path) -> None:
    async def drill() -> None:
        async with Rollback(journal_in(world), ACTIONS) as made:
            await change(world, made, "a")
            await change(world / "nowhere", made, "b")

    with pytest.raises(DrillError):
        await drill()
    assert words(world) == {"a.txt": "as it was"}


async def test_cancelling_is_undone_too_and_cannot_stop_the_undo(world: Path) -> None:
    with anyio.move_on_after(0.1):
        async with Rollback(journal_in(world), ACTIONS) as made:
            await change(world, made, "a")
            await anyio.sleep_forever()
    assert words(world) == {"a.txt": "as it was"}


async def test_an_undo_that_fails_stays_in_the_journal_and_the_others_go_on(world: Path) -> None:
    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a")
        (world / "sub").mkdir()
        await made.do(put(world / "sub" / "b"), ROOM)
        (world / "sub" / "jammed").touch()
    assert words(world) == {"a.txt": "as it was"}
    assert [(undone.worked, undone.error) for undone in made.outcomes] == [(False, "jammed"), (True, None)]
    assert made.outcomes[0].manual is not None
    back = read_journal(world / NAME)
    assert back is not None
    assert [deed.error for deed in back.deeds] == ["jammed"]
    (world / "sub" / "jammed").unlink()
    again = Rollback(back, ACTIONS)
    await again.undo()
    assert [undone.worked for undone in again.outcomes] == [True]
    assert not (world / "sub" / "b").exists()
    assert not (world / NAME).exists()


async def test_an_undo_that_is_refused_tells_its_own_message(world: Path) -> None:
    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a")
        (world / "refused").touch()
    (undone,) = made.outcomes
    assert isinstance(undone.error, Message)
    assert undone.error.id == "error.drill.no"
    back = read_journal(world / NAME)
    assert back is not None
    assert [deed.error for deed in back.deeds] == ["error.drill.no"]


async def test_an_undo_that_hangs_has_its_own_time(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollback, "UNDO_LIMIT_S", 0.2)
    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a")
        (world / "hangs").touch()
    assert [undone.worked for undone in made.outcomes] == [False]
    assert "no answer" in str(made.outcomes[0].error)


async def test_an_undo_that_changes_nothing_back_has_not_worked(world: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(self: Put, record: object) -> None:
        del self, record

    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a")
        monkeypatch.setattr(Put, "undo", nothing)
    assert [undone.error for undone in made.outcomes] == ["not as it was"]
    assert read_journal(world / NAME) is not None


async def test_a_deed_of_an_unknown_kind_is_kept(world: Path) -> None:
    journal = journal_in(world)
    journal.add("teleport", {})
    made = Rollback(journal, ACTIONS)
    await made.undo()
    assert [(undone.worked, undone.manual) for undone in made.outcomes] == [(False, None)]
    assert read_journal(world / NAME) is not None


async def test_a_record_that_nobody_understands_does_not_keep_the_others_from_being_undone(world: Path) -> None:
    journal = journal_in(world)
    made = Rollback(journal, ACTIONS)
    await change(world, made, "a")
    journal.add("put", {"thing": "of another version"})
    await made.undo()
    assert [(undone.worked, undone.manual) for undone in made.outcomes] == [(False, None), (True, None)]
    assert words(world) == {"a.txt": "as it was"}


async def test_a_journal_that_cannot_be_written_stops_the_deed(world: Path) -> None:
    (world / NAME).mkdir()
    made = Rollback(journal_in(world), ACTIONS)
    with pytest.raises(OSError, match="directory"):
        await change(world, made, "a")
    await made.undo()
    assert words(world) == {"a.txt": "as it was"}


async def test_a_journal_that_cannot_be_written_does_not_stop_the_undo(
    world: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Journal, deed: object) -> None:
        raise OSError(28, "No space left on device")

    async with Rollback(journal_in(world), ACTIONS) as made:
        await change(world, made, "a", "b")
        monkeypatch.setattr(Journal, "drop", full)
    assert words(world) == {"a.txt": "as it was"}
    back = read_journal(world / NAME)
    assert back is not None
    assert len(back.deeds) == 2


ENDED = (-signal.SIGINT, -signal.SIGTERM, -signal.SIGHUP)
"""Signals that came when everything was undone end the process as they end any."""
DRILL = """
import sys
from functools import partial
from pathlib import Path
import anyio
from rigcheck.cli.main import Terminated
from rigcheck.cli.session import run_session
from rigcheck.drills.journal import Journal
from rigcheck.drills.rollback import Rollback
from rigcheck.profile import Profile
from world_folder import Put, put

async def work(folder):
    async with Rollback(Journal(folder / "drill-journal.json", "d", None, "2026-11-22T08:00:00Z"), {"put": Put()}) as made:
        for name in "abc":
            await made.do(put(folder / f"{name}.txt"), Profile())
            await anyio.sleep(0.05)
        print("all done", flush=True)
        await anyio.sleep(float(sys.argv[2]))

try:
    run_session(partial(work, Path(sys.argv[1])))
except (KeyboardInterrupt, Terminated):
    sys.exit(130)
"""


def start(world: Path, seconds: float = 0, **environment: str) -> subprocess.Popen[str]:
    of_ours = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }  # killed: half a file
    paths = os.pathsep.join((str(HERE), str(HERE.parent)))
    return subprocess.Popen(
        [sys.executable, "-c", DRILL, world, str(seconds)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**of_ours, "PYTHONPATH": paths, **environment},
    )


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("moment", ["do", "done", "undo", "undone"])
async def test_killed_at_any_step_it_can_be_undone_afterwards(world: Path, moment: str, count: int) -> None:
    ran = start(world, DIE_AT=f"{moment}:{count}")
    ran.communicate(timeout=30)
    assert ran.returncode == -signal.SIGKILL
    journal = read_journal(world / NAME)
    assert journal is not None
    made = Rollback(journal, ACTIONS)
    await made.undo()
    assert words(world) == {"a.txt": "as it was"}
    assert all(undone.worked for undone in made.outcomes)
    assert not (world / NAME).exists()


@pytest.mark.parametrize("seed", range(8))
def test_a_storm_of_signals_leaves_nothing_changed(world: Path, seed: int) -> None:
    chance = random.Random(seed)
    ran = start(world, 20)
    try:
        assert ran.stdout is not None
        if seed % 2:
            ran.stdout.readline()  # all three are done; else the storm begins with the first of them
        else:
            while not (world / NAME).exists():
                time.sleep(0.005)
        for _ in range(chance.randint(1, 30)):
            if ran.poll() is not None:
                break
            ran.send_signal(chance.choice([signal.SIGINT, signal.SIGTERM, signal.SIGHUP]))
            time.sleep(chance.random() * 0.01)
        _, errors = ran.communicate(timeout=30)
    finally:
        ran.kill()
    assert words(world) == {"a.txt": "as it was"}, errors
    assert not (world / NAME).exists(), errors
    assert ran.returncode in (130, *ENDED), errors
