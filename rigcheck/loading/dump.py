"""A profile as YAML again, for a recorded room: what judging needs, without secrets and host names."""

from __future__ import annotations

import re
from dataclasses import astuple, fields, is_dataclass, replace
from typing import Any

import yaml

from rigcheck.address import host_of, place_of
from rigcheck.model import Limit, OneOf, Span, Waiver
from rigcheck.profile import Box, CameraDevice, MicDevice, Mode, ObsPc, PowerDevice, Profile
from rigcheck.uplink import Network, Push
from rigcheck.value import Corners

_SECTIONS = (
    *("room", "site", "show", "camera", "mic", "power", "host", "obs", "platforms", "recommend"),
    *("limits", "waivers", "require_backup"),
)
_MAY_BE_EMPTY = ("camera", "mic", "power")  # the room has none of it; no OBS is written by not writing of it
_PLACES = {"loopback": "127.0.0.{n}", "private": "recorded{n}", "public": "recorded{n}.example"}
"""What a host becomes: another one of the same place, the n-th of its profile."""
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_READERS_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}  # of YAML 1.1 too: others may read it


class _Dumper(yaml.SafeDumper):
    """Text is quoted unless it is a plain word: quoted text means the same in YAML 1.1 and 1.2."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ANN401, ARG002 - PyYAML's signature
        """Equal boxes are written out twice, not as anchors."""
        return True


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in _READERS_WORDS
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if is_plain else '"')


_Dumper.add_representer(str, _represent_text)


def dump_profile(profile: Profile) -> str:
    """YAML that loads back to an equal profile in room, show, devices, host, OBS, checklist, limits, waivers, lines and services.

    Hosts in addresses become `recorded` (users, passwords, paths and ports with them), references of secrets and later
    sections are left out. Of the ingests it is kept whether they are in the house, and whether they are one and the same.
    """
    written = {name: _written(getattr(profile, name)) for name in _SECTIONS}
    kept = {
        name: value for name, value in written.items() if value is not None and (value != {} or name in _MAY_BE_EMPTY)
    }
    kept |= {name: value for name, value in _ways_out(profile).items() if value}
    if profile.checklist:
        kept["checklist"] = list(profile.checklist)
    return str(
        yaml.dump(kept, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000)
    )


def _ways_out(profile: Profile) -> dict[str, Any]:
    """Lines with their interfaces, ingests and services, without the places that they lead to."""
    network = profile.network
    lines = {name: _fields(line) for name, line in network.lines.items()} if network != Network() else {}
    engines = {
        "engines": list(network.engines),
        "http": {"url": "http://recorded"} if network.http else None,
        "iperf3": {"server": "recorded"} if network.iperf3 else None,
    }
    return {
        "network": lines | {name: value for name, value in engines.items() if value},
        "push": _push(profile.push),
        "backends": [_fields(replace(backend, url="https://recorded")) for backend in profile.backends],
    }


def _push(push: Push) -> dict[str, Any]:
    named = {"url": push.url, "backup": push.backup and push.backup.url, "test": push.test and push.test.url}
    urls = {role: _elsewhere(url, tuple(u for u in named.values() if u)) for role, url in named.items() if url}
    roles = {role: {"url": urls[role]} if role in urls else {} for role in ("backup", "test") if getattr(push, role)}
    if push.test is not None and push.test.stat is not None:
        roles["test"]["stat"] = "http://recorded"
    return {name: url for name, url in urls.items() if name == "url"} | roles


def _elsewhere(url: str, all_urls: tuple[str, ...]) -> str:
    """A URL of the same scheme and place; the same one for the same URL, and the same host for the same host."""
    hosts, place = tuple(dict.fromkeys(map(host_of, all_urls))), place_of(url)
    n, app = hosts.index(host_of(url)) + 1, tuple(dict.fromkeys(all_urls)).index(url) + 1
    host = _PLACES[place].format(n=n if n > 1 or place == "loopback" else "")
    return f"{url.partition('://')[0]}://{host}/recorded{app if app > 1 else ''}"


def _written(value: Any) -> Any:  # noqa: ANN401, PLR0911 - one line a kind of value
    """A value in the form in which people write it."""
    if isinstance(value, Mode):
        return _mode(value)
    if isinstance(value, Box | Corners):
        return _written(astuple(value))
    if isinstance(value, Limit):
        sides = {"ok": _side(value.ok)}
        return sides if value.warn is None else {**sides, "warn": _side(value.warn)}
    if isinstance(value, Waiver):
        return {"check": value.check, "until": value.until.isoformat(), "why": value.why}
    if isinstance(value, CameraDevice | MicDevice | PowerDevice | ObsPc):
        return _fields(_without_hosts(value))
    if isinstance(value, dict):
        return {key: _written(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return [_written(each) for each in value]
    return _fields(value) if is_dataclass(value) else value


def _fields(value: Any) -> dict[str, Any]:  # noqa: ANN401 - any of the profile's dataclasses
    """What differs from the defaults."""
    own = {each.name: getattr(value, each.name) for each in fields(value) if getattr(value, each.name) != each.default}
    return {name: _written(each) for name, each in own.items()}


def _side(side: Span | OneOf) -> list[Any]:
    return list(side.values) if isinstance(side, OneOf) else [side.low, side.high]


def _without_hosts(
    device: CameraDevice | MicDevice | PowerDevice | ObsPc,
) -> CameraDevice | MicDevice | PowerDevice | ObsPc:
    if isinstance(device, ObsPc):
        return replace(device, url="ws://recorded", password=None)
    if isinstance(device, PowerDevice):
        nut = device.nut and re.sub(r"@.*", "@recorded", device.nut)
        return replace(device, nut=nut, apcupsd=device.apcupsd and "recorded")
    if isinstance(device, CameraDevice) and isinstance(device.device, str):
        return replace(device, device=re.sub(r"://.*", "://recorded", device.device, flags=re.DOTALL))
    return device


def _mode(mode: Mode) -> str:
    rate = f"{mode.fps:.6f}".rstrip("0").rstrip(".")
    return f"{mode.width}x{mode.height}@{rate}"
