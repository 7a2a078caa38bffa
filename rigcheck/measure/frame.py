"""Frames come in, a CameraClip comes out: each frame is reduced while it is there and then forgotten.

Written for 1080p30 beside an encoder: no copy of the luma plane, statistics on every a-th pixel, the Laplacian on a
native centre crop, colour only for the few kept frames. Memory is bounded, but for some 40 bytes a frame of traces.
"""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from array import array
from math import ceil
from typing import Any, Literal, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import Crop, Picture, Pixels, cropped, on_sensor, upright
from rigcheck.profile import Mode
from rigcheck.samples import CameraClip

BLACK = 0.98  # share of dark pixels from which on a picture is black (ffmpeg blackdetect's picture ratio)
_SAMPLED, _THUMB, _FOCUS = 480, 240, 480  # px: longest side of the statistics, of a thumb; side of the Laplacian's crop
_FOCUS_EVERY = 4  # frames
_NEXT_KEPT = 16  # frames after the first kept one; later ones stand at twice the position each

Chroma = tuple[NDArray[np.uint8], NDArray[np.uint8]]


class Range(NamedTuple):
    """How delivered codes become full-range codes: `table` for pixels, `gain` for differences, `weigh` for histograms."""

    table: Picture  # (256,)
    gain: float
    chroma_gain: float
    weigh: NDArray[np.float64]  # (4, 256): mean code, share under 10 %, share >= 250, share <= 5


class _Layout(NamedTuple):
    """What is fixed by the first frame: its size, the cropped area, the strides."""

    shape: tuple[int, int]
    upright: Pixels
    area: Pixels
    sampled: Pixels
    focus: Pixels
    stride: int
    thumb: int  # every so many-th sampled pixel goes into a thumb


class FrameReducer:
    """Reduces a stream of any length to the evidence that the camera and light measures need.

    `clock`: "grab" (live), "pts" (a file's own), "none" (a still picture, or a file without time stamps).
    """

    def __init__(  # noqa: PLR0913 - all keywords: what is known of a stream before its first frame
        self,
        *,
        asked: Mode | None,
        rotate: int,
        crop: Crop,
        clock: str,
        limited: bool,
        keep: int,
        max_thumbs: int = 300,
    ) -> None:
        import cv2

        cv2.setNumThreads(1)  # its threads would wait in a busy loop, beside an encoder
        self._asked, self._rotate, self._crop, self._clock = asked, rotate, crop, clock
        self._limited, self._keep, self._max_thumbs = limited, keep, max_thumbs
        self._range = code_range(limited=limited)
        self._traces = {name: array("f") for name in ("mean", "dark", "bright", "deep", "change", "focus")}
        self._times, self._keys = array("d"), array("b")
        self._thumbs: list[Picture] = []
        self._rows: list[NDArray[np.float32]] = []
        self._kept: list[tuple[int, Picture]] = []
        self._layout: _Layout | None = None
        self._before: Picture | None = None
        self._next: int | None = None  # position from which on the next frame is to be kept
        self._resized = False
        self._detail = 0.0

    def add(self, luma: Picture, t_s: float, *, key: bool = False, chroma: Chroma | None = None) -> None:
        """Reduce one frame.

        `luma`: (H, W) view of the sensor's picture as delivered, in the declared range; any strides, not copied.
        `chroma`: the U and V planes of a BT.709 picture, whose luma is then corrected to BT.601; None otherwise.
        A frame of another size than the first one is counted and judged, but not kept as a picture.
        """
        if self._layout is None or self._layout.shape != luma.shape:
            self._lay_out(luma)
        self._times.append(t_s)
        self._keys.append(key)
        layout = cast("_Layout", self._layout)
        sample = np.ascontiguousarray(luma[layout.sampled])
        self._trace_levels(sample, chroma)
        self._trace_change(sample)
        self._trace_focus(luma, layout)
        if len(self._thumbs) < self._max_thumbs and not self._resized:
            self._store_small(luma, sample, layout)
        self._before = sample

    def wants_frame(self) -> bool:
        """Whether a full picture of the frame just added should be kept: the first good one, then doubling positions."""
        if self._keep < 1 or self._resized:
            return False
        if self._is_black():
            return not self._kept
        return self._next is None or (self._keep > 1 and len(self._times) > self._next)

    def keep(self, bgr: Picture) -> None:
        """Keep the full picture of the frame just added: (H, W, 3) as delivered, full range."""
        layout = cast("_Layout", self._layout)
        picture = np.ascontiguousarray(upright(bgr, self._rotate)[layout.upright])
        position = len(self._times) - 1
        if self._next is None:
            self._kept.clear()  # a black frame stands only until a better one comes
        if not self._is_black():
            self._next = position + _NEXT_KEPT if self._next is None else 2 * position
        del self._kept[max(1, self._keep - 1) :]
        if len(self._kept) < self._keep:
            self._kept.append((position, picture))

    def clip(self, *, fourcc: str, first_frame_ms: float | None) -> CameraClip:
        """The evidence. Raises ValueError where no frame was added."""
        if self._layout is None:
            raise ValueError("no frame")
        height, width = upright(np.empty(self._first_shape), self._rotate).shape
        change = _floats(self._traces["change"])
        times = np.frombuffer(self._times, np.float64).copy()
        return CameraClip(
            asked=self._asked,
            width_px=width,
            height_px=height,
            fourcc=fourcc,
            clock=cast("Literal['grab', 'pts', 'none']", self._clock),
            limited=self._limited,
            rotate=self._rotate,
            first_frame_ms=first_frame_ms,
            t_s=times - times[0],
            mean=_floats(self._traces["mean"]),
            dark=_floats(self._traces["dark"]),
            bright=_floats(self._traces["bright"]),
            deep=_floats(self._traces["deep"]),
            focus=_floats(self._traces["focus"]),
            change=change,
            same=change == 0,
            key=np.frombuffer(self._keys, np.int8).astype(np.bool_),
            thumbs=np.stack(self._thumbs),
            stride=self._thumb_stride,
            rows=np.stack(self._rows),
            frames=self._pictures(),
            frame_at=np.array([position for position, _ in self._kept], np.int64),
        )

    def _lay_out(self, luma: Picture) -> None:
        self._resized = self._layout is not None
        self._layout = layout = _lay_out(luma.shape, self._crop, self._rotate)
        self._before = None
        if not self._resized:
            self._first_shape, self._thumb_stride = layout.shape, layout.stride * layout.thumb

    def _trace_levels(self, sample: Picture, chroma: Chroma | None) -> None:
        import cv2

        counts = cv2.calcHist([sample], [0], None, [256], [0, 256]).reshape(-1) / sample.size
        mean, dark, bright, deep = self._range.weigh @ counts
        shift = 0.0 if chroma is None else _to_bt601(chroma) * self._range.chroma_gain
        for name, value in zip(("mean", "dark", "bright", "deep"), (mean + shift, dark, bright, deep), strict=True):
            self._traces[name].append(value)

    def _trace_focus(self, luma: Picture, layout: _Layout) -> None:
        """The Laplacian costs as much as all the rest: it is taken of every fourth frame."""
        if self._before is None or len(self._times) % _FOCUS_EVERY == 1:
            self._detail = _detail(luma[layout.focus]) * self._range.gain**2
        self._traces["focus"].append(self._detail)

    def _trace_change(self, sample: Picture) -> None:
        import cv2

        if self._before is None:
            self._traces["change"].append(np.nan)
        else:
            total = cv2.norm(sample, self._before, cv2.NORM_L1)
            self._traces["change"].append(total / sample.size / 255 * self._range.gain)

    def _store_small(self, luma: Picture, sample: Picture, layout: _Layout) -> None:
        import cv2

        thumb = cv2.LUT(sample[:: layout.thumb, :: layout.thumb], self._range.table)
        self._thumbs.append(np.ascontiguousarray(upright(thumb, self._rotate)))
        rows = _row_means(luma, layout.stride)
        self._rows.append(np.clip((rows - (16 if self._limited else 0)) * self._range.gain, 0, 255).astype(np.float32))

    def _is_black(self) -> bool:
        return self._traces["dark"][-1] >= BLACK

    def _pictures(self) -> Picture:
        if self._kept:
            return np.stack([picture for _, picture in self._kept])
        rows, columns = cropped(self._crop, *upright(np.empty(self._first_shape), self._rotate).shape)
        return np.empty((0, rows.stop - rows.start, columns.stop - columns.start, 3), np.uint8)


def code_range(*, limited: bool) -> Range:
    """The tables of a range: limited codes are expanded by 255/219 from 16 on (ITU-R BT.601, 8 bits)."""
    codes = np.arange(256.0)
    gain = 255 / 219 if limited else 1.0
    full = np.clip((codes - (16 if limited else 0)) * gain, 0, 255)
    shares = [full < 25.5, np.rint(full) >= 250, np.rint(full) <= 5]  # noqa: PLR2004 - the contract's definitions
    weigh = np.stack([full, *shares]).astype(np.float64)
    return Range(np.rint(full).astype(np.uint8), gain, 255 / 224 if limited else 1.0, weigh)


def _lay_out(shape: tuple[int, ...], crop: Crop, rotate: int) -> _Layout:
    height, width = shape
    up = cropped(crop, *((width, height) if rotate % 180 else (height, width)))
    rows, columns = on_sensor(up, rotate, height, width)
    longest = max(rows.stop - rows.start, columns.stop - columns.start)
    stride, thumb = ceil(longest / _SAMPLED), 1 if longest <= _THUMB else 2
    sampled = slice(rows.start, rows.stop, stride), slice(columns.start, columns.stop, stride)
    return _Layout((height, width), up, (rows, columns), sampled, (_middle(rows), _middle(columns)), stride, thumb)


def _middle(span: slice) -> slice:
    start = span.start + max(0, (span.stop - span.start - _FOCUS) // 2)
    return slice(start, min(span.stop, start + _FOCUS))


def _detail(luma: Picture) -> float:
    """Variance of the Laplacian, in squared codes as delivered."""
    import cv2

    _, deviation = cv2.meanStdDev(cv2.Laplacian(np.ascontiguousarray(luma), cv2.CV_16S))
    return float(deviation[0, 0]) ** 2


def _row_means(luma: Picture, stride: int) -> NDArray[np.float32]:
    """(H,) mean of every sensor row; interleaved luma (YUYV) is thinned out first, which is 4 times faster."""
    import cv2

    plain = luma if luma.strides[1] == 1 else np.ascontiguousarray(luma[:, ::stride])
    return cast("NDArray[np.float32]", cv2.reduce(plain, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F).reshape(-1))


def _to_bt601(chroma: Chroma) -> float:
    """What the mean BT.601 luma is above the mean BT.709 luma, from mean chroma (both matrices are linear)."""
    blue, red = (float(np.mean(plane[::4, ::4])) - 128 for plane in chroma)
    return 0.1016 * blue + 0.1961 * red


def _floats(trace: Any) -> NDArray[np.float32]:  # noqa: ANN401 - array.array is not generic at run time
    return np.frombuffer(trace, np.float32).copy()
