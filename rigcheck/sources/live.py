"""The live source: each kind of Request to the function that acquires it, device calls in workers of their own."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio

from rigcheck.backend_state import BackendRequest, BackendState
from rigcheck.backup_state import DrilledRequest, DrillHistory, StandbyRequest
from rigcheck.checklist_state import ChecklistAnswer, ChecklistRequest
from rigcheck.drill_state import Drilled
from rigcheck.encoder_state import EncoderRequest, EncoderTrials
from rigcheck.errors import NotSeen
from rigcheck.ingest_state import IngestRequest, PushRequest
from rigcheck.link_state import (
    LineRequest,
    LinkRequest,
    PresenceRequest,
    Reach,
    ReachRequest,
)
from rigcheck.model import Reason
from rigcheck.obs_state import ObsState
from rigcheck.samples import (
    PROGRAM,
    AudioClip,
    AudioRequest,
    CameraClip,
    CameraRequest,
    HostRequest,
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
from rigcheck.uplink_state import UplinkRequest, UplinkTrace
from rigcheck.value import is_local
from rigcheck.viewer_state import DrillRequest, DrillTrace, ViewerRequest, ViewerTrace

if TYPE_CHECKING:
    from rigcheck.sources.av_devices import AvDevices
    from rigcheck.sources.program import Programme

WORD_LIMIT_S = 1.0
"""Our own rule: a far end that takes longer to be told is told at its next turn."""
INPUT = "obs:"
"""What stands before the name of an input of OBS."""
T = TypeVar("T")
U = TypeVar("U")
Acquire = Callable[[Any], Awaitable[Sample]]
OnProgramme = CameraRequest | AudioRequest | SyncRequest | EncoderRequest
"""What may be looked at in OBS's programme."""


@dataclass(slots=True)
class LiveSource:
    """This computer's devices and services. Deadlines are the flow's; cancelling kills what is running.

    As a context manager it deletes on leaving what OBS recorded and nobody looked at.
    """

    name: str = "live"
    is_live: bool = True
    ask: Callable[[ChecklistRequest], Awaitable[ChecklistAnswer]] | None = None  # somebody who is there
    drilled: Callable[[], tuple[Drilled, ...]] = tuple  # the drills that the room has held
    _programme: Programme | None = None
    _devices: AvDevices | None = None
    _on_air: bool | None = None  # what was last seen of it: the room's word to others on its line
    _open: set[str] = field(default_factory=set)  # the names of cameras that are looked at right now

    async def acquire(self, request: Request) -> Sample:
        """The evidence for a request, taken now. Raises NotSeen with the reason where there is none."""
        if isinstance(request, OnProgramme) and request.device == PROGRAM:
            return await self._on_programme(request)
        if isinstance(request, CameraRequest | AudioRequest | SyncRequest):
            return await self._on_devices(request)
        if isinstance(request, UplinkRequest):
            return await _uplink(request, self._on_air)
        if isinstance(request, ChecklistRequest):
            return await self._ask(request)
        if isinstance(request, DrilledRequest):
            return DrillHistory(tuple(held for held in self.drilled() if held.covers == request.name))
        sample = await ACQUIRE[type(request)](request)
        if isinstance(request, OnAirRequest) and isinstance(sample, OnAirState):
            self._on_air = sample.is_on_air
            await _tell(request, self._on_air)
        return sample

    async def _on_devices(self, request: CameraRequest | AudioRequest | SyncRequest) -> Sample:
        from rigcheck.sources.av_devices import AvDevices  # noqa: PLC0415 - what is not asked for is not loaded

        devices = self._devices = self._devices or AvDevices(self._take)
        return await (devices.follow(request) if isinstance(request, SyncRequest) else devices.take(request))

    async def _take(self, request: CameraRequest | AudioRequest) -> Sample:
        if isinstance(request, CameraRequest) and is_local(request.device):
            return await self._look(request)
        return await ACQUIRE[type(request)](request)

    async def _look(self, request: CameraRequest) -> CameraClip:
        """A camera that stays dark beside others tells beside which: they may share what USB can carry."""
        self._open.add(request.name)
        try:
            return await _camera(request)
        except NotSeen as unseen:
            beside = tuple(sorted(self._open - {request.name}))
            if not beside or unseen.reason not in (Reason.NO_STREAM, Reason.NO_BANDWIDTH, Reason.FAILED):
                raise
            raise NotSeen(unseen.reason, {**unseen.params, "beside": beside}) from None
        finally:
            self._open.discard(request.name)

    async def _ask(self, request: ChecklistRequest) -> ChecklistAnswer:
        if self.ask is None:
            raise NotSeen(Reason.NOT_ASKED)
        return await self.ask(request)

    async def _on_programme(self, request: OnProgramme) -> Sample:
        from rigcheck.sources.program import Programme  # noqa: PLC0415 - what is not asked for is not loaded

        self._programme = self._programme or Programme()
        if isinstance(request, AudioRequest):
            return await self._programme.hear(request)
        if isinstance(request, SyncRequest):
            return await self._programme.follow(request)
        if isinstance(request, EncoderRequest):
            return await self._programme.encode(request)
        return await self._programme.look(request)

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


async def _encoder(request: EncoderRequest) -> EncoderTrials:
    from rigcheck.sources.encoder import try_encoders  # noqa: PLC0415 - what is not asked for is not loaded

    return await try_encoders(request)


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


async def _reach(request: ReachRequest) -> Reach:
    from rigcheck.sources.reach import read_reach  # noqa: PLC0415 - what is not asked for is not loaded

    return await read_reach(request)


async def _tell(request: OnAirRequest, on_air: bool | None) -> None:
    """The rooms on the same line hear whether this one is on air, also where it tests nothing; it waits for nobody."""
    if request.line is None:
        return
    from rigcheck.sources.turn import tell  # noqa: PLC0415 - what is not asked for is not loaded

    with anyio.move_on_after(WORD_LIMIT_S):
        await tell(request.line, on_air=on_air)


async def _uplink(request: UplinkRequest, on_air: bool | None = None) -> UplinkTrace:
    from rigcheck.sources.uplink import measure_uplink  # noqa: PLC0415 - what is not asked for is not loaded

    return await measure_uplink(request, on_air=on_air)


async def _backend(request: BackendRequest) -> BackendState:
    from rigcheck.sources.backend import read_backend  # noqa: PLC0415 - what is not asked for is not loaded

    return await read_backend(request)


def _in_worker(module: str, function: str) -> Acquire:
    """What calls that function of a module of this room in a worker; what is not asked for is not loaded."""

    async def acquire(request: Request) -> Sample:
        called: Callable[[Request], Sample] = getattr(import_module(f"rigcheck.sources.{module}"), function)
        return await call_in_worker(called, request)

    return acquire


async def _viewer(request: ViewerRequest) -> ViewerTrace:
    from rigcheck.sources.viewer import look_at_viewer  # noqa: PLC0415 - what is not asked for is not loaded

    return await look_at_viewer(request)


async def _drill(request: DrillRequest) -> DrillTrace:
    """Only those who have held a drill know how it went."""
    del request
    raise NotSeen(Reason.NOT_DRILLED)


ACQUIRE: Mapping[type[Request], Acquire] = {
    CameraRequest: _camera,
    AudioRequest: _mic,
    EncoderRequest: _encoder,
    HostRequest: _in_worker("host", "read_host"),
    ObsRequest: _obs,
    OnAirRequest: _on_air,
    PowerRequest: _power,
    PresenceRequest: _in_worker("presence", "read_presence"),
    LineRequest: _in_worker("presence", "read_line"),
    ReachRequest: _reach,
    LinkRequest: _in_worker("link", "read_link"),
    UplinkRequest: _uplink,
    IngestRequest: _in_worker("ingest", "read_ingest"),
    PushRequest: _in_worker("trial_push", "push_trial"),
    BackendRequest: _backend,
    ViewerRequest: _viewer,
    DrillRequest: _drill,
    StandbyRequest: _in_worker("standby", "read_standby"),
}
