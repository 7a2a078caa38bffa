"""The room when it was good: what later looks are compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from rigcheck.value import Mode


@dataclass(frozen=True, slots=True, eq=False)
class CameraBaseline:
    """One camera's good picture, upright and cropped as the room looks at it."""

    device: str  # as the profile names it; of an address only scheme, host and a digest
    mode: Mode | None
    rotate: int
    via: str  # device, obs-shot, obs-record: pictures of different ways are not compared
    picture: NDArray[np.uint8]  # (h, w, 3) BGR full range, reduced to at most 480 pixels of width by area
    focus: float  # of the whole picture at the fixed working size
    noise: float = 0.0  # deviation of the picture's noise, codes


@dataclass(frozen=True, slots=True)
class MicBaseline:
    """One microphone, whose figures are among the room's."""

    device: str  # as the profile names it, "" for the system's default input
    layout: str
    via: str  # device, obs-shot, obs-record


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """A room's good state: its cameras' pictures, and every figure of that run by the id it had in the report."""

    name: str
    taken_at: datetime
    room: str | None
    cameras: Mapping[str, CameraBaseline] = field(default_factory=dict)  # by role
    mics: Mapping[str, MicBaseline] = field(default_factory=dict)  # by role
    figures: Mapping[str, float] = field(default_factory=dict)  # by metric id, `id@device` for any but the main one
