"""What the camera delivers against what a plan would send: never more pixels or frames than there are."""

from __future__ import annotations

from typing import Literal

from rigcheck.profile import Box, CameraDevice
from rigcheck.recommend.evidence import CameraSeen
from rigcheck.recommend.shape import Shape

FPS_TOLERANCE = 0.95
"""29.97 serves 30, and a camera that loses a frame in twenty still does: OBS repeats one."""
ENLARGED_FROM = 1.02
"""Enlarging by less is rounding."""
_LONG, _SHORT = 16, 9


def shown_of(
    width_px: int, height_px: int, crop: Box | Literal["centre"] | None, orientation: Literal["portrait", "landscape"]
) -> tuple[int, int]:
    """The part of an upright picture that is shown: the largest 9:16 or 16:9 of it, or of the profile's box."""
    if isinstance(crop, Box):
        width_px, height_px = max(1, round(width_px * crop.w)), max(1, round(height_px * crop.h))
    across, down = (_SHORT, _LONG) if orientation == "portrait" else (_LONG, _SHORT)
    if width_px * down > height_px * across:
        return round(height_px * across / down), height_px
    return width_px, round(width_px * down / across)


def camera_of(device: CameraDevice, orientation: Literal["portrait", "landscape"]) -> CameraSeen | None:
    """What the profile asks of the camera, before anybody looked; None where it asks nothing."""
    mode = device.mode
    if mode is None:
        return None
    size = (mode.width, mode.height) if device.rotate % 180 == 0 else (mode.height, mode.width)
    return CameraSeen(*size, *shown_of(*size, device.crop, orientation), fps=mode.fps)


def delivers_size(camera: CameraSeen | None, shape: Shape) -> bool:
    """Whether the whole picture has as many pixels along its long and its short side. Nobody looked: yes."""
    if camera is None:
        return True
    whole, wanted = sorted((camera.width_px, camera.height_px)), sorted((shape.width_px, shape.height_px))
    return whole[0] >= wanted[0] and whole[1] >= wanted[1]


def delivers_rate(camera: CameraSeen | None, shape: Shape) -> bool:
    """Whether it has as many frames. Nobody looked, or no clock: yes."""
    return camera is None or camera.fps is None or camera.fps >= FPS_TOLERANCE * shape.fps


def enlarged(camera: CameraSeen | None, shape: Shape) -> float | None:
    """How many times what is shown is enlarged to fill the shape; None where it is not."""
    if camera is None:
        return None
    times = max(shape.width_px / camera.shown_width_px, shape.height_px / camera.shown_height_px)
    return times if times > ENLARGED_FROM else None
