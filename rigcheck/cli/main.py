"""From arguments to an exit code: every error is put into words here, once."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, cast

from rigcheck.errors import Exit, RigcheckError, StoppedError, UsageError
from rigcheck.model import Message

if TYPE_CHECKING:
    from rigcheck.i18n import Catalogue


class Terminated(BaseException):
    """SIGTERM arrived."""


def run_command_line(arguments: Sequence[str]) -> int:
    """Run one command line. Returns the exit code of CONTRACT; writes every error as one clear sentence to stderr."""
    prepare_streams()
    _hear_sigterm()
    try:
        _tell_of_pending(arguments)
        _refuse_empty(arguments)
        return _run(arguments)
    except StoppedError as stopped:
        return _tell(stopped.message, stopped.exit_code, arguments, is_reported=True)
    except RigcheckError as error:
        return _tell(error.message, error.exit_code, arguments)
    except KeyboardInterrupt:
        return _tell(Message("error.interrupted"), Exit.INTERRUPTED, arguments)
    except Terminated:
        return _tell(Message("error.terminated"), Exit.TERMINATED, arguments)
    except Exception:  # noqa: BLE001 - the last door: whatever is left is a bug of ours
        return _tell(Message("error.bug", {"path": _write_traceback()}), Exit.BUG, arguments)


def _run(arguments: Sequence[str]) -> int:
    import typer

    from rigcheck.cli.app import app
    from rigcheck.cli.log import silence_log

    silence_log()
    try:
        code = typer.main.get_command(app)(args=list(arguments), prog_name="rigcheck", standalone_mode=False)
    except typer.Abort as abort:
        raise KeyboardInterrupt from abort
    except typer.TyperException as error:
        raise UsageError(Message("error.usage.command-line", {"what": error.format_message()})) from error
    if code == Exit.INTERRUPTED:  # typer answers Ctrl-C with the code alone
        raise KeyboardInterrupt
    return int(code or 0)


def _refuse_empty(arguments: Sequence[str]) -> None:
    """No value is ever meant to be empty: it is a variable that nobody set, and `--replay ""` must open no device."""
    for before, argument in zip(("", *arguments), arguments, strict=False):
        name, equals, value = argument.partition("=")
        if not argument or (name.startswith("--") and equals and not value):
            option = (name or before) if (name or before).startswith("-") else None
            raise UsageError(Message("error.usage.empty", {"option": option}))


def _tell_of_pending(arguments: Sequence[str]) -> None:
    """What a drill has left behind is everybody's business; only who is about to undo it need not be told."""
    from rigcheck.cli.pending import tell_of_pending

    if tuple(arguments[:2]) != ("drill", "recover"):
        tell_of_pending(lambda: _words(arguments))


def prepare_streams() -> None:
    """Make output never fail for want of a character (GBK consoles) and never be missing (services without a console)."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - lives as long as the process
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _hear_sigterm() -> None:
    def raise_terminated(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise Terminated

    with contextlib.suppress(ValueError):  # not in the main thread: the caller owns the signals
        for name in ("SIGTERM", "SIGHUP"):  # a closed terminal ends it like a request to; Windows has no such signal
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), raise_terminated)


def _tell(message: Message, code: Exit, arguments: Sequence[str], *, is_reported: bool = False) -> int:
    """Say what happened: on stderr for people; as an error object on stdout for who asked for JSON and has no report."""
    from rigcheck.cli.output import write_screen
    from rigcheck.present.json import error_json

    words = _words(arguments)
    with contextlib.suppress(OSError):
        sys.stderr.write(f"rigcheck: {words.text(message.id, message.params)}\n")
        for line in cast("tuple[str, ...]", message.params.get("issues", ())):
            sys.stderr.write(f"{line}\n")
    if not is_reported and _option(arguments, "--format") == "json":
        with contextlib.suppress(RigcheckError):
            write_screen(error_json(message, code, words) + "\n", is_json=True)
    return int(code)


def _words(arguments: Sequence[str]) -> Catalogue:
    """The language asked for, if there is such a one; an error about the language itself is told in the environment's."""
    from rigcheck.cli.language import speak

    try:
        return speak(_option(arguments, "--lang"))
    except UsageError:
        return speak(None)


def _option(arguments: Sequence[str], name: str) -> str | None:
    """An option's value read off the raw arguments: errors happen before or while they are parsed."""
    for index, argument in enumerate(arguments):
        if argument == name and index + 1 < len(arguments):
            return arguments[index + 1]
        if argument.startswith(f"{name}="):
            return argument.partition("=")[2]
    return None


def _write_traceback() -> str:
    """Keep the traceback where a person can find and mail it; stderr gets only the file's name."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="rigcheck-bug-", suffix=".txt", delete=False, encoding="utf-8"
    ) as stream:
        traceback.print_exc(file=stream)
        return stream.name
