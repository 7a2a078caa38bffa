"""The live source: each kind of Request to the function that acquires it, device calls in workers of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar

from rigcheck.errors import NotSeen
from rigcheck.link_state import LineRequest, LineState, Presence, PresenceRequest, Reach, ReachRequest
from rigcheck.model import Reason
from rigcheck.obs_state import ObsState
from rigcheck.samples import (
    PROGRAM,
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    HostRequest,
    HostState,
    LevelTrace,
    ObsAddress,
    ObsRequest,
    OnAirRequest,
    OnAirState,
    PowerRequest,
    PowerState,
    Request,
    Sample,
    SyncRequest,
)
from rigcheck.sources.worker import call_in_worker

if TYPE_CHECKING:
    from rigcheck.sources.pair import Devices
    from rigcheck.sources.program import Programme

INPUT = "obs:"
"""What stands before the name of an input of OBS."""
T = TypeVar("T")
U = TypeVar("U")
Acquire = Callable[[Any], Awaitable[Sample]]


@dataclass(slots=True)
class LiveSource:
    """This computer's devices and services. Deadlines are the flow's; cancelling kills what is running.

    As a context manager it deletes on leaving what OBS recorded and nobody looked at.
    """

    name: str = "live"
    is_live: bool = True
    _programme: Programme | None = None
    _devices: Devices | None = None

    async def acquire(self, request: Request) -> Sample:
        """The evidence for a request, taken now. Raises NotSeen with the reason where there is none."""
        if isinstance(request, CameraRequest | AudioRequest | SyncRequest) and request.device == PROGRAM:
            return await self._on_programme(request)
        if isinstance(request, CameraRequest | AudioRequest | SyncRequest):
            return await self._of_devices(request)
        return await ACQUIRE[type(request)](request)

    async def _on_programme(self, request: CameraRequest | AudioRequest | SyncRequest) -> Sample:
        from rigcheck.sources.program import Programme  # noqa: PLC0415 - what is not asked for is not loaded

        self._programme = self._programme or Programme()
        if isinstance(request, AudioRequest):
            return await self._programme.hear(request)
        if isinstance(request, SyncRequest):
            return await self._programme.follow(request)
        return await self._programme.look(request)

    async def _of_devices(self, request: CameraRequest | AudioRequest | SyncRequest) -> Sample:
        from rigcheck.sources.pair import Devices  # noqa: PLC0415 - what is not asked for is not loaded

        self._devices = self._devices or Devices(lambda one: ACQUIRE[type(one)](one))
        return await (
            self._devices.follow(request) if isinstance(request, SyncRequest) else self._devices.take(request)
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._programme is not None:
            self._programme.close()


async def _camera(request: CameraRequest) -> CameraClip:
    from rigcheck.sources.camera import read_camera  # noqa: PLC0415 - what is not asked for is not loaded
    from rigcheck.sources.obs_shot import watch_source  # noqa: PLC0415 - likewise

    return await _device_or_input(
        request, partial(call_in_worker, read_camera, request), partial(watch_source, request)
    )


async def _mic(request: AudioRequest) -> AudioClip | LevelTrace:
    started_s = time.monotonic()
    from rigcheck.sources.mic import read_mic  # noqa: PLC0415 - what is not asked for is not loaded
    from rigcheck.sources.obs_meter import hear_input  # noqa: PLC0415 - likewise

    read_device = partial(call_in_worker, read_mic, request, started_s)
    return await _device_or_input(request, read_device, partial(hear_input, request))


async def _device_or_input(
    request: CameraRequest | AudioRequest,
    read_device: Callable[[], Awaitable[T]],
    read_input: Callable[[ObsAddress, str], Awaitable[U]],
) -> T | U:
    """The device; or its input in OBS, where the request names that, or another program has the device."""
    if isinstance(request.device, str) and request.device.startswith(INPUT):
        if request.obs is None:
            raise NotSeen(Reason.NEEDS_OBS)
        return await read_input(request.obs, request.device.removeprefix(INPUT))
    try:
        return await read_device()
    except NotSeen as unseen:
        if unseen.reason is not Reason.HELD or request.obs is None or request.obs_input is None:
            raise
    return await read_input(request.obs, request.obs_input)


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
