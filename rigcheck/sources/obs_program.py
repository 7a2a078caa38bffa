"""A short recording of OBS's programme, by OBS itself, to be measured like any file.

A recording that we did not start is never stopped; ours is stopped on every path, and its file deleted. Nothing is
recorded where the file would lie on another PC, where it would be streamed somewhere, or on a nearly full disk.
"""

from __future__ import annotations

import os
import shutil
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress
from rigcheck.sources.obs_client import ObsClient, connect
from rigcheck.sources.obs_guard import Guard

LEAST_FREE_BYTES = 1_000_000_000
"""OBS's own statistics turn red here; half a minute of the best quality takes a tenth of it."""
START_S = 3.0
"""A recording that has not begun by then will not."""
BEGIN_S = 1.5
"""What an accepted recording takes to begin on a busy computer; part of STOP_S."""
STOP_S = 3.0
"""What stopping and deleting may take when nobody waits for them any more."""
WATCH_S = 0.5
POLL_S = 0.02
_REMUX_S = 1.0  # until OBS begins the copy; a few seconds of programme are copied in a tenth of that
_OUTPUTS = ("simple_file_output", "adv_file_output")  # OBS's own names of its recording
_COPIES = (".mp4", ".mov")
_FRESH_S = 5.0  # how much older than its recording a copy may seem: clocks of file systems are coarse


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording that is over: its file, and when (monotonic seconds) its first picture and sample were made."""

    path: Path
    began_s: float
    is_copied: bool = False  # OBS makes an MP4 of each

    def discard(self) -> None:
        """Delete what OBS wrote. Where it makes a copy, that is waited for: deleting first would make OBS complain."""
        end_s = time.monotonic() + _REMUX_S
        while self.is_copied and not self._copies() and time.monotonic() < end_s:
            time.sleep(POLL_S)
        for path in (*self._copies(), self.path):
            with suppress(OSError):  # on Windows, while a hung OBS still holds it
                path.unlink()

    def _copies(self) -> list[Path]:
        """Files of the same name that are as new: somebody else's are older."""
        begun_s = time.time() - (time.monotonic() - self.began_s) - _FRESH_S
        paths = [self.path.with_suffix(ending) for ending in _COPIES if self.is_copied]
        return [path for path in paths if path != self.path and path.exists() and path.stat().st_mtime > begun_s]


async def record_program(address: ObsAddress, seconds: float) -> Recording | None:
    """`seconds` of the programme in a file on this PC; None where OBS cannot record, or not to here.

    Cancelled, or failing in any way, it leaves nothing recording and no file. Raises NotSeen: recording (somebody else
    does), lost (OBS died, or somebody stopped it), timeout (OBS hangs), and what connecting raises.
    """
    async with connect(address) as obs:
        if await is_recording(obs):
            raise NotSeen(Reason.RECORDING)
        if not await is_here(address) or not await _has_room(obs):
            return None
        return await _record(obs, address, seconds)


async def is_here(address: ObsAddress) -> bool:
    """Whether the OBS runs on this PC: its address is one of ours."""
    parts = urlsplit(address.url)
    try:
        found = await anyio.getaddrinfo(parts.hostname or "", parts.port or 80, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return any(_is_ours(family, place) for family, *_, place in found)


def _is_ours(family: int, place: tuple[str | int, ...]) -> bool:
    """Only an address of this PC can be bound to."""
    with suppress(OSError), socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.bind((place[0], 0))
        return True
    return False


async def _has_room(obs: ObsClient) -> bool:
    """Whether OBS would record into a file in a folder of this PC. Asked to write where it cannot, it opens a dialog."""
    place, mode, kind = await obs.ask_all(
        [
            ("GetRecordDirectory", {}),
            ("GetProfileParameter", {"parameterCategory": "Output", "parameterName": "Mode"}),
            ("GetProfileParameter", {"parameterCategory": "AdvOut", "parameterName": "RecType"}),
        ]
    )
    directory = Path(place["recordDirectory"]) if place and place["recordDirectory"] else None
    is_custom = (mode or {}).get("parameterValue") == "Advanced" and (kind or {}).get("parameterValue") == "FFmpeg"
    if directory is None or is_custom or not directory.is_dir() or not os.access(directory, os.W_OK):
        return False
    return shutil.disk_usage(directory).free >= LEAST_FREE_BYTES


async def is_recording(obs: ObsClient) -> bool:
    """Whether OBS records, whoever began."""
    return bool((await obs.ask("GetRecordStatus"))["outputActive"])


async def path_of(obs: ObsClient) -> Path | None:
    """The file that OBS records into, or did last. Outputs of plug-ins are not asked."""
    outputs = await obs.ask_all([("GetOutputSettings", {"outputName": name}) for name in _OUTPUTS])
    paths = [str(output["outputSettings"].get("path", "")) for output in outputs if output]
    return next((Path(path) for path in paths if path), None)


async def _record(obs: ObsClient, address: ObsAddress, seconds: float) -> Recording | None:
    guard = Guard(address)
    take = _Take(obs, address, guard)
    try:
        if not await take.start():
            return None
        await take.run(seconds)
        return await take.finish()
    except BaseException:
        with anyio.move_on_after(STOP_S, shield=True), suppress(NotSeen):
            await take.abandon()
        take.discard()
        raise
    finally:
        guard.release(is_over=take.is_over)


class _Take:
    """Our recording while it runs."""

    def __init__(self, obs: ObsClient, address: ObsAddress, guard: Guard) -> None:
        self._obs, self._address, self._guard = obs, address, guard
        self._path: Path | None = None
        self._began_s = time.monotonic()
        self._is_copied = False
        self._has_begun = False
        self.is_over = False

    async def start(self) -> bool:
        """Start it; False where OBS refuses. Not cancelled half-way: then nobody would know whose recording it is."""
        with anyio.CancelScope(shield=True):
            try:
                await self._obs.ask("StartRecord")
            except NotSeen as fault:
                self.is_over = fault.reason is Reason.REFUSED
                if self.is_over:
                    return False
                raise
            self._path = await path_of(self._obs)
            if self._path:
                self._guard.tell(str(self._path))
        self._is_copied = await _flag(self._obs, "Video", "AutoRemux")
        recorded_s = await _until(self._obs, START_S, is_active=True)
        self._began_s = time.monotonic() - recorded_s
        self._has_begun = True
        return True

    async def run(self, seconds: float) -> None:
        """Wait for that many seconds of programme, and see that it goes on. Raises NotSeen(lost) where it was stopped."""
        end_s = self._began_s + seconds
        while (rest_s := end_s - time.monotonic()) > 0:
            await anyio.sleep(min(rest_s, WATCH_S))
            if not await is_recording(self._obs):
                raise NotSeen(Reason.LOST)

    async def finish(self) -> Recording | None:
        """Stop it, and wait until its file is complete; None where that is not to be had here."""
        await self._stop(self._obs)
        found = self._recording()
        return found if found is not None and found.path.is_file() else None

    async def abandon(self) -> None:
        """Stop it, over a new connection where the old one is dead."""
        try:
            await self._stop(self._obs)
        except NotSeen as fault:
            if fault.reason is Reason.LOST:
                async with connect(self._address) as obs:
                    await self._stop(obs)

    def discard(self) -> None:
        """Delete what there is of it."""
        if found := self._recording():
            found.discard()

    def _recording(self) -> Recording | None:
        return Recording(self._path, self._began_s, self._is_copied) if self._path else None

    async def _stop(self, obs: ObsClient) -> None:
        if not self._has_begun:  # accepted, but OBS is still starting it: stopped now, it would begin after all
            with suppress(NotSeen):
                await _until(obs, BEGIN_S, is_active=True)
        if await is_recording(obs):
            answer = await obs.ask("StopRecord")
            self._path = Path(answer["outputPath"]) if answer.get("outputPath") else self._path
            await _until(obs, STOP_S, is_active=False)
        self.is_over = True


async def _until(obs: ObsClient, limit_s: float, *, is_active: bool) -> float:
    """Wait until it records, or does no more; its length in seconds then. Raises NotSeen(timeout)."""
    end_s = time.monotonic() + limit_s
    while time.monotonic() < end_s:
        status = await obs.ask("GetRecordStatus")
        if status["outputActive"] is is_active and (status["outputDuration"] > 0 or not is_active):
            return float(status["outputDuration"]) / 1000
        await anyio.sleep(POLL_S)
    raise NotSeen(Reason.TIMEOUT, {"request": "GetRecordStatus"})


async def _flag(obs: ObsClient, category: str, name: str) -> bool:
    (answer,) = await obs.ask_all([("GetProfileParameter", {"parameterCategory": category, "parameterName": name})])
    return (answer or {}).get("parameterValue") == "true"
