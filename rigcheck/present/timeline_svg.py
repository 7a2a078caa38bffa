"""The timeline of a drill as one SVG picture: no scripts, no fonts of its own, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil

from rigcheck.i18n import Catalogue
from rigcheck.measure.moments import Moment, Story, Stretch, story
from rigcheck.present.timeline import step_of
from rigcheck.viewer_state import DrillTrace

WIDTH, LEFT, RIGHT = 960, 90, 20
TOP, ROW, GAP = 40, 26, 8
COLOURS = {
    "good": "#2e7d32",
    "slate": "#0277bd",
    "no-data": "#b71c1c",
    "black": "#212121",
    "frozen": "#6a1b9a",
    "silent": "#e65100",
    "by-hand": "#b71c1c",
}
_TICK_PX = 60
_LABEL_PX = 16  # of height for each moment's words, so that none lies on another


def timelines_svg(traces: Mapping[str, DrillTrace], words: Catalogue) -> str:
    """A whole SVG file with a timeline for each drill, by name; one that nobody watched is named, and has none."""
    drawn, y = [], 0
    for name, trace in traces.items():
        drawing, height = _timeline(trace, name, words)
        drawn.append(f'<g transform="translate(0 {y})">\n' + "\n".join(drawing) + "\n</g>")
        y += height
    size = f'viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="#ffffff"/>', *drawn, "</svg>"]) + "\n"


def _timeline(trace: DrillTrace, name: str, words: Catalogue) -> tuple[list[str], int]:
    """The drawing and its height."""
    told = story(trace)
    if told is None:
        return [_text(8, 20, f"{name}: {words.text('value.none')}", size=15)], TOP
    head = words.text("timeline.head", {"name": name, "total": ceil(told.total_s)})
    rows = [("picture", told.picture), *([("sound", told.sound)] if told.sound else [])]
    bottom = TOP + len(rows) * (ROW + GAP) + (ROW + GAP if told.rates else 0)
    drawing = [_text(8, 20, head, size=15)]
    for index, (row, stretches) in enumerate(rows):
        drawing += _row(told, TOP + index * (ROW + GAP), words.text(f"timeline.{row}"), stretches, words)
    if told.rates:
        drawing += _rates(told, bottom - ROW - GAP, words)
    drawing += _clock(told, bottom)
    for index, moment in enumerate(told.moments):
        drawing += _moment(told, moment, bottom + 34 + index * _LABEL_PX, words)
    return drawing, bottom + 34 + (len(told.moments) + 1) * _LABEL_PX


def _x(told: Story, at_s: float) -> float:
    share = (at_s - told.from_s) / told.total_s
    return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def _row(told: Story, y: float, label: str, stretches: Sequence[Stretch], words: Catalogue) -> Iterator[str]:
    yield _text(8, y + ROW - 8, label)
    for each in stretches:
        x, width = _x(told, each.start_s), max(1.0, _x(told, each.end_s) - _x(told, each.start_s))
        said = escape(f"{words.text(f'timeline.{each.word}')}: {each.end_s - each.start_s:.2f} s")
        colour = COLOURS.get(each.word, "#757575")
        yield (f'<rect x="{x}" y="{y}" width="{width:.1f}" height="{ROW}" fill="{colour}"><title>{said}</title></rect>')


def _rates(told: Story, y: float, words: Catalogue) -> Iterator[str]:
    """How much came, as a line from nothing at the bottom to the most at the top."""
    most = max(rate for _, rate in told.rates) or 1.0
    points = " ".join(f"{_x(told, at_s + 0.5)},{y + ROW * (1 - rate / most):.1f}" for at_s, rate in told.rates)
    yield _text(8, y + ROW - 8, words.text("timeline.rate"))
    yield f'<polyline points="{points}" fill="none" stroke="#37474f" stroke-width="1.5"/>'
    yield _text(WIDTH - RIGHT, y + 8, f"{most:.0f}", size=10, anchor="end")


def _clock(told: Story, y: float) -> Iterator[str]:
    """Seconds from the fault on."""
    step_s = step_of(_TICK_PX * told.total_s / (WIDTH - LEFT - RIGHT))
    number = -int((told.zero_s - told.from_s) / step_s)
    while told.zero_s + number * step_s <= told.until_s:
        x = _x(told, told.zero_s + number * step_s)
        yield f'<line x1="{x}" y1="{y}" x2="{x}" y2="{y + 4}" stroke="#9e9e9e"/>'
        yield _text(x, y + 15, f"{number * step_s:g} s", size=10, anchor="middle")
        number += 1


def _moment(told: Story, moment: Moment, y: float, words: Catalogue) -> Iterator[str]:
    """A line down through all rows, and its words at a height of their own."""
    x = _x(told, moment.at_s)
    said = f"{moment.at_s - told.zero_s:.2f} s {words.text(f'timeline.{moment.word}')}"
    right = x > WIDTH * 3 / 4
    yield f'<line x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{y}" stroke="#000000" stroke-width="1" stroke-dasharray="3 2"/>'
    yield _text(x - 4 if right else x + 4, y, said, size=11, anchor="end" if right else "start")


def _text(x: float, y: float, said: str, *, size: int = 12, anchor: str = "start") -> str:
    return f'<text x="{x}" y="{y}" font-size="{size}" text-anchor="{anchor}">{escape(_printable(said))}</text>'


def _printable(said: str) -> str:
    """What no XML may hold is shown as a question mark."""
    return "".join(char if char.isprintable() else "?" for char in said)
