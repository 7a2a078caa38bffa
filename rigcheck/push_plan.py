"""What to push: the encode a show means to send, and the plan that `recommend` makes of what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from rigcheck.model import Message, Status

Mark = Literal[
    "official", "obs", "policy", "secondary", "background", "unverified", "room", "measured", "derived", "ours"
]
"""Where a number comes from, as sure as it is: the platform's own page, OBS's source, our value where none is published,
a third party, common knowledge nobody confirmed, a guess, this room's profile, its measurement, arithmetic, our own rule.
"""
Binding = Literal["platform", "uplink", "loss", "cpu", "camera", "content", "conduct", "evidence"]
"""The constraint that decides a plan. conduct: a platform forbids it; evidence: too little was measured."""


@dataclass(frozen=True, slots=True)
class Target:
    """Picture and sound as they should leave the room; pixels upright. Video and audio in kbit/s."""

    width_px: int = 1080
    height_px: int = 1920
    fps: float = 30.0
    video_kbps: int = 4450  # a talking head at 1080x1920@30 by OBS's formula, 0.75 x 5976
    audio_kbps: int = 160
    outputs: int = 1  # pushes of it at once, one a platform

    @property
    def total_kbps(self) -> float:
        """What the line has to carry with RTMP's and TCP's own bytes: 4 % more than picture and sound, every push."""
        return (self.video_kbps + self.audio_kbps) * 1.04 * self.outputs


@dataclass(frozen=True, slots=True)
class Encode:
    """One complete set of encoder parameters. kbit/s, Hz, pixels, seconds, frames."""

    width_px: int
    height_px: int
    fps: float
    video_kbps: int
    encoder: Literal["x264", "nvenc", "qsv", "amf", "videotoolbox", "vaapi", "mf", "any"] = "x264"
    codec: Literal["h264", "hevc", "av1"] = "h264"
    preset: str = "veryfast"
    profile: str = "high"
    level: str = "4.0"
    rate_control: Literal["CBR"] = "CBR"
    buffer_kbit: int = 0  # VBV
    keyint_s: float = 2.0
    keyint_frames: int = 60
    bframes: int = 2
    audio_kbps: int = 160
    audio_rate_hz: int = 48_000
    channels: int = 2
    color_space: str = "709"
    color_range: Literal["partial", "full"] = "partial"


@dataclass(frozen=True, slots=True)
class Why:
    """One number or rule of the plan: what it is, where it comes from, and the arithmetic as a message."""

    field: str  # video_kbps, fps ...: the field it explains, or the rule's own name
    mark: Mark
    message: Message
    source: str | None = None  # a page, a clause, a file, a date


@dataclass(frozen=True, slots=True)
class PushPlan:
    """A push plan, or the refusal of one (`encode` None, `refusal` set, `ways` out of it).

    `binding` names the constraint that decided. `tiers`: backup_line, degraded; codec, profile, key frames and sound are
    those of `encode`. `others`, where several platforms are served: `relay` (one push to a service that passes it on),
    `own:PLATFORM` (an encode of its own). The same `encode` is pushed `outputs` times.
    """

    encode: Encode | None
    platforms: tuple[str, ...]
    binding: Binding
    confidence: Literal["high", "medium", "low"]
    why: tuple[Why, ...]
    tiers: Mapping[str, Encode] = field(default_factory=dict)
    others: Mapping[str, Encode] = field(default_factory=dict)
    outputs: int = 1
    upload_kbps: int | None = None  # what all pushes together take of the line, transport included
    protocol: Literal["rtmp", "srt"] = "rtmp"
    sync_offset_ms: int | None = None  # for OBS's Sync Offset field; positive delays the sound
    srt_latency_ms: int | None = None
    refusal: Message | None = None
    ways: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    pusher: Literal["obs", "companion", "hardware", "phone"] = "obs"

    @property
    def status(self) -> Status:
        """A plan is ok, with warnings a warning; a refusal fails; where too little was measured it is unknown."""
        if self.encode is None:
            return Status.UNKNOWN if self.binding == "evidence" else Status.FAIL
        return Status.WARN if self.warnings else Status.OK
