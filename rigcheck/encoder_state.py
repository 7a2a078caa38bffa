"""What this computer can encode of the room's own picture: the Request and the trials that came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from rigcheck.request import PROGRAM, ObsAddress, Request
from rigcheck.value import Box, Mode

X264_PRESETS = ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow")
"""The cheapest first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One encode to try: upright pixels, frames per second, kbit/s, and x264 presets in the order of their cost."""

    width_px: int
    height_px: int
    fps: float
    video_kbps: int
    presets: tuple[str, ...] = ("superfast", "veryfast", "faster", "medium")


@dataclass(frozen=True, slots=True)
class EncoderRequest(Request):
    """Trial encodes of what the camera `device` shows: hardware encoders by one frame each, x264 preset by preset.

    The picture comes the same way as a CameraRequest's; `obs` is the OBS whose programme `obs:program` means. With
    `quality`, candidates are also compared at display size.
    """

    kind: ClassVar[str] = "encoder"
    device: str | int | None = None
    mode: Mode | None = None
    rotate: int = 0
    crop: Box | Literal["portrait", "landscape"] | None = None
    candidates: tuple[Candidate, ...] = ()
    quality: bool = False
    obs: ObsAddress | None = None

    @property
    def disturbs(self) -> bool:
        """It opens the camera and takes the processor for itself."""
        return True

    @property
    def resource(self) -> str:
        """The camera, like every look through it."""
        return PROGRAM if self.device == PROGRAM else f"camera:{self.device}"

    @property
    def deadline_s(self) -> float:
        """Opening, some seconds of picture, and of encoding and comparing for each candidate."""
        return 25.0 + (24.0 if self.quality else 12.0) * len(self.candidates)


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One encoder at one candidate. Frames per wall-clock second and CPU ms a frame, the best of up to three runs.

    The size is the one that was encoded: where the camera delivers less than the candidate, that is less.
    """

    encoder: str  # x264, nvenc, qsv, amf, videotoolbox, vaapi
    preset: str
    width_px: int
    height_px: int
    fps: float
    video_kbps: int
    wall_fps: float
    cpu_ms: float
    xpsnr_db: float | None = None  # at display size, against the camera's own picture
    ssim_db: float | None = None  # likewise, where XPSNR is not to be had


@dataclass(frozen=True, slots=True, eq=False)
class EncoderTrials:
    """What was tried on this computer.

    `unusable`: hardware encoders that would not encode one frame, and their words; "" where this build has them not.
    """

    kind: ClassVar[str] = "encoder"
    trials: tuple[Trial, ...]
    unusable: Mapping[str, str]
    cores: int
    load: float | None  # load average of one minute before the trials
    frames: int  # pictures of the room that were encoded
    via: str = "device"
