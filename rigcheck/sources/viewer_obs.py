"""OBS's programme as the poor man's view: pictures of the scene that is on, and its level meters.

It shows what leaves the mixer, and nothing of the way to the viewer; but a stream that was going out and stops is seen.
"""

from __future__ import annotations

import base64
import binascii
import math
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING

import anyio
import anyio.to_thread
import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import ObsAddress
from rigcheck.sources.obs_client import VOLUME_METERS, Message, ObsClient, Question, connect
from rigcheck.sources.obs_meter import programme_levels
from rigcheck.sources.sighting import Frame, Sightings

if TYPE_CHECKING:
    from rigcheck.sources.viewer_look import Look

SHOTS_PER_S = 5
WIDTH_PX = 480
_NOW: tuple[Question, ...] = (("GetCurrentProgramScene", {}), ("GetStreamStatus", {}))


async def watch_obs(address: ObsAddress, slate: Path | None, seen: Sightings) -> None:
    """Fill `seen` with what OBS's programme shows and sounds like, until cancelled. Raises NotSeen as its client does."""
    faults: list[NotSeen] = []

    async def kept(look: Awaitable[None]) -> None:
        try:
            await look
        except NotSeen as fault:  # a task group would wrap it
            faults.append(fault)
            group.cancel_scope.cancel()

    async with anyio.create_task_group() as group:
        group.start_soon(kept, _listen(address, seen))
        group.start_soon(kept, _watch(address, slate, seen))
    raise faults[0]


async def _listen(address: ObsAddress, seen: Sightings) -> None:
    async with connect(address, VOLUME_METERS) as obs:
        async for at_s, level in programme_levels(obs):
            seen.sound(at_s, 20 * math.log10(level) if level > 0 else -math.inf)


async def _watch(address: ObsAddress, slate: Path | None, seen: Sightings) -> None:
    from rigcheck.sources.viewer_look import Look, read_slates  # noqa: PLC0415 - loads PyAV for the standby picture

    look = Look()
    look.slates = await anyio.to_thread.run_sync(read_slates, slate) if slate else None
    async with connect(address) as obs:
        seen.open(time.monotonic())
        streamed = bool((await obs.ask("GetStreamStatus"))["outputActive"])
        while True:
            began_s = time.monotonic()
            scene, stream = await obs.ask_all(_NOW)
            on = stream is not None and stream["outputActive"] and not stream["outputReconnecting"]
            streamed = streamed or on
            if scene is not None and (on or not streamed):
                await _shoot(obs, str(scene["currentProgramSceneName"]), look, seen)
            await anyio.sleep(max(0.0, began_s + 1 / SHOTS_PER_S - time.monotonic()))


async def _shoot(obs: ObsClient, scene: str, look: Look, seen: Sightings) -> None:
    """A picture is of about when it was asked for; the scene may be gone by then."""
    at_s = time.monotonic()
    wish: Message = {"sourceName": scene, "imageFormat": "png", "imageWidth": WIDTH_PX}
    try:
        answer = await obs.ask("GetSourceScreenshot", wish)
    except NotSeen as fault:
        if fault.reason is Reason.REFUSED:
            return
        raise
    picture = await anyio.to_thread.run_sync(_looked, str(answer.get("imageData", "")), look)
    if picture is not None:
        seen.frame(Frame(at_s, at_s, *picture))


def _looked(data: str, look: Look) -> tuple[float, float, float, float] | None:
    import cv2  # noqa: PLC0415 - heavy, and only pictures need it

    try:
        content = base64.b64decode(data.partition(",")[2], validate=True)
        picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except (binascii.Error, cv2.error):
        return None
    return None if picture is None else look.at(np.asarray(picture, np.uint8), limited=False)
