"""What stands by, as evidence: the standby video as a file, and how the room's drills went before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from rigcheck.drill_state import Drilled
from rigcheck.request import Request

Times = NDArray[np.float64]
Floats = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class StandbyRequest(Request):
    """The first `seconds` of a media file, decoded. A relative `file` lies beside `beside`, the profile's own file."""

    kind: ClassVar[str] = "standby"
    file: str = ""
    beside: str | None = None
    seconds: float = 15.0

    @property
    def deadline_s(self) -> float:
        """A busy computer decodes 1080p at three times its speed, and programs take a second or two to load."""
        return self.seconds + 5.0


@dataclass(frozen=True, slots=True, eq=False)
class StandbyFile:
    """A media file as far as it was looked at: n frames, m readings of sound, one every 100 ms.

    missing: no such file; damaged: nothing in it decodes; no-picture: it holds sound only. None: the file does not say.
    """

    kind: ClassVar[str] = "standby"
    outcome: Literal["read", "missing", "denied", "damaged", "no-picture"]
    t_s: Times  # (n,) the frames' times; a still picture has one
    change: Floats  # (n,) mean absolute difference to the frame before / 255; the first is nan
    same: Flags  # (n,) bit-identical to the frame before
    key: Flags  # (n,) key frames
    sound_dbfs: Floats  # (m,) RMS of the loudest channel; -inf for digital silence
    seconds: float | None = None  # the whole file's length; None for a still picture too
    width_px: int | None = None
    height_px: int | None = None
    fps: float | None = None
    codec: str = ""
    rate_hz: int | None = None  # of its sound; None where it has none


@dataclass(frozen=True, slots=True)
class DrilledRequest(Request):
    """The room's drills of one kind so far, from their history; `name` is the kind."""

    kind: ClassVar[str] = "drilled"


@dataclass(frozen=True, slots=True, eq=False)
class DrillHistory:
    """The drills of a kind that were held in this room, oldest first; none where there were none yet."""

    kind: ClassVar[str] = "drilled"
    drills: tuple[Drilled, ...] = ()
