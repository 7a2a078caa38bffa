"""What tests do to an OBS, and how they read its state."""

from __future__ import annotations

from typing import Any

import anyio
from services_obs import ObsStudio

from rigcheck.obs_state import ObsInput, ObsState
from rigcheck.samples import ObsRequest
from rigcheck.sources.obs import read_obs

QUICK_S = 0.4


def read(obs: ObsStudio, seconds: float = QUICK_S, **more: Any) -> ObsState:
    return anyio.run(read_obs, ObsRequest(obs=obs.address, seconds=seconds, **more))


def inputs(obs: ObsStudio) -> dict[str, ObsInput]:
    return {each.name: each for each in read(obs).inputs}


def add(obs: ObsStudio, name: str, kind: str, scene: str = "Live", **settings: Any) -> None:
    data = {"sceneName": scene, "inputName": name, "inputKind": kind, "inputSettings": settings}
    obs.ask("CreateInput", data)


def set_parameter(obs: ObsStudio, place: str, value: str) -> None:
    category, name = place.split("/")
    obs.ask("SetProfileParameter", {"parameterCategory": category, "parameterName": name, "parameterValue": value})


def set_service(obs: ObsStudio, kind: str = "rtmp_custom", **settings: Any) -> None:
    obs.ask("SetStreamServiceSettings", {"streamServiceType": kind, "streamServiceSettings": settings})
