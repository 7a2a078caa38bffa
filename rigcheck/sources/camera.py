"""A look through a camera: opened, warmed up, and every frame reduced while it comes. Runs in a worker."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from rigcheck.errors import NotSeen
from rigcheck.measure.frame import FrameReducer
from rigcheck.model import Reason
from rigcheck.samples import Bytes, CameraClip, CameraRequest
from rigcheck.sources.camera_address import find_camera, list_cameras
from rigcheck.sources.camera_stream import Stream, lacks_bandwidth, open_stream
from rigcheck.sources.pixel_layout import Layout, layout_of

WARM_UP_S = 1.0
"""Automatic exposure and white balance settle in about this time; our own rule."""
DRAIN_LIMIT_S = 4.0
"""A network stream that still delivers faster than its own rate after this is taken as it is."""
GIVE_UP_S = 1.0
"""No frame for longer than this: the camera is gone."""
RETRY_S = 0.02
"""A lost camera refuses at once, each time: without a pause the loop would spin."""


def read_camera(request: CameraRequest) -> CameraClip:
    """What the camera delivers in `request.seconds` after warm-up.

    A file is read by its own time stamps. Raises NotSeen: none-here, missing, ambiguous, virtual-camera, needs-obs,
    held, denied, unreachable, timeout, no-stream (opened, no picture), no-bandwidth (USB has none left), lost (pictures
    stopped).
    """
    is_remote = isinstance(request.device, str) and "://" in request.device
    address = find_camera(request.device, () if is_remote else list_cameras())
    if address.kind == "file":
        return _read_file(Path(str(address.place)), request)
    try:
        with open_stream(address, request.mode) as stream:
            return watch(stream, request)
    except NotSeen as unseen:
        if unseen.reason in (Reason.NO_STREAM, Reason.FAILED) and lacks_bandwidth(address):
            raise NotSeen(Reason.NO_BANDWIDTH, {"device": address.name}) from None
        raise


def _read_file(path: Path, request: CameraRequest) -> CameraClip:
    from rigcheck.errors import BadInputError  # noqa: PLC0415
    from rigcheck.sources.media import read_clip  # noqa: PLC0415 - loads PyAV, which cameras do not need

    try:
        return read_clip(path, request, whole=False)
    except BadInputError as error:  # a device of the room, not an argument of the command
        raise NotSeen(Reason.JUNK, {"device": path.name}) from error


def watch(stream: Stream, request: CameraRequest) -> CameraClip:
    """Warm up, then reduce every frame of `request.seconds`."""
    layout = first_picture(stream)
    first_frame_ms = (time.monotonic() - stream.opened_s) * 1000
    warm_up(stream)
    reducer = FrameReducer(
        asked=request.mode,
        rotate=request.rotate,
        crop=request.crop,
        clock="grab",
        limited=layout.limited,
        keep=request.keep,
    )
    stamps_s = [t_s for t_s, buffer in window(stream, request.seconds) if _reduce(reducer, layout, buffer, t_s)]
    if not stamps_s:
        raise NotSeen(Reason.JUNK, {"device": stream.address.name})
    return replace(reducer.clip(fourcc=stream.fourcc, first_frame_ms=first_frame_ms), began_s=stamps_s[0])


def first_picture(stream: Stream) -> Layout:
    """Wait for the first frame that is a picture; how its bytes lie. Raises NotSeen no-stream."""
    try:
        for _ in stamps(stream):
            buffer = stream.retrieve()
            if buffer is not None:
                layout = layout_of(stream.fourcc, buffer)
                if layout.luma(buffer) is not None:
                    return layout
    except NotSeen as lost:
        raise NotSeen(Reason.NO_STREAM, lost.params) from None
    raise AssertionError  # pragma: no cover - stamps end by raising


def warm_up(stream: Stream) -> None:
    """Drop the first second, and from a network the backlog that its probe has gathered."""
    started_s = time.monotonic()
    arrivals: deque[float] = deque(maxlen=10)
    for _ in stamps(stream):
        arrivals.append(time.monotonic())
        elapsed_s = arrivals[-1] - started_s
        is_live = stream.address.kind == "device" or not comes_too_fast(tuple(arrivals), stream.fps)
        if (elapsed_s >= WARM_UP_S and is_live) or elapsed_s >= WARM_UP_S + DRAIN_LIMIT_S:
            return


def comes_too_fast(arrivals: tuple[float, ...], claimed_fps: float) -> bool:
    """Whether most of these arrival times (seconds) are closer than 0.6 of the claimed frame interval: a backlog.

    Claims are off by a fifth (MJPEG over HTTP claims 25 whatever it is) or absurd; outside 5-120, 25 is assumed.
    """
    interval_s = 1 / (claimed_fps if 5 <= claimed_fps <= 120 else 25)  # noqa: PLR2004 - explained above
    gaps = sorted(later - earlier for earlier, later in pairwise(arrivals))
    return not gaps or gaps[len(gaps) // 2] < 0.6 * interval_s


def window(stream: Stream, seconds: float) -> Iterator[tuple[float, Bytes]]:
    """(time stamp, buffer) of every frame of `seconds`. Damaged frames are left out: they are missing.

    Raises NotSeen lost.
    """
    first_s: float | None = None
    end_s = time.monotonic() + seconds + GIVE_UP_S  # should time stamps stand still
    for stamp_s in stamps(stream):
        first_s = stamp_s if first_s is None else first_s
        if stamp_s - first_s >= seconds or time.monotonic() > end_s:
            return
        buffer = stream.retrieve()
        if buffer is not None:
            yield stamp_s, buffer


def stamps(stream: Stream) -> Iterator[float]:
    """Time stamps of the frames as they are grabbed. Raises NotSeen lost after `GIVE_UP_S` without one."""
    last_s = time.monotonic()
    while True:
        stamp_s = stream.grab()
        if stamp_s is not None:
            last_s = time.monotonic()
            yield stamp_s
        elif time.monotonic() - last_s > GIVE_UP_S:
            raise NotSeen(Reason.LOST, {"device": stream.address.name})
        else:
            time.sleep(RETRY_S)


def _reduce(reducer: FrameReducer, layout: Layout, buffer: Bytes, t_s: float) -> bool:
    """Reduce one frame; False for a damaged one, which is then missing."""
    luma = layout.luma(buffer)
    if luma is None:
        return False
    reducer.add(luma, t_s)
    if reducer.wants_frame() and (picture := layout.bgr(buffer)) is not None:
        reducer.keep(picture)
    return True
