"""One input of OBS, or a scene, through single pictures of it at its own size."""

from __future__ import annotations

import base64
import binascii
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import Bytes, CameraClip, CameraRequest, ObsAddress
from rigcheck.sources.obs_client import Message, ObsClient, connect

if TYPE_CHECKING:
    from rigcheck.measure.frame import FrameReducer

SHOTS_PER_S = 5
LOSSLESS = ("bmp", "png")
"""Formats to have pictures written in on this PC; the first costs OBS least."""
SENT, SENT_QUALITY = "jpg", 95
"""How pictures travel where OBS cannot write to a place that we can read."""
NO_SUCH = 600
"""The protocol's RequestStatus ResourceNotFound."""
MOST_PX = 100_000_000


async def watch_source(request: CameraRequest, address: ObsAddress, name: str) -> CameraClip:
    """An input (or scene) of OBS for `request.seconds`: some five pictures a second.

    Raises NotSeen: missing (OBS has no such source), no-stream (it shows no picture), and what connecting raises.
    """
    with tempfile.TemporaryDirectory(prefix="rigcheck-", ignore_cleanup_errors=True) as folder:
        async with connect(address) as obs:
            formats = (await obs.ask("GetVersion")).get("supportedImageFormats", [])
            chosen = next((word for word in LOSSLESS if word in formats), LOSSLESS[-1])
            return await _watch(_Shutter(obs, name, Path(folder) / f"shot.{chosen}"), request)


def unseen(fault: NotSeen, name: str) -> NotSeen:
    """A refusal in words about the source: OBS has none of this name (missing), or it has no picture or sound."""
    if fault.reason is not Reason.REFUSED:
        return fault
    return NotSeen(Reason.MISSING if fault.params.get("code") == NO_SUCH else Reason.NO_STREAM, {"device": name})


class _Shutter:
    """Takes pictures of one source at its own size: through a file where that works, else through the connection."""

    def __init__(self, obs: ObsClient, name: str, file: Path) -> None:
        self._obs, self._name = obs, name
        self._file: Path | None = file

    async def shoot(self) -> Bytes:
        """(H, W, 3) BGR. Raises NotSeen: missing, no-stream, junk (what came is no picture)."""
        content = await self._written() or await self._sent()
        picture = await anyio.to_thread.run_sync(_decoded, content)
        if picture is None:
            raise NotSeen(Reason.JUNK, {"device": self._name})
        return picture

    async def _written(self) -> bytes | None:
        """The picture through a file; None from the first time on that there is none to be read here."""
        if self._file is None:
            return None
        try:
            how = {"imageFormat": self._file.suffix[1:], "imageFilePath": str(self._file)}
            await self._ask("SaveSourceScreenshot", how)
            content = await anyio.to_thread.run_sync(self._file.read_bytes)
            self._file.unlink()
        except (OSError, NotSeen) as fault:
            if isinstance(fault, NotSeen) and fault.reason is not Reason.NO_STREAM:
                raise
            self._file = None
            return None
        return content

    async def _sent(self) -> bytes:
        answer = await self._ask("GetSourceScreenshot", {"imageFormat": SENT, "imageCompressionQuality": SENT_QUALITY})
        try:
            return base64.b64decode(str(answer["imageData"]).partition(",")[2], validate=True)
        except (binascii.Error, KeyError) as error:
            raise NotSeen(Reason.JUNK, {"device": self._name}) from error

    async def _ask(self, request: str, data: Message) -> Message:
        try:
            return await self._obs.ask(request, {"sourceName": self._name, **data})
        except NotSeen as fault:
            raise unseen(fault, self._name) from None


async def _watch(shutter: _Shutter, request: CameraRequest) -> CameraClip:
    from rigcheck.measure.frame import FrameReducer  # noqa: PLC0415 - loads cv2

    reducer = FrameReducer(
        asked=request.mode, rotate=request.rotate, crop=request.crop, clock="shots", limited=False, keep=request.keep
    )
    started_s, at_s = time.monotonic(), 0.0
    while at_s < request.seconds:
        await anyio.to_thread.run_sync(_add, reducer, await shutter.shoot(), at_s)
        next_s = at_s + 1 / SHOTS_PER_S
        await anyio.sleep(max(0.0, started_s + next_s - time.monotonic()))
        at_s = max(next_s, time.monotonic() - started_s)
    return replace(reducer.clip(fourcc="", first_frame_ms=None), via="obs-shot")


def _decoded(content: bytes) -> Bytes | None:
    """(H, W, 3) BGR; None where it is no picture, or too large to be one."""
    import cv2  # noqa: PLC0415 - heavy, and only pictures need it

    try:
        found: Any = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        return None
    return None if found is None or found.size > 3 * MOST_PX else np.asarray(found, np.uint8)


def _add(reducer: FrameReducer, picture: Bytes, t_s: float) -> None:
    from rigcheck.measure.picture import grey  # noqa: PLC0415 - loads cv2

    reducer.add(grey(picture), t_s)
    if reducer.wants_frame():
        reducer.keep(picture)
