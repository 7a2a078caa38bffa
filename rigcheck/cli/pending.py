"""What an earlier drill has left to be undone: every command says so, for somebody has to see to it before the show."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rigcheck.errors import BusyError
from rigcheck.model import Message

if TYPE_CHECKING:
    from rigcheck.i18n import Catalogue

JOURNAL, LOCK = "drill-journal.json", "drilling.lock"
PATIENCE_S = 1.0
"""Our own rule: a command that only looks whether a drill is being held lets go at once."""


def tell_of_pending(words: Callable[[], Catalogue]) -> None:
    """A line on stderr where a drill was killed and nobody has undone it since; nothing while one is being held."""
    with contextlib.suppress(OSError):
        folder = _folder()
        if folder is None or not (folder / JOURNAL).exists() or _is_held(folder):
            return
        sys.stderr.write(f"rigcheck: {words().text('drill.pending')}\n")
        sys.stderr.flush()


def _folder() -> Path | None:
    """The state folder, not created here."""
    import platformdirs

    with contextlib.suppress(RuntimeError):  # a service's user, without HOME
        return Path(platformdirs.user_state_dir("rigcheck", appauthor=False))
    return None


def _is_held(folder: Path) -> bool:
    try:
        with hold_drill_lock(folder):
            return False
    except BusyError:
        return True


@contextmanager
def hold_drill_lock(folder: Path, patience_s: float = 0.0) -> Iterator[None]:
    """Be the only one who drills or undoes. Raises BusyError where another one does, OSError where it cannot be told."""
    import filelock

    lock = filelock.FileLock(folder / LOCK, timeout=patience_s)
    try:
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(Message("error.drill.busy")) from error
    try:
        yield
    finally:
        lock.release()
