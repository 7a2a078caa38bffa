"""Drills that were held: their times beside their targets, a timeline, what was undone; and a rehearsal's steps.

JSON: the report's own object, and "drills": [{"name", "covers", "at", "ended", "why", "marks": {name: s},
"undone": [{"action", "worked", "error", "manual"}]}]. Marks are seconds after the fault.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from rigcheck.drills.rehearse import Rehearsed
from rigcheck.drills.rollback import Undone
from rigcheck.drills.run import Held
from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Message, Report, Status
from rigcheck.present import Look
from rigcheck.present.entry import in_full
from rigcheck.present.fault import numbered_faults
from rigcheck.present.fit import GAP, pack, pad, wrap
from rigcheck.present.foot import foot
from rigcheck.present.json import json_text, report_object, utc_text
from rigcheck.present.junit import junit
from rigcheck.present.page import STYLES, Line, Page, page_of, paint
from rigcheck.present.timeline import timeline
from rigcheck.present.wording import found_text, person_text, want_text

PART = "drill"
NARROWEST, NAME = 40, 20
INDENT = "  "
_TIMES = ("drill.detect", "drill.switch", "drill.outage", "drill.restore")
DrillFormat = Callable[[Report, Sequence[Held], Catalogue, Look], str]


def drills_table(report: Report, held: Sequence[Held], words: Catalogue, look: Look) -> str:
    """The report for people, at most `look.width` columns (never under 40), without a final newline."""
    page = page_of(report, words, max(NARROWEST, look.width))
    page = replace(page, mains=frozenset(main for main in page.mains if main[0] != PART))  # every drill by its name
    lines: list[Line] = [_headline(report, held, words), (("-" * page.width, "dim"),)]
    if not look.quiet:
        for each in held:
            lines += _drill(report, each, page)
        lines += _steady(report, page)
    for fault in numbered_faults(report.findings):
        lines += in_full(fault, page)
    if not look.quiet:
        lines += foot(report, page, verbose=look.verbose)
    return paint(lines, color=look.color)


def _headline(report: Report, held: Sequence[Held], words: Catalogue) -> Line:
    level = "left" if any(each.trace.left for each in held) else str(report.status)
    style = STYLES[report.status]
    room = f"   {report.room}" if report.room else ""
    return ((words.text(f"drill.headline.{level}"), style if "bold" in style else f"bold {style}"), (room, ""))


def _drill(report: Report, held: Held, page: Page) -> list[Line]:
    """A drill's verdict, times, timeline and undo."""
    words, name = page.words, held.drill.name
    mine = [finding for finding in report.findings if finding.device == name and finding.check.startswith(f"{PART}.")]
    worst = max((finding.counted for finding in mine), key=lambda status: status.severity, default=Status.UNKNOWN)
    verdict = words.text(f"status.{worst}")
    lines: list[Line] = [((pad(name, NAME) + GAP, "bold"), (verdict, STYLES[worst]))]
    by_check = {finding.check: finding for finding in mine}
    times = [_time(by_check[check], words) for check in _TIMES if check in by_check]
    lines += [((INDENT + line, ""),) for line in pack(times, page.width - len(INDENT))]
    lines += timeline(held.trace, name, words, page.width)
    trouble = [words.text(held.trouble.id, held.trouble.params)] if held.trouble else []
    for told in (*trouble, *undone_lines(held.undone, words)):
        lines += [((INDENT + line, ""),) for line in wrap(told, page.width - len(INDENT))]
    return lines


def _steady(report: Report, page: Page) -> list[Line]:
    """What had to hold before, and does again."""
    names = [f"{finding.check}.name" for finding in report.findings if _is_well(finding)]
    if not names:
        return []
    said = page.words.text("drill.steady", {"what": tuple(page.words.text(name) for name in dict.fromkeys(names))})
    return [((line, ""),) for line in wrap(said, page.width)]


def _is_well(finding: Finding) -> bool:
    return finding.counted is Status.OK and not finding.check.startswith(f"{PART}.")


def _time(finding: Finding, words: Catalogue) -> str:
    """One of the four times and the most it may be."""
    want = want_text(finding.metric, finding.limit, words) if finding.metric and finding.limit else ""
    value = found_text(finding, words) if finding.value is not None else words.text(f"reason.{finding.reason}")
    return words.text("drill.time", {"name": words.text(f"{finding.check}.name"), "value": value, "want": want})


def undone_lines(outcomes: Sequence[Undone], words: Catalogue) -> list[str]:
    """What was undone, and of the rest what a person does about it."""
    worked = sum(undone.worked for undone in outcomes)
    which = "all" if worked == len(outcomes) else "some"
    told = [words.text(f"drill.undo.{which}", {"n": worked, "all": len(outcomes)})] if outcomes else []
    for undone in outcomes:
        if not undone.worked:
            told.append(words.text("drill.undo.failed", {"action": undone.action, "error": _why(undone, words)}))
            if undone.manual is not None:
                manual = words.text(undone.manual.id, undone.manual.params)
                told.append(words.text("drill.undo.manual", {"manual": manual}))
    return told


def drills_json(report: Report, held: Sequence[Held], words: Catalogue, look: Look) -> str:
    """One object (above), the same in every language except the texts."""
    del look
    return json_text({**report_object(report, words), "drills": [_held_json(each, words) for each in held]})


def _held_json(held: Held, words: Catalogue) -> dict[str, Any]:
    fault_s = held.trace.marks.get("fault")
    marks = {} if fault_s is None else {name: round(at_s - fault_s, 3) for name, at_s in held.trace.marks.items()}
    return {
        "name": held.drill.name,
        "covers": held.drill.covers,
        "at": utc_text(held.at),
        "ended": held.trace.ended,
        "why": words.text(held.trouble.id, held.trouble.params) if held.trouble else held.trace.why,
        "marks": marks,
        "undone": [_undone_json(undone, words) for undone in held.undone],
    }


def _undone_json(undone: Undone, words: Catalogue) -> dict[str, Any]:
    manual = words.text(undone.manual.id, undone.manual.params) if undone.manual else None
    return {"action": undone.action, "worked": undone.worked, "error": _why(undone, words), "manual": manual}


def _why(undone: Undone, words: Catalogue) -> str | None:
    error = undone.error
    return words.text(error.id, error.params) if isinstance(error, Message) else error


def _junit(report: Report, held: Sequence[Held], words: Catalogue, look: Look) -> str:
    del held, look
    return junit(report, words)


DRILL_FORMATS: dict[str, DrillFormat] = {"table": drills_table, "json": drills_json, "junit": _junit}


def rehearsal_text(walked: Sequence[Rehearsed], words: Catalogue, look: Look) -> str:
    """The steps that were walked through, with the time each took and had."""
    lines: list[Line] = []
    for drill in dict.fromkeys(each.drill for each in walked):
        mine = [each for each in walked if each.drill == drill]
        lines.append(((pad(drill, NAME), "bold"), (words.text("drill.rehearse.done"), "")))
        for each in mine:
            facts = {"took": f"{each.took_s:.1f}", "limit_s": each.deadline_s}
            spent = words.text("drill.rehearse.in_time" if each.is_in_time else "drill.rehearse.late", facts)
            what = words.text(each.what.id, each.what.params)
            who = person_text(each.who, words) if each.who else None
            told = words.text("drill.rehearse.step", {"who": who, "what": what, "spent": spent})
            style = "" if each.is_in_time else STYLES[Status.WARN]
            lines += [((INDENT + line, style),) for line in wrap(told, look.width - len(INDENT))]
    return paint(lines, color=look.color)
