"""A baseline as plain values and picture files, and back: for the user's state folder, and for recorded rooms.

Reading trusts nothing, as for all recordings: every size is known before anything is unpacked.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from rigcheck.baseline import Baseline, CameraBaseline, MicBaseline
from rigcheck.measure.framing import named
from rigcheck.profile import CameraDevice, Profile
from rigcheck.sources.blob import Kept, pack, unpack
from rigcheck.sources.plain import wanted
from rigcheck.value import Mode

LONGEST_SIDE_PX = 8192
"""Of a kept picture: 480 pixels of width, however tall a portrait is."""


@dataclass(frozen=True, slots=True)
class KeptCamera:
    """A camera's good picture; its pixels are in a file."""

    device: str
    mode: Mode | None
    rotate: int
    via: str
    picture: Kept  # (1, h, w, 3)
    focus: float
    noise: float


@dataclass(frozen=True, slots=True)
class KeptBaseline:
    """A baseline, field by field as it is written."""

    name: str
    taken_at: str  # ISO 8601
    room: str | None
    cameras: Mapping[str, KeptCamera]
    mics: Mapping[str, MicBaseline]
    figures: Mapping[str, float]

    @property
    def unpacked_bytes(self) -> int:
        """How much its pictures take once unpacked."""
        return sum(math.prod(camera.picture.shape) for camera in self.cameras.values())

    @property
    def files(self) -> frozenset[str]:
        """The files that its pictures are in."""
        return frozenset(name for camera in self.cameras.values() for name in camera.picture.files)


def pack_baseline(baseline: Baseline) -> tuple[KeptBaseline, dict[str, bytes]]:
    """Plain values, and picture files by name; the pictures are lossless."""
    cameras, files = {}, {}
    for index, (role, camera) in enumerate(baseline.cameras.items()):
        kept, own = pack(f"baseline-{index}", {"frames": camera.picture[None]}, 0)
        cameras[role] = KeptCamera(
            camera.device, camera.mode, camera.rotate, camera.via, kept["frames"], camera.focus, camera.noise
        )
        files.update(own)
    taken_at = baseline.taken_at.isoformat()
    return KeptBaseline(baseline.name, taken_at, baseline.room, cameras, baseline.mics, baseline.figures), files


def unpack_baseline(kept: KeptBaseline, files: Mapping[str, bytes]) -> Baseline:
    """The baseline. Raises UnfitError (a ValueError) where anything is not as `pack_baseline` leaves it."""
    taken_at = datetime.fromisoformat(kept.taken_at)
    wanted(taken_at, taken_at.tzinfo is not None, "taken_at")
    wanted(kept, all(math.isfinite(figure) for figure in kept.figures.values()), "figures")
    cameras = {role: _camera(camera, files) for role, camera in kept.cameras.items()}
    return Baseline(kept.name, taken_at, kept.room, cameras, kept.mics, kept.figures)


def _camera(kept: KeptCamera, files: Mapping[str, bytes]) -> CameraBaseline:
    shape = kept.picture.shape
    wanted(kept, len(shape) == 4 and shape[0] == 1 and shape[3] == len("BGR"), "picture")  # noqa: PLR2004 - k, h, w, 3
    wanted(kept, all(1 <= side <= LONGEST_SIDE_PX for side in shape[1:3]), "picture")
    wanted(kept, set(kept.picture.files) <= files.keys(), "files")
    wanted(kept, all(math.isfinite(figure) and figure >= 0 for figure in (kept.focus, kept.noise)), "focus")
    picture = unpack("frames", np.dtype(np.uint8), kept.picture, files)[0]
    return CameraBaseline(kept.device, kept.mode, kept.rotate, kept.via, picture, kept.focus, kept.noise)


def for_recording(baseline: Baseline, profile: Profile) -> Baseline:
    """The baseline without host names, so that its cameras are the same as those of the recorded profile, or still others."""
    cameras = {role: _without_host(camera, profile.camera.get(role)) for role, camera in baseline.cameras.items()}
    return replace(baseline, cameras=cameras)


def _without_host(camera: CameraBaseline, device: CameraDevice | None) -> CameraBaseline:
    scheme, is_address, _ = camera.device.partition("://")
    if not is_address:
        return camera
    is_same = device is not None and named(device) == camera.device
    return replace(camera, device=named(CameraDevice(f"{scheme}://{'recorded' if is_same else 'other'}")))
