"""A battery's date of manufacture or replacement, out of the opaque strings that devices and people write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

OLDEST = date(2005, 1, 1)
"""Earlier dates are factory constants (2001/09/25, 1980/00/01) or batteries that died long ago."""
_MONTHS = 12


def battery_date(text: str, today: date) -> tuple[date, bool] | None:
    """The date and whether it is a guess among several readings; None where it is none between 2005 and today.

    "05/03/20" may be month-first or day-first, "13/11/15" day-first or year-first: the older one is taken, so that a
    battery is never believed younger than it is (our own rule). "2023-05" is the first of that month.
    """
    found = {day for day in _readings(text.strip()) if OLDEST <= day <= today}
    return (min(found), len(found) > 1) if found else None


def _readings(text: str) -> Iterator[date]:
    if parts := re.fullmatch(r"(\d{4})[-/.](\d{1,2})(?:[-/.](\d{1,2}))?", text, re.ASCII):
        yield from _day(int(parts[1]), int(parts[2]), int(parts[3] or 1))
    elif re.fullmatch(r"(19|20)\d{6}", text, re.ASCII):
        yield from _day(int(text[:4]), int(text[4:6]), int(text[6:]))
    elif parts := re.fullmatch(r"(\d{2})(\d{2})(\d{4})", text, re.ASCII) or re.fullmatch(
        r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})", text, re.ASCII
    ):
        yield from _month_or_day_first(int(parts[1]), int(parts[2]), parts[3])


def _month_or_day_first(first: int, second: int, year: str) -> Iterator[date]:
    full = int(year) if len(year) > 2 else 2000 + int(year)  # noqa: PLR2004 - digits of a short year
    yield from _day(full, first, second)
    yield from _day(full, second, first)
    if first > _MONTHS and len(year) == 2:  # noqa: PLR2004 - likewise
        yield from _day(2000 + first, second, int(year))


def _day(year: int, month: int, day: int) -> Iterator[date]:
    try:
        yield date(year, month, day)
    except ValueError:
        return
