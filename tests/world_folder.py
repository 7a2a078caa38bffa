"""A world that drills can change: files in a folder. Real deeds, in real processes, that can be killed in between."""

import os
import signal
import time
from pathlib import Path

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.model import Message
from rigcheck.profile import Profile


class Put:
    """Write a word into a file; undone, the file holds what it held before."""

    name = "put"
    seen_by_person = False

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        del step, profile
        return ()

    def changes(self, step: Step) -> Message:
        return Message("put", dict(step.wants))

    async def before(self, step: Step, profile: Profile) -> Record:
        del profile
        path = Path(step.wants["file"])
        if not path.parent.is_dir():
            raise DrillError(Message("error.drill.no", {"file": str(path)}))
        return {"thing": str(path), "file": str(path), "was": held(path), "word": step.wants["word"]}

    async def do(self, record: Record) -> None:
        die_at("do")
        hold(Path(record["file"]), record["word"])
        die_at("done")

    async def undo(self, record: Record) -> None:
        die_at("undo")
        path = Path(record["file"])
        if (path.parent / "jammed").exists():
            raise OSError("jammed")
        if (path.parent / "refused").exists():
            raise DrillError(Message("error.drill.no", {"file": str(path)}))
        if (path.parent / "hangs").exists():
            await anyio.sleep_forever()
        hold(path, record["was"])
        die_at("undone")

    async def is_undone(self, record: Record) -> bool:
        return held(Path(record["file"])) == record["was"]

    def manual(self, record: Record) -> Message:
        return Message("manual", {"file": record["file"]})


def put(path: Path, word: str = "changed") -> Step:
    """The step that writes a word into a file."""
    return Step("put", {"file": str(path), "word": word})


def held(path: Path) -> str | None:
    """What a file holds; None where there is no such file."""
    return path.read_text() if path.exists() else None


def hold(path: Path, word: str | None) -> None:
    """Make a file hold a word, or make it go."""
    if word is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(word)


def die_at(moment: str) -> None:
    """Be killed here, where the test's environment says so (`moment:count`)."""
    wanted, _, count = os.environ.get("DIE_AT", "").partition(":")
    if wanted != moment:
        return
    left = int(count) - 1
    os.environ["DIE_AT"] = f"{moment}:{left}"
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(10)
