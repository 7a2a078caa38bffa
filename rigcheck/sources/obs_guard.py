"""Stops our recording in OBS where we no longer can: we were killed, or OBS hung. A process of its own, as it outlives us.

It is told the recording's file through a pipe, and that all is over; where the pipe ends without that, it waits until
OBS answers, and stops what is recorded into that very file, nothing else. Before OBS has named the file, it is told that a
recording is being asked for where none is running: then it stops what begins at once.
"""

# ruff: noqa: PLC0415 - it mostly ends without having had to do anything, and then should have loaded nothing

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from rigcheck.samples import ObsAddress

OVER, NAMELESS = "over", ""
"""Lines to the guard beside a file's name: nothing to do any more; whatever OBS begins now is ours."""
PATIENCE_S = 600.0
"""An OBS that has hung for longer will be ended by its owner."""
RETRY_S = 0.5
END_S = 1.0
WRITTEN_S = 10.0
"""Our own rule: on a busy computer OBS's muxer makes a file only seconds after its recording was stopped."""
POLL_S = 0.05


class Guard:
    """The process, from our side. Its command line has the address and the password's reference, never the password."""

    def __init__(self, address: ObsAddress) -> None:
        reference = address.password.ref if address.password else ""
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, address.url, reference],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C and the end of the terminal are not meant for it
        )
        self._pipe = cast("IO[bytes]", self._process.stdin)

    def tell(self, line: str) -> None:
        """The file that is recorded for us, or that it is over."""
        with suppress(OSError):  # it died: then there is no guard
            self._pipe.write(f"{line}\n".encode())
            self._pipe.flush()

    def release(self, *, is_over: bool) -> None:
        """Let it go; what is not over it sees to the end of."""
        if is_over:
            self.tell(OVER)
        with suppress(OSError):
            self._pipe.close()
        if is_over:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(END_S)
        self._process.returncode = 0  # it outlives us on purpose, and nobody waits for it


def main(url: str, reference: str) -> None:
    """The process, from its own side."""
    lines = sys.stdin.buffer.read().decode().splitlines()
    if not lines or OVER in lines:
        return
    import anyio

    from rigcheck.profile import Secret
    from rigcheck.samples import ObsAddress

    named = Path(lines[-1]) if lines[-1] != NAMELESS else None
    path = anyio.run(stop_recording, ObsAddress(url, Secret(reference) if reference else None), named)
    if path:
        delete_once_written(path)


def delete_once_written(path: Path) -> None:
    """Delete it as soon as it is there and may be deleted; give up after `WRITTEN_S`."""
    for _ in range(round(WRITTEN_S / POLL_S)):
        with suppress(OSError):
            path.unlink()
            return
        time.sleep(POLL_S)


async def stop_recording(address: ObsAddress, path: Path | None) -> Path | None:
    """Stop what OBS records into this file (None: whatever it has begun), as soon as it answers. Returns the file."""
    import anyio

    from rigcheck.errors import NotSeen
    from rigcheck.model import Reason

    with anyio.move_on_after(PATIENCE_S):
        while True:
            try:
                return await _stop(address, path)
            except NotSeen as fault:
                if fault.reason not in (Reason.TIMEOUT, Reason.LOST):
                    break  # OBS is gone
            await anyio.sleep(RETRY_S)
    return path


async def _stop(address: ObsAddress, path: Path | None) -> Path | None:
    import anyio

    from rigcheck.errors import NotSeen
    from rigcheck.sources.obs_client import connect
    from rigcheck.sources.obs_program import BEGIN_S, STOP_S, is_recording, path_of

    async def wait(limit_s: float, *, until: bool) -> None:
        for _ in range(round(limit_s / POLL_S)):
            if await is_recording(obs) is until:
                return
            await anyio.sleep(POLL_S)

    async with connect(address) as obs:
        if path is None:
            await wait(BEGIN_S, until=True)
        if await is_recording(obs) and (path is None or await path_of(obs) == path):
            path = Path((await obs.ask("StopRecord"))["outputPath"])
            with suppress(NotSeen):  # then its file is complete
                await wait(STOP_S, until=False)
    return path


if __name__ == "__main__":
    main(*sys.argv[1:])
