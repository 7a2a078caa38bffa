"""OBS's own state over a short window: asked, listened to, asked again. Nothing is changed; safe on air."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import anyio

from rigcheck.errors import NotSeen
from rigcheck.obs_state import ObsState
from rigcheck.samples import ObsAddress, ObsRequest
from rigcheck.secret import hide
from rigcheck.sources.obs_client import VOLUME_METERS, Message, ObsClient, connect
from rigcheck.sources.obs_folder import Folders, look_in_folders
from rigcheck.sources.obs_input import Peaks, RawInput, list_inputs, loudest
from rigcheck.sources.obs_output import is_streaming, outputs_of
from rigcheck.sources.obs_program import is_here
from rigcheck.sources.obs_settings import (
    Parameters,
    delay_s,
    has_key,
    parameters_of,
    secrets_of,
    settings_of,
    target_of,
)
from rigcheck.sources.worker import call_in_worker

PORT = 4455
SPARE_S = 0.8
"""How much longer than the window a slow disk or the compared OBS may take."""
_MB = 1024 * 1024
_FIXED = (
    "GetVersion",
    "GetProfileList",
    "GetSceneCollectionList",
    "GetSceneList",
    "GetVideoSettings",
    "GetStreamServiceSettings",
    "GetStudioModeEnabled",
)


@dataclass(frozen=True, slots=True)
class _Setup:
    """What does not change within the window: the answers by request, the profile's parameters, the inputs."""

    said: Mapping[str, Message]
    parameters: Parameters
    inputs: tuple[RawInput, ...]

    def settings(self, encoder: Mapping[str, Any] | None) -> dict[str, str]:
        service = str(self.said["GetStreamServiceSettings"]["streamServiceType"])
        return settings_of(self.said["GetVideoSettings"], self.parameters, encoder, service)

    @property
    def profile(self) -> str:
        return str(self.said["GetProfileList"]["currentProfileName"])

    @property
    def scenes(self) -> tuple[str, ...]:
        """In the order of OBS's list, which its answer has upside down."""
        return tuple(str(scene["sceneName"]) for scene in reversed(self.said["GetSceneList"]["scenes"]))

    @property
    def service(self) -> Message:
        return dict(self.said["GetStreamServiceSettings"]["streamServiceSettings"])


@dataclass(slots=True)
class _Beside:
    """What is looked up while the window runs; what does not come in time stays as it is here."""

    folders: Folders = field(default_factory=Folders)
    other: _Setup | None = None
    other_folders: Folders = field(default_factory=Folders)
    peaks: Peaks = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Counters:
    stats: Message
    stream: Message
    is_streaming: bool


async def read_obs(request: ObsRequest) -> ObsState:
    """What this OBS says of itself over `request.seconds`. Takes up to 1 s longer. Raises NotSeen as `connect` and `ask` do.

    Files, the log and the advanced mode's encoder settings are known only of an OBS on this computer; `differs` only
    where the compared OBS answers.
    """
    async with connect(request.obs, VOLUME_METERS) as client:
        setup = await _setup_of(client)
        first = await _counters_of(client)
        beside = await _look_beside(request, client, setup)
        last = await _counters_of(client)
        recording = await client.ask("GetRecordStatus")
        (virtual,) = await client.ask_all([("GetVirtualCamStatus", {})])
    state = _state(request, setup, beside, first, last)
    return replace(
        state,
        recording=bool(recording["outputActive"]),
        virtualcam=bool(virtual and virtual["outputActive"]),  # refused where there is none
        differs=_differences(setup, beside),
    )


async def _setup_of(client: ObsClient) -> _Setup:
    said = {name: await client.ask(name) for name in _FIXED}
    for secret in secrets_of(said["GetStreamServiceSettings"]["streamServiceSettings"]):
        hide(secret)
    return _Setup(said, await parameters_of(client), tuple(await list_inputs(client)))


async def _counters_of(client: ObsClient) -> _Counters:
    stream, outputs = await outputs_of(client)
    return _Counters(await client.ask("GetStats"), stream, is_streaming(stream, outputs))


async def _look_beside(request: ObsRequest, client: ObsClient, setup: _Setup) -> _Beside:
    """Listen for the window, and meanwhile look at the disk and at the other OBS."""
    beside = _Beside()

    async def listen() -> None:
        beside.peaks = await loudest(client, request.seconds)

    async def folders() -> None:
        beside.folders = await _folders_of(request.obs, setup)

    async def compare(address: ObsAddress) -> None:
        try:
            async with connect(address) as other:
                beside.other = await _setup_of(other)
        except NotSeen:
            return
        beside.other_folders = await _folders_of(address, beside.other)

    with anyio.move_on_after(request.seconds + SPARE_S):
        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            group.start_soon(folders)
            if request.compare:
                group.start_soon(compare, request.compare)
    return beside


async def _folders_of(address: ObsAddress, setup: _Setup) -> Folders:
    """Empty for an OBS on another computer, or where the disk does not answer."""
    if not await is_here(address):
        return Folders()
    files = tuple(dict.fromkeys(file for each in setup.inputs for file in each.files))
    try:
        return await call_in_worker(look_in_folders, urlsplit(address.url).port or PORT, setup.profile, files)
    except NotSeen:
        return Folders()


def _state(request: ObsRequest, setup: _Setup, beside: _Beside, first: _Counters, last: _Counters) -> ObsState:
    said, folders = setup.said, beside.folders
    kind = str(said["GetStreamServiceSettings"]["streamServiceType"])

    def pair(name: str) -> tuple[int, int]:
        return int(first.stats[name]), int(last.stats[name])

    return ObsState(
        version=str(said["GetVersion"]["obsVersion"]),
        websocket=str(said["GetVersion"]["obsWebSocketVersion"]),
        profile=setup.profile,
        collection=str(said["GetSceneCollectionList"]["currentSceneCollectionName"]),
        scene=str(said["GetSceneList"]["currentProgramSceneName"] or ""),
        scenes=setup.scenes,
        inputs=tuple(each.judged(beside.peaks, folders.missing) for each in setup.inputs),
        settings=setup.settings(folders.encoder),
        streaming=last.is_streaming,
        reconnecting=bool(last.stream["outputReconnecting"]),
        recording=False,
        virtualcam=False,
        studio_mode=bool(said["GetStudioModeEnabled"]["studioModeEnabled"]),
        target=target_of(kind, setup.service, request.test_hosts),
        has_key=has_key(setup.service),
        delay_s=delay_s(setup.parameters),
        disk_free_gb=float(last.stats["availableDiskSpace"]) * _MB / 1e9,
        rendered=pair("renderTotalFrames"),
        render_skipped=pair("renderSkippedFrames"),
        encoded=pair("outputTotalFrames"),
        encode_skipped=pair("outputSkippedFrames"),
        sent=_of_stream(first, last, "outputTotalFrames"),
        dropped=_of_stream(first, last, "outputSkippedFrames"),
        log_warnings=folders.warnings,
    )


def _of_stream(first: _Counters, last: _Counters, name: str) -> tuple[int, int] | None:
    """A counter of the running stream; one that has just begun counts from 0."""
    if not last.stream["outputActive"]:
        return None
    return int(first.stream[name]) if first.stream["outputActive"] else 0, int(last.stream[name])


def _differences(setup: _Setup, beside: _Beside) -> tuple[str, ...] | None:
    """The names of what both say, and say otherwise; then profile, scenes, version and whether a key is set."""
    other = beside.other
    if other is None:
        return None
    mine, theirs = setup.settings(beside.folders.encoder), other.settings(beside.other_folders.encoder)
    pairs = {name: (mine[name], theirs[name]) for name in mine if name in theirs} | {
        "profile": (setup.profile, other.profile),
        "scenes": (set(setup.scenes), set(other.scenes)),
        "version": (setup.said["GetVersion"]["obsVersion"], other.said["GetVersion"]["obsVersion"]),
        "key": (has_key(setup.service), has_key(other.service)),
    }
    return tuple(name for name, (one, two) in pairs.items() if one != two)
