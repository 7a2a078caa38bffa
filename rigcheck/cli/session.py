"""Running something asynchronous so that Ctrl-C and SIGTERM end it cleanly, at any moment."""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TypeVar

import anyio
from anyio.abc import TaskStatus

from rigcheck.cli.main import Terminated
from rigcheck.errors import RigcheckError

T = TypeVar("T")


def run_session(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` to its end. A signal cancels it, lets it clean up, and raises KeyboardInterrupt or Terminated.

    Raises RigcheckError as `work` does.
    """
    return anyio.run(partial(_supervise, work))


async def _supervise(work: Callable[[], Awaitable[T]]) -> T:
    heard: list[int] = []
    results: list[T] = []
    refused: list[RigcheckError] = []
    async with anyio.create_task_group() as group:
        if hasattr(signal, "SIGHUP"):  # asyncio cannot wait for signals on Windows; there KeyboardInterrupt does it
            await group.start(_listen, group.cancel_scope, heard)
        try:
            results.append(await work())
        except RigcheckError as error:  # kept: the task group would wrap it
            refused.append(error)
        group.cancel_scope.cancel()
    if heard:
        raise Terminated if heard[0] == signal.SIGTERM else KeyboardInterrupt
    if refused:
        raise refused[0]
    return results[0]


async def _listen(scope: anyio.CancelScope, heard: list[int], *, task_status: TaskStatus[None]) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for number in signals:
            heard.append(number)
            scope.cancel()
