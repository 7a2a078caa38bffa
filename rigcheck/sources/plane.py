"""From PyAV's decoded frames to what the frame reducer wants: a luma plane without a copy, chroma, and colour pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

from rigcheck.measure.picture import Picture, grey

if TYPE_CHECKING:
    from av import VideoFrame

_TV, _PC = 1, 2  # FFmpeg's colour ranges
_BT709 = 1  # FFmpeg's colour space
_PACKED = {"yuyv422": 0, "yvyu422": 0, "uyvy422": 1}  # where luma starts among the interleaved bytes


class Planes(NamedTuple):
    """Luma of one frame, (H, W), in its own range; U and V where it is BT.709."""

    luma: Picture
    chroma: tuple[Picture, Picture] | None


def is_limited(frame: VideoFrame) -> bool:
    """Whether luma lies in 16..235: as declared; undeclared YUV is limited, undeclared grey, RGB and yuvj are full."""
    if frame.format.name.startswith("yuvj") or not frame.format.components[0].is_luma or frame.format.has_palette:
        return False
    if frame.color_range in (_TV, _PC):
        return bool(frame.color_range == _TV)
    return not frame.format.name.startswith(("gray", "ya", "mono"))


def planes_of(frame: VideoFrame) -> Planes:
    """Views into the frame's own memory where it holds 8-bit luma; others are converted first."""
    luma = frame.format.components[0]
    if not luma.is_luma or frame.format.has_palette or luma.bits < 8:  # noqa: PLR2004 - bits of a byte
        return Planes(grey(colours(frame)), None)
    if luma.bits > 8:  # noqa: PLR2004 - bits of a byte
        frame = frame.reformat(format="gray" if "gray" in frame.format.name else "yuv420p")
    if frame.format.name in _PACKED:
        return Planes(_bytes(frame, 0, frame.height, 2 * frame.width)[:, _PACKED[frame.format.name] :: 2], None)
    if frame.format.name.startswith("ya"):
        return Planes(_bytes(frame, 0, frame.height, 2 * frame.width)[:, ::2], None)
    return Planes(_bytes(frame, 0, frame.height, frame.width), _chroma(frame) if frame.colorspace == _BT709 else None)


def colours(frame: VideoFrame) -> Picture:
    """(H, W, 3) full-range BGR, by the frame's own matrix and range; of 16 bits the nearest of 8, FFmpeg rounds some up."""
    if frame.format.components[0].bits == 16:  # noqa: PLR2004 - white is 65535, which is 257 times 255
        whole, rest = np.divmod(frame.to_ndarray(format="rgb48le")[..., ::-1], 257)
        return np.asarray(whole + (rest > 257 // 2), np.uint8)
    return np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)


def _chroma(frame: VideoFrame) -> tuple[Picture, Picture] | None:
    if len(frame.planes) == 2:  # noqa: PLR2004 - NV12 and its like: U and V side by side
        both = _bytes(frame, 1, frame.planes[1].height, 2 * frame.planes[1].width)
        return both[:, ::2], both[:, 1::2]
    if len(frame.planes) < 3:  # noqa: PLR2004 - grey
        return None
    blue, red = (_bytes(frame, plane, frame.planes[plane].height, frame.planes[plane].width) for plane in (1, 2))
    return blue, red


def _bytes(frame: VideoFrame, plane: int, height: int, width: int) -> Picture:
    data, line = cast("Any", frame.planes[plane]), frame.planes[plane].line_size
    picture: Picture = np.frombuffer(data, np.uint8, height * line).reshape(height, line)
    return picture[:, :width]
