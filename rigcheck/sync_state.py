"""Picture and sound on one clock, as evidence of whether they are together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from rigcheck.request import PROGRAM, ObsAddress, Request

STEP_S = 0.00025
"""Grain of the sound's envelope. Our own rule: a twentieth of the accuracy owed."""


@dataclass(frozen=True, slots=True)
class SyncRequest(Request):
    """Picture and sound together, for `seconds`. `device` is OBS's programme, or None where there is no common clock."""

    kind: ClassVar[str] = "sync"
    device: str | None = None
    obs: ObsAddress | None = None
    seconds: float = 10.0

    @property
    def disturbs(self) -> bool:
        """Recording OBS's programme does."""
        return self.device == PROGRAM

    @property
    def resource(self) -> str:
        """The programme is one device for picture, sound and both together."""
        return PROGRAM if self.device == PROGRAM else self.key

    @property
    def deadline_s(self) -> float:
        """As for the programme's picture."""
        return self.seconds + 12.0


@dataclass(frozen=True, slots=True, eq=False)
class SyncClip:
    """Brightness and loudness over time, both on the clock of the recording they came from."""

    kind: ClassVar[str] = "sync"
    t_s: NDArray[np.float64]  # (n,) time stamps of the frames, seconds
    luma: NDArray[np.float32]  # (n,) mean full-range luma of each frame, code values
    sound: NDArray[np.float32]  # (m,) highest magnitude of any channel in each STEP_S, full scale 1.0
    sound_at_s: float  # time of the first of them, seconds
    via: str = "device"  # device, obs-record
