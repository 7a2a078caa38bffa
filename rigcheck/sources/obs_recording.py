"""Files that OBS recorded for us: which one it is, also where OBS died before it could tell, and deleting it."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.02
WRITTEN_S = 1.0
"""Until OBS begins the copy, or its muxer (a process that outlives it) the file. Seconds are copied in a tenth of that."""
_ENDINGS = (".mkv", ".mp4", ".mov", ".flv", ".ts")  # of what OBS records into
_COPIES = (".mp4", ".mov")
_FRESH_S = 5.0  # how much older than its recording a copy may seem: clocks of file systems are coarse


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that is over: its file, and when (monotonic seconds) its first picture and sample were made."""

    path: Path
    began_s: float
    is_copied: bool = False  # OBS makes an MP4 of each

    def discard(self) -> None:
        """Delete what OBS wrote. Where it makes a copy, that is waited for: deleting first would make OBS complain."""
        end_s = time.monotonic() + WRITTEN_S
        while self.is_copied and not self._copies() and time.monotonic() < end_s:
            time.sleep(POLL_S)
        for path in (*self._copies(), self.path):
            with suppress(OSError):  # on Windows, while a hung OBS still holds it
                path.unlink()

    def _copies(self) -> list[Path]:
        """Files of the same name that are as new: somebody else's are older."""
        begun_s = time.time() - (time.monotonic() - self.began_s) - _FRESH_S
        paths = [self.path.with_suffix(ending) for ending in _COPIES if self.is_copied]
        return [path for path in paths if path != self.path and path.exists() and path.stat().st_mtime > begun_s]


@dataclass(frozen=True, slots=True)
class Folder:
    """Where OBS records, as it was before it did so for us. What was there is somebody's, and never ours."""

    path: Path
    there: frozenset[Path]

    @classmethod
    def at(cls, path: Path, last: Path | None) -> Folder:
        """The folder as it is now. `last`: what OBS recorded last, maybe elsewhere; a deleted one's name it takes again."""
        return cls(path, _recordings_in(path) | ({last} if last and last.exists() else set()))

    def newcomer(self) -> Path | None:
        """The one recording that has come since; None where there is none, or which is ours cannot be told."""
        new = _recordings_in(self.path) - self.there
        return next(iter(new)) if len(new) == 1 else None

    def await_newcomer(self) -> Path | None:
        """The same, some time given to the muxer of an OBS that died."""
        end_s = time.monotonic() + WRITTEN_S
        while (found := self.newcomer()) is None and time.monotonic() < end_s:
            time.sleep(POLL_S)
        return found


def _recordings_in(path: Path) -> frozenset[Path]:
    with suppress(OSError), os.scandir(path) as entries:
        return frozenset(Path(entry.path) for entry in entries if entry.name.lower().endswith(_ENDINGS))
    return frozenset()
