"""What of the profile, and of the room's baseline, holds in a clip's picture."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from rigcheck.baseline import CameraBaseline
from rigcheck.profile import CameraDevice, Setting
from rigcheck.samples import CameraClip

_ALIKE = 0.02  # how far two pictures' shapes may differ: a reduced picture's sides are rounded


def is_laid_out(clip: CameraClip, device: CameraDevice) -> bool:
    """Whether OBS's programme stands in for a camera: laid out otherwise than the camera's own picture."""
    return clip.via == "obs-record" and not str(device.device).startswith("obs:")


def boxed(clip: CameraClip, device: CameraDevice) -> CameraDevice:
    """The device whose boxes hold in this picture: a camera's do not in OBS's programme; a chart is found in any."""
    if not is_laid_out(clip, device):
        return device
    return CameraDevice(device.device, chart="auto" if device.chart == "auto" else None)


def named(device: CameraDevice) -> str:
    """A camera as the profile names it, "" for the first one there is; of an address no more than scheme and host.

    Users, passwords and paths, which may be keys, are in a digest only: it tells two cameras of one host apart.
    """
    name = "" if device.device is None else str(device.device)
    scheme, is_address, rest = name.partition("://")
    if not is_address:
        return name
    digest = hashlib.sha256(rest.rpartition("@")[2].encode("utf-8", "replace")).hexdigest()[:8]
    return f"{scheme}://{_host(name)} {digest}"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # a broken IPv6 address
        return ""


def is_of(then: CameraBaseline, device: CameraDevice) -> bool:
    """Whether a good picture is of this camera, in its mode and turned as it is."""
    return (then.device, then.mode, then.rotate) == (named(device), device.mode, device.rotate)


def baseline_of(setting: Setting, name: str, device: CameraDevice, clip: CameraClip) -> CameraBaseline | None:
    """The good picture of this camera, where it is one to compare with: same device, mode, turn, way and shape."""
    then = setting.baseline.cameras.get(name) if setting.baseline else None
    if then is None or not is_of(then, device):
        return None
    height, width = then.picture.shape[:2]
    is_alike = abs(width / height * clip.frames.shape[1] / clip.frames.shape[2] - 1) <= _ALIKE
    return then if then.via == clip.via and is_alike else None
