"""The head of the table: the verdict, which show it is about, and what there is to fix."""

from __future__ import annotations

from datetime import timedelta

from rigcheck.checks import ALL_CHECKS, PARTS
from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Impact, Reason, Report, Status
from rigcheck.present.fit import pack
from rigcheck.present.page import STYLES, Line, Page
from rigcheck.present.wording import duration_text

_IMPACTS = {check.id: check.impact for check in ALL_CHECKS}
_SPARE = {
    Status.FAIL: "backup.unusable",
    Status.UNKNOWN: "backup.unseen",
    Status.WARN: "backup.usable",
    Status.OK: "backup.usable",
}
"""What the worst of the checks that would stop a show says about the reserve."""

SIGNAL = ("mic", "camera", "light")
NOTHING_THERE = frozenset({Reason.NONE_HERE, Reason.NOT_IN_FILE})
NOT_NOW = frozenset({Reason.NEEDS_HOST, Reason.NEEDS_LIGHTS, Reason.NEEDS_QUIET, Reason.NEEDS_OBS, Reason.NEEDS_TIME})


def head(report: Report, page: Page, *, quiet: bool) -> list[Line]:
    """Headline, line of counts and a rule; only the headline if `quiet`."""
    level = _level(report)
    verdict = headline(report, page.words)
    first, *rest = pack([verdict, *_show(report, page.words)], page.width, "   ")
    style = STYLES[Status.FAIL if level == "stop" else Status(level)]
    bold = style if "bold" in style else f"bold {style}"
    lines: list[Line] = [
        ((first[: len(verdict)], bold), (first[len(verdict) :], "")),
        *(((line, ""),) for line in rest),
    ]
    if quiet:
        return lines
    counts: list[Line] = [((line, ""),) for line in pack(_counts(report, page), page.width, "    ")]
    return [*lines, *counts, (("-" * page.width, "dim"),)]


def headline(report: Report, words: Catalogue) -> str:
    """The verdict. Only faults that viewers see or hear say do not go live; on air it is too late to say so."""
    level = _level(report)
    if report.on_air:
        return words.text(f"headline.on_air.{level}")
    if level == "stop":
        return words.text("headline.stop")
    if report.again is not None and level in ("ok", "warn"):
        return words.text(f"headline.again.{level}")
    if report.command in PARTS:
        return words.text(f"headline.part.{level}", {"part": words.text(f"part.{report.command}")})
    if level in ("ok", "warn") and unlooked(report):
        return words.text(f"headline.partial.{level}")
    return words.text(f"headline.{'room' if report.stage == 'room' else 'live'}.{level}")


def unlooked(report: Report) -> list[str]:
    """Parts of the signal of which nothing at all was there to look at: such a run is no word for going live."""
    return [
        part for part in SIGNAL if (why := _reasons(report, part)) & NOTHING_THERE and why <= NOTHING_THERE | NOT_NOW
    ]


def _reasons(report: Report, part: str) -> set[Reason | None]:
    """Why the checks of a part have no value; None where one has."""
    return {finding.reason for finding in report.findings if finding.check.partition(".")[0] == part}


def _level(report: Report) -> str:
    """`stop`, else the run's status; where something that would stop the show was not seen, that is not known."""
    if report.stops:
        return "stop"
    blind = any(f.counted is Status.UNKNOWN and f.impact is Impact.STOP for f in report.findings)
    return str(Status.UNKNOWN if blind else report.status)


def _show(report: Report, words: Catalogue) -> list[str]:
    """Room, platforms and orientation, how long there is left, and that this is a recording, if it is."""
    platforms = [words.text(f"platform.{p}") if words.has(f"platform.{p}") else p for p in report.platforms]
    where = f"{words.listed(platforms)} {words.text(f'orientation.{report.orientation}')}" if platforms else ""
    kind, _, name = report.source.partition(":")
    replay = words.text("show.replay", {"name": name}) if kind == "replay" else ""
    return [item for item in (report.room or "", where, _time_left(report, words), replay) if item]


def _time_left(report: Report, words: Catalogue) -> str:
    if report.show_at is None or report.on_air:
        return ""
    left_s = (report.show_at - report.started_at - timedelta(seconds=report.took_s)).total_seconds()
    minutes = round(abs(left_s) / 60) * 60 if abs(left_s) >= 60 else abs(left_s)  # noqa: PLR2004 - seconds in a minute
    said = {"clock": f"{report.show_at:%H:%M}", "left": duration_text(minutes, words)}
    return words.text("show.later" if left_s >= 0 else "show.due", said)


def _counts(report: Report, page: Page) -> list[str]:
    words = page.words
    mine = [f for f in report.findings if f.impact is not Impact.BACKUP]
    spare = [f for f in report.findings if f.impact is Impact.BACKUP and not page.is_main(f)]
    blind = sum(finding.counted is Status.UNKNOWN for finding in mine)
    waived = sum(finding.waiver is not None for finding in report.findings)
    return [
        words.text("count.signal", {"what": _signal(mine, report, words)}),
        words.text("count.backup", {"what": _backup(spare, words)}),
        *([words.text("count.unknown", {"n": blind})] if blind else []),
        *([words.text("count.waived", {"n": waived})] if waived else []),
        *_unlooked(report, words),
    ]


def _unlooked(report: Report, words: Catalogue) -> list[str]:
    """What a whole-room run did not look at for want of it."""
    parts = [] if report.command in PARTS else unlooked(report)
    named = words.listed([words.text(f"part.{part}") for part in parts])
    return [words.text("count.unlooked", {"parts": named})] if parts else []


def _signal(mine: list[Finding], report: Report, words: Catalogue) -> str:
    failed = [f for f in mine if f.counted is Status.FAIL]
    warned = [f for f in mine if f.counted is Status.WARN]
    if not failed and not warned:
        seen = any(finding.status is Status.OK for finding in mine)
        return words.text("count.good" if seen else "backup.unseen")
    said = []
    if failed:
        stops = len(report.stops)
        said.append(words.text("count.fail", {"n": len(failed)}))
        said[-1] += _aside([words.text("count.stop", {"n": stops})] if 0 < stops < len(failed) else [], failed, words)
    if warned:
        said.append(words.text("count.warn", {"n": len(warned)}) + ("" if failed else _aside([], warned, words)))
    return words.text("join.facts").join(said)


def _aside(said: list[str], faults: list[Finding], words: Catalogue) -> str:
    minutes = sum(finding.advice.minutes for finding in faults if finding.advice)
    told = words.text("join.facts").join([*said, words.text("count.fix", {"minutes": minutes})])
    return words.text("count.aside", {"what": told})


def _backup(spare: list[Finding], words: Catalogue) -> str:
    """Whether the reserve could take over: not if it has what would stop the show, not known if that was not seen."""
    if not spare:
        return words.text("backup.none")
    grave = {f.counted for f in spare if _IMPACTS.get(f.check) is Impact.STOP or f.check == "backup.ready"}
    state = next((text for status, text in _SPARE.items() if status in grave), "backup.unseen")
    counts = ((status, sum(f.counted is status for f in spare)) for status in (Status.FAIL, Status.WARN))
    told = [words.text(state), *(words.text(f"count.{status}", {"n": n}) for status, n in counts if n)]
    return words.text("join.facts").join(told)
