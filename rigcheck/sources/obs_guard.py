"""Stops our recording in OBS where we no longer can: we were killed, or OBS hung. A process of its own, as it outlives us.

It is told the recording's file through a pipe, and that all is over; where the pipe ends without that, it waits until
OBS answers, and stops what is recorded into that very file, nothing else.
"""

# ruff: noqa: PLC0415 - it mostly ends without having had to do anything, and then should have loaded nothing

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

if TYPE_CHECKING:
    from rigcheck.samples import ObsAddress

OVER = "over"
PATIENCE_S = 600.0
"""An OBS that has hung for longer will be ended by its owner."""
RETRY_S = 0.5
END_S = 1.0


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
    path, *rest = sys.stdin.buffer.read().decode().splitlines() or [OVER]
    if path == OVER or OVER in rest:
        return
    import anyio

    from rigcheck.profile import Secret
    from rigcheck.samples import ObsAddress

    anyio.run(stop_recording, ObsAddress(url, Secret(reference) if reference else None), Path(path))
    with suppress(OSError):
        Path(path).unlink()


async def stop_recording(address: ObsAddress, path: Path) -> None:
    """Stop what OBS records into this file, as soon as it answers."""
    import anyio

    from rigcheck.errors import NotSeen
    from rigcheck.model import Reason

    with anyio.move_on_after(PATIENCE_S):
        while True:
            try:
                await _stop(address, path)
                break
            except NotSeen as fault:
                if fault.reason not in (Reason.TIMEOUT, Reason.LOST):
                    break  # OBS is gone
            await anyio.sleep(RETRY_S)


async def _stop(address: ObsAddress, path: Path) -> None:
    import anyio

    from rigcheck.sources.obs_client import connect
    from rigcheck.sources.obs_program import is_recording, path_of

    async with connect(address) as obs:
        if await is_recording(obs) and await path_of(obs) == path:
            await obs.ask("StopRecord")
            await anyio.sleep(RETRY_S)  # until it has closed the file


if __name__ == "__main__":
    main(*sys.argv[1:])
