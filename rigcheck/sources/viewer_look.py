"""What one frame, and a piece of sound, at the far end look like in a few numbers. In the reader's own process only."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.frame import code_range
from rigcheck.sources.plane import is_limited, planes_of

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

Floats = NDArray[np.float32]

_SAMPLED = 240  # px, longest side: every other pixel of 480 would tell no more of black and frozen
_CELLS = (16, 16)  # of a thumb to know the standby picture by
_SLATE_S, _EVERY_S = 60.0, 0.2
"""So much of the standby video is remembered, five pictures a second."""
_FAR = 64.0  # codes of mean difference at which pictures are nothing like each other
_PLAIN = 4.0  # codes of deviation under which a thumb has no shapes to compare


class Look:
    """Reduces frames, each against the one before: mean luma, dark share, change, likeness to the standby picture."""

    def __init__(self) -> None:
        self._before: NDArray[np.uint8] | None = None
        self.slates: Floats | None = None  # (r, cells): set once they are read

    def forget(self) -> None:
        """What comes next belongs to another connection."""
        self._before = None

    def __call__(self, frame: VideoFrame) -> tuple[float, float, float, float]:
        """A decoded frame: see `at`."""
        return self.at(planes_of(frame).luma, limited=is_limited(frame))

    def at(self, luma: NDArray[np.uint8], *, limited: bool) -> tuple[float, float, float, float]:
        """(mean 0-255, dark 0-1, change 0-1, slate 0-1) of a (H, W) luma plane; nan for a change or a likeness to nothing."""
        sample = _sampled(luma)
        gain, black = code_range(limited=limited).gain, 16.0 if limited else 0.0
        mean = (float(sample.mean()) - black) * gain
        dark = float(np.count_nonzero(sample < black + 25.5 / gain)) / sample.size
        change = self._change(sample) * gain / 255
        slate = math.nan if self.slates is None else likeness(thumb(sample), self.slates)
        self._before = sample
        return min(max(mean, 0.0), 255.0), dark, change, slate

    def _change(self, sample: NDArray[np.uint8]) -> float:
        if self._before is None or self._before.shape != sample.shape:
            return math.nan
        return float(np.abs(np.subtract(sample, self._before, dtype=np.int16)).mean())


def _sampled(luma: NDArray[np.uint8]) -> NDArray[np.uint8]:
    step = max(1, math.ceil(max(luma.shape) / _SAMPLED))
    return np.ascontiguousarray(luma[::step, ::step])


def thumb(sample: NDArray[np.uint8]) -> Floats:
    """(256,) mean codes of 16x16 cells of a picture, whatever its shape."""
    picture = sample.astype(np.float32)
    for axis, count in enumerate(_CELLS):
        edges = np.linspace(0, picture.shape[axis], count, endpoint=False).astype(np.int64)
        sizes = np.diff(np.append(edges, picture.shape[axis]))
        picture = np.add.reduceat(picture, edges, axis) / np.expand_dims(sizes, 1 - axis)
    return np.asarray(picture.reshape(-1), np.float32)


def likeness(seen: Floats, known: Floats) -> float:
    """0-1 likeness of a thumb to the likest of (r, 256) known ones.

    Our own rule: one less the mean difference over 64 codes; and, where both have shapes, no more than their correlation,
    so that two dark pictures are not alike for being dark.
    """
    near = 1 - np.abs(known - seen).mean(axis=1) / _FAR
    shapes, shape = known - known.mean(axis=1, keepdims=True), seen - seen.mean()
    deviations, deviation = shapes.std(axis=1), float(shape.std())
    with np.errstate(invalid="ignore", divide="ignore"):
        correlation = (shapes @ shape) / (deviations * deviation * seen.size)
    plain = np.minimum(deviations, deviation) < _PLAIN
    return float(np.clip(np.where(plain, near, np.minimum(near, correlation)), 0, 1).max())


def read_slates(path: Path) -> Floats | None:
    """(r, 256) thumbs of a standby picture, or of the first minute of a standby video; None where it cannot be read."""
    import av  # noqa: PLC0415 - heavy, in the reader's process only

    found: list[Floats] = []
    next_s = 0.0
    try:
        with av.open(str(path), options={"protocol_whitelist": "file", "pattern_type": "none"}) as box:
            for frame in box.decode(video=0):
                at_s = frame.time or 0.0
                if at_s >= next_s or not found:
                    found.append(thumb(_sampled(planes_of(frame).luma)))
                    next_s = at_s + _EVERY_S
                if at_s > _SLATE_S:
                    break
    except (av.FFmpegError, OSError, IndexError, ValueError):
        pass
    return np.stack(found) if found else None


def level_dbfs(frame: AudioFrame) -> float:
    """RMS of the loudest channel in dBFS; -inf for digital silence."""
    from rigcheck.sources.media import full_scale  # noqa: PLC0415 - with av only

    if frame.format.name == "fltp":  # as AAC is decoded: without a copy, for it comes fifty times a second
        planes: Any = frame.planes
        channels = [np.frombuffer(plane, np.float32, frame.samples) for plane in planes]
    else:
        channels = list(full_scale(frame).T)
    power = max((float(np.dot(channel, channel)) / channel.size for channel in channels if channel.size), default=0.0)
    return 10 * math.log10(power) if power > 0 else -math.inf
