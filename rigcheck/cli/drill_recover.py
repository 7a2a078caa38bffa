"""The body of `rigcheck drill recover`: undo what a drill that was killed has left."""

from __future__ import annotations

import sys
from pathlib import Path

from rigcheck.cli.crew import TerminalCrew
from rigcheck.cli.language import speak
from rigcheck.cli.output import write_screen
from rigcheck.cli.pending import JOURNAL, PATIENCE_S, hold_drill_lock
from rigcheck.cli.session import run_session
from rigcheck.cli.state import state_folder
from rigcheck.drills.actions import actions_of
from rigcheck.drills.journal import read_journal
from rigcheck.drills.rollback import Rollback
from rigcheck.errors import Exit, UnwritableError
from rigcheck.model import Message
from rigcheck.present.drill import undone_lines


def recover_drill(lang: str | None) -> int:
    """Undo, tell, and say by the exit code whether anything is left (2). Raises BusyError while a drill is being held."""
    words = speak(lang)
    folder = drill_folder()
    with hold_drill_lock(folder, PATIENCE_S):
        journal = read_journal(folder / JOURNAL)
        if journal is None:
            write_screen(words.text("drill.recover.nothing") + "\n")
            return int(Exit.OK)
        crew = TerminalCrew(words, is_there=is_attended())
        rollback = Rollback(journal, actions_of(crew))
        run_session(rollback.undo)
    lines = [words.text("drill.recover.of", {"drill": journal.drill, "at": journal.started_at})]
    write_screen("\n".join([*lines, *undone_lines(rollback.outcomes, words)]) + "\n")
    return int(Exit.OK if all(undone.worked for undone in rollback.outcomes) else Exit.FAIL)


def drill_folder() -> Path:
    """Where the journal is. Raises UnwritableError where there is no such folder: then nothing can be undone safely."""
    try:
        return state_folder()
    except OSError as error:
        what = {"path": str(error.filename or "rigcheck"), "error": error.strerror or str(error)}
        raise UnwritableError(Message("error.output.unwritable", what)) from error


def is_attended() -> bool:
    """Whether somebody sits at this terminal and can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()
