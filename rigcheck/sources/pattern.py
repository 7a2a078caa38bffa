"""The clip that a phone shows to a camera and a microphone: white flashes with beeps, unevenly spaced.

Our own rules. No two pauses are alike, and none is under a second: however late the sound is, up to a second either way,
at one offset all events go together, and at any other hardly any. 60 pictures a second, and pauses that are no whole
number of pictures at 25, 30 or 50: so flashes fall early and late in a camera's pictures, and tell its offset to a part
of one.
"""

# ruff: noqa: PLC0415 - PyAV takes 0.2 s to load: only where a clip is made

from __future__ import annotations

import io
from fractions import Fraction
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from rigcheck.samples import Floats

if TYPE_CHECKING:
    from av import AudioFrame, VideoFrame

FPS, RATE_HZ = 60, 48_000
LENGTH_S = 30
_FIRST, _PAUSES = 72, (161, 81, 196, 107, 134, 67, 181, 94, 171, 116, 149, 203)
"""Pictures to the first flash, and from flash to flash."""
_STARTS = tuple(accumulate(_PAUSES, initial=_FIRST))
_LIT = 12  # pictures: five of a camera at 25 a second
EVENTS_S = tuple(at / FPS for at in _STARTS)
_TONES_HZ, _LEVEL, _FADE_S = (1000, 2500), 0.35, 0.002  # phones carry both, whatever their noise filters do to one
_SIZE = {"portrait": (1080, 1920), "landscape": (1920, 1080)}
_BLACK, _WHITE, _GREY = 16, 235, 128  # limited range, as phones expect
_TIGHT = {"preset": "ultrafast", "qp": "26", "bf": "0", "g": "60"}
"""No B-frames: their delay would have to be undone by the player."""


def make_pattern(orientation: Literal["portrait", "landscape"] = "portrait") -> bytes:
    """An MP4 of H.264 at 60 pictures a second and AAC, of LENGTH_S, sound exactly with the picture.

    AAC starts with a frame of nothing; the file's edit list takes it off again.
    """
    import av

    width, height = _SIZE[orientation]
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as box:
        picture = box.add_stream("libx264", rate=FPS, options=_TIGHT)
        picture.width, picture.height, picture.pix_fmt = width, height, "yuv420p"
        picture.codec_context.thread_count = 2  # each more holds frames of memory
        sound = box.add_stream("aac", rate=RATE_HZ, layout="mono", options={"b": "128000"})
        beeps = pattern_sound()
        shown = {luma: _plain(width, height, luma) for luma in (_BLACK, _WHITE)}
        for index in range(LENGTH_S * FPS):
            box.mux(picture.encode(_at(shown[_WHITE if _is_lit(index) else _BLACK], index)))
            first, last = (round(at * RATE_HZ / FPS) for at in (index, index + 1))
            box.mux(sound.encode(_block(beeps[first:last], first)))
        box.mux(picture.encode())
        box.mux(sound.encode())
    return file.getvalue()


def pattern_sound() -> Floats:
    """(n,) samples at RATE_HZ, full scale 1.0: silence, and a beep that begins with the first sample of each flash."""
    length = _LIT * RATE_HZ // FPS
    t_s = np.arange(length) / RATE_HZ
    beep = _LEVEL * sum(np.cos(2 * np.pi * hertz * t_s) for hertz in _TONES_HZ)  # a cosine: loud at once
    beep *= np.clip((length / RATE_HZ - t_s) / _FADE_S, 0, 1)
    samples = np.zeros(LENGTH_S * RATE_HZ, np.float32)
    for at in EVENTS_S:
        first = round(at * RATE_HZ)
        samples[first : first + length] = beep
    return samples


def _is_lit(index: int) -> bool:
    return any(start <= index < start + _LIT for start in _STARTS)


def _plain(width: int, height: int, luma: int) -> VideoFrame:
    import av

    frame = av.VideoFrame(width, height, "yuv420p")
    for plane, code in zip(frame.planes, (luma, _GREY, _GREY), strict=True):
        plane.update(bytes([code]) * plane.buffer_size)
    return frame


def _at(frame: VideoFrame, index: int) -> VideoFrame:
    frame.pts, frame.time_base = index, Fraction(1, FPS)
    return frame


def _block(samples: Floats, first: int) -> AudioFrame:
    import av

    values: Any = samples[None, :]
    block = av.AudioFrame.from_ndarray(values, format="fltp", layout="mono")
    block.sample_rate, block.pts, block.time_base = RATE_HZ, first, Fraction(1, RATE_HZ)
    return block
