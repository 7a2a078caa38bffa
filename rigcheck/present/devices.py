"""The list of devices, with names to paste into a profile between quotes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from rich.cells import cell_len

from rigcheck.i18n import Catalogue
from rigcheck.model import Params
from rigcheck.sources.devices import DeviceList, Interface, Listing, Microphone


def device_table(devices: DeviceList, words: Catalogue) -> str:
    """One block a kind of device: what to paste, and what it is. What could not be listed says why."""
    blocks = [
        _block("cameras", devices.cameras, words, lambda c: (_quoted(c.name), f"{c.path}, {c.backend}")),
        _block("microphones", devices.microphones, words, lambda m: (_quoted(m.name), _microphone(m, words))),
        _block("interfaces", devices.interfaces, words, lambda i: (_quoted(i.name), _interface(i, words))),
        _block("supplies", devices.supplies, words, lambda s: _supply(s.origin, s.name)),
    ]
    return "\n\n".join(blocks)


def _block(kind: str, listing: Listing[Any], words: Catalogue, row: Callable[[Any], tuple[str, str]]) -> str:
    rows = [row(item) for item in listing.items]
    width = max((cell_len(paste) for paste, _ in rows), default=0)
    lines = [f"  {paste}{' ' * (width - cell_len(paste))}   {about}".rstrip() for paste, about in rows]
    if listing.reason is not None:
        lines.append(
            f"  {words.text('devices.unlisted', {'why': words.text(f'reason.{listing.reason}', listing.params)})}"
        )
    elif not rows:
        lines.append(f"  {words.text('devices.none')}")
    return "\n".join([words.text(f"devices.{kind}"), *lines])


def _quoted(name: str) -> str:
    """As YAML wants it: JSON strings are YAML strings."""
    return json.dumps(name, ensure_ascii=False)


def _microphone(microphone: Microphone, words: Catalogue) -> str:
    said: Params = {"channels": microphone.channels, "rate": microphone.rate_hz, "api": microphone.hostapi}
    return words.text("devices.microphone", said)


def _interface(interface: Interface, words: Catalogue) -> str:
    state = words.text("devices.up" if interface.is_up else "devices.down")
    facts: Params = {"state": state, "addresses": interface.addresses, "speed": interface.speed_mbps}
    medium = words.text(f"devices.medium.{interface.medium}") if interface.medium else None
    return words.text("devices.interface", {**facts, "medium": medium})


def _supply(origin: str, name: str) -> tuple[str, str]:
    """A line of a profile's power section."""
    return ("{os: true}", name) if origin == "os" else (f"{{{origin}: {_quoted(name)}}}", "")
