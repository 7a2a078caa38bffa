"""The body of `rigcheck drill recover`: undo what a drill that was killed has left."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

from rigcheck.cli.crew import TerminalCrew
from rigcheck.cli.language import speak
from rigcheck.cli.output import write_screen
from rigcheck.cli.pending import JOURNAL, PATIENCE_S, hold_drill_lock
from rigcheck.cli.session import run_session
from rigcheck.cli.state import state_folder
from rigcheck.drills.actions import actions_of
from rigcheck.drills.crew import Crew
from rigcheck.drills.journal import Journal, read_journal
from rigcheck.drills.rollback import Rollback
from rigcheck.errors import Exit, UnwritableError
from rigcheck.model import Message
from rigcheck.present.drill import undone_lines

DONE = "DONE"
"""What a person types, for whom nobody else can look."""


def recover_drill(lang: str | None, *, by_hand: bool) -> int:
    """Undo, tell, and say by the exit code whether anything is left (2). Raises BusyError while a drill is being held.

    `by_hand`: of what cannot be undone (a dongle that is gone for good) a person may say, in so many words, that it is.
    """
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
        if all(undone.worked for undone in rollback.outcomes):
            return int(Exit.OK)
        if by_hand and run_session(partial(_ask_of_each, journal, crew)):
            return int(Exit.OK)
    if not by_hand:
        write_screen(words.text("drill.recover.hint") + "\n")
    return int(Exit.FAIL)


async def _ask_of_each(journal: Journal, crew: Crew) -> bool:
    """Forget what a person says is put back; whether that is all. Raises UnwritableError."""
    for deed in reversed(journal.deeds):
        if await crew.confirm(Message("drill.recover.by-hand", {"action": deed.action}), DONE):
            try:
                journal.drop(deed)
            except OSError as error:
                raise UnwritableError.of(journal.path, error) from error
    return not journal.deeds


def drill_folder() -> Path:
    """Where the journal is. Raises UnwritableError where there is no such folder: then nothing can be undone safely."""
    try:
        return state_folder()
    except OSError as error:
        raise UnwritableError.of(error.filename or "rigcheck", error) from error


def is_attended() -> bool:
    """Whether somebody sits at this terminal and can answer."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr is not None and sys.stderr.isatty()
