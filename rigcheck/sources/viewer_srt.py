"""An SRT stream through the ffmpeg program, as a file to read: PyAV's own FFmpeg has no SRT.

The address may hold a passphrase, so that it goes to ffmpeg by a list on standard input and is in no command line.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from types import TracebackType
from typing import ClassVar, Self

_COMMAND = (
    *("ffmpeg", "-v", "quiet", "-protocol_whitelist", "pipe,fd,file,srt,udp,crypto", "-fflags", "nobuffer"),
    *("-safe", "0", "-f", "concat", "-i", "pipe:0", "-map", "0", "-c", "copy", "-copyts"),
    *("-flush_packets", "1", "-muxdelay", "0", "-muxpreload", "0", "-f", "mpegts", "pipe:1"),
)
_END_S = 2.0


class SrtPipe:
    """A running ffmpeg that passes one SRT stream on as MPEG-TS. Raises OSError where there is no ffmpeg."""

    _running: ClassVar[set[subprocess.Popen[bytes]]] = set()

    def __init__(self, url: str) -> None:
        self._url = url

    def __enter__(self) -> Self:
        if shutil.which(_COMMAND[0]) is None:
            raise FileNotFoundError(_COMMAND[0])
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._running.add(self._process)
        quoted = self._url.replace("'", "'\\''")
        if self._process.stdin is not None:  # always, with a pipe
            with contextlib.suppress(BrokenPipeError), self._process.stdin as said:
                said.write(f"ffconcat version 1.0\nfile '{quoted}'\n".encode())
        return self

    def read(self, count: int) -> bytes:
        """What has come, at most so much; nothing at the end."""
        return b"" if self._process.stdout is None else os.read(self._process.stdout.fileno(), count)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _end(self._process)
        self._running.discard(self._process)

    @classmethod
    def end_all(cls) -> None:
        """End those that run: the process that reads them is about to end."""
        for process in tuple(cls._running):
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_END_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(_END_S)
    if process.stdout is not None:
        process.stdout.close()
