"""What outlives a run, in the user's state folder: the lock that keeps two runs off one device."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock
import platformdirs

from rigcheck.errors import BusyError
from rigcheck.model import Message

log = logging.getLogger(__name__)
PATIENCE_S = 3.0
"""How long a run waits for another one. Our own rule: a technician sees that something is up, a `go` check still fits."""


def state_folder() -> Path:
    """The folder; created on demand. Raises OSError where it cannot be."""
    try:
        folder = Path(platformdirs.user_state_dir("rigcheck", appauthor=False))
    except RuntimeError as error:  # neither HOME nor an entry in the list of users
        raise NotADirectoryError from error
    if not folder.is_absolute():  # what earlier versions of platformdirs make of that
        raise NotADirectoryError
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def hold_lock() -> Iterator[None]:
    """Hold this computer's devices against other runs. Raises BusyError if one goes on measuring.

    A state folder that cannot be written costs the lock, not the run.
    """
    try:
        folder = state_folder()
        since = folder / "measuring.since"  # a file of its own: some versions of filelock touch theirs while they wait
        lock = filelock.FileLock(folder / "measuring.lock", timeout=PATIENCE_S)
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(Message("error.busy", {"age_s": _age_s(since)})) from error
    except OSError as error:
        log.warning("cannot lock against other runs: %s", error.strerror)
        yield
        return
    try:
        with suppress(OSError):  # a full disk
            since.touch()
        yield
    finally:
        lock.release()


def _age_s(since: Path) -> int:
    """For how long the other run has been measuring; 0 where it only just began or the clock was set back."""
    try:
        return max(0, round(time.time() - since.stat().st_mtime))
    except OSError:
        return 0
