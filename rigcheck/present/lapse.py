"""Waivers that have ended, or are about to: nobody should learn of it from a fault that suddenly counts again."""

from __future__ import annotations

from collections.abc import Collection

from rigcheck.model import Params, Report, Waiver
from rigcheck.present.fit import wrap
from rigcheck.present.page import Line, Page

SOON_DAYS = 7
"""Told so many days before. Our own rule: a week, in which something can be ordered and mounted."""


def lapses(report: Report) -> list[tuple[Waiver, int]]:
    """The waivers that need a word, and for how many days they still hold: 0 on the last day, negative once expired."""
    today = report.started_at.date()
    found = [(waiver, (waiver.until - today).days) for waiver in report.waivers]
    return [(waiver, days) for waiver, days in found if days <= SOON_DAYS]


def waiver_lines(report: Report, page: Page, only: Collection[str] | None = None) -> list[Line]:
    """A line each; with `only`, those of the checks named there as `waiver:CHECK`."""
    told = [each for each in lapses(report) if only is None or f"waiver:{each[0].check}" in only]
    label = page.words.text("table.waived")
    return [line for waiver, days in told for line in page.labelled(label, _said(waiver, days, page))]


def _said(waiver: Waiver, days: int, page: Page) -> list[str]:
    called = page.words.text(f"{waiver.check}.name")
    said: Params = {"name": called, "check": waiver.check, "until": str(waiver.until), "days": days}
    return wrap(page.words.text("waiver.expired" if days < 0 else "waiver.soon", said), page.room)
