"""The timeline of a drill on 79 columns: what was done, what viewers got of picture and sound, and how much came."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

from rich.cells import cell_len

from rigcheck.i18n import Catalogue
from rigcheck.measure.moments import Story, Stretch, story
from rigcheck.present.fit import pack, pad
from rigcheck.present.page import Line
from rigcheck.viewer_state import DrillTrace

WIDTH = 79
SIGNS = {"good": "#", "slate": "=", "no-data": ".", "black": "b", "frozen": "f", "silent": "_", "by-hand": "x"}
"""What stands for a stretch; ASCII, for any console has that."""
STYLES = {"good": "green", "slate": "cyan"}
BAD = "bold red"
STEPS_S = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600)
"""Between two figures of a clock; the last one where even that is too little."""
_TICK = 8  # cells between two figures at least


def step_of(least_s: float) -> float:
    """The smallest round step of a clock, in seconds, that leaves its figures room."""
    return next((step for step in STEPS_S if step >= least_s), STEPS_S[-1])


def timeline(trace: DrillTrace, name: str, words: Catalogue, width: int = WIDTH) -> list[Line]:
    """The picture of a drill, at most `width` cells wide; nothing where nobody watched.

    Every row of cells is one span of time; the worst that happened within a cell is what it shows, so that no loss is
    too short to be seen.
    """
    told = story(trace)
    if told is None:
        return []
    labels = {row: words.text(f"timeline.{row}") for row in ("clock", "done", "picture", "sound", "rate")}
    label = max(map(cell_len, labels.values())) + 2
    grid = _Grid(told, max(1, width - label))
    lines: list[Line] = [((words.text("timeline.head", {"name": name, "total": ceil(told.total_s)}), "bold"),)]
    rows = {"clock": grid.clock(), "done": grid.marks()}
    lines += [
        ((pad(labels[row], label), "dim"), (text, "dim" if row == "clock" else "bold")) for row, text in rows.items()
    ]
    for row, stretches in (("picture", told.picture), ("sound", told.sound)):
        if stretches:
            lines.append(((pad(labels[row], label), "dim"), *grid.pieces(stretches)))
    if told.rates:
        lines.append(((pad(labels["rate"], label), "dim"), (grid.rates(), "")))
    return [*lines, *(((text, "dim"),) for text in _legend(told, words, width))]


class _Grid:
    """Cells of equal spans of time."""

    def __init__(self, told: Story, cells: int) -> None:
        self._told, self._cells = told, cells

    def _at(self, at_s: float) -> int:
        return min(self._cells - 1, max(0, int((at_s - self._told.from_s) / self._told.total_s * self._cells)))

    def clock(self) -> str:
        """Figures of seconds from the fault on, each beginning at its cell."""
        step_s = step_of(_TICK * self._told.total_s / self._cells)
        row = [" "] * self._cells
        first = ceil((self._told.from_s - self._told.zero_s) / step_s)
        last = int((self._told.until_s - self._told.zero_s) / step_s)
        for number in range(first, last + 1):
            text, cell = f"{number * step_s:g}", self._at(self._told.zero_s + number * step_s)
            if cell + len(text) <= self._cells:
                row[cell : cell + len(text)] = text
        return "".join(row).rstrip()

    def marks(self) -> str:
        """Numbers of the moments; where two share a cell, the later one moves to the right."""
        row = [" "] * self._cells
        for number, moment in enumerate(self._told.moments, 1):
            free = [cell for cell in range(self._at(moment.at_s), self._cells) if row[cell] == " "]
            if free:
                row[free[0]] = f"{number % 10}"
        return "".join(row).rstrip()

    def pieces(self, stretches: Sequence[Stretch]) -> Line:
        """A cell shows what was wrong in it, however short; else what it shows longest."""
        row = [" "] * self._cells
        for word in ("good", "slate", *(word for word in SIGNS if word not in ("good", "slate"))):
            for each in stretches:
                if each.word == word:
                    first, last = self._at(each.start_s), self._at(each.end_s - 1e-9)
                    row[first : last + 1] = [word] * (last - first + 1)
        return tuple((SIGNS.get(word, " "), STYLES.get(word, BAD if word in SIGNS else "")) for word in row)

    def rates(self) -> str:
        """0 to 9 of the most that came in a second."""
        most = max(rate for _, rate in self._told.rates) or 1.0
        row = [" "] * self._cells
        for start_s, rate in self._told.rates:
            first, last = self._at(start_s), self._at(start_s + 1)
            row[first : last + 1] = [f"{int(9 * rate / most)}"] * (last - first + 1)
        return "".join(row)


def _legend(told: Story, words: Catalogue, width: int) -> list[str]:
    """What the numbers and the signs stand for: those that are there."""
    moments = [
        words.text(
            "timeline.marks",
            {"n": number, "at": f"{moment.at_s - told.zero_s:.2f}", "what": words.text(f"timeline.{moment.word}")},
        )
        for number, moment in enumerate(told.moments, 1)
    ]
    there = {each.word for each in (*told.picture, *told.sound)}
    signs = [f"{sign} {words.text(f'timeline.{word}')}" for word, sign in SIGNS.items() if word in there]
    if told.rates:
        signs.append(words.text("timeline.rates", {"kbps": f"{max(rate for _, rate in told.rates):.0f}"}))
    return [*pack(moments, width), *pack(signs, width)]
