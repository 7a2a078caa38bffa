"""OBS's programme as evidence: one recording for sound and picture; pictures and meters where it cannot be recorded."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rigcheck.encoder_state import EncoderRequest, EncoderTrials
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Reason
from rigcheck.samples import (
    LEAD_S,
    PROGRAM,
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    LevelTrace,
    ObsAddress,
    SyncClip,
    SyncRequest,
)
from rigcheck.sources.encoder import try_encoders
from rigcheck.sources.mic import phase_of
from rigcheck.sources.obs_client import connect
from rigcheck.sources.obs_meter import hear_programme
from rigcheck.sources.obs_program import record_program
from rigcheck.sources.obs_recording import Recording
from rigcheck.sources.obs_shot import watch_source
from rigcheck.sources.worker import call_in_worker

VIA: Literal["obs-record"] = "obs-record"
ENCODER_S = 3.5
"""Of programme for trial encodes that nothing else was recorded for: three seconds of picture, and its start."""


@dataclass(slots=True)
class Programme:
    """Looks at the programme and listens to it. What was recorded for the sound serves the picture too, until closed."""

    _kept: Recording | None = None

    async def hear(self, request: AudioRequest) -> AudioClip | LevelTrace:
        """A take of its own: prompts hold from now. Raises NotSeen: see `record_program`; needs-obs, junk, no-stream."""
        self.close()
        started_s, address = time.monotonic(), _address(request)
        self._kept = await record_program(address, request.length_s)
        if self._kept is None:
            return await hear_programme(address, request.length_s)
        return await call_in_worker(read_sound, self._kept.path, request, started_s - self._kept.began_s)

    async def look(self, request: CameraRequest) -> CameraClip:
        """What was recorded for the sound, else a recording of its own. Raises NotSeen like `hear`."""
        address = _address(request)
        recording = await self._recorded(address, request.seconds)
        if recording is None:
            return await _look_by_shots(request, address)
        return await call_in_worker(read_picture, recording.path, request)

    async def follow(self, request: SyncRequest) -> SyncClip:
        """Picture and sound together, of the same recording. Raises NotSeen like `hear`; not-by-this-route without one."""
        recording = await self._recorded(_address(request), request.seconds)
        if recording is None:
            raise NotSeen(Reason.NOT_THIS_WAY)
        return await call_in_worker(read_both, recording.path)

    async def encode(self, request: EncoderRequest) -> EncoderTrials:
        """Trial encodes of the picture of the same recording. Raises NotSeen like `hear`; not-by-this-route without one."""
        recording = await self._recorded(_address(request), ENCODER_S)
        if recording is None:
            raise NotSeen(Reason.NOT_THIS_WAY)
        return await try_encoders(request, recording.path, VIA)

    async def _recorded(self, address: ObsAddress, seconds: float) -> Recording | None:
        if self._kept is None:
            self._kept = await record_program(address, seconds)
        return self._kept

    def close(self) -> None:
        """Delete what was recorded."""
        kept, self._kept = self._kept, None
        if kept is not None:
            kept.discard()


def _address(request: CameraRequest | AudioRequest | SyncRequest | EncoderRequest) -> ObsAddress:
    if request.obs is None:
        raise NotSeen(Reason.NEEDS_OBS)
    return request.obs


def read_picture(path: Path, request: CameraRequest) -> CameraClip:
    """A recording's picture. Runs in a worker. Raises NotSeen: junk, no-stream."""
    from rigcheck.sources.media import read_clip  # noqa: PLC0415 - loads PyAV, in the worker alone

    try:
        return replace(read_clip(path, request, whole=False), via=VIA)
    except BadInputError as error:
        raise NotSeen(Reason.JUNK, {"device": PROGRAM}) from error


def read_both(path: Path) -> SyncClip:
    """A recording's picture and sound on its clock. Runs in a worker. Raises NotSeen: junk, no-stream."""
    from rigcheck.sources.together import read_together  # noqa: PLC0415 - loads PyAV, in the worker alone

    try:
        return read_together(path, via=VIA)
    except BadInputError as error:
        raise NotSeen(Reason.JUNK, {"device": PROGRAM}) from error


def read_sound(path: Path, request: AudioRequest, started_s: float) -> AudioClip:
    """A recording's sound, its phases where the prompts were: those began `started_s` into it. Runs in a worker.

    The programme is what is streamed: two channels of one picture, whatever the microphone's own layout. Raises NotSeen:
    junk, no-stream.
    """
    from rigcheck.sources.media import read_take  # noqa: PLC0415 - loads PyAV, in the worker alone

    try:
        take = read_take(path, replace(request, layout="stereo"))
    except BadInputError as error:
        raise NotSeen(Reason.JUNK, {"device": PROGRAM}) from error
    if not request.quiet_s:
        return replace(take, samples=take.samples[: round(request.speak_s * take.rate_hz)], live=True, via=VIA)
    speak = phase_of(started_s + LEAD_S, request.speak_s, take.rate_hz, len(take.samples))
    quiet = phase_of(started_s + LEAD_S + request.speak_s, request.quiet_s, take.rate_hz, len(take.samples))
    return replace(take, speak=speak, quiet=quiet, live=True, via=VIA)


async def _look_by_shots(request: CameraRequest, address: ObsAddress) -> CameraClip:
    """Pictures of the scene that is on: an estimate, as transitions and downstream keys are not in them."""
    async with connect(address) as obs:
        scene = str((await obs.ask("GetCurrentProgramScene"))["currentProgramSceneName"])
    return replace(await watch_source(request, address, scene), is_estimate=True)
