"""What is connected: cameras, microphones, network interfaces, UPSes, with names to paste into a profile. Never opens one."""

from __future__ import annotations

import socket
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import anyio

from rigcheck.errors import NotSeen
from rigcheck.model import Params, Reason
from rigcheck.samples import PowerRequest
from rigcheck.sources import apcupsd, nut
from rigcheck.sources.camera_address import Camera, list_cameras
from rigcheck.sources.card import Medium, medium_of
from rigcheck.sources.mic_choice import Input, paste_names
from rigcheck.sources.portaudio import list_inputs
from rigcheck.sources.supply import read_supply
from rigcheck.sources.worker import call_in_worker

T = TypeVar("T")

LIMIT_S = 8.0
"""For each kind of device, loading included; a hung driver costs its own list only."""


@dataclass(frozen=True, slots=True)
class Microphone:
    """An audio input: `name` is what a profile says, `rate_hz` the device's own."""

    name: str
    hostapi: str
    channels: int
    rate_hz: int


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface: `addresses` is how many IP addresses it has; None: not known (the speed of Wi-Fi)."""

    name: str
    is_up: bool
    addresses: int
    speed_mbps: int | None
    medium: Medium | None


@dataclass(frozen=True, slots=True)
class Supply:
    """A UPS or battery: `origin` and `name` are a line of a profile (`nut: ups@127.0.0.1:3493`)."""

    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """Devices of one kind, and the reason why (some of) them could not be listed. Empty without a reason: there are none."""

    items: tuple[T, ...] = ()
    reason: Reason | None = None
    params: Params = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeviceList:
    """Everything this computer knows of."""

    cameras: Listing[Camera]
    microphones: Listing[Microphone]
    interfaces: Listing[Interface]
    supplies: Listing[Supply]


async def list_devices() -> DeviceList:
    """List all kinds at once, each on its own: what hangs or crashes is a reason, the rest is listed."""
    cameras, microphones, interfaces, *supplies = await _together(
        lambda: call_in_worker(list_cameras),
        lambda: call_in_worker(list_microphones),
        lambda: call_in_worker(list_interfaces),
        _list_nut,
        _list_apcupsd,
        _list_system,
    )
    return DeviceList(cameras, microphones, interfaces, _merged(supplies))


async def _together(*listers: Callable[[], Awaitable[tuple[Any, ...]]]) -> list[Listing[Any]]:
    found: list[Listing[Any]] = [Listing(reason=Reason.TIMEOUT, params={"seconds": LIMIT_S})] * len(listers)

    async def run(index: int) -> None:
        with anyio.move_on_after(LIMIT_S):
            try:
                found[index] = Listing(await listers[index]())
            except NotSeen as unseen:
                found[index] = Listing(reason=unseen.reason, params=unseen.params)

    async with anyio.create_task_group() as group:
        for index in range(len(listers)):
            group.start_soon(run, index)
    return found


def _merged(supplies: list[Listing[Supply]]) -> Listing[Supply]:
    """All supplies in one list; a daemon that does not run serves none, one that does not answer is a reason."""
    items = tuple(supply for listing in supplies for supply in listing.items)
    troubles = [one for one in supplies if one.reason not in {None, Reason.UNREACHABLE, Reason.NONE_HERE}]
    return Listing(items, troubles[0].reason, troubles[0].params) if troubles else Listing(items)


def list_microphones() -> tuple[Microphone, ...]:
    """The audio inputs worth pasting. Raises NotSeen like `portaudio.load_portaudio`. Runs in a worker."""
    return microphones_of(list_inputs())


def microphones_of(inputs: Sequence[Input]) -> tuple[Microphone, ...]:
    """The inputs worth pasting, with their names."""
    named = zip(paste_names(inputs), inputs, strict=True)
    return tuple(Microphone(name, one.hostapi, one.channels, one.rate_hz) for name, one in named if is_real(one))


def is_real(one: Input) -> bool:
    """False for what ALSA's plug-ins add to the list (`surround21`, `lavrate`, `vdownmix`): converters, no devices."""
    return one.hostapi != "ALSA" or "(hw:" in one.name or one.name in {"default", "pulse", "pipewire", "jack"}


def list_interfaces() -> tuple[Interface, ...]:
    """The network interfaces but the loopback, without their addresses (those are nobody's business). Runs in a worker."""
    import psutil  # noqa: PLC0415 - the worker's to load

    families, addresses = {socket.AF_INET, socket.AF_INET6}, psutil.net_if_addrs()
    return tuple(
        Interface(
            name=name,
            is_up=card.isup,
            addresses=sum(address.family in families for address in addresses.get(name, [])),
            speed_mbps=card.speed or None,
            medium=medium_of(name),
        )
        for name, card in sorted(psutil.net_if_stats().items())
        if "loopback" not in card.flags and not name.startswith("Loopback")
    )


async def _list_nut() -> tuple[Supply, ...]:
    """The UPSes of this computer's upsd: asked for one that cannot exist, it names those that do."""
    try:
        await nut.read_nut(PowerRequest(nut=f"no-such-ups@127.0.0.1:{nut.PORT}"))
    except NotSeen as unseen:
        names = unseen.params.get("candidates")
        if not isinstance(names, tuple):
            raise
        return tuple(Supply("nut", f"{name}@127.0.0.1:{nut.PORT}") for name in names)
    return ()


async def _list_apcupsd() -> tuple[Supply, ...]:
    """The one UPS of this computer's apcupsd."""
    place = f"127.0.0.1:{apcupsd.PORT}"
    await apcupsd.read_apcupsd(PowerRequest(apcupsd=place))
    return (Supply("apcupsd", place),)


async def _list_system() -> tuple[Supply, ...]:
    """What the operating system itself knows of, chargers left out."""
    state = await call_in_worker(read_supply, PowerRequest(os=True))
    return tuple(Supply("os", supply.get("name", "")) for supply in state.supplies if supply.get("type") != "Mains")
