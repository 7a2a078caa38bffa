"""What has changed since the last look, for a mail from cron: new and changed faults, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Reason, Report, Status
from rigcheck.present import Look
from rigcheck.present.entry import in_full
from rigcheck.present.fault import numbered_faults
from rigcheck.present.fit import pack
from rigcheck.present.head import head
from rigcheck.present.lapse import lapses, waiver_lines
from rigcheck.present.page import STYLES, Line, Page, page_of, paint
from rigcheck.present.wording import facts, name

FAULTS = frozenset({Status.FAIL, Status.WARN, Status.UNKNOWN})
WAIVED = "waived "
"""What stands before the verdict of a fault that the room has accepted."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier look: when, and its verdicts as `verdicts_of` gives them."""

    at: datetime
    verdicts: Mapping[str, str]


def verdicts_of(report: Report) -> dict[str, str]:
    """`check@device` to its verdict, and `waiver:check` to `soon` or `expired`.

    What was left out because a show is going out has none: nothing is known to have changed.
    """
    looked = [f for f in report.findings if f.reason not in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN)]
    verdicts = {_key(finding): _verdict(finding) for finding in looked}
    ends = {f"waiver:{waiver.check}": "expired" if days < 0 else "soon" for waiver, days in lapses(report)}
    return verdicts | ends


def changes(report: Report, earlier: Earlier, words: Catalogue, look: Look) -> str:
    """The changes as text of at most `look.width` columns; empty where there are none.

    A check that is new since then is news only where it is not in order.
    """
    now = verdicts_of(report)
    changed = {key for key, word in now.items() if _is_news(earlier.verdicts.get(key), word)}
    if not changed:
        return ""
    page = page_of(report, words, look.width)
    faults = numbered_faults(report.findings)
    news = [fault for fault in faults if any(_key(finding) in changed for finding in fault.findings)]
    told = {_key(finding) for fault in news for finding in fault.findings}
    rest = [finding for finding in report.findings if _key(finding) in changed - told]
    lines = [
        *head(report, page, quiet=True),
        *(line for fault in news for line in in_full(fault, page)),
        *(line for group in _grouped(rest, earlier) for line in _settled(group, earlier, page)),
        *(waiver_lines(report, page, only=changed)),
        *_foot(report, earlier, len(faults) - len(news), page),
    ]
    return paint(lines, color=look.color)


def _is_news(before: str | None, word: str) -> bool:
    return word not in (Status.OK, Status.SKIP) if before is None else before != word


def _key(finding: Finding) -> str:
    return f"{finding.check}@{finding.device}"


def _verdict(finding: Finding) -> str:
    return f"{WAIVED if finding.waiver else ''}{finding.status}"


def _grouped(settled: Iterable[Finding], earlier: Earlier) -> list[list[Finding]]:
    """A device that is seen again is one piece of news, however many checks have a use for it."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in settled:
        was_blind = earlier.verdicts.get(_key(finding)) == Status.UNKNOWN and finding.waiver is None
        groups.setdefault((_part(finding) if was_blind else finding.check, finding.device), []).append(finding)
    return list(groups.values())


def _part(finding: Finding) -> str:
    return finding.check.partition(".")[0]


def _settled(group: list[Finding], earlier: Earlier, page: Page) -> list[Line]:
    """What is no fault any more (or is left out, or accepted): its figures, and what it was."""
    finding = next((each for each in group if each.status is Status.OK), group[0])
    words, was = page.words, earlier.verdicts.get(_key(finding), "")
    label = "table.waived" if finding.waiver else f"status.{finding.status}"
    before = words.text("table.waived") if was.startswith(WAIVED) else words.text(f"status.{was}") if was else ""
    called, found = name(finding, words), facts(finding, words)
    if len(group) > 1:
        called, found = words.text(f"part.{_part(finding)}"), [words.text("count.checks", {"n": len(group)})]
    told = [page.at_device(called, finding), *found]
    told += [words.text("cron.was", {"status": before})] if before else []
    return page.labelled(words.text(label), pack(told, page.room), STYLES[finding.counted])


def _foot(report: Report, earlier: Earlier, as_before: int, page: Page) -> list[Line]:
    """Since when, where the clock was not set back meanwhile, and how many faults stay as they were."""
    is_past = earlier.at <= report.started_at
    said = [page.words.text("cron.since", {"when": f"{earlier.at:%Y-%m-%d %H:%M}"})] if is_past else []
    said += [page.words.text("cron.as_before", {"n": as_before})] if as_before else []
    return [((line, "dim"),) for line in pack(said, page.width, "   ")]
