"""What `rigcheck now` asks: nothing that opens, records, pushes or takes longer than a moment."""

from __future__ import annotations

from typing import TypeVar

from rigcheck.checks.host import ask_on_air
from rigcheck.checks.obs import ask_obs
from rigcheck.checks.power import ask_power
from rigcheck.link_state import LineRequest, PresenceRequest, ReachRequest
from rigcheck.profile import Profile, Setting, main_name
from rigcheck.samples import ObsRequest, Request

_BY_TCP = ("rtsp://", "rtsps://", "http://", "https://", "rtmp://", "rtmps://")
T = TypeVar("T")


def questions(setting: Setting) -> tuple[Request, ...]:
    """All requests, at once: the show may be on air."""
    cameras = (ask_camera(setting.profile, name) for name in in_show(setting.profile.camera))
    powers = (ask_power(setting, name) for name in in_show(setting.profile.power))
    single = (
        ask_main_obs(setting),
        ask_line(setting.profile),
        ask_ingest(setting.profile),
        ask_backup_ingest(setting.profile),
        ask_on_air(setting, "main"),
    )
    return tuple(request for request in (*powers, *cameras, *single) if request is not None)


def in_show(devices: dict[str, T]) -> tuple[str, ...]:
    """The names of the devices that the show runs on, the main one first: all but the spares."""
    main = main_name(tuple(devices))
    used = sorted(devices, key=lambda name: name != main)
    return tuple(name for name in used if name == main or not name.startswith(("backup", "spare")))


def ask_camera(profile: Profile, name: str) -> Request | None:
    """Whether the camera is listed or, for one on the network, answers; None for one that only OBS can see."""
    device = profile.camera[name].device
    if isinstance(device, str) and device.startswith("obs:"):
        return None
    if isinstance(device, str) and "://" in device:
        return ReachRequest(name, device) if device.lower().startswith(_BY_TCP) else None
    return PresenceRequest(name, device)


def ask_main_obs(setting: Setting) -> ObsRequest | None:
    """What OBS says of itself, over a short window."""
    return ask_obs(setting, "main") if "main" in setting.profile.obs else None


def ask_line(profile: Profile) -> LineRequest | None:
    """Whether the main line's interface is up."""
    lines = profile.network.lines
    line = lines.get(main_name(tuple(lines)))
    return LineRequest("main", line.interface) if line and line.interface else None


def ask_ingest(profile: Profile) -> ReachRequest | None:
    """Whether the platform's door opens."""
    url = profile.push.url
    return ReachRequest("push", url) if url else None


def ask_backup_ingest(profile: Profile) -> ReachRequest | None:
    """Whether the platform's other door opens; None for none, and for one that is no other."""
    backup = profile.push.backup.url if profile.push.backup else None
    return ReachRequest("push_backup", backup) if backup and backup != profile.push.url else None
