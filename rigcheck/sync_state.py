"""Picture and sound on one clock, as evidence of whether they are together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rigcheck.profile import Mode
from rigcheck.request import PROGRAM, ObsAddress, Request

STEP_S = 0.00025
"""Grain of the sound's envelope. Our own rule: a twentieth of the accuracy owed."""


START_S = 3.0
"""A microphone is listened to for longer by this: its camera takes that long to open and to settle. Our own rule."""


@dataclass(frozen=True, slots=True)
class CameraAndMic:
    """A camera and a microphone, each a device of its own, as the profile names them."""

    camera: str | int | None
    mode: Mode | None
    mic: str | None


@dataclass(frozen=True, slots=True)
class SyncRequest(Request):
    """Picture and sound together, for `seconds`: `device` is OBS's programme; else both `devices`, where there are."""

    kind: ClassVar[str] = "sync"
    device: str | None = None
    devices: CameraAndMic | None = None
    obs: ObsAddress | None = None
    seconds: float = 10.0

    @property
    def disturbs(self) -> bool:
        """Recording OBS's programme does, and opening devices."""
        return self.device == PROGRAM or self.devices is not None

    @property
    def resource(self) -> str:
        """The programme is one device for picture, sound and both together."""
        return PROGRAM if self.device == PROGRAM else self.key

    @property
    def resources(self) -> tuple[str, ...]:
        """Of devices of their own, both."""
        own = self.devices
        return (f"camera:{own.camera}", f"mic:{own.mic}") if own else (self.resource,)

    @property
    def deadline_s(self) -> float:
        """As for the programme's picture, or a camera's."""
        return self.seconds + START_S + 12.0


@dataclass(frozen=True, slots=True, eq=False)
class SyncClip:
    """Brightness and loudness over time, both on one clock: a recording's own, or this computer's."""

    kind: ClassVar[str] = "sync"
    t_s: NDArray[np.float64]  # (n,) time stamps of the frames, seconds
    luma: NDArray[np.float32]  # (n,) mean full-range luma of each frame, code values
    sound: NDArray[np.float32]  # (m,) highest magnitude of any channel in each STEP_S, full scale 1.0
    sound_at_s: float  # time of the first of them, seconds
    via: str = "device"  # device, obs-record
