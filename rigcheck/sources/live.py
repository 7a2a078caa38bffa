"""The live source: each kind of Request to the function that acquires it, device calls in workers of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from rigcheck.link_state import LineRequest, LineState, Presence, PresenceRequest, Reach, ReachRequest
from rigcheck.obs_state import ObsState
from rigcheck.samples import (
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    HostRequest,
    HostState,
    ObsRequest,
    OnAirRequest,
    OnAirState,
    PowerRequest,
    PowerState,
    Request,
    Sample,
)
from rigcheck.sources.worker import call_in_worker

Acquire = Callable[[Any], Awaitable[Sample]]


@dataclass(frozen=True, slots=True)
class LiveSource:
    """This computer's devices and services. Deadlines are the flow's; cancelling kills what is running."""

    name: str = "live"
    is_live: bool = True

    async def acquire(self, request: Request) -> Sample:
        """The evidence for a request, taken now. Raises NotSeen with the reason where there is none."""
        return await ACQUIRE[type(request)](request)


async def _camera(request: CameraRequest) -> CameraClip:
    from rigcheck.sources.camera import read_camera  # noqa: PLC0415 - what is not asked for is not loaded

    return await call_in_worker(read_camera, request)


async def _mic(request: AudioRequest) -> AudioClip:
    started_s = time.monotonic()
    from rigcheck.sources.mic import read_mic  # noqa: PLC0415 - what is not asked for is not loaded

    return await call_in_worker(read_mic, request, started_s)


async def _host(request: HostRequest) -> HostState:
    from rigcheck.sources.host import read_host  # noqa: PLC0415 - what is not asked for is not loaded

    return await call_in_worker(read_host, request)


async def _on_air(request: OnAirRequest) -> OnAirState:
    from rigcheck.sources.on_air import look_on_air  # noqa: PLC0415 - what is not asked for is not loaded

    return await look_on_air(request)


async def _obs(request: ObsRequest) -> ObsState:
    from rigcheck.sources.obs import read_obs  # noqa: PLC0415 - what is not asked for is not loaded

    return await read_obs(request)


async def _power(request: PowerRequest) -> PowerState:
    """A daemon is asked over the network, with its own time limits; the system's own supplies in a worker."""
    from rigcheck.sources.apcupsd import read_apcupsd  # noqa: PLC0415 - what is not asked for is not loaded
    from rigcheck.sources.nut import read_nut  # noqa: PLC0415 - likewise
    from rigcheck.sources.supply import read_supply  # noqa: PLC0415 - likewise

    if request.nut is not None:
        return await read_nut(request)
    if request.apcupsd is not None:
        return await read_apcupsd(request)
    return await call_in_worker(read_supply, request)


async def _presence(request: PresenceRequest) -> Presence:
    from rigcheck.sources.presence import read_presence  # noqa: PLC0415 - what is not asked for is not loaded

    return await call_in_worker(read_presence, request)


async def _line(request: LineRequest) -> LineState:
    from rigcheck.sources.presence import read_line  # noqa: PLC0415 - what is not asked for is not loaded

    return await call_in_worker(read_line, request)


async def _reach(request: ReachRequest) -> Reach:
    from rigcheck.sources.reach import read_reach  # noqa: PLC0415 - what is not asked for is not loaded

    return await read_reach(request)


ACQUIRE: Mapping[type[Request], Acquire] = {
    CameraRequest: _camera,
    AudioRequest: _mic,
    HostRequest: _host,
    ObsRequest: _obs,
    OnAirRequest: _on_air,
    PowerRequest: _power,
    PresenceRequest: _presence,
    LineRequest: _line,
    ReachRequest: _reach,
}
