"""Calls into devices and their drivers, each in a process that can be killed: a hang or a crash costs one answer."""

from __future__ import annotations

import logging
import os
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from anyio import BrokenWorkerProcess, CancelScope, CapacityLimiter, to_process

from rigcheck.errors import NotSeen
from rigcheck.model import Reason

T = TypeVar("T")
log = logging.getLogger(__name__)

_ENVIRONMENT = {
    "OPENCV_FFMPEG_CAPTURE_OPTIONS": "rtsp_transport;tcp|analyzeduration;3000000",  # us; RTMP took 5 s to open, half the deadline
    "OPENCV_VIDEOIO_V4L_SELECT_TIMEOUT": "2",  # seconds; a camera that stopped delivering otherwise blocks for 10
    "OPENBLAS_NUM_THREADS": "1",  # its idle threads spin
}


async def call_in_worker(function: Callable[..., T], *args: object) -> T:
    """Result of `function(*args)`, called in a worker process that is killed when the caller is cancelled.

    Function, arguments and result travel pickled: an importable function, plain values. Any number of workers may run
    at once; what must not run at once is the flow's business. Raises NotSeen as the function did; with reason crashed
    where the process died (signal, exit), failed (params: `error`, the exception's type) where it raised anything else.
    """
    try:
        # A process that is cancelled while it starts would be forgotten, not killed: its start is waited for.
        with CancelScope(shield=True):
            await to_process.run_sync(_prepare, limiter=CapacityLimiter(1))
        answer = await to_process.run_sync(_contained, function, args, cancellable=True, limiter=CapacityLimiter(1))
    except BrokenWorkerProcess:
        raise NotSeen(Reason.CRASHED) from None
    except OSError as error:  # no process to be had: out of memory, process limit
        log.debug("starting a worker", exc_info=True)
        raise NotSeen(Reason.FAILED, {"error": type(error).__name__}) from error
    if isinstance(answer, _Failure):
        log.debug("%s in a worker\n%s", getattr(function, "__name__", function), answer.trace)
        raise NotSeen(Reason.FAILED, {"error": answer.error})
    return answer


@dataclass(frozen=True, slots=True)
class _Failure:
    """What went wrong in a worker, as text: exceptions themselves cannot always be pickled."""

    error: str  # the exception's type
    trace: str


def _prepare() -> None:
    """Make this process a quiet worker: set before a library reads it; Ctrl-C is the parent's to handle."""
    os.environ.update(_ENVIRONMENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _contained(function: Callable[..., T], args: tuple[object, ...]) -> T | _Failure:
    """Call with nothing leaking out: neither native prints nor exceptions that cannot be pickled."""
    _prepare()
    with _silenced():
        try:
            return function(*args)
        except NotSeen:
            raise
        except (Exception, SystemExit) as error:  # noqa: BLE001 - libraries and drivers raise anything
            return _Failure(type(error).__name__, "".join(traceback.format_exception(error)))


@contextmanager
def _silenced() -> Iterator[None]:
    """Point descriptors 1 and 2 at nothing: anyio's answers travel over 1, and nobody empties the pipe behind 2."""
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a descriptor is wanted, not a path
        answers = os.dup(1)
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)  # for good
        try:
            yield
        finally:
            os.dup2(answers, 1)
            os.close(answers)
