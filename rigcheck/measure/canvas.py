"""OBS's picture: whether canvas, output, frame rate and colour are such as platforms and phones show right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal

RATES = (25.0, 30.0, 50.0, 60.0)
"""Frames per second that platforms take without converting; also times 1000/1001, as television has them."""
SPACES = frozenset({"709", "srgb"})
"""What players take a stream of 8 bits for (ITU-R BT.709); HDR or BT.601 come out in wrong colours."""
RATE_TOLERANCE, SHAPE_TOLERANCE = 0.002, 0.01
"""29.97 is 30; a few pixels for even sides are no stretching."""
Size = tuple[int, int]


def canvas_faults(settings: Mapping[str, str], orientation: Literal["portrait", "landscape"]) -> tuple[str, ...] | None:
    """What is wrong, as words: orientation, odd, enlarged, stretched, rate, space, range. None without a canvas size.

    `settings` are those of ObsState; what is not in them is not judged. Our own rules, save for the colours (BT.709).
    """
    base = _size(settings.get("base", ""))
    if base is None:
        return None
    output = _size(settings.get("output", "")) or base
    return (*_of_sizes(base, output, orientation), *_of_signal(settings))


def _of_sizes(base: Size, output: Size, orientation: Literal["portrait", "landscape"]) -> Iterator[str]:
    is_wide = [width > height for width, height in (base, output)]
    if is_wide != [orientation == "landscape"] * 2 or base[0] == base[1]:
        yield "orientation"
    if any(side % 2 for side in (*base, *output)):
        yield "odd"
    if output[0] > base[0] or output[1] > base[1]:
        yield "enlarged"
    if abs(output[0] * base[1] / (output[1] * base[0]) - 1) > SHAPE_TOLERANCE:
        yield "stretched"


def _of_signal(settings: Mapping[str, str]) -> Iterator[str]:
    fps = _rate(settings.get("fps", ""))
    if fps is not None and not any(abs(fps / rate - 1) <= RATE_TOLERANCE for rate in RATES):
        yield "rate"
    if settings.get("color_space", "709").lower() not in SPACES:
        yield "space"
    if settings.get("color_range", "Partial").lower() not in ("partial", "limited"):
        yield "range"


def _size(text: str) -> Size | None:
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text.strip())
    return (int(found[1]), int(found[2])) if found and int(found[1]) * int(found[2]) else None


def _rate(text: str) -> float | None:
    """`30`, `29.97` or `30000/1001`."""
    try:
        return float(Fraction(text.strip()))
    except (ValueError, ZeroDivisionError):
        return None
