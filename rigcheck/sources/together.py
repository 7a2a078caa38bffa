"""A file's picture and sound on its own clock: how bright and how loud, when."""

# ruff: noqa: PLC0415 - PyAV takes 0.2 s to load: only where a file is decoded

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import Floats, SyncClip
from rigcheck.sources.media import Opened, full_scale, give_way, not_media
from rigcheck.sources.plane import is_limited, planes_of
from rigcheck.sync_state import STEP_S

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

MOST_S = 600.0
"""As much of a file is looked at. Our own rule: drift shows within minutes, and memory stays bounded."""
_THIN = 4  # every so many-th pixel each way is enough for a mean


@dataclass(slots=True)
class _Heard:
    """Magnitudes as they come, laid out by their time stamps: a gap is silence."""

    rate_hz: int = 0
    at_s: float = 0.0
    blocks: list[Floats] = field(default_factory=list)
    length: int = 0

    def add(self, frame: AudioFrame) -> None:
        """Append the loudest channel's magnitudes."""
        t_s = float(frame.time or 0.0)
        if not self.rate_hz:
            self.rate_hz, self.at_s = frame.sample_rate, t_s
        missing = round((t_s - self.at_s) * self.rate_hz) - self.length
        if missing > self.rate_hz // 100:
            self._append(np.zeros(missing, np.float32))
        self._append(np.abs(full_scale(frame)).max(axis=1).astype(np.float32))

    def _append(self, block: Floats) -> None:
        self.blocks.append(block)
        self.length += len(block)

    def envelope(self) -> Floats:
        """(m,) highest magnitude in each STEP_S."""
        return envelope_of(np.concatenate([*self.blocks, np.zeros(0, np.float32)]), self.rate_hz)


def envelope_of(magnitudes: Floats, rate_hz: int) -> Floats:
    """(m,) the highest of (n,) magnitudes in each STEP_S."""
    edges = np.round(np.arange(0, len(magnitudes) + 1, rate_hz * STEP_S)).astype(np.int64)
    edges = edges[edges < len(magnitudes)]
    return np.maximum.reduceat(magnitudes, edges) if len(edges) else np.empty(0, np.float32)


def read_together(path: str | os.PathLike[str], *, via: Literal["device", "obs-record"] = "device") -> SyncClip:
    """Brightness and loudness of a video file with sound, of its first ten minutes.

    Raises NotSeen no-stream where it lacks one of the two, BadInputError where it is no sound media file.
    """
    times: list[float] = []
    luma: list[float] = []
    heard = _Heard()
    with Opened(path) as box:
        for frame in _frames(path, box):
            if hasattr(frame, "sample_rate"):
                heard.add(frame)
            elif frame.time is not None:
                times.append(float(frame.time))
                luma.append(_brightness(frame))
    if not times or not heard.rate_hz:
        raise NotSeen(Reason.NO_STREAM)
    return SyncClip(np.array(times), np.array(luma, np.float32), heard.envelope(), heard.at_s, via)


def _frames(path: str | os.PathLike[str], box: Any) -> Any:  # noqa: ANN401 - PyAV's containers and frames
    """Frames of the first picture and the first sound, as they lie in the file. Raises NotSeen no-stream."""
    import av

    if not box.streams.video or not box.streams.audio:
        raise NotSeen(Reason.NO_STREAM)
    streams = (box.streams.video[0], box.streams.audio[0])
    for stream in streams:
        stream.codec_context.thread_count = 1
    good = False
    try:
        for packet in box.demux(*streams):
            give_way()
            for frame in _decoded(packet):
                if (frame.time or 0.0) > MOST_S:
                    return
                good = True
                yield frame
    except av.FFmpegError as error:
        if not good:
            raise not_media(path) from error


def _decoded(packet: Any) -> list[Any]:  # noqa: ANN401 - likewise
    """The packet's frames; a damaged one has none."""
    import av

    try:
        return list(packet.decode())
    except av.FFmpegError:
        return []


def _brightness(frame: VideoFrame) -> float:
    """Mean full-range luma, code values."""
    mean = float(planes_of(frame).luma[::_THIN, ::_THIN].mean())
    return min(255.0, max(0.0, (mean - 16) * 255 / 219)) if is_limited(frame) else mean
