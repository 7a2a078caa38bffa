"""Values that a profile's sections are made of: names, shares, boxes, modes, and references to secrets.

Right by construction: what cannot be raises ValueError.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, cast

from annotated_types import Ge, Gt, Le, Len

from rigcheck.written import NAME, Unreadable, Written

Share = Annotated[float, Ge(0), Le(1)]
DeviceName = Annotated[str, NAME]
Label = Annotated[str, Len(1, 200)]

_BOX_SCHEMA = {"type": "array", "minItems": 4, "maxItems": 4, "items": {"type": "number", "minimum": 0, "maximum": 1}}
_ROUNDING = 1e-9  # 0.7 + 0.3 may be a hair above 1


def _fields_of_box(raw: object) -> object:
    if not isinstance(raw, list) or len(raw) != len("xywh"):
        raise Unreadable("should be [x, y, width, height], shares 0-1 of the picture")
    return dict(zip("xywh", raw, strict=True))


def box_or(word: str) -> Written:
    """How either a word or a box is written."""

    def unpack(raw: object) -> object:
        if isinstance(raw, list):
            return _fields_of_box(raw)
        if raw not in (word, None):
            raise Unreadable(f"should be {word} or [x, y, width, height]")
        return raw

    return Written(unpack, {"anyOf": [{"const": word}, _BOX_SCHEMA, {"type": "null"}]})


def _corners(raw: object) -> object:
    if raw in ("auto", None):
        return raw
    is_list = isinstance(raw, list) and len(raw) == len(Corners.__annotations__)
    if not is_list or not all(
        isinstance(corner, list) and len(corner) == len("xy") for corner in cast("list[object]", raw)
    ):
        raise Unreadable("should be auto or four corners [[x, y], ...], shares 0-1 of the picture, dark skin's first")
    return dict(zip(Corners.__annotations__, (tuple(corner) for corner in cast("list[list[float]]", raw)), strict=True))


def _fields_of_mode(raw: object) -> object:
    found = re.fullmatch(r"(\d{1,6})x(\d{1,6})@(\d{1,4}(?:\.\d{1,6})?)", raw) if isinstance(raw, str) else None
    if found is None:
        raise Unreadable("should be WIDTHxHEIGHT@RATE, such as 1920x1080@30")
    return {"width": int(found[1]), "height": int(found[2]), "fps": float(found[3])}


def reference(raw: object) -> str:
    """The reference to a secret. Raises Unreadable for anything else, without a word of it: it may be the secret."""
    if not isinstance(raw, str) or not re.fullmatch(r"env:[A-Za-z_]\w*|file:\S.*|keyring:[^/\s]+/\S+", raw):
        raise Unreadable("is a secret: write env:NAME, file:PATH or keyring:SERVICE/NAME, never the secret itself")
    return raw


def _fields_of_secret(raw: object) -> object:
    return {"ref": reference(raw)}


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the upright, cropped picture: x, y, width and height as shares 0-1 of its size."""

    x: Share
    y: Share
    w: Annotated[float, Gt(0), Le(1)]
    h: Annotated[float, Gt(0), Le(1)]

    def __post_init__(self) -> None:
        if max(self.x + self.w, self.y + self.h) > 1 + _ROUNDING:
            raise ValueError("reaches outside the picture: x + width and y + height should be at most 1")


Point = tuple[Share, Share]


@dataclass(frozen=True, slots=True)
class Corners:
    """Where a chart stands: its corners as shares of the upright, cropped picture.

    In the chart's own order, from the corner at its first patch (dark skin) along the first row, and round.
    """

    first: Point
    second: Point
    third: Point
    fourth: Point


@dataclass(frozen=True, slots=True)
class Mode:
    """A camera mode: pixels as the sensor delivers them (before `rotate`) and frames per second."""

    width: Annotated[int, Ge(16), Le(16384)]
    height: Annotated[int, Ge(16), Le(16384)]
    fps: Annotated[float, Gt(0), Le(1000)]


@dataclass(frozen=True, slots=True)
class Secret:
    """A reference to a secret (`env:NAME`, `file:PATH`, `keyring:SERVICE/NAME`), never the secret itself."""

    ref: str

    def __repr__(self) -> str:
        return f"Secret({self.ref.partition(':')[0]}:...)"


WrittenBox = Annotated[Box, Written(_fields_of_box, _BOX_SCHEMA)]
WrittenMode = Annotated[
    Mode,
    Written(_fields_of_mode, {"type": "string", "pattern": r"^\d+x\d+@\d+(\.\d+)?$", "examples": ["1920x1080@30"]}),
]
WrittenSecret = Annotated[Secret, Written(_fields_of_secret, {"type": "string", "pattern": "^(env|file|keyring):.+$"})]
_POINT_SCHEMA = {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "number", "minimum": 0, "maximum": 1}}
CORNERS = Written(
    _corners,
    {
        "anyOf": [
            {"const": "auto"},
            {"type": "array", "minItems": 4, "maxItems": 4, "items": _POINT_SCHEMA},
            {"type": "null"},
        ]
    },
)
"""How a chart is written: auto, or its four corners."""


def is_local(device: str | int | None) -> bool:
    """Whether a camera or microphone is plugged into this computer: no URL, and no input of OBS."""
    return not isinstance(device, str) or not ("://" in device or device.startswith("obs:"))
