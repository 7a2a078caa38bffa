"""One group of pictures, and sound, to push over and over: camera-like, because colour bars flatter a line.

Bars compress to nothing and leave a constant bit rate to be made of filler. Here it is texture with a 1/f spectrum
(as natural pictures have it), panned, with sensor noise of sigma 2. One group, because several would each have their
own share of the bits: so every 2 s carry the same.
"""

from __future__ import annotations

import io
import math
import time
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import count, islice
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from rigcheck.push_plan import Target
from rigcheck.sources.rtmp_chunk import Kind

GOP_S = 2.0
NOISE_SIGMA, CONTRAST = 2.0, 40.0  # luma codes
RATE_HZ, SOUND_BLOCK = 48_000, 1024
_PAN_PX, _MARGIN_PX = 3, 64
_TAG_HEADER, _FILE_HEADER = 11, 13
_SEQUENCE_HEADER, _FRAME = 0, 1  # what a video packet holds; 2 ends the file


@dataclass(frozen=True, slots=True)
class Packet:
    """What one message carries; `at_s` from the clip's beginning."""

    kind: Kind
    at_s: float
    body: bytes


@dataclass(frozen=True, slots=True)
class Clip:
    """Encoded picture (one GOP, the first packet its key frame) and sound, and what goes ahead of them.

    Picture and sound each go round at their own length, so neither has a gap.
    """

    heads: tuple[Packet, ...]
    picture: tuple[Packet, ...]
    sound: tuple[Packet, ...]
    picture_s: float
    sound_s: float
    encode_cpu_s: float

    @property
    def kbps(self) -> float:
        """Picture and sound as encoded."""
        return _kbps(self.picture, self.picture_s) + _kbps(self.sound, self.sound_s)

    def endless(self, from_s: float) -> Iterator[Packet]:
        """Packets in the order of their times, which begin at `from_s` and go on and on; the first is a key frame."""
        pictures, sounds = _round(self.picture, self.picture_s, from_s), _round(self.sound, self.sound_s, from_s)
        picture, sound = next(pictures), next(sounds)
        while True:
            if picture.at_s <= sound.at_s:
                yield picture
                picture = next(pictures)
            else:
                yield sound
                sound = next(sounds)


def _kbps(packets: tuple[Packet, ...], length_s: float) -> float:
    return sum(len(packet.body) for packet in packets) * 8 / 1000 / length_s


def _round(packets: tuple[Packet, ...], length_s: float, from_s: float) -> Iterator[Packet]:
    turn = 0
    while True:
        for packet in packets:
            yield Packet(packet.kind, from_s + turn * length_s + packet.at_s, packet.body)
        turn += 1


def make_clip(target: Target) -> Clip:
    """Encode it: H.264 at constant bit rate with a key frame every 2 s, and AAC. Takes a second or so of CPU."""
    began_s, gop = time.process_time(), round(GOP_S * target.fps)
    packets = list(_packets(_encode(target, gop)))
    heads = tuple(packet for packet in packets if _is_head(packet))
    rest = [packet for packet in packets if not _is_head(packet)]
    sound = tuple(packet for packet in rest if packet.kind is Kind.AUDIO)
    return Clip(
        heads,
        tuple(packet for packet in rest if packet.kind is Kind.VIDEO and packet.body[1] == _FRAME),
        sound,
        gop / target.fps,
        len(sound) * SOUND_BLOCK / RATE_HZ,
        time.process_time() - began_s,
    )


def _encode(target: Target, gop: int) -> bytes:
    """The clip of `gop` frames as an FLV file."""
    import av  # noqa: PLC0415 - heavy, and only a trial push needs it

    out = io.BytesIO()
    rate = Fraction(target.fps).limit_denominator(1001)
    with av.open(out, "w", format="flv", options={"flvflags": "no_duration_filesize"}) as container:
        picture = container.add_stream("libx264", rate=rate, options=_x264(target.video_kbps, gop))
        picture.width, picture.height, picture.pix_fmt = target.width_px, target.height_px, "yuv420p"
        picture.codec_context.thread_count = 0
        sound = container.add_stream("aac", rate=RATE_HZ, layout="stereo")
        sound.bit_rate = target.audio_kbps * 1000
        for number, frame in enumerate(islice(_frames(target), gop)):
            frame.pts, frame.time_base = number, 1 / rate
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        for block in _sound(gop / target.fps):
            container.mux(sound.encode(block))
        container.mux(sound.encode(None))
    return out.getvalue()


def _x264(kbps: int, gop: int) -> dict[str, str]:
    """Constant bit rate as in a show, filled up where the picture does not need it; fast, for only the rate matters here."""
    rate = f"{kbps}k"
    volume = {"b": rate, "maxrate": rate, "bufsize": rate, "x264-params": "nal-hrd=cbr:force-cfr=1:vbv-init=1"}
    frames = {"g": str(gop), "keyint_min": str(gop), "sc_threshold": "0", "bf": "0"}
    return {"preset": "superfast", "profile": "high"} | volume | frames


def _frames(target: Target) -> Iterator[Any]:
    """Frames of the texture, panned, each with noise of its own."""
    import av  # noqa: PLC0415 - likewise

    random = np.random.default_rng(1)
    height, width = target.height_px, target.width_px
    texture = _texture(height, width, random)
    noise = np.round(random.normal(0, NOISE_SIGMA, (height + _MARGIN_PX, width + _MARGIN_PX))).astype(np.int16)
    chroma = np.clip(_texture(height // 2, width // 2, random) // 4 + 96, 16, 240).astype(np.uint8)
    for frame_at in count():
        down, right = random.integers(0, _MARGIN_PX, 2)
        luma = np.roll(texture, frame_at * _PAN_PX, axis=1) + noise[down : down + height, right : right + width]
        colour = np.roll(chroma, frame_at * _PAN_PX // 2, axis=1)
        planes = np.concatenate([np.clip(luma, 16, 235).astype(np.uint8).ravel(), colour.ravel(), colour[::-1].ravel()])
        yield av.VideoFrame.from_ndarray(planes.reshape(height * 3 // 2, width), format="yuv420p")


def _texture(height: int, width: int, random: np.random.Generator) -> NDArray[np.int16]:
    """Luma codes whose amplitude spectrum falls as 1/f (Field 1987, of natural scenes), wrapping round at its edges."""
    down = np.fft.fftfreq(height)[:, None] * height
    right = np.fft.rfftfreq(width)[None, :] * width
    distance = np.hypot(down, right)
    distance[0, 0] = np.inf
    phases = np.exp(2j * np.pi * random.random(distance.shape))
    plane = np.fft.irfft2(phases / distance, (height, width))
    return np.asarray(126 + CONTRAST * plane / plane.std(), np.int16)


def _sound(length_s: float) -> Iterator[Any]:
    """Noise of two independent channels at -30 dBFS: what fills an AAC stream as speech and music do."""
    import av  # noqa: PLC0415 - likewise

    random = np.random.default_rng(2)
    for number in range(math.ceil(length_s * RATE_HZ / SOUND_BLOCK)):
        samples = random.normal(0, 0.03, (2, SOUND_BLOCK)).astype(np.float32)
        block = cast("Any", av.AudioFrame.from_ndarray(samples, format="fltp", layout="stereo"))
        block.sample_rate, block.pts, block.time_base = RATE_HZ, number * SOUND_BLOCK, Fraction(1, RATE_HZ)
        yield block


def _packets(flv: bytes) -> Iterator[Packet]:
    """The tags of an FLV file that we wrote ourselves (Adobe's FLV specification 10.1, annex E): they are RTMP's messages."""
    at = _FILE_HEADER
    while at + _TAG_HEADER <= len(flv):
        size = int.from_bytes(flv[at + 1 : at + 4], "big")
        at_ms = int.from_bytes(flv[at + 7 : at + 8] + flv[at + 4 : at + 7], "big")
        body = flv[at + _TAG_HEADER : at + _TAG_HEADER + size]
        yield Packet(Kind(flv[at]), at_ms / 1000, body)
        at += _TAG_HEADER + size + 4


def _is_head(packet: Packet) -> bool:
    """Metadata, and the headers of the codecs."""
    return packet.kind is Kind.DATA or packet.body[1:2] == bytes([_SEQUENCE_HEADER])
