"""A folder of files that appears as a whole or not at all, and files that are read without trusting their folder."""

from __future__ import annotations

import os
import secrets
import shutil
import stat
from collections.abc import Callable, Mapping
from pathlib import Path

from rigcheck.errors import UnwritableError, UsageError
from rigcheck.model import Message


def read_plain_file(path: Path, most_bytes: int) -> bytes:
    """The bytes of an ordinary file, at most `most_bytes` + 1 of them. Raises OSError; links and devices are refused."""
    if not stat.S_ISREG(path.lstat().st_mode):
        raise OSError(0, "not an ordinary file", str(path))
    with path.open("rb") as file:
        return file.read(most_bytes + 1)


def check_target(directory: Path, is_ours: Callable[[Path], bool]) -> None:
    """Whether the folder may be written: not there, empty, or one of ours that is to be replaced.

    Raises UsageError where it holds anything else, UnwritableError where nothing can be written beside it.
    """
    try:
        if directory.exists() and not (directory.is_dir() and (_is_empty(directory) or is_ours(directory))):
            raise UsageError(Message("error.output.not-empty", {"path": str(directory)}))
        _fresh_beside(directory).rmdir()
    except OSError as error:
        raise UnwritableError.of(directory, error) from error


def write_folder(directory: Path, files: Mapping[str, bytes], is_ours: Callable[[Path], bool]) -> None:
    """Write the files beside `directory`, flush them to disk, then put them in its place; on failure all is as before.

    Raises what `check_target` raises, and UnwritableError (full disk, read-only).
    """
    check_target(directory, is_ours)
    try:
        fresh = _fresh_beside(directory)
        try:
            for name, content in files.items():
                _write(fresh / name, content)
            _swap(fresh, directory.resolve())
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise UnwritableError.of(directory, error) from error


def _is_empty(directory: Path) -> bool:
    return not any(directory.iterdir())


def _fresh_beside(directory: Path) -> Path:
    """A new hidden folder on the same disk, its parents made where they are missing. A link is followed."""
    place = directory.resolve()
    fresh = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
    fresh.mkdir(parents=True)
    return fresh


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _swap(fresh: Path, place: Path) -> None:
    """Put `fresh` where `place` is; what was there is moved aside first, moved back if that fails, else removed."""
    if not place.exists():
        fresh.rename(place)
        _flush(place.parent)
        return
    old = place.with_name(f"{fresh.name}-old")
    place.rename(old)
    try:
        fresh.rename(place)
    except OSError:
        old.rename(place)
        raise
    _flush(place.parent)
    shutil.rmtree(old, ignore_errors=True)


def _flush(folder: Path) -> None:
    """Names on disk as well; Windows has no way to, and no need."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
