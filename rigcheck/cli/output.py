"""Where a report goes: the screen, a pipe, or a file that is there whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import stat
import sys
import tempfile
from pathlib import Path

from rigcheck.cli.options import Options
from rigcheck.errors import UnwritableError
from rigcheck.i18n import Catalogue
from rigcheck.model import Report
from rigcheck.present import FORMATS, Look


def write_report(report: Report, words: Catalogue, options: Options) -> None:
    """Put the report where it was asked for."""
    write_text(FORMATS[options.format](report, words, look_of(options)), options)


def look_of(options: Options) -> Look:
    """How it should look where it goes."""
    return Look(color=options.output is None and _wants_color(options), verbose=options.verbose, quiet=options.quiet)


def write_text(text: str, options: Options) -> None:
    """Put a finished text where it was asked for."""
    if options.output is None:
        write_screen(text.rstrip("\n") + "\n", is_json=options.format == "json")
    else:
        write_whole(options.output, text.rstrip("\n") + "\n")


def write_screen(text: str, *, is_json: bool = False) -> None:
    """Write to stdout; JSON always in UTF-8, whatever the console speaks. Broken text, as of a file name, gets question marks.

    A reader that has gone is nobody's fault; a full disk behind stdout raises UnwritableError.
    """
    try:
        if is_json and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", errors="replace")
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_stdout()
    except OSError as error:
        _drop_stdout()
        raise UnwritableError.of("stdout", error) from error


def _drop_stdout() -> None:
    """Point stdout nowhere, so that the interpreter's last flush does not complain again."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _wants_color(options: Options) -> bool:
    """Colour only on a terminal that can, and unless somebody said no (NO_COLOR, TERM=dumb, --no-color, --cron)."""
    if options.no_color or options.cron or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def refuse_unwritable(*paths: Path | None) -> None:
    """Raises UnwritableError where a file could not be written: told before what cannot be done again for its report."""
    for path in filter(None, paths):
        if not path.parent.is_dir():
            code = errno.ENOENT
        elif path.is_dir():
            code = errno.EISDIR
        else:
            place = path if _is_odd(path) else path.parent
            code = 0 if os.access(place, os.W_OK) else errno.EACCES
        if code:
            raise UnwritableError.of(path, OSError(code, os.strerror(code)))


def write_whole(path: Path, content: str | bytes, *, is_private: bool = False) -> None:
    """Write a file in one step: readers see the old one or the new one, never half of it.

    A link stays one; a device or pipe (`/dev/stdout`) is written to, not replaced. Raises UnwritableError (full disk, no
    such folder, read-only) and leaves nothing behind. Broken text, as of a file name, gets question marks. `is_private`:
    only this user may read it.
    """
    data = content.encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        if _is_odd(path):
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data, 0o600 if is_private else _mode(path))
    except OSError as error:
        raise UnwritableError.of(path, error) from error


def _is_odd(path: Path) -> bool:
    """A device or a pipe: as root we could put a file in its place."""
    return path.exists() and not path.is_file()


def _mode(path: Path) -> int:
    """Permissions as of any other program's file: those it has, else what the user's mask leaves."""
    with contextlib.suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _replace(path: Path, data: bytes, mode: int) -> None:
    temporary = None
    try:
        with tempfile.NamedTemporaryFile("wb", dir=path.parent, prefix=f".{path.name}.", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise
