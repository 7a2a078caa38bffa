"""What outlives a run, in the user's state folder: the lock that keeps two runs off one device, and the last verdicts."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
import platformdirs

from rigcheck.errors import BusyError, UnwritableError
from rigcheck.model import Message, Report

log = logging.getLogger(__name__)
PATIENCE_S = 3.0
"""How long a run waits for another one. Our own rule: a technician sees that something is up, a `go` check still fits."""


def state_folder() -> Path:
    """The folder; created on demand. Raises OSError where it cannot be."""
    folder = Path(platformdirs.user_state_dir("rigcheck", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def hold_lock() -> Iterator[None]:
    """Hold this computer's devices against other runs. Raises BusyError if one goes on measuring.

    A state folder that cannot be written costs the lock, not the run.
    """
    try:
        path = state_folder() / "measuring.lock"
        lock = filelock.FileLock(path, timeout=PATIENCE_S)
        lock.acquire()
    except filelock.Timeout as error:
        raise BusyError(Message("error.busy", {"age_s": round(time.time() - path.stat().st_mtime)})) from error
    except OSError as error:
        log.warning("cannot lock against other runs: %s", error.strerror)
        yield
        return
    try:
        path.touch()
        yield
    finally:
        lock.release()


def is_news(report: Report) -> bool:
    """Whether the verdicts differ from this room's last run; remembers them. What cannot be remembered is news."""
    from rigcheck.cli.output import write_whole

    verdicts = "\n".join(sorted(f"{f.check}@{f.device} {f.status} {f.waiver is not None}" for f in report.findings))
    try:
        folder = state_folder()
        name = hashlib.sha256(f"{report.room}\0{report.command}".encode()).hexdigest()[:16]
        path = folder / f"last-{name}.txt"
        if path.is_file() and path.read_text(encoding="utf-8") == verdicts + "\n":
            return False
        write_whole(path, verdicts + "\n")
    except (OSError, UnwritableError):
        log.warning("cannot remember this run")
    return True
