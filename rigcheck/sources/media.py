"""Media files: a video or picture as a CameraClip, anything with sound as an AudioClip. All decoding is PyAV's.

One thread decodes: more of them only take more memory and, in sum, more time. Frames are reduced as they come, so that
memory does not grow with length; sound is kept whole, up to a limit.
"""

# ruff: noqa: PLC0415 - av and cv2 load when a file is read: replaying a fixture needs neither

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from anyio import from_thread

from rigcheck.errors import BadInputError, NotSeen
from rigcheck.measure.frame import FrameReducer
from rigcheck.measure.picture import Picture, grey
from rigcheck.model import Message, Reason
from rigcheck.samples import AudioClip, AudioRequest, CameraClip, CameraRequest, Floats
from rigcheck.sources.plane import colours, is_limited, planes_of

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame
    from av.container import InputContainer
    from av.stream import Stream
    from av.video.stream import VideoStream

_LARGEST_PX = 100_000_000  # of one picture: more is an attack, not a camera
_MOST_VALUES = 2**28  # of one take: 46 min of 48 kHz stereo, 1 GiB
_MOST_PLANES = 8  # PyAV 18.1 crashes on reading so many planes; packed they are fine
_TEXT_ART = {"ansi", "bintext", "xbin", "idf"}  # FFmpeg plays any text file as a video of letters
_LISTS = {"hls", "concat", "dash"}  # lists of other files; one plain file is one file
_OPEN_S = 10.0
_NO_TIMESTAMPS = 0x80  # FFmpeg's AVFMT_NOTIMESTAMPS: bare H.264 and its like


def read_clip(path_or_url: str | os.PathLike[str], request: CameraRequest, *, whole: bool) -> CameraClip:
    """A video or picture file (or URL) as a camera's evidence: all of it, or the first `request.seconds`.

    Its own time stamps are its clock; a picture, or a file without time stamps, has none. Orientation tags are ignored:
    `request.rotate` says how it stands. Raises BadInputError where it is no sound media file, NotSeen no-stream where it
    holds no picture.
    """
    with Opened(path_or_url) as box:
        stream = _first(path_or_url, box, "video")
        if _is_still(box):
            return _reduce_still(path_or_url, box, stream, request)
        return _reduce_video(path_or_url, box, stream, request, None if whole else request.seconds)


def read_take(path_or_url: str | os.PathLike[str], request: AudioRequest, *, phased: bool = False) -> AudioClip:
    """All sound of a file: float32 at its own rate, every channel, full scale 1.0.

    `phased`: the take is the request's `speak_s` and then `quiet_s`, if it is that long. Raises BadInputError where it
    is no sound media file (or longer than 2^28 values), NotSeen no-stream where it holds no sound.
    """
    with Opened(path_or_url) as box:
        take = _Take(path_or_url)
        for frame in _decoded(path_or_url, box, _first(path_or_url, box, "audio")):
            take.add(frame)
    speak, quiet = _phases(request, take) if phased else (None, None)
    layout = "mono" if take.samples.shape[1] == 1 else request.layout
    return AudioClip(take.rate_hz, take.samples, layout, speak, quiet)


def kinds_in(path: str | os.PathLike[str]) -> frozenset[str]:
    """What a file holds: picture (a still), video, audio; its first frame decodes. Raises BadInputError otherwise."""
    import av

    with Opened(path) as box:
        seen = [s for s in box.streams if s.type in ("video", "audio")]
        streams = [s for s in seen if not s.disposition & av.stream.Disposition.attached_pic and not _is_text(s)]
        if not streams:
            raise not_media(path)
        kinds = frozenset({"picture"}) if _is_still(box) else frozenset(stream.type for stream in streams)
        next(_decoded(path, box, streams[0]))
    return kinds


class Opened:
    """A container that is closed again; local files may not refer to others. Raises BadInputError for anything else."""

    def __init__(self, path_or_url: str | os.PathLike[str]) -> None:
        self._path = os.fspath(path_or_url)

    def __enter__(self) -> InputContainer:
        import av

        av.logging.set_level(av.logging.PANIC)
        options = {} if "://" in self._path else {"protocol_whitelist": "file", "pattern_type": "none"}
        try:
            self._box = av.open(self._path, options=options, timeout=_OPEN_S)
        except (av.FFmpegError, OSError, ValueError) as error:
            raise not_media(self._path) from error
        is_list = "://" not in self._path and self._box.format.name in _LISTS
        if is_list or not any(s.type in ("video", "audio") and not _is_text(s) for s in self._box.streams):
            self._box.close()
            raise not_media(self._path)
        return self._box

    def __exit__(self, *_: object) -> None:
        self._box.close()


class _Take:
    """Sound that grows in place: twice the room each time, so that a long take is never held twice for long."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path, self._room, self._used, self.rate_hz = path, np.empty((0, 0), np.float32), 0, 0

    @property
    def samples(self) -> Floats:
        """(n, channels)."""
        return self._room[: self._used]

    def add(self, frame: AudioFrame) -> None:
        """Append; a stream that changes its rate or channels midway is damaged."""
        block = full_scale(frame)
        if not self.rate_hz:
            self.rate_hz, self._room = frame.sample_rate, np.empty((frame.sample_rate * 20, block.shape[1]), np.float32)
        if frame.sample_rate != self.rate_hz or block.shape[1] != self._room.shape[1]:
            raise not_media(self._path)
        stop = self._used + len(block)
        if stop * block.shape[1] > _MOST_VALUES:
            raise BadInputError(Message("error.replay.too-long", {"path": str(self._path)}))
        if stop > len(self._room):
            self._room = np.concatenate((self.samples, np.empty((stop, block.shape[1]), np.float32)))
        self._room[self._used : stop] = block
        self._used = stop


def _first(path: str | os.PathLike[str], box: InputContainer, kind: str) -> Stream:
    """The first stream of a kind; the cover of a record is no video.

    Raises NotSeen no-stream where a sound file has none: its other streams must decode (random bytes pass for MP3).
    """
    import av

    for stream in box.streams:
        if stream.type == kind and not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    next(_decoded(path, box, next(stream for stream in box.streams if stream.type in ("video", "audio"))))
    raise NotSeen(Reason.NO_STREAM)


def _is_text(stream: Stream) -> bool:
    return stream.codec_context is not None and stream.codec_context.name in _TEXT_ART


def _is_still(box: InputContainer) -> bool:
    return box.format.name.endswith("_pipe") or box.format.name == "image2"


def _decoded(path: str | os.PathLike[str], box: InputContainer, stream: Stream) -> Iterator[Any]:
    """The stream's frames; damaged packets are left out. Raises BadInputError where more is damaged than sound."""
    import av

    if stream.codec_context is None:
        raise not_media(path)
    stream.codec_context.thread_count = 1
    good, bad = 0, 0
    try:
        for packet in box.demux(stream):
            give_way()
            try:
                frames = packet.decode()
            except av.FFmpegError:
                bad += 1
                continue
            good += len(frames)
            yield from frames
    except av.FFmpegError:
        bad += 1
    if not good or bad >= good:
        raise not_media(path)


def give_way() -> None:
    """In a thread of a task that was cancelled: stop here. A long file must not outlive Ctrl-C."""
    with suppress(RuntimeError):  # not in such a thread
        from_thread.check_cancelled()


def _reduce_video(
    path: str | os.PathLike[str], box: InputContainer, stream: Stream, request: CameraRequest, seconds: float | None
) -> CameraClip:
    timed = not box.format.flags & _NO_TIMESTAMPS
    reducer: FrameReducer | None = None
    first_s, count = 0.0, 0
    for frame in _decoded(path, box, stream):
        t_s = frame.time if timed and frame.time is not None else count / float(stream.average_rate or 25)
        if reducer is None:
            _check_size(path, frame.width, frame.height)
            reducer, first_s = _reducer(request, "pts" if timed else "none", limited=is_limited(frame)), t_s
        if seconds is not None and t_s - first_s >= seconds:
            break
        _add(reducer, frame, t_s)
        count += 1
    if reducer is None:
        raise not_media(path)
    clip = reducer.clip(fourcc=_fourcc(stream), first_frame_ms=None)
    return dataclasses.replace(clip, clock="none") if count == 1 else clip


def _add(reducer: FrameReducer, frame: VideoFrame, t_s: float) -> None:
    planes = planes_of(frame)
    reducer.add(planes.luma, t_s, key=bool(frame.key_frame), chroma=planes.chroma)
    if reducer.wants_frame():
        reducer.keep(colours(frame))


def _reduce_still(
    path: str | os.PathLike[str], box: InputContainer, stream: Stream, request: CameraRequest
) -> CameraClip:
    _check_size(path, cast("VideoStream", stream).width, cast("VideoStream", stream).height)
    picture = _picture(path, box, stream)
    reducer = _reducer(request, "none", limited=False)
    reducer.add(grey(picture), 0.0)
    if reducer.wants_frame():
        reducer.keep(picture)
    return reducer.clip(fourcc=_fourcc(stream), first_frame_ms=None)


def _picture(path: str | os.PathLike[str], box: InputContainer, stream: Stream) -> Picture:
    """A still in BGR. JPEG by OpenCV, whose way with its chroma is the contract's; whole pixels are the same anywhere."""
    import cv2

    if stream.codec_context.name == "mjpeg" and "://" not in str(path):
        flags = cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION
        found: Any = cv2.imdecode(np.fromfile(path, np.uint8), flags)
        if found is None:
            raise not_media(path)
        return np.asarray(found, np.uint8)
    return colours(next(_decoded(path, box, stream)))


def _reducer(request: CameraRequest, clock: str, *, limited: bool) -> FrameReducer:
    keep = max(1, request.keep)
    return FrameReducer(
        asked=request.mode, rotate=request.rotate, crop=request.crop, clock=clock, limited=limited, keep=keep
    )


def _check_size(path: str | os.PathLike[str], width: int, height: int) -> None:
    if not 0 < width * height <= _LARGEST_PX:
        raise not_media(path)


def _fourcc(stream: Stream) -> str:
    """The codec's tag, or its name where the file has none."""
    tag = str(stream.codec_context.codec_tag)
    return tag if tag.isprintable() and tag.strip("\0 ") else str(stream.codec_context.name)


def full_scale(frame: AudioFrame) -> Floats:
    """(n, channels) of full scale 1.0 from any sample format."""
    import av

    if frame.format.is_planar and len(frame.layout.channels) >= _MOST_PLANES:
        (frame,) = av.AudioResampler(format="flt").resample(frame)
    values = frame.to_ndarray()
    values = values.T if frame.format.is_planar else values.reshape(-1, len(frame.layout.channels))
    if values.dtype == np.uint8:
        return np.asarray((values.astype(np.float32) - 128) / 128, np.float32)
    if np.issubdtype(values.dtype, np.integer):
        return np.asarray(values * np.float64(0.5 ** (8 * values.dtype.itemsize - 1)), np.float32)
    return np.asarray(values, np.float32)


def _phases(request: AudioRequest, take: _Take) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    speak, quiet = round(request.speak_s * take.rate_hz), round(request.quiet_s * take.rate_hz)
    if not quiet or len(take.samples) < speak + quiet:
        return None, None
    return (0, speak), (speak, speak + quiet)


def not_media(path: str | os.PathLike[str]) -> BadInputError:
    """The error for a file that is no sound media file."""
    return BadInputError(
        Message("error.replay.not-media", {"path": str(Path(path)) if "://" not in str(path) else str(path)})
    )
