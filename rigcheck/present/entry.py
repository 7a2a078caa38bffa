"""One fault on the page: what is wrong with its figures, what to do, what viewers would notice, who and how long."""

from __future__ import annotations

from rich.cells import cell_len

from rigcheck.model import Finding, Report
from rigcheck.present.fault import Fault
from rigcheck.present.fit import GAP, first_that_fit, pack, pad, wrap
from rigcheck.present.page import STYLES, Line, Page, label_of
from rigcheck.present.wording import consequence, facts, steps, title, who_text

TITLE = 24
"""Cells for a fault's name, where its figures fit beside that."""


def in_brief(fault: Fault, page: Page) -> list[Line]:
    """One line; two where not even its first figure, or why it was not seen, has room beside its name."""
    label, style = label_of(fault, page.words), STYLES[fault.first.status]
    called, found = _called(fault, page), _measured(fault, page)
    if found and cell_len(called + GAP + found[0]) > page.room:
        return page.labelled(label, [*wrap(called, page.room), first_that_fit(found, page.room, GAP)], style)
    padded = pad(called, TITLE - len(GAP))
    name = called if found and cell_len(padded + GAP + found[0]) > page.room else padded
    return page.labelled(label, [first_that_fit([name, *found], page.room, GAP)], style)


def in_full(fault: Fault, page: Page) -> list[Line]:
    """Everything there is to say about it, usually in three lines."""
    words, first = page.words, fault.first
    lines = _figures(fault, page)
    do = words.text("join.sentences").join(steps(first, words))
    otherwise, who = consequence(first, words), who_text(first, words)
    if do:
        lines += page.labelled(f"  {words.text('table.do')}", _signed(do, "" if otherwise else who, page.room))
    if otherwise:
        lines += page.labelled(f"  {words.text('table.else')}", _signed(otherwise, who, page.room))
    return lines


def waived(report: Report, page: Page) -> list[Line]:
    """The faults the room has accepted, with until when and why."""
    found = [finding for finding in report.findings if finding.waiver is not None]
    label = page.words.text("table.waived")
    return [line for finding in found for line in page.labelled(label, _waived(finding, page))]


def _waived(finding: Finding, page: Page) -> list[str]:
    words, waiver = page.words, finding.waiver
    until = words.text("table.waived_why", {"until": str(waiver.until), "why": waiver.why}) if waiver else ""
    return pack([page.at_device(title(finding, words), finding), *facts(finding, words), until], page.room)


def _called(fault: Fault, page: Page) -> str:
    """What is wrong; for a device that several checks could not see, the parts of the room it belongs to."""
    named = title(fault.first, page.words)
    if len(fault.findings) > 1:
        parts = dict.fromkeys(finding.check.partition(".")[0] for finding in fault.findings)
        named = page.words.listed([page.words.text(f"part.{part}") for part in parts])
    return page.at_device(named, fault.first)


def _measured(fault: Fault, page: Page) -> list[str]:
    many = len(fault.findings)
    first = fault.first
    then = page.then(first.metric, first.device, is_main=page.is_main(first))
    return [*facts(first, page.words), *then, *([page.words.text("count.checks", {"n": many})] if many > 1 else [])]


def _figures(fault: Fault, page: Page) -> list[Line]:
    """Name and figures side by side where they fit, the figures spread if there is room; else below."""
    label, style = label_of(fault, page.words), STYLES[fault.first.status]
    called, found = _called(fault, page), _measured(fault, page)
    for gap in ("   ", GAP):
        text = pad(called, TITLE - len(GAP)) + GAP + gap.join(found)
        if cell_len(text) <= page.room:
            return [_titled(pad(label, page.label - 1) + " ", style, called, text)]
    text = called + GAP + GAP.join(found)
    if cell_len(text) <= page.room:
        return [_titled(pad(label, page.label - 1) + " ", style, called, text)]
    return page.labelled(label, [*wrap(called, page.room), *pack(found, page.room)], style)


def _titled(label: str, style: str, called: str, text: str) -> Line:
    return (label, style), (called, "bold"), (text[len(called) :], "")


def _signed(text: str, who: str, width: int) -> list[str]:
    """A paragraph, and who does it at the right edge of its last line, or below."""
    body = wrap(text, width)
    if not who:
        return body
    if cell_len(body[-1]) + len(GAP) + cell_len(who) <= width:
        return [*body[:-1], pad(body[-1], width - cell_len(who)) + who]
    return [*body, " " * (width - cell_len(who)) + who]
