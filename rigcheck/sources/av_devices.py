"""A camera and a microphone of their own, on one clock: this computer's, which stamps both frames and blocks of sound."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial

import anyio
import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import AudioClip, AudioRequest, CameraClip, CameraRequest, Sample, SyncClip, SyncRequest
from rigcheck.sources.together import envelope_of
from rigcheck.sync_state import START_S

REACH_S = 0.5
"""Sound from so long before the first frame to so long after the last one counts: as far as an offset is looked for."""
Acquire = Callable[[CameraRequest | AudioRequest], Awaitable[Sample]]


@dataclass(slots=True)
class AvDevices:
    """Cameras and microphones, and what came of each: what was taken of them serves their sync, too."""

    acquire: Acquire
    _kept: dict[str, Sample | NotSeen] = field(default_factory=dict)  # by resource

    async def take(self, request: CameraRequest | AudioRequest) -> Sample:
        """The evidence of one of them. Raises NotSeen as acquiring it does."""
        self._kept[request.resource] = NotSeen(Reason.TIMEOUT)  # should it be cancelled
        try:
            sample = await self.acquire(request)
        except NotSeen as unseen:
            self._kept[request.resource] = unseen
            raise
        self._kept[request.resource] = sample
        return sample

    async def follow(self, request: SyncRequest) -> SyncClip:
        """A camera and a microphone at once: what was taken of them in this run, else a take of their own.

        Raises NotSeen as either did; not-by-this-route without them, or where one of them is not on this computer's
        clock (a file, an input of OBS that stands in for it); too-short where they were not there together; lost where
        some of the sound did not come.
        """
        if request.devices is None:
            raise NotSeen(Reason.NOT_THIS_WAY)
        wanted = (
            CameraRequest(device=request.devices.camera, mode=request.devices.mode, seconds=request.seconds, keep=0),
            AudioRequest(device=request.devices.mic, speak_s=request.seconds + START_S, quiet_s=0.0),
        )
        if not all(one.resource in self._kept for one in wanted):
            await self._take_all(wanted)
        return _together(*(self._seen(one) for one in wanted))

    async def _take_all(self, wanted: tuple[CameraRequest | AudioRequest, ...]) -> None:
        """All at once; the first that cannot be had ends the others, whose own reasons are not asked for then."""
        async with anyio.create_task_group() as group:

            async def take(one: CameraRequest | AudioRequest) -> None:
                try:
                    await self.take(one)
                except NotSeen:
                    group.cancel_scope.cancel()

            for one in wanted:
                group.start_soon(partial(take, one))

    def _seen(self, request: CameraRequest | AudioRequest) -> Sample | NotSeen:
        return self._kept[request.resource]


def _together(camera: Sample | NotSeen, mic: Sample | NotSeen) -> SyncClip:
    """Their brightness and loudness while both were there, from the first such frame on."""
    for outcome in sorted((camera, mic), key=_is_cut_short):
        if isinstance(outcome, NotSeen):
            raise NotSeen(outcome.reason, outcome.params)
    if not isinstance(camera, CameraClip) or not isinstance(mic, AudioClip):
        raise NotSeen(Reason.NOT_THIS_WAY)
    if camera.began_s is None or mic.began_s is None:
        raise NotSeen(Reason.NOT_THIS_WAY)
    if mic.overflows or mic.missing:  # what came after a gap would seem to come early
        raise NotSeen(Reason.LOST)
    sound_at_s = mic.began_s - camera.began_s
    is_heard = (camera.t_s >= sound_at_s) & (camera.t_s <= sound_at_s + len(mic.samples) / mic.rate_hz)
    if not is_heard.any():
        raise NotSeen(Reason.TOO_SHORT)
    t_s = camera.t_s[is_heard]
    start, stop = (round((end_s - sound_at_s) * mic.rate_hz) for end_s in (t_s[0] - REACH_S, t_s[-1] + REACH_S))
    start = max(0, start)
    magnitudes = np.abs(mic.samples[start:stop]).max(axis=1)
    return SyncClip(t_s, camera.mean[is_heard], envelope_of(magnitudes, mic.rate_hz), sound_at_s + start / mic.rate_hz)


def _is_cut_short(outcome: Sample | NotSeen) -> bool:
    return isinstance(outcome, NotSeen) and outcome.reason is Reason.TIMEOUT
