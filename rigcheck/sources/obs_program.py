"""A short recording of OBS's programme, by OBS itself, to be measured like any file.

A recording that we did not start is never stopped; ours is stopped on every path, and its file deleted. Nothing is
recorded where the file would lie on another PC, where it would be streamed somewhere, or on a nearly full disk.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import anyio

from rigcheck.address import place_of
from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress
from rigcheck.sources.obs_client import ObsClient, connect
from rigcheck.sources.obs_guard import NAMELESS, Guard
from rigcheck.sources.obs_recording import POLL_S, Folder, Recording

LEAST_FREE_BYTES = 1_000_000_000
"""OBS's own statistics turn red here; half a minute of the best quality takes a tenth of it."""
START_S = 3.0
"""A recording that has not begun by then will not."""
BEGIN_S = 1.5
"""What an accepted recording takes to begin on a busy computer; part of STOP_S."""
STOP_S = 3.0
"""What stopping and deleting may take when nobody waits for them any more."""
WATCH_S = 0.5
_OUTPUTS = ("simple_file_output", "adv_file_output")  # OBS's own names of its recording


async def record_program(address: ObsAddress, seconds: float) -> Recording | None:
    """`seconds` of the programme in a file on this PC; None where OBS cannot record, or not to here.

    Cancelled, or failing in any way, it leaves nothing recording and no file. Raises NotSeen: recording (somebody else
    does), lost (OBS died, or somebody stopped it), timeout (OBS hangs), and what connecting raises.
    """
    async with connect(address) as obs:
        if await is_recording(obs):
            raise NotSeen(Reason.RECORDING)
        folder = await _folder(obs) if await is_here(address) else None
        return await _record(obs, address, folder, seconds) if folder else None


async def is_here(address: ObsAddress) -> bool:
    """Whether the OBS runs on this PC: its address is one of ours."""
    if place_of(address.url) == "loopback":
        return True
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


async def _folder(obs: ObsClient) -> Folder | None:
    """Where on this PC OBS would record into a new file; None where it would not, or there is no room.

    Asked to write where it cannot, it opens a dialog. Allowed to overwrite, with a name that has no seconds in it, it
    would record over somebody's file.
    """
    mode, kind, overwrites, name = [
        await _parameter(obs, category, parameter)
        for category, parameter in (
            ("Output", "Mode"),
            ("AdvOut", "RecType"),
            ("Output", "OverwriteIfExists"),
            ("Output", "FilenameFormatting"),
        )
    ]
    (place,) = await obs.ask_all([("GetRecordDirectory", {})])
    path = Path(place["recordDirectory"]) if place and place["recordDirectory"] else None
    if path is None or (mode == "Advanced" and kind == "FFmpeg") or not path.is_dir() or not os.access(path, os.W_OK):
        return None
    if overwrites == "true" and not re.search("%ss|%S", name):
        return None
    return Folder.at(path, await path_of(obs)) if shutil.disk_usage(path).free >= LEAST_FREE_BYTES else None


async def is_recording(obs: ObsClient) -> bool:
    """Whether OBS records, whoever began."""
    return bool((await obs.ask("GetRecordStatus"))["outputActive"])


async def path_of(obs: ObsClient) -> Path | None:
    """The file that OBS records into, or did last: a recording that is only accepted is not named yet.

    Outputs of plug-ins are not asked.
    """
    outputs = await obs.ask_all([("GetOutputSettings", {"outputName": name}) for name in _OUTPUTS])
    paths = [str(output["outputSettings"].get("path", "")) for output in outputs if output]
    return next((Path(path) for path in paths if path), None)


async def _record(obs: ObsClient, address: ObsAddress, folder: Folder, seconds: float) -> Recording | None:
    guard = Guard(address)
    take = _Take(obs, address, guard, folder)
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

    def __init__(self, obs: ObsClient, address: ObsAddress, guard: Guard, folder: Folder) -> None:
        self._obs, self._address, self._guard, self._folder = obs, address, guard, folder
        self._path: Path | None = None
        self._began_s = time.monotonic()
        self._is_copied = False
        self._has_begun = False
        self.is_over = False

    async def start(self) -> bool:
        """Start it; False where OBS refuses. Not cancelled half-way: then nobody would know whose recording it is."""
        self._is_copied = await _parameter(self._obs, "Video", "AutoRemux") == "true"
        self._guard.tell(NAMELESS)
        with anyio.CancelScope(shield=True):
            try:
                await self._obs.ask("StartRecord")
            except NotSeen as fault:
                self.is_over = fault.reason is Reason.REFUSED
                if self.is_over:
                    return False
                raise
        await self._begin(self._obs, START_S)
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
        """Delete what there is of it, also where OBS died before it had named the file, or its muxer made it."""
        if (self._path is None or not self._path.exists()) and not self.is_over:
            self._path = self._folder.await_newcomer()
        if found := self._recording():
            found.discard()

    def _recording(self) -> Recording | None:
        return Recording(self._path, self._began_s, self._is_copied) if self._path else None

    async def _stop(self, obs: ObsClient) -> None:
        if not self._has_begun:  # accepted, but OBS is still starting it: stopped now, it would begin after all
            with suppress(NotSeen):
                await self._begin(obs, BEGIN_S)
        if await is_recording(obs):
            answer = await obs.ask("StopRecord")
            self._path = Path(answer["outputPath"]) if answer.get("outputPath") else self._path
            await self._end(obs)
        self.is_over = True

    async def _begin(self, obs: ObsClient, limit_s: float) -> None:
        """Wait until it records, and learn into which file. Raises NotSeen(timeout)."""
        end_s = time.monotonic() + limit_s
        while (now_s := time.monotonic()) < end_s:
            status = await obs.ask("GetRecordStatus")
            self._learn(await path_of(obs), is_active=status["outputActive"])
            if status["outputActive"] and status["outputDuration"] > 0:
                self._began_s = now_s - float(status["outputDuration"]) / 1000
                self._has_begun = True
                return
            await anyio.sleep(POLL_S)
        raise NotSeen(Reason.TIMEOUT, {"request": "GetRecordStatus"})

    def _learn(self, path: Path | None, *, is_active: bool) -> None:
        """What OBS names is ours once it records, or there is such a file now: before, it may be the one before."""
        if path and path != self._path and path not in self._folder.there and (is_active or path.exists()):
            self._path = path
            self._guard.tell(str(path))

    async def _end(self, obs: ObsClient) -> None:
        """Wait until it records no more. Raises NotSeen(timeout)."""
        end_s = time.monotonic() + STOP_S
        while time.monotonic() < end_s:
            if not await is_recording(obs):
                return
            await anyio.sleep(POLL_S)
        raise NotSeen(Reason.TIMEOUT, {"request": "GetRecordStatus"})


async def _parameter(obs: ObsClient, category: str, name: str) -> str:
    (answer,) = await obs.ask_all([("GetProfileParameter", {"parameterCategory": category, "parameterName": name})])
    return str((answer or {}).get("parameterValue") or "")
