"""Pictures and videos with known answers: textures, noise, freezes, rolling-shutter flicker, real encoders."""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import numpy as np


def texture(height=540, width=960, seed=0, contrast=45.0):
    """A (height, width) float picture around code 120 with detail at every scale, like a room, in 20..235."""
    import cv2

    rng = np.random.default_rng(seed)
    total = np.zeros((height, width))
    for octave in range(1, 8):
        small = rng.normal(size=(2 + (height >> (8 - octave)), 2 + (width >> (8 - octave))))
        total += cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC) / octave
    return np.clip(120 + contrast * total / total.std(), 20, 235)


def rounded(picture):
    return np.clip(np.rint(picture), 0, 255).astype(np.uint8)


def noisy(picture, sigma, rng):
    """The picture as a camera with noise of `sigma` codes delivers it."""
    return rounded(picture + rng.normal(0, sigma, picture.shape)) if sigma else rounded(picture)


def moving(picture, frame, subject=0.4):
    """A subject (the middle `subject` of the width) that sways 0-12 pixels before a background that stands still."""
    height, width = picture.shape
    half, shift = int(width * subject / 2), round(12 * np.sin(frame / 7))
    out = picture.copy()
    middle = slice(width // 2 - half, width // 2 + half)
    out[height // 4 :, middle] = np.roll(picture, (shift // 2, 100 + shift), (0, 1))[height // 4 :, middle]
    return out


def film(count, *, height=540, width=960, sigma=2.0, seed=0, subject=0.4):
    """`count` grey frames of a room with a moving subject and sensor noise."""
    rng, picture = np.random.default_rng(seed), texture(height, width, seed)
    for frame in range(count):
        yield noisy(moving(picture, frame, subject) if subject else picture, sigma, rng)


def flickering(count, scene, *, hz, fps, depth, shutter_s=1 / 250, readout_s=1 / 60, sigma=0.0, seed=0):
    """Frames of `scene` (codes, upright sensor rows) under light 1 + depth cos(2 pi hz t), gamma 2.2, rolling shutter.

    The sensor sees the modulation depth * |sinc(hz * shutter_s)|; row r of frame k starts at k/fps + r/rows * readout_s.
    """
    rng, linear = np.random.default_rng(seed), (np.asarray(scene, float) / 255) ** 2.2
    rows = np.arange(linear.shape[0]) / linear.shape[0]
    for frame in range(count):
        light = 1 + seen(depth, hz, shutter_s) * np.cos(2 * np.pi * hz * (frame / fps + rows * readout_s))
        yield noisy(255 * (linear * light[:, None]) ** (1 / 2.2), sigma, rng)


def seen(depth, hz, shutter_s):
    """What a shutter leaves of a light's modulation."""
    return depth * abs(np.sinc(hz * shutter_s))


def limited(frame):
    """A full-range grey frame in limited-range codes."""
    return rounded(16 + np.asarray(frame, float) * 219 / 255)


def write_video(
    path: Path,
    frames: Iterable[np.ndarray],
    *,
    fps: float = 30,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    options: dict[str, str] | None = None,
    times_ms: Sequence[float] | None = None,
    colour_range: int | None = None,
    threads: int = 1,
) -> Path:
    """Encode grey (luma as given, neutral chroma) or BGR frames; `times_ms` makes the frame rate variable."""
    import av

    with av.open(str(path), "w") as box:
        stream = None
        for index, frame in enumerate(frames):
            if stream is None:
                rate = Fraction(fps).limit_denominator(1001)
                stream = box.add_stream(codec, rate=rate, options=options or {})
                stream.height, stream.width, stream.pix_fmt = *frame.shape[:2], pix_fmt
                stream.codec_context.thread_count = threads
                if colour_range:
                    stream.codec_context.color_range = colour_range
                if times_ms is not None:
                    stream.codec_context.time_base = Fraction(1, 1000)
            picture = _picture(frame, pix_fmt, colour_range)
            if times_ms is not None:
                picture.pts, picture.time_base = round(times_ms[index]), Fraction(1, 1000)
            box.mux(stream.encode(picture))
        box.mux(stream.encode())
    return path


def _picture(frame, pix_fmt, colour_range):
    import av

    if frame.ndim == 3:
        return av.VideoFrame.from_ndarray(frame, format="bgr24").reformat(format=pix_fmt)
    height, width = frame.shape
    picture = av.VideoFrame(width, height, pix_fmt)
    for index, plane in enumerate(picture.planes):
        view = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        if index == 0:
            view[:height, :width] = frame
        else:
            view[:] = 128
    if colour_range:
        picture.color_range = colour_range
    return picture


def reduced(frames, *, fps=30.0, times_s=None, limited=False, rotate=0, crop=None, keep=2, clock="grab", keys=()):
    """A CameraClip of grey frames, as a camera source makes it."""
    from rigcheck.measure.frame import FrameReducer

    reducer = FrameReducer(asked=None, rotate=rotate, crop=crop, clock=clock, limited=limited, keep=keep)
    for position, frame in enumerate(frames):
        at_s = position / fps if times_s is None else times_s[position]
        reducer.add(frame, at_s, key=position in keys)
        if reducer.wants_frame():
            full = rounded((np.asarray(frame, float) - 16) * 255 / 219) if limited else frame
            reducer.keep(np.repeat(full[..., None], 3, axis=2))
    return reducer.clip(fourcc="TEST", first_frame_ms=None)
