"""The report for a tired technician ten minutes before the show: at most 79 columns, about 24 lines, worst first."""

from __future__ import annotations

from rigcheck.i18n import Catalogue
from rigcheck.model import Report
from rigcheck.present import Look
from rigcheck.present.entry import in_brief, in_full, waived
from rigcheck.present.fault import numbered_faults
from rigcheck.present.foot import foot
from rigcheck.present.good import everything, good_parts
from rigcheck.present.head import head
from rigcheck.present.lapse import waiver_lines
from rigcheck.present.page import Line, Page, page_of, paint

ALL_IN_FULL, FIRST_IN_FULL = 4, 3
"""Up to four faults are told in full; of more, the first three, so that the screen is not flooded."""
NARROWEST = 40


def table(report: Report, words: Catalogue, look: Look) -> str:
    """The report as text of at most `look.width` columns (never under 40), without a final newline.

    `quiet` keeps the headline and one line a fault; `verbose` tells every fault in full and lists every check.
    """
    page = page_of(report, words, max(NARROWEST, look.width), with_past=look.verbose)
    lines = [*head(report, page, quiet=look.quiet), *_faults(report, page, look)]
    if not look.quiet:
        lines += [*waived(report, page), *waiver_lines(report, page)]
        lines += everything(report, page) if look.verbose else good_parts(report, page)
        lines += foot(report, page, verbose=look.verbose)
    return paint(lines, color=look.color)


def _faults(report: Report, page: Page, look: Look) -> list[Line]:
    found = numbered_faults(report.findings)
    in_detail = len(found) if look.verbose or len(found) <= ALL_IN_FULL else FIRST_IN_FULL
    full = 0 if look.quiet else in_detail
    told = (in_full(fault, page) if fault.number <= full else in_brief(fault, page) for fault in found)
    return [line for lines in told for line in lines]
