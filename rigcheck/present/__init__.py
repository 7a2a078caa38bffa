"""Reports for people and programs: one function a format, all taking the report, the words and the look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rigcheck.i18n import Catalogue
from rigcheck.model import Report


@dataclass(frozen=True, slots=True)
class Look:
    """How a report should look; only formats for people care."""

    color: bool = False
    verbose: bool = False
    quiet: bool = False
    width: int = 79


Format = Callable[[Report, Catalogue, Look], str]


def _table(report: Report, words: Catalogue, look: Look) -> str:
    from rigcheck.present.table import table  # noqa: PLC0415 - JSON need not load rich

    return table(report, words, look)


def _json(report: Report, words: Catalogue, look: Look) -> str:
    from rigcheck.present.json import report_json  # noqa: PLC0415 - formats load when used

    del look
    return report_json(report, words)


def _junit(report: Report, words: Catalogue, look: Look) -> str:
    from rigcheck.present.junit import junit  # noqa: PLC0415 - likewise

    del look
    return junit(report, words)


def _nagios(report: Report, words: Catalogue, look: Look) -> str:
    from rigcheck.present.nagios import nagios  # noqa: PLC0415 - likewise

    del look
    return nagios(report, words)


FORMATS: dict[str, Format] = {"table": _table, "json": _json, "junit": _junit, "nagios": _nagios}
