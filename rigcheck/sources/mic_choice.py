"""Which input device a profile means, chosen from what PortAudio lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rigcheck.errors import NotSeen
from rigcheck.model import Reason

SHARED = "Windows WASAPI"
"""The only Windows host API in use: MME cuts names at 31 characters, ASIO and WDM-KS take the device for themselves."""


@dataclass(frozen=True, slots=True)
class Input:
    """An input device: `index` is PortAudio's, `channels` the most it has, `rate_hz` its own default rate."""

    index: int
    name: str
    hostapi: str
    channels: int
    rate_hz: int
    is_default: bool = False


def inputs_of(devices: Sequence[Mapping[str, Any]], hostapis: Sequence[Mapping[str, Any]]) -> tuple[Input, ...]:
    """The usable inputs among `query_devices()`, with `query_hostapis()`; on Windows those of WASAPI only."""
    shared = [api["name"] for api in hostapis if api["name"] == SHARED]
    return tuple(
        Input(
            index=index,
            name=device["name"],
            hostapi=api["name"],
            channels=device["max_input_channels"],
            rate_hz=round(device["default_samplerate"]),
            is_default=api["default_input_device"] == index,
        )
        for index, device in enumerate(devices)
        if device["max_input_channels"] > 0
        and (api := hostapis[device["hostapi"]])
        and (not shared or api["name"] == SHARED)
    )


def choose_input(device: str | None, inputs: Sequence[Input]) -> Input:
    """The one input that `device` means: its name, else a unique part of it, in any case; None is the system's default.

    Devices of one name are told apart by ` #1`, ` #2` after it, in the system's order. A name that several host APIs
    know counts in the first of them. Raises NotSeen: none-here, missing, ambiguous (params `device`, `candidates`).
    """
    if device is None:
        return _default(inputs)
    named = dict(zip(paste_names(inputs), inputs, strict=True))
    if device in named:
        return named[device]
    found = _matching(device, inputs)
    if len(found) == 1:
        return found[0]
    reason = Reason.AMBIGUOUS if found else Reason.MISSING
    candidates = tuple(name for name, known in named.items() if not found or known in found)
    raise NotSeen(reason, {"device": device, "candidates": candidates})


def paste_names(inputs: Sequence[Input]) -> list[str]:
    """The names to write into a profile: as the system says, with ` #n` where one host API has it n times."""
    twins = [[other for other in inputs if (other.name, other.hostapi) == (one.name, one.hostapi)] for one in inputs]
    names = [
        one.name if len(same) == 1 else f"{one.name} #{same.index(one) + 1}"
        for one, same in zip(inputs, twins, strict=True)
    ]
    return [name if names.index(name) == n else f"{name} ({inputs[n].hostapi})" for n, name in enumerate(names)]


def _default(inputs: Sequence[Input]) -> Input:
    if not inputs:
        raise NotSeen(Reason.NONE_HERE)
    return next((one for one in inputs if one.is_default), inputs[0])


def _matching(device: str, inputs: Sequence[Input]) -> list[Input]:
    wanted = device.casefold()
    found = [one for one in inputs if one.name.casefold() == wanted] or [
        one for one in inputs if wanted in one.name.casefold()
    ]
    if len({one.name for one in found}) == 1:
        found = [one for one in found if one.hostapi == found[0].hostapi]
    return found
