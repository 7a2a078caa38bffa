"""How far the framing has moved: parts of the good picture are looked for in today's, and what most of them say counts."""

# ruff: noqa: PLC0415 - cv2 loads when it is used: a light command that imports the checks must not load it

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.picture import Picture, pixels
from rigcheck.profile import Box

_WHOLE = Box(0, 0, 1, 1)
_WIDTH = 240  # px: noise and a soft lens hardly matter at this size, and 0.5 % of the width are still 1.2 px
_PART = 30  # px: side of a part
_REACH = 60  # px that a part is looked for to each side: a quarter of the width
_TEXTURE = 3.0  # codes: deviation under which a part has nothing to know it by
_ALIKE = 0.6  # correlation from which on a part counts as found, where many parts are asked
_SURE, _ALONE = 0.75, 0.05  # where few are: more of it, and the next best place worse by so much (edges, patterns)
_AGREE = 2.0  # px
_SUMMIT = 5  # px to each side
_FEW = 3  # parts of a whole picture that must agree


class Shift(NamedTuple):
    """How far today's picture lies right of and below the good one, in shares of the width; told by the anchor or all."""

    x: float
    y: float
    by_anchor: bool

    @property
    def pct(self) -> float:
        """Its length in percent of the width."""
        return float(100 * np.hypot(self.x, self.y))


def find_shift(then: Picture, now: Picture, anchor: Box | None = None) -> Shift | None:
    """Where the content of the anchor box, or else of the whole picture, has gone; None where it is not found again.

    `then` and `now`: (h, w) luma of one shape. Our own rule, because goods change, people walk about and lamps differ:
    the box is cut into parts an eighth of the width wide, each is found by normalised correlation (which level and
    contrast do not move) up to a quarter of the width away, and the largest group of parts that moved alike counts
    where it holds a fifth of them (most of them within the anchor). Owed: +-0.5 % of the width.
    """
    before, after = _reduced(then), _reduced(now)
    at = _agreed(before, after, anchor) if anchor else None
    if at is not None:
        return Shift(*at, by_anchor=True)
    at = _agreed(before, after, None)
    return Shift(*at, by_anchor=False) if at is not None else None


def is_plain(picture: Picture) -> bool:
    """Whether there is too little in a (h, w) picture to know it again by."""
    return len(_parts(_reduced(picture), _WHOLE)) < _FEW


def _agreed(before: Picture, after: Picture, anchor: Box | None) -> tuple[float, float] | None:
    """The shift, in shares of the width, that enough parts of the anchor (None: of all) agree on."""
    parts = _parts(before, anchor or _WHOLE)
    many = len(parts) > _FEW
    found = np.array([at for part in parts if (at := _find(before, after, part, many=many)) is not None])
    if not len(found):
        return None
    near = np.linalg.norm(found[:, None] - found[None], axis=2) <= _AGREE
    group = found[near[near.sum(axis=1).argmax()]]
    if len(group) < (len(parts) // 2 + 1 if anchor else max(_FEW, len(parts) / 5)):
        return None
    x, y = (np.median(group, axis=0) / before.shape[1]).tolist()
    return x, y


def _reduced(luma: Picture) -> Picture:
    import cv2

    height, width = luma.shape
    size = min(width, _WIDTH), max(1, round(height * min(1.0, _WIDTH / width)))
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.uint8)


def _parts(picture: Picture, box: Box) -> list[tuple[slice, slice]]:
    """The box in parts as near to squares of the set side as can be, those without texture left out."""
    rows, columns = (_cut(span) for span in pixels(box, *picture.shape))
    cut = [(row, column) for row in rows for column in columns]
    return [part for part in cut if picture[part].std() >= _TEXTURE]


def _cut(span: slice) -> list[slice]:
    edges = np.linspace(span.start, span.stop, max(1, round((span.stop - span.start) / _PART)) + 1).round().astype(int)
    return [slice(first, last) for first, last in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True)]


def _find(before: Picture, after: Picture, part: tuple[slice, slice], *, many: bool) -> NDArray[np.float64] | None:
    """(2,) x and y by which a part has moved, to fractions of a pixel.

    None where nothing looks like it; one of few must look surely like it, and nothing else nearly as much.
    """
    import cv2

    (top, bottom), (left, right) = (_around(span, size) for span, size in zip(part, before.shape, strict=True))
    found = cv2.matchTemplate(after[top:bottom, left:right], before[part], cv2.TM_CCOEFF_NORMED)
    likeness = np.asarray(found, np.float32)
    _, best, _, (x, y) = cv2.minMaxLoc(likeness)
    if not best >= (_ALIKE if many else max(_SURE, _next_best(likeness, x, y) + _ALONE)):  # nan, too
        return None
    fine = _summit(likeness[y, :], x), _summit(likeness[:, x], y)
    return np.array([left + fine[0] - part[1].start, top + fine[1] - part[0].start])


def _next_best(likeness: NDArray[np.float32], x: int, y: int) -> float:
    """The highest value that is no part of the summit at x, y."""
    rest = likeness.copy()
    rest[max(0, y - _SUMMIT) : y + _SUMMIT + 1, max(0, x - _SUMMIT) : x + _SUMMIT + 1] = -1
    return float(rest.max())


def _around(span: slice, size: int) -> tuple[int, int]:
    return max(0, span.start - _REACH), min(size, span.stop + _REACH)


def _summit(line: NDArray[np.float32], at: int) -> float:
    """Where the parabola through a maximum and its neighbours is highest."""
    if not 0 < at < len(line) - 1:
        return float(at)
    left, middle, right = (float(value) for value in line[at - 1 : at + 2])
    bend = left - 2 * middle + right
    return at + (0.5 * (left - right) / bend if bend < 0 else 0.0)
