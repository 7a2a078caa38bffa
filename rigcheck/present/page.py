"""The page a report is set on: lines of styled pieces, a label column on the left, all within a width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from io import StringIO

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Metric, Past, Report, Status
from rigcheck.present.fault import Fault, numbered_faults
from rigcheck.present.fit import pad
from rigcheck.present.wording import value_text

LABEL = 10
"""Cells of the label column: "UNKNOWN 3" and a blank; from ten faults on it may be wider."""
STYLES = {
    Status.FAIL: "bold red",
    Status.UNKNOWN: "bold magenta",
    Status.WARN: "yellow",
    Status.OK: "green",
    Status.SKIP: "dim",
}
Line = tuple[tuple[str, str], ...]
"""Pieces of text, each with a rich style."""


@dataclass(frozen=True, slots=True)
class Page:
    """Words, width, and which devices are the main ones: they need not be named."""

    words: Catalogue
    width: int
    mains: frozenset[tuple[str, str]]  # (part, device)
    label: int = LABEL  # cells of the label column
    past: Past | None = None  # to be shown beside today's figures

    @property
    def room(self) -> int:
        """Cells beside the label column."""
        return self.width - self.label

    def labelled(self, label: str, lines: Iterable[str], style: str = "dim") -> list[Line]:
        """Lines beside the label column, with a label beside the first."""
        first = pad(label, self.label - 1) + " "
        return [((first if at == 0 else " " * self.label, style), (line, "")) for at, line in enumerate(lines)]

    def is_main(self, finding: Finding) -> bool:
        """Whether it is about a main device."""
        return finding.device == "main" or (finding.check.partition(".")[0], finding.device) in self.mains

    def at_device(self, called: str, finding: Finding) -> str:
        """A name, with the device's where it is not the main one."""
        if self.is_main(finding):
            return called
        return self.words.text("finding.device", {"title": called, "device": finding.device})

    def then(self, metric: Metric | None, device: str, *, is_main: bool) -> list[str]:
        """What the metric was when the room was good, in words; nothing where that is not to be shown, or not known."""
        key = "" if metric is None else metric.id if is_main else f"{metric.id}@{device}"
        if metric is None or self.past is None or key not in self.past.figures:
            return []
        return [self.words.text("table.then", {"value": value_text(metric, self.past.figures[key], self.words)})]


def page_of(report: Report, words: Catalogue, width: int, *, with_past: bool = False) -> Page:
    """The page for a report; `with_past` shows its baseline's figures too."""
    mains = frozenset((taken.measurement.metric.part, taken.device) for taken in report.taken if taken.is_main)
    widest = max((cell_len(label_of(fault, words)) for fault in numbered_faults(report.findings)), default=0)
    return Page(words, width, mains, max(LABEL, widest + 1), report.past if with_past else None)


def label_of(fault: Fault, words: Catalogue) -> str:
    """How it is called in the label column: `FAIL 2`."""
    return f"{words.text(f'status.{fault.first.status}')} {fault.number}"


def paint(lines: Iterable[Line], *, color: bool) -> str:
    """The lines as text, with ANSI colours if asked. Nothing a device or file calls itself can move the cursor."""
    clean = [[(_printable(text), style) for text, style in line] for line in lines]
    if not color:
        return "\n".join("".join(text for text, _ in line).rstrip() for line in clean)
    stream = StringIO()
    console = Console(
        file=stream, force_terminal=True, color_system="standard", no_color=False, legacy_windows=False, width=10_000
    )
    for line in clean:
        console.print(Text.assemble(*line), soft_wrap=True, highlight=False)
    return stream.getvalue().rstrip("\n")


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in text)
