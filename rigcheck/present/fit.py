"""Text in terminal cells, where a Chinese character is two wide: padded, cut and wrapped."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import category

from rich.cells import cell_len, set_cell_size

_WORD = re.compile(r"[ ]+|[^\s\u1100-\uffff]+|[\u1100-\uffff]")
_NOT_FIRST = frozenset({"Po", "Pe", "Pf"})  # Unicode categories: stops, closing brackets and quotes
_NOT_LAST = frozenset({"Ps", "Pi"})  # opening ones
GAP = "  "


def pad(text: str, width: int) -> str:
    """At least `width` cells, filled with blanks."""
    return text + " " * max(0, width - cell_len(text))


def cut(text: str, width: int) -> str:
    """At most `width` cells."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 2).rstrip() + ".."


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most `width` cells, broken between words and between Chinese characters, not before punctuation."""
    lines, line = [], ""
    for word in _words(text):
        if line and cell_len(line + word.rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += word if line else word.lstrip()
        while cell_len(line.rstrip()) > width:  # one word wider than a line
            head = _head(line, width)
            lines.append(head)
            line = line[len(head) :]
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _words(text: str) -> Iterable[str]:
    """Words with the blanks before, and the punctuation that may not be parted from them."""
    held = ""
    for piece in _WORD.findall(text):
        if held.strip() and category(piece[0]) not in _NOT_FIRST and category(held[-1]) not in _NOT_LAST:
            yield held
            held = ""
        held += piece
    if held:
        yield held


def _head(text: str, width: int) -> str:
    """The longest start of `text` that fits; at least one character."""
    length = len(text)
    while length > 1 and cell_len(text[:length]) > width:
        length -= 1
    return text[:length]


def pack(items: Iterable[str], width: int, gap: str = GAP) -> list[str]:
    """Items side by side, as many to a line as fit; an item wider than a line is wrapped."""
    lines: list[str] = []
    for item in items:
        if lines and cell_len(lines[-1] + gap + item) <= width:
            lines[-1] += gap + item
        else:
            lines.extend(wrap(item, width))
    return lines


def first_that_fit(items: list[str], width: int, separator: str) -> str:
    """As many items from the front as fit in one line; at least a cut first one."""
    taken = items[:1]
    for item in items[1:]:
        if cell_len(separator.join((*taken, item))) > width:
            break
        taken.append(item)
    return cut(separator.join(taken), width)
