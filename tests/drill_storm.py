"""Drills in a world of files, under random faults and signals, one child process each: what is left of them?

    python tests/drill_storm.py FOLDER FIRST COUNT

One process imports everything once and forks a child a drill, so that hundreds take minutes. Each line of its output is
one drill as JSON, and the last drill of a child is always a real one: Performance, Rollback and Journal are not doubled.
"""

import json
import os
import random
import resource
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
from world_folder import Put, held, hold

from rigcheck.cli.main import Terminated
from rigcheck.cli.session import run_session
from rigcheck.drill_plan import Drill, Step, Within
from rigcheck.drills import rollback
from rigcheck.drills.eyes import Glance
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.perform import Performance
from rigcheck.drills.rollback import Rollback
from rigcheck.profile import Profile

FILES = tuple(f"{place}{name}.txt" for place in ("", "sub/") for name in "abc")
NOISE = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONGEST_S = 30.0
"""No drill of this world takes a second; one that takes so long hangs."""
FULL_DISK_BYTES = 500
"""Room for the journal of a deed or two."""


class Restless(Put):
    """Write a word into a file; then, where the step says so, break down or hang. Both ways take a moment."""

    async def do(self, record):
        await super().do(record)
        if record["word"].startswith("breaks"):
            raise OSError(5, "Input/output error")
        if record["word"].startswith("hangs"):
            await anyio.sleep_forever()
        await anyio.sleep(0.002)

    async def undo(self, record):
        await anyio.sleep(0.002)  # where a signal could stop it, were it not shielded
        await super().undo(record)


@dataclass
class Wild:
    """Eyes that see the programme come and go by chance."""

    chance: random.Random

    def now_s(self):
        return time.monotonic()

    def glance(self):
        return Glance(self.chance.choice([None, "black"]))

    def trace(self):
        return None

    def taps(self):
        return {}


class Mute:
    """A crew that is told things and does nothing."""

    is_there = False

    async def tell(self, message, who=None):
        del message, who

    async def ask(self, message, who=None):
        del message, who

    async def confirm(self, message, word):
        del message, word
        return False


ACTIONS = {"put": Restless()}


def steps(chance: random.Random, folder: Path, most: int) -> tuple[Step, ...]:
    """Up to so many changes of random files; now and then one that cannot be begun, breaks down, or hangs."""
    made = []
    for _ in range(chance.randint(0, most)):
        path = folder / ("nowhere/x.txt" if chance.random() < 0.05 else chance.choice(FILES))
        word = chance.choices(["changed", "breaks", "hangs"], [20, 1, 1])[0]
        made.append(Step("put", {"file": str(path), "word": f"{word} {chance.random()}"}, deadline_s=0.1))
    return tuple(made)


def drill_once(seed: int, folder: Path) -> None:
    """In a child: one drill to its end."""
    chance = random.Random(seed)
    if chance.random() < 0.1:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (FULL_DISK_BYTES, FULL_DISK_BYTES))
    drill = Drill("storm", "other", (), steps(chance, folder, 3), steps(chance, folder, 3), steps(chance, folder, 2))
    made = Rollback(Journal(folder / NAME, "storm", None, "2026-11-22T08:00:00Z"), ACTIONS)
    within = Within(*(chance.choice([0.01, 0.03]) for _ in range(4)))
    performance = Performance(drill, within, Profile(), made, Wild(chance), Mute(), chance.choice([0.05, 0.2, 5.0]))
    run_session(performance.run)


def recover_once(folder: Path) -> None:
    """In a child: undo what the journal says, if there is one."""
    journal = read_journal(folder / NAME)
    if journal is not None:
        run_session(Rollback(journal, ACTIONS).undo)


def in_child(work: Callable[[], None]) -> int:
    """Its process id. It ends by itself, without anything of this process."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        rollback.UNDO_LIMIT_S = 0.2
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        work()
        code = 0
    except (KeyboardInterrupt, Terminated):
        code = 130
    finally:
        os._exit(code)


def beset(pid: int, chance: random.Random, *, kill: bool) -> int:
    """Signals in any order, at any moment; at the end one that nobody survives. How the process ended (os.waitpid)."""
    until = time.monotonic() + LONGEST_S
    noise = chance.choice([0, 0, 1, 3, 20])
    noisy_from, dies_at = (time.monotonic() + chance.random() * 0.15 for _ in range(2))
    while time.monotonic() < until:
        done, status = os.waitpid(pid, os.WNOHANG)
        if done:
            return status
        if kill and time.monotonic() >= dies_at:
            os.kill(pid, signal.SIGKILL)
        elif noise and time.monotonic() >= noisy_from and chance.random() < 0.5:
            noise -= 1
            os.kill(pid, chance.choice(NOISE))
        time.sleep(chance.random() * 0.006)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    raise TimeoutError(f"a drill that did not end within {LONGEST_S:g} s")


def world(folder: Path) -> dict[str, str | None]:
    return {name: held(folder / name) for name in FILES}


def storm(seed: int, folder: Path) -> dict[str, object]:
    """One drill and what became of it: what it had changed when it ended, and after it was recovered."""
    chance = random.Random(-seed - 1)
    (folder / "sub").mkdir(parents=True)
    for name in FILES:
        hold(folder / name, chance.choice([None, f"as it was, {name}"]))
    before = world(folder)
    trouble = chance.choice(["", "", "", "jammed", "hangs"])
    if trouble:
        (folder / "sub" / trouble).touch()
    kill = chance.random() < 0.4
    status = beset(in_child(partial(drill_once, seed, folder)), chance, kill=kill)
    changed, pending = world(folder) != before, (folder / NAME).exists()
    if trouble:
        (folder / "sub" / trouble).unlink()
    for _ in range(2):  # recovering can be killed, too
        beset(in_child(partial(recover_once, folder)), chance, kill=chance.random() < 0.5)
    _, status_after = os.waitpid(in_child(partial(recover_once, folder)), 0)  # and at last somebody lets it finish
    return {
        "seed": seed,
        "killed": os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL,
        "signalled": not os.WIFSIGNALED(status) and os.WEXITSTATUS(status) == 130,
        "trouble": trouble,
        "changed": changed,
        "pending": pending,
        "recovered": os.waitstatus_to_exitcode(status_after) == 0,
        "left": world(folder) != before,
        "still_pending": (folder / NAME).exists(),
    }


def main() -> None:
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    for seed in range(first, first + count):
        sys.stdout.write(json.dumps(storm(seed, folder / str(seed))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
