"""The far end, watched from here: a reader process of its own for a stream, or OBS's pictures and meters."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from math import inf, nan
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import anyio
from anyio.abc import Process

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress
from rigcheck.secret import opened
from rigcheck.sources.child import end
from rigcheck.sources.sighting import Frame, Sightings
from rigcheck.viewer_state import ViewerRequest, ViewerTrace

READY_S, SEGMENTS_READY_S = 10.0, 25.0
"""Our own rule: a player that shows nothing by then will not; segments are up to 6 s long, and three have to come."""
BEGIN_S = 20.0
"""Our own rule: a cold, busy computer has started Python and loaded FFmpeg by then."""
DEAD_S = 3.0
"""Without a sign of life, which comes twice a second, the reader hangs."""
_LONGEST = 10_000  # bytes of a line
_BYE_S = 1.0
POLL_S = 0.05


@dataclass(slots=True)
class Watch:
    """A far end that is being watched. `fault`: why the watching itself ended; nothing that was seen counts then."""

    seen: Sightings
    fault: NotSeen | None = None

    async def keep(self, go: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Watch; what ends it is kept."""
        try:
            await go()
        except NotSeen as fault:
            self.fault = fault


async def look_at_viewer(request: ViewerRequest) -> ViewerTrace:
    """The far end for `request.seconds` from the first picture on.

    Raises NotSeen: unreachable (no picture came), crashed (the reader did), not-by-this-route (only a person sees it),
    and what OBS's client raises.
    """
    async with watching(request.url, request.obs) as watch:
        await anyio.sleep(request.seconds + (watch.seen.buffered_s or 0.0))
        if watch.fault is not None:
            raise watch.fault
        return watch.seen.trace(time.monotonic())


@asynccontextmanager
async def watching(
    url: str | None, obs: ObsAddress | None, slate: Path | None = None, *, every_frame: bool = True
) -> AsyncIterator[Watch]:
    """A stream, else OBS's programme, watched from its first picture on until left. Raises NotSeen like `look_at_viewer`."""
    from rigcheck.sources.viewer_obs import watch_obs  # noqa: PLC0415 - what is not asked for is not loaded

    if url is not None:
        watch = Watch(sightings_of(url))
        go = partial(watch_stream, url, slate, watch.seen, every_frame=every_frame)
    elif obs is not None:
        watch = Watch(Sightings("obs-shot"))
        go = partial(watch_obs, obs, slate, watch.seen)
    else:
        raise NotSeen(Reason.NOT_THIS_WAY)
    async with beside(partial(watch.keep, go)):
        await _until_ready(watch)
        yield watch


@asynccontextmanager
async def beside(go: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """`go`, which raises nothing, runs beside the body and ends with it; what the body raises is not wrapped in a group."""
    raised: list[Exception] = []
    async with anyio.create_task_group() as group:
        group.start_soon(go)
        try:
            yield
        except Exception as error:  # noqa: BLE001 - raised again below
            raised.append(error)
        group.cancel_scope.cancel()
    if raised:
        raise raised[0]


def sightings_of(url: str) -> Sightings:
    """Where what is seen of a stream is kept."""
    return Sightings("far-end", is_segmented=urlsplit(url).path.endswith(".m3u8"), is_begun=False)


async def _until_ready(watch: Watch) -> None:
    """Wait for the first picture. Raises NotSeen(unreachable) where none comes; no-stream where its rhythm does not show."""
    seen = watch.seen
    with anyio.move_on_after(BEGIN_S):
        while not seen.is_begun and watch.fault is None:  # noqa: ASYNC110 - as below
            await anyio.sleep(POLL_S)
    with anyio.move_on_after(SEGMENTS_READY_S if seen.is_segmented else READY_S):
        while not seen.is_ready and watch.fault is None:  # noqa: ASYNC110 - what is waited for is no event of this loop
            await anyio.sleep(POLL_S)
    if watch.fault is not None:
        raise watch.fault
    if not seen.is_ready:
        raise NotSeen(Reason.UNREACHABLE if seen.from_s is None else Reason.NO_STREAM)


async def watch_stream(url: str, slate: Path | None, seen: Sightings, *, every_frame: bool = True) -> None:
    """Fill `seen` with what comes from a stream, until cancelled. Raises NotSeen(crashed) where the reader ends or hangs."""
    wish = {"url": opened(url), "slate": str(slate) if slate else None, "every_frame": every_frame}
    async with _reader(wish) as process:
        if process.stdout is None:  # never, with a pipe
            return
        lines = _lines(process)
        with suppress(StopAsyncIteration):
            while True:
                with anyio.fail_after(DEAD_S if seen.is_begun else BEGIN_S):
                    line = await anext(lines)
                seen.is_begun = True
                what, *told = json.loads(line)
                _tell(seen, what, told)
        raise NotSeen(Reason.CRASHED)


@asynccontextmanager
async def _reader(wish: Mapping[str, Any]) -> AsyncIterator[Process]:
    command = [sys.executable, "-m", "rigcheck.sources.viewer_reader"]
    try:
        process = await anyio.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:  # no memory, or too many processes
        raise NotSeen(Reason.CRASHED) from None
    try:
        if process.stdin is not None:  # always, with a pipe
            await process.stdin.send(json.dumps(wish).encode() + b"\n")
        yield process
    except (TimeoutError, anyio.BrokenResourceError):
        raise NotSeen(Reason.CRASHED) from None
    finally:
        with anyio.CancelScope(shield=True):
            await _dismiss(process)


async def _dismiss(process: Process) -> None:
    """The end of its standard input is its word to end, and what it has started; then it is made to."""
    if process.stdin is not None:
        await process.stdin.aclose()
    with anyio.move_on_after(_BYE_S):
        await process.wait()
    await end(process)


async def _lines(process: Process) -> AsyncIterator[bytes]:
    rest = b""
    if process.stdout is None:  # never, with a pipe
        return
    async for chunk in process.stdout:
        *whole, rest = (rest + chunk).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > _LONGEST:
            return


def _tell(seen: Sightings, what: str, told: list[Any]) -> None:
    """What the reader says: opened, a frame, frames that it passed, sound, bytes. The rest (h, x) is a sign of life, or of an end."""
    if what == "o":
        seen.open(told[0], has_sound=told[1])
    elif what == "f":
        seen.frame(Frame._make(nan if each is None else each for each in told))
    elif what == "p":
        for at_s, pts_s in zip(told[::2], told[1::2], strict=True):
            seen.frame(Frame(at_s, pts_s))
    elif what == "s":
        seen.sound(told[0], -inf if told[1] is None else told[1])
    elif what == "b":
        seen.data(*told)
