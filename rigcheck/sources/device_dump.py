"""The devices of a PC as its systems name them, in a file: so that what is chosen there can be tried here.

It holds names, APIs, channels and rates; nothing that tells one PC or its owner from another.
"""

from __future__ import annotations

import getpass
import json
import platform
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import anyio

from rigcheck import __version__
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Message, Reason
from rigcheck.sources.camera_address import Camera
from rigcheck.sources.devices import (
    LIMIT_S,
    DeviceList,
    Interface,
    Listing,
    Supply,
    list_devices,
    microphones_of,
)
from rigcheck.sources.folder import read_plain_file
from rigcheck.sources.manifest import bad_recording
from rigcheck.sources.mic_choice import Input, inputs_of
from rigcheck.sources.plain import Json, UnfitError, plain, read_record, wanted
from rigcheck.sources.portaudio import list_sound
from rigcheck.sources.worker import call_in_worker

MOST_BYTES = 1_000_000
_SERIALS = re.compile(
    r"""
    (?<=_)[^_/]+(?=-video-index\d+$)                           # udev's by-id links end in the serial number
    | (?<=\#)[^#]+(?=\#\{)                                     # Windows' instance ids are one, or hash the port
    | (?<!\{)\b[0-9A-F]{8}(?:-[0-9A-F]{4}){3}-[0-9A-F]{12}\b   # macOS's ids; in braces it is a class of devices
    | \b[0-9A-F]{2}(?:[:_-][0-9A-F]{2}){5}\b                   # MAC addresses, as they are and as BlueZ writes them
    | (?<=enx|wlx|wwx)[0-9A-F]{12}\b                           # and as udev makes them names
    | (?<![{-])\b(?=[A-F]*\d)(?=\d*[A-F])[0-9A-F]{8,}\b(?!-)   # other long numbers in base 16
    | (?<=S/N[ ])\S+ | (?<=SN:)\S+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OWNER = re.compile(r"[^()\s/\\][^()/\\]*?(?=['\u2019]s\b)|[^()\s/\\]+(?=的)")
"""Whose phone or headphones these are, as Apple and others name them."""


@dataclass(frozen=True, slots=True)
class SoundApi:
    """A host API, as PortAudio lists it."""

    name: str
    default_input_device: int


@dataclass(frozen=True, slots=True)
class SoundDevice:
    """A sound device, as PortAudio lists it; `hostapi` is the place of its API in that list."""

    name: str
    hostapi: int
    max_input_channels: int
    default_samplerate: float


@dataclass(frozen=True, slots=True)
class DeviceDump:
    """Everything that a PC lists. `unlisted` are the kinds that could not be, with the reason."""

    schema: Literal[1]
    rigcheck: str
    system: str
    note: str = ""
    cameras: tuple[Camera, ...] = ()
    sound_apis: tuple[SoundApi, ...] = ()
    sound_devices: tuple[SoundDevice, ...] = ()
    interfaces: tuple[Interface, ...] = ()
    supplies: tuple[Supply, ...] = ()
    unlisted: Mapping[str, Reason] = field(default_factory=dict)

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The audio inputs in use, chosen as on the PC itself."""
        return inputs_of([asdict(one) for one in self.sound_devices], [asdict(api) for api in self.sound_apis])

    @property
    def devices(self) -> DeviceList:
        """The list that `rigcheck devices` prints there."""
        return DeviceList(
            Listing(self.cameras, self.unlisted.get("cameras")),
            Listing(microphones_of(self.inputs), self.unlisted.get("microphones")),
            Listing(self.interfaces, self.unlisted.get("interfaces")),
            Listing(self.supplies, self.unlisted.get("supplies")),
        )


async def take_dump() -> DeviceDump:
    """List this PC; nothing is opened. What cannot be listed is a reason, as in `list_devices`."""
    found = await list_devices()
    apis, inputs, reason = await _sound()
    kinds: dict[str, Listing[Any]] = {
        "cameras": found.cameras,
        "interfaces": found.interfaces,
        "supplies": found.supplies,
    }
    reasons = {name: listing.reason for name, listing in kinds.items()} | {"microphones": reason}
    return DeviceDump(
        schema=1,
        rigcheck=__version__,
        system=f"{platform.system()} {platform.release()}",
        cameras=found.cameras.items,
        sound_apis=apis,
        sound_devices=inputs,
        interfaces=found.interfaces.items,
        supplies=found.supplies.items,
        unlisted={name: reason for name, reason in reasons.items() if reason is not None},
    )


async def _sound() -> tuple[tuple[SoundApi, ...], tuple[SoundDevice, ...], Reason | None]:
    with anyio.move_on_after(LIMIT_S):
        try:
            devices, apis = await call_in_worker(list_sound)
        except NotSeen as unseen:
            return (), (), unseen.reason
        return tuple(SoundApi(**api) for api in apis), tuple(SoundDevice(**one) for one in devices), None
    return (), (), Reason.TIMEOUT


def dump_text(dump: DeviceDump) -> str:
    """As JSON, without serial numbers, MAC addresses, and names of people."""
    return json.dumps(_mapped(plain(dump), _nameless(_login())), ensure_ascii=False, indent=1) + "\n"


def _login() -> str:
    """Who runs this; empty where the system does not say."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _nameless(login: str) -> Callable[[str], str]:
    """Replaces what names a PC or a person; equal serial numbers get equal stand-ins, so that devices stay apart."""
    seen: dict[str, str] = {}

    def stand_in(found: re.Match[str]) -> str:
        return seen.setdefault(found[0], f"serial{len(seen) + 1}")

    def without(text: str) -> str:
        text = text.replace(str(Path.home()), "~") if len(str(Path.home())) > 1 else text
        named = re.compile(rf"\b{re.escape(login)}\b", re.IGNORECASE) if len(login) > 2 else None  # noqa: PLR2004 - a login of two letters is part of any word
        text = named.sub("user", text) if named else text
        return _OWNER.sub("somebody", _SERIALS.sub(stand_in, text))

    return without


def _mapped(tree: Json, change: Callable[[str], str]) -> Json:
    if isinstance(tree, dict):
        return {name: _mapped(entry, change) for name, entry in tree.items()}
    if isinstance(tree, list):
        return [_mapped(entry, change) for entry in tree]
    return change(tree) if isinstance(tree, str) else tree


def read_dump(path: Path) -> DeviceDump:
    """Read such a file. Raises BadInputError where it is missing, damaged or something else."""
    try:
        text = read_plain_file(path, MOST_BYTES)
        wanted(text, len(text) <= MOST_BYTES, path.name)
        dump: DeviceDump = read_record(DeviceDump, json.loads(text), path.name)
        return _sound_apis_are_there(dump)
    except UnfitError as error:
        raise bad_recording("damaged", path, error.where) from error
    except OSError as error:
        said: dict[str, Any] = {"path": str(path), "error": error.strerror or str(error)}
        raise BadInputError(Message("error.replay.unreadable", said)) from error
    except (ValueError, RecursionError) as error:
        raise bad_recording("damaged", path, path.name) from error


def _sound_apis_are_there(dump: DeviceDump) -> DeviceDump:
    known = range(len(dump.sound_apis))
    return wanted(dump, all(one.hostapi in known for one in dump.sound_devices), "hostapi")
