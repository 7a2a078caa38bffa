"""The room's own picture for trial encodes: upright, cropped to the shape of what is pushed, never enlarged. In a worker."""

# ruff: noqa: PLC0415 - av takes 0.2 s to load: only in the worker

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from rigcheck.encoder_state import Candidate, EncoderRequest
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.measure.picture import Picture, cropped, upright
from rigcheck.model import Reason
from rigcheck.sources.camera_address import find_camera, list_cameras

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.video.stream import VideoStream

LOOK_S, QUALITY_LOOK_S = 2.0, 3.0
"""Seconds of picture for a trial, and for a comparison. Our own rule: less is not the scene yet, more only takes memory."""
FEWEST = 15
"""Pictures in which motion can be told. Our own rule: half a second at 30 fps."""
MOST_BYTES = 300_000_000
"""Of pictures that are kept: 96 of 1080x1920, fewer of larger ones."""


class Size(NamedTuple):
    """Pixels, both even, as 4:2:0 wants them."""

    width: int
    height: int


def pictures_of(request: EncoderRequest, file: Path | None) -> tuple[VideoFrame, ...]:
    """4:2:0 pictures of the camera (or of a file) at the size of the largest candidate, or as large as they come.

    Raises NotSeen as `read_camera` does; of files still-picture, junk; too-short.
    """
    seconds = QUALITY_LOOK_S if request.quality else LOOK_S
    raw = _of_camera(request, seconds) if file is None else _of_file(file, seconds)
    shaped = (_shaped(picture, request) for picture in raw)
    first = next(shaped, None)
    if first is None:
        raise NotSeen(Reason.NO_STREAM)
    most = MOST_BYTES // (first.width * first.height * 3 // 2)
    kept = (first, *islice(shaped, most - 1))
    if len(kept) < FEWEST:
        raise NotSeen(Reason.TOO_SHORT)
    return kept


def size_for(candidate: Candidate, width: int, height: int) -> Size:
    """The candidate's size, or where a picture of this size has less, as much of it as there is."""
    share = min(1.0, width / candidate.width_px, height / candidate.height_px)
    return Size(_even(candidate.width_px * share), _even(candidate.height_px * share))


def _even(pixels: float) -> int:
    return max(2, 2 * round(pixels / 2))


def _shaped(picture: Picture, request: EncoderRequest) -> VideoFrame:
    """One sensor picture as the encoder would get it. Candidates of one request have one shape: that of the first."""
    from av import VideoFrame

    whole = upright(picture, request.rotate)
    whole = whole[cropped(request.crop, *whole.shape[:2])]
    whole = whole[_centred(request.candidates[0], *whole.shape[:2])]
    largest = max(request.candidates, key=lambda candidate: candidate.width_px * candidate.height_px)
    size = size_for(largest, whole.shape[1], whole.shape[0])
    frame = VideoFrame.from_ndarray(np.ascontiguousarray(whole), format="bgr24")
    return frame.reformat(*size, format="yuv420p", dst_colorspace="ITU709", interpolation="AREA")


def _centred(candidate: Candidate, height: int, width: int) -> tuple[slice, slice]:
    """The largest centred part of the candidate's shape."""
    w = min(width, round(height * candidate.width_px / candidate.height_px))
    h = min(height, round(width * candidate.height_px / candidate.width_px))
    top, left = (height - h) // 2, (width - w) // 2
    return slice(top, top + max(h, 1)), slice(left, left + max(w, 1))


def _of_camera(request: EncoderRequest, seconds: float) -> Iterator[Picture]:
    """What comes in `seconds` after warm-up, looked at as `read_camera` does."""
    from rigcheck.sources.camera import first_picture, warm_up, window
    from rigcheck.sources.camera_stream import open_stream

    is_remote = isinstance(request.device, str) and "://" in request.device
    address = find_camera(request.device, () if is_remote else list_cameras())
    if address.kind == "file":
        yield from _of_file(Path(str(address.place)), seconds)
        return
    with open_stream(address, request.mode) as stream:
        layout = first_picture(stream)
        warm_up(stream)
        for _, buffer in window(stream, seconds):
            if (picture := layout.bgr(buffer)) is not None:
                yield picture


def _of_file(path: Path, seconds: float) -> Iterator[Picture]:
    """A video's first seconds, by its own clock."""
    from rigcheck.sources.media import Opened
    from rigcheck.sources.plane import colours

    try:
        with Opened(path) as box:
            if not box.streams.video:
                raise NotSeen(Reason.NO_STREAM)
            stream = box.streams.video[0]
            if box.format.name.endswith("_pipe") or box.format.name == "image2":
                raise NotSeen(Reason.STILL)
            wanted = round(seconds * float(stream.average_rate or 25))
            for frame in islice(_decoded(box.demux(stream)), wanted):
                yield colours(frame)
    except BadInputError as error:
        raise NotSeen(Reason.JUNK, {"device": path.name}) from error


def _decoded(packets: Iterator[Packet[VideoStream]]) -> Iterator[VideoFrame]:
    """The frames of all packets; damaged ones have none."""
    import av

    for packet in packets:
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue
