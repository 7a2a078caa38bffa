"""A program of somebody else, run for its answer: bounded in time and in words, and ended on every path."""

from __future__ import annotations

import subprocess
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio
from anyio.abc import ByteReceiveStream, Process

from rigcheck.errors import NotSeen
from rigcheck.model import Reason

MOST_BYTES = 16_000_000
"""Of an answer: an hour of iperf3's intervals has 12 MB."""
_ASKED_S, _KILLED_S = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the program printed, decoded as UTF-8, how it ended, and how long it took."""

    said: str
    complained: str
    code: int
    took_s: float


async def ask_child(command: Sequence[str], limit_s: float, environment: Mapping[str, str]) -> Answer:
    """Run a program to its end, without anything to read.

    Raises NotSeen: `timeout` past `limit_s`, `junk` for more words than any sane answer has, `failed` where the program
    cannot be started.
    """
    began_s = anyio.current_time()
    said, complained = bytearray(), bytearray()
    try:
        with anyio.fail_after(limit_s):
            async with _running(command, environment) as process, anyio.create_task_group() as readers:
                readers.start_soon(_read, process.stdout, said, process)
                readers.start_soon(_read, process.stderr, complained, process)
                code = await process.wait()
    except TimeoutError:
        raise NotSeen(Reason.TIMEOUT) from None
    except OSError as error:
        raise NotSeen(Reason.FAILED, {"error": type(error).__name__}) from error
    if max(len(said), len(complained)) > MOST_BYTES:
        raise NotSeen(Reason.JUNK)
    took_s = anyio.current_time() - began_s
    return Answer(said.decode("utf-8", "replace"), complained.decode("utf-8", "replace"), code, took_s)


@asynccontextmanager
async def _running(command: Sequence[str], environment: Mapping[str, str]) -> AsyncIterator[Process]:
    process = await anyio.open_process(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    try:
        yield process
    finally:
        with anyio.CancelScope(shield=True):
            await end(process)


async def end(process: Process) -> None:
    """Ask it to end, then make it; returns when it is gone. Call it shielded."""
    if process.returncode is None:
        process.terminate()
        with anyio.move_on_after(_ASKED_S):
            await process.wait()
    if process.returncode is None:
        process.kill()
        with anyio.move_on_after(_KILLED_S):
            await process.wait()
    await process.aclose()


async def _read(stream: ByteReceiveStream | None, into: bytearray, process: Process) -> None:
    """All of it, up to the limit; a program that does not stop talking is killed."""
    if stream is None:  # never, with a pipe
        return
    async for chunk in stream:
        into += chunk
        if len(into) > MOST_BYTES:
            process.kill()
            return
