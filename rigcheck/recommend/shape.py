"""Sizes and rates of the picture that a plan may choose, and the bits they need by OBS's formula."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Literal

STEP_KBPS = 50
"""Rates are rounded down to this, as OBS's auto-configuration does."""
LADDER = (
    *((1080, 1920, 60.0), (1080, 1920, 30.0), (1080, 1920, 25.0)),
    *((720, 1280, 60.0), (720, 1280, 30.0), (720, 1280, 25.0)),
    *((540, 960, 30.0), (540, 960, 25.0)),
)
"""Portrait, best first: exact 9:16, even sides. 60 fps only for motion, or where the room asks for it."""
SIXTY = 60.0
_PIXEL_POWER, _RATE_POWER = 0.85, 1.1  # OBS, AutoConfigTestPage.cpp; "totally arbitrary", say its authors
_LEAST_AT_1080P60, _UPPER_AT_720P30 = 5800.0, 3000.0
_LEVELS = ((540 * 960, "3.1", "3.2"), (720 * 1280, "3.1", "3.2"), (1080 * 1920, "4.0", "4.2"))
_FAST = 30.0


@dataclass(frozen=True, slots=True)
class Shape:
    """Upright pixels and frames a second."""

    width_px: int
    height_px: int
    fps: float

    @property
    def pixels(self) -> int:
        """Pixels a frame."""
        return self.width_px * self.height_px

    @property
    def text(self) -> str:
        """As people write it: 1080x1920@30."""
        return f"{self.width_px}x{self.height_px}@{self.fps:g}"


def ladder(orientation: Literal["portrait", "landscape"], *, sixty: bool) -> tuple[Shape, ...]:
    """The shapes to choose from, best first."""
    rows = [row for row in LADDER if sixty or row[2] < SIXTY]
    is_portrait = orientation == "portrait"
    return tuple(Shape(*((w, h) if is_portrait else (h, w)), fps) for w, h, fps in rows)


def is_better(shape: Shape, than: Shape) -> bool:
    """Whether it stands higher on the ladder: more pixels, or as many and more frames."""
    return (shape.pixels, shape.fps) > (than.pixels, than.fps)


def least_kbps(shape: Shape) -> float:
    """What the shape needs at least, in kbit/s, before the content counts. OBS: 5800 at 1920x1080@60, scaled."""
    return _LEAST_AT_1080P60 * _weight(shape) / _weight(Shape(1920, 1080, SIXTY))


def upper_kbps(shape: Shape) -> float:
    """What is enough for it, in kbit/s, before the content counts. OBS: 3000 at 1280x720@30, scaled."""
    return _UPPER_AT_720P30 * _weight(shape) / _weight(Shape(1280, 720, 30.0))


def _weight(shape: Shape) -> float:
    return float(shape.pixels**_PIXEL_POWER * (shape.fps**_RATE_POWER) ** 0.5)


def rounded(kbps: float) -> int:
    """Down to the next step of 50 kbit/s."""
    return STEP_KBPS * floor(kbps / STEP_KBPS)


def level_of(shape: Shape) -> str:
    """The H.264 level that x264 takes for it: 720x1280@30 3.1, @60 3.2; 1080x1920@30 4.0, @60 4.2."""
    _, slow, fast = next((row for row in _LEVELS if shape.pixels <= row[0]), _LEVELS[-1])
    return slow if shape.fps <= _FAST else fast
