"""A microphone, or all of the programme, through OBS's own level meters: after the fader, 20 readings a second."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

import anyio
import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import AudioRequest, Floats, LevelTrace, ObsAddress
from rigcheck.sources.obs_client import VOLUME_METERS, Message, ObsClient, connect
from rigcheck.sources.obs_shot import unseen

SILENCE_S = 1.0
"""Readings come every 50 ms, even of nothing; after this without any, OBS hangs."""
_RMS, _PEAK, _BEFORE = 0, 1, 2  # of [magnitude, peak, peak before fader and mute], one such a channel
_CHANNELS = 2  # of an input that has not delivered anything yet


class _Reading(NamedTuple):
    """One input at one moment, or the sum of several."""

    at_s: float
    levels: Floats  # (channels, 3): RMS, peak, and peak before the fader, full scale 1.0


async def hear_input(request: AudioRequest, address: ObsAddress, name: str) -> LevelTrace:
    """The meters of one input, for as long as its take would be; nobody is prompted, whatever the request says.

    Raises NotSeen: missing (OBS has no such input), no-stream (it has no sound, or is no part of the programme), timeout
    (OBS hangs), and what connecting raises.
    """
    async with connect(address, VOLUME_METERS) as obs:
        try:
            muted = bool((await obs.ask("GetInputMute", {"inputName": name}))["inputMuted"])
        except NotSeen as fault:
            raise unseen(fault, name) from None
        return _trace(await _readings(obs, name, request.length_s), request.layout, name, muted=muted)


async def hear_programme(address: ObsAddress, seconds: float) -> LevelTrace:
    """All inputs that sound in the programme together, as if they had nothing to do with each other: powers add up.

    Raises NotSeen: no-stream (no input sounds), timeout (OBS hangs), and what connecting raises.
    """
    async with connect(address, VOLUME_METERS) as obs:
        return _trace(await _readings(obs, None, seconds), "stereo", "obs:program", muted=False)


async def programme_levels(obs: ObsClient) -> AsyncIterator[tuple[float, float]]:
    """(monotonic seconds, RMS of the louder channel at full scale 1.0) of all inputs together, every 50 ms, without end.

    Raises NotSeen(lost). `obs` is subscribed to the meters.
    """
    async for _, data in obs.listen("InputVolumeMeters"):
        levels = _sum(data["inputs"])[:, _RMS] if data["inputs"] else np.zeros(1)
        yield time.monotonic(), float(levels.max())


async def _readings(obs: ObsClient, name: str | None, seconds: float) -> list[_Reading]:
    """Raises NotSeen(timeout) where the meters stand still."""
    readings: list[_Reading] = []
    events = obs.listen("InputVolumeMeters")
    begun_s = heard_s = time.monotonic()
    while heard_s < begun_s + seconds:
        with anyio.move_on_after(SILENCE_S) as scope:
            _, data = await anext(events)
            heard_s = time.monotonic()
        if scope.cancelled_caught:
            raise NotSeen(Reason.TIMEOUT, {"request": "InputVolumeMeters"})
        wanted = [each for each in data["inputs"] if name is None or each["inputName"] == name]
        if wanted:
            readings.append(_Reading(heard_s, _sum(wanted)))
    return readings


def _sum(inputs: Sequence[Message]) -> Floats:
    """(channels, 3) of all of them: the root of the sum of squares."""
    levels = [np.asarray(each["inputLevelsMul"] or np.zeros((_CHANNELS, 3)), np.float64) for each in inputs]
    most = max(len(each) for each in levels)
    squares = [np.pad(each**2, ((0, most - len(each)), (0, 0))) for each in levels]
    return np.asarray(np.sqrt(np.sum(squares, axis=0)), np.float32)


def _trace(readings: list[_Reading], layout: str, device: str, *, muted: bool) -> LevelTrace:
    if not readings:
        raise NotSeen(Reason.NO_STREAM, {"device": device})
    most = max(len(reading.levels) for reading in readings)
    levels = np.stack([np.pad(each.levels, ((0, most - len(each.levels)), (0, 0))) for each in readings])
    times = np.array([reading.at_s for reading in readings])
    peak = levels[:, :, _BEFORE if muted else _PEAK]
    return LevelTrace(times - times[0], levels[:, :, _RMS], peak, muted, layout)
