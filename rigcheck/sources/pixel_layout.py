"""How the bytes a camera delivers lie in memory: luma without conversion where that is possible, colour on request."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rigcheck.samples import Bytes

JPEG = frozenset({"MJPG", "JPEG"})
PLANAR = frozenset({"NV12", "NV21", "YU12", "I420", "YV12"})
RAW = JPEG | PLANAR | {"YUYV", "YUY2", "UYVY", "GREY"}
"""FOURCCs whose buffers can be read as they come; anything else OpenCV is asked to convert to BGR."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Two readings of one delivered buffer: `luma` -> (H, W) uint8, `bgr` -> (H, W, 3) uint8 full range.

    `luma` of raw layouts is a view without a copy, in limited range where `limited`. Both return None for a buffer
    that is no picture (a damaged JPEG).
    """

    limited: bool
    luma: Callable[[Bytes], Bytes | None]
    bgr: Callable[[Bytes], Bytes | None]


def layout_of(fourcc: str, buffer: Bytes) -> Layout:
    """The layout of buffers of that FOURCC; three-channel buffers are BGR whatever the FOURCC says.

    USB video class cameras deliver raw YUV in limited range (BT.601 matrix) and JPEG in full range.
    """
    match buffer.shape:
        case (_, _, 3):
            return Layout(limited=False, luma=_grey_of_bgr, bgr=_as_is)
        case (_, _, 2):
            first = 1 if fourcc == "UYVY" else 0
            return Layout(limited=True, luma=lambda raw: raw[:, :, first], bgr=_converted(fourcc))
    if fourcc in JPEG:
        return Layout(limited=False, luma=_decoded("IMREAD_GRAYSCALE"), bgr=_decoded("IMREAD_COLOR"))
    if fourcc in PLANAR:
        return Layout(limited=True, luma=lambda raw: raw[: raw.shape[0] * 2 // 3], bgr=_converted(fourcc))
    return Layout(limited=False, luma=_as_is, bgr=_converted("GREY"))


def _as_is(raw: Bytes) -> Bytes:
    return raw


def _grey_of_bgr(raw: Bytes) -> Bytes:
    import cv2  # noqa: PLC0415 - heavy, worker only

    return _bytes(cv2.cvtColor(raw, cv2.COLOR_BGR2GRAY))


def _converted(fourcc: str) -> Callable[[Bytes], Bytes | None]:
    import cv2  # noqa: PLC0415 - heavy, worker only

    code = {
        "UYVY": cv2.COLOR_YUV2BGR_UYVY,
        "NV12": cv2.COLOR_YUV2BGR_NV12,
        "NV21": cv2.COLOR_YUV2BGR_NV21,
        "YU12": cv2.COLOR_YUV2BGR_I420,
        "I420": cv2.COLOR_YUV2BGR_I420,
        "YV12": cv2.COLOR_YUV2BGR_YV12,
        "GREY": cv2.COLOR_GRAY2BGR,
    }.get(fourcc, cv2.COLOR_YUV2BGR_YUYV)
    return lambda raw: _bytes(cv2.cvtColor(raw, code))


def _decoded(flag: str) -> Callable[[Bytes], Bytes | None]:
    """JPEG decoding. Grey at full size costs half again what reduced grey costs, and keeps the sensor's noise."""
    import cv2  # noqa: PLC0415 - heavy, worker only

    flags = getattr(cv2, flag)

    def decode(raw: Bytes) -> Bytes | None:
        picture = cv2.imdecode(raw.reshape(-1), flags)
        return None if picture is None else _bytes(picture)

    return decode


def _bytes(picture: NDArray[np.generic]) -> Bytes:
    """OpenCV's stubs promise less than it does: 8 bits in, 8 bits out."""
    return picture.astype(np.uint8, copy=False)
