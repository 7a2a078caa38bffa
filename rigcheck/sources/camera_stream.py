"""An opened camera: OpenCV's capture with the mode asked for, its errors told apart, frames with monotonic time stamps."""

from __future__ import annotations

import errno
import os
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Mode
from rigcheck.samples import Bytes
from rigcheck.sources.camera_address import Address
from rigcheck.sources.holder import camera_user, holder_of
from rigcheck.sources.pixel_layout import RAW

if TYPE_CHECKING:
    import cv2

OPEN_LIMIT_S = 8.0
READ_LIMIT_S = 3.0


@dataclass(slots=True)
class Stream:
    """An open capture. `opened_s` is the monotonic time at which opening began; `fps` is what the stream claims."""

    capture: cv2.VideoCapture
    address: Address
    fourcc: str
    fps: float
    opened_s: float

    def grab(self) -> float | None:
        """Wait for the next frame; its time in seconds of the monotonic clock, None where none came.

        V4L2 drivers stamp frames when the sensor delivers them, with that same clock; a stamp that is far from now is
        another clock's and not used.
        """
        import cv2  # noqa: PLC0415 - heavy, worker only

        if not self.capture.grab():
            return None
        now = time.monotonic()
        stamp = self.capture.get(cv2.CAP_PROP_POS_MSEC) / 1000 if self.address.backend == "V4L2" else now
        return stamp if abs(now - stamp) < READ_LIMIT_S else now

    def retrieve(self) -> Bytes | None:
        """The grabbed frame's buffer as the camera delivered it (see `pixel_layout`); None where it is damaged."""
        good, buffer = self.capture.retrieve()
        return buffer if good else None  # type: ignore[return-value]  # cameras deliver bytes


@contextmanager
def open_stream(address: Address, mode: Mode | None) -> Iterator[Stream]:
    """Open a camera or URL and ask for the mode; closed on every way out.

    A device that another program has open is not touched: NotSeen held (params `device`, `holder`), denied, missing.
    A URL: unreachable, or timeout when nothing answered within `OPEN_LIMIT_S`.
    """
    import cv2  # noqa: PLC0415 - heavy, worker only

    cv2.setNumThreads(1)  # more only spin beside the encoder of the show
    is_ours = address.kind == "device" and not is_software(address)
    if address.backend == "V4L2" and is_ours:
        refuse_if_held(f"/dev/video{address.place}", address.name)
    opened_s = time.monotonic()
    capture = cv2.VideoCapture(address.place, getattr(cv2, f"CAP_{address.backend}"), _limits(address))
    try:
        if not capture.isOpened():
            raise _unopened(address, time.monotonic() - opened_s)
        if is_ours:
            _ask(capture, mode)
        fourcc = _fourcc(capture)
        if address.backend == "V4L2" and fourcc in RAW:
            capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        yield Stream(capture, address, fourcc, capture.get(cv2.CAP_PROP_FPS), opened_s)
    finally:
        capture.release()


def _limits(address: Address) -> list[int]:
    """Time limits, which only FFmpeg knows: with them other back ends fail to open."""
    import cv2  # noqa: PLC0415 - heavy, worker only

    if address.backend != "FFMPEG":
        return []
    open_ms, read_ms = int(OPEN_LIMIT_S * 1000), int(READ_LIMIT_S * 1000)
    return [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, open_ms, cv2.CAP_PROP_READ_TIMEOUT_MSEC, read_ms]


def _ask(capture: cv2.VideoCapture, mode: Mode | None) -> None:
    """Ask for size and rate in the camera's own format; where USB is too slow for that, again as motion JPEG."""
    import cv2  # noqa: PLC0415 - heavy, worker only

    if mode is None:
        return
    _set(capture, mode)
    if not _has(capture, mode):
        capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
        _set(capture, mode)


def _set(capture: cv2.VideoCapture, mode: Mode) -> None:
    import cv2  # noqa: PLC0415 - heavy, worker only

    capture.set(cv2.CAP_PROP_FRAME_WIDTH, mode.width)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, mode.height)
    capture.set(cv2.CAP_PROP_FPS, mode.fps)


def _has(capture: cv2.VideoCapture, mode: Mode) -> bool:
    import cv2  # noqa: PLC0415 - heavy, worker only

    width, height = capture.get(cv2.CAP_PROP_FRAME_WIDTH), capture.get(cv2.CAP_PROP_FRAME_HEIGHT)
    return width == mode.width and height == mode.height and capture.get(cv2.CAP_PROP_FPS) > mode.fps * 0.98


def _fourcc(capture: cv2.VideoCapture) -> str:
    """The delivered format's four characters, "" where the back end gives a number that is none."""
    import cv2  # noqa: PLC0415 - heavy, worker only

    code = int(capture.get(cv2.CAP_PROP_FOURCC)) & 0xFFFFFFFF
    text = code.to_bytes(4, "little").decode("latin-1").strip(" \0")
    return text if text.isascii() and text.isprintable() else ""


def _unopened(address: Address, took_s: float) -> NotSeen:
    """Why OpenCV, which does not say, could not open what is there."""
    if address.kind == "url":
        reason = Reason.TIMEOUT if took_s > OPEN_LIMIT_S - 0.5 else Reason.UNREACHABLE
        return NotSeen(reason, {"device": address.name, "seconds": round(took_s, 1)})
    if is_software(address):  # its program does not run
        return NotSeen(Reason.NO_STREAM, {"device": address.name})
    if sys.platform == "darwin":  # programs share cameras there; what stops them is the privacy setting
        return NotSeen(Reason.DENIED, {"device": address.name})
    user = camera_user()
    if user is not None:
        return NotSeen(Reason.HELD, {"device": address.name, "holder": user})
    return NotSeen(Reason.FAILED, {"device": address.name, "error": "open"})


def is_software(address: Address, classes: Path = Path("/sys/class/video4linux")) -> bool:
    """Whether a program makes the pictures (v4l2loopback): it always has the node open, and it alone sets the mode."""
    if address.backend != "V4L2":
        return False
    return "/devices/virtual/" in os.path.realpath(classes / f"video{address.place}")


def refuse_if_held(node: str, name: str) -> None:
    """Linux: raise NotSeen where the node is gone, forbidden, or in use; nothing is set, no stream is started."""
    holder = holder_of(node)
    if holder is not None:
        raise NotSeen(Reason.HELD, {"device": name, "holder": holder})
    try:
        handle = os.open(node, os.O_RDWR | os.O_NONBLOCK)
    except OSError as error:
        raise NotSeen(_REASONS.get(error.errno or 0, Reason.MISSING), {"device": name}) from error
    try:
        if _is_streaming(handle):
            raise NotSeen(Reason.HELD, {"device": name, "holder": ""})
    finally:
        os.close(handle)


_REASONS = {errno.EACCES: Reason.DENIED, errno.EPERM: Reason.DENIED, errno.EBUSY: Reason.HELD}


def lacks_bandwidth(address: Address) -> bool:
    """Linux: whether the driver cannot start the stream because the bus has no room left for it (ENOSPC).

    OpenCV does not pass on what the driver says, so it is asked once more: VIDIOC_REQBUFS of two buffers (VIDEO_CAPTURE,
    MMAP), then VIDIOC_STREAMON (videodev2.h). Closing the node undoes both.
    """
    if address.kind != "device" or address.backend != "V4L2" or is_software(address):
        return False
    import fcntl  # noqa: PLC0415 - Linux only

    try:
        handle = os.open(f"/dev/video{address.place}", os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        fcntl.ioctl(handle, 0xC0145608, bytearray(struct.pack("=IIIIB3x", 2, 1, 1, 0, 0)))
        fcntl.ioctl(handle, 0x40045612, struct.pack("=i", 1))
    except OSError as error:
        return error.errno == errno.ENOSPC
    finally:
        os.close(handle)
    return False


def _is_streaming(handle: int) -> bool:
    """Whether another program owns the device's buffers; to free our own (there are none) is then refused as busy.

    VIDIOC_REQBUFS with count 0, type VIDEO_CAPTURE, memory MMAP (videodev2.h).
    """
    import fcntl  # noqa: PLC0415 - Linux only

    try:
        fcntl.ioctl(handle, 0xC0145608, bytearray(struct.pack("=IIIIB3x", 0, 1, 1, 0, 0)))
    except OSError as error:
        return error.errno == errno.EBUSY
    return False
