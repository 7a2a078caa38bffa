"""Which hardware encoders there are: each is made to encode one picture, as being compiled in says nothing. In a worker."""

# ruff: noqa: PLC0415 - av takes 0.2 s to load: only in the worker

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

from rigcheck.encoder_state import Candidate

if TYPE_CHECKING:
    from av import Packet, VideoFrame
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream

HARDWARE = {
    "nvenc": "h264_nvenc",
    "qsv": "h264_qsv",
    "amf": "h264_amf",
    "videotoolbox": "h264_videotoolbox",
    "vaapi": "h264_vaapi",
    "mf": "h264_mf",
}
"""Families of hardware encoders and FFmpeg's names of their H.264 ones."""
_X264 = "libx264"
_LAYOUTS = {"qsv": "nv12", "mf": "nv12", "amf": "nv12"}
"""Picture layouts of encoders that do not take planar 4:2:0."""
PRESETS = {"nvenc": "p5", "qsv": "medium", "amf": "quality"}
"""What OBS takes by default, as FFmpeg calls it."""
_SMALL = Candidate(640, 360, 30.0, 1000)
_WORDS = 200


def refusal_of(encoder: str) -> str | None:
    """Why a hardware encoder does not encode one picture: FFmpeg's words, "" where it is not built in; None if it does."""
    import av
    from av import VideoFrame

    av.logging.set_level(av.logging.ERROR)
    with av.logging.Capture() as said:
        try:
            context = opened(encoder, PRESETS.get(encoder, ""), _SMALL, (_SMALL.width_px, _SMALL.height_px))
            frame = VideoFrame(_SMALL.width_px, _SMALL.height_px, "yuv420p")
            packets = [*encoded(context, encoder, frame, 0), *context.encode(None)]
        except av.codec.codec.UnknownCodecError:
            return ""
        except Exception as error:  # noqa: BLE001 - drivers fail in ways of their own; any is a refusal
            return _words(said, error)
    return None if packets else "no packet"


def opened(encoder: str, preset: str, candidate: Candidate, size: tuple[int, int]) -> VideoCodecContext:
    """An encoder as OBS sets it up for CBR: one second of buffer, key frames every two seconds and nowhere else.

    Raises what PyAV raises: UnknownCodecError where it is not built in, FFmpegError where it cannot be used.
    """
    import av

    context = cast("VideoCodecContext", av.CodecContext.create(HARDWARE.get(encoder, _X264), "w"))
    context.width, context.height = size
    context.pix_fmt = _LAYOUTS.get(encoder, "yuv420p")
    context.framerate = Fraction(candidate.fps).limit_denominator(1001)
    context.time_base = 1 / context.framerate
    context.thread_type = "FRAME"  # PyAV asks for slices otherwise, which OBS does not use and which cost quality
    context.gop_size = round(2 * candidate.fps)
    rate = f"{candidate.video_kbps}k"
    context.options = {"b": rate, "maxrate": rate, "bufsize": rate, **_own_options(encoder, preset)}
    context.open()
    return context


def _own_options(encoder: str, preset: str) -> dict[str, str]:
    if encoder not in HARDWARE:
        return {"preset": preset, "profile": "high", "sc_threshold": "0", "bf": "2", "nal-hrd": "cbr"}
    return {"preset": preset} if preset else {}


def encoded(context: VideoCodecContext, encoder: str, frame: VideoFrame, position: int) -> list[Packet[VideoStream]]:
    """The packets that come out for one more picture."""
    if encoder in _LAYOUTS:
        frame = frame.reformat(format=_LAYOUTS[encoder])
    frame.pts, frame.time_base = position, context.time_base
    return list(context.encode(frame))


def _words(said: list[tuple[int, str, str]], error: Exception) -> str:
    """The last thing FFmpeg logged, as it tells more than the error; without names of this computer's files."""
    logged = [text.strip() for _, _, text in said if text.strip()]
    return (logged[-1] if logged else str(error))[:_WORDS]
