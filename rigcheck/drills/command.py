"""A system's own tool, run for a deed or its undo: an argv list, bounded in time, out of a terminal's reach."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from shutil import which

import anyio
from anyio.abc import ByteReceiveStream, Process

from rigcheck.sources.child import end

TOOL_LIMIT_S = 10.0
"""Our own rule: of ip, tc, nmcli, netsh and networksetup; nmcli waits for an address, the others answer at once."""
MOST_BYTES = 1_000_000
_WIDE = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"))
"""Where tools are: Debian keeps ip and tc out of everybody's PATH but root's."""


class CommandError(OSError):
    """A command that could not be run, did not end in time, or ended badly; the text says which and what it said."""


def find_tool(name: str) -> str | None:
    """The program's own path; None where it is not installed."""
    return which(name, path=_WIDE)


def shown(commands: Sequence[Sequence[str]]) -> str:
    """Commands as a person types them, one after the other."""
    write = subprocess.list2cmdline if sys.platform == "win32" else shlex.join
    return " && ".join(write(list(command)) for command in commands)


async def run_command(command: Sequence[str], limit_s: float = TOOL_LIMIT_S) -> str:
    """What it prints, in the C locale. Raises CommandError with the last line of its complaint."""
    said, complained = bytearray(), bytearray()
    environment = os.environ | {"LC_ALL": "C", "PATH": _WIDE}
    name = Path(command[0]).name
    try:
        with anyio.fail_after(limit_s):
            async with (
                _apart(command, subprocess.PIPE, environment, None) as process,
                anyio.create_task_group() as readers,
            ):
                readers.start_soon(_read, process.stdout, said)
                readers.start_soon(_read, process.stderr, complained)
                code = await process.wait()
    except TimeoutError:
        raise CommandError(f"{name}: no answer within {limit_s:g} s") from None
    if code:
        last = (complained or said).decode("utf-8", "replace").strip().rpartition("\n")[2]
        raise CommandError(f"{shown([[name, *command[1:]]])}: {last[:200] or f'exit code {code}'}")
    return said.decode("utf-8", "replace")


async def run_silently(command: Sequence[str], limit_s: float, folder: str | None) -> int:
    """Run somebody else's program in a folder to its end; its exit code. What it prints goes nowhere.

    Raises CommandError. Past the limit, and when cancelled, it is ended with all that it has started.
    """
    name = Path(command[0]).name
    try:
        with anyio.fail_after(limit_s):
            async with _apart(command, subprocess.DEVNULL, os.environ, folder) as process:
                return await process.wait()
    except TimeoutError:
        raise CommandError(f"{name}: did not end within {limit_s:g} s") from None


@asynccontextmanager
async def _apart(
    command: Sequence[str], output: int, environment: Mapping[str, str], folder: str | None
) -> AsyncIterator[Process]:
    """A process in a session of its own: Ctrl-C at the terminal must not reach the undo's own tools."""
    group = 0x200 if sys.platform == "win32" else 0  # CREATE_NEW_PROCESS_GROUP, a name that only Windows has
    try:
        process = await anyio.open_process(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd=folder,
            start_new_session=sys.platform != "win32",
            creationflags=group,
        )
    except OSError as error:
        raise CommandError(f"{Path(command[0]).name}: {error.strerror}") from error
    try:
        yield process
    except BaseException:
        with anyio.CancelScope(shield=True):
            await _end_all(process)
        raise
    finally:
        with anyio.CancelScope(shield=True):
            await end(process)


async def _end_all(process: Process) -> None:
    """Ask it and its children to end; whoever is left after it has ended is made to."""
    if sys.platform == "win32":
        return
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGTERM)
    await end(process)
    with suppress(OSError):
        os.killpg(process.pid, signal.SIGKILL)


async def _read(stream: ByteReceiveStream | None, into: bytearray) -> None:
    """All of it, up to the limit; what comes after is let go."""
    if stream is None:  # never, with a pipe
        return
    async for chunk in stream:
        into += chunk[: MOST_BYTES - len(into)]
