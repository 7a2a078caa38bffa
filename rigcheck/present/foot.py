"""The foot of the table: what was left out, how to look again, what was not done, how long it took."""

from __future__ import annotations

from rigcheck.checks import PARTS
from rigcheck.errors import exit_of
from rigcheck.model import Finding, Params, Reason, Report, Status
from rigcheck.present.about import reason_id
from rigcheck.present.fault import numbered_faults
from rigcheck.present.fit import pack
from rigcheck.present.page import Line, Page

VIAS = ("obs-record", "obs-shot")
"""Ways to a device that lead through OBS."""


def foot(report: Report, page: Page, *, verbose: bool) -> list[Line]:
    """Two or three lines."""
    words = page.words
    took = words.text("table.took", {"seconds": f"{report.took_s:.1f}"})
    code = words.text("table.exit", {"code": int(exit_of(report.status, warn_ok=report.warn_ok))})
    stage = [words.text(f"stage.{report.stage}")] if verbose or report.stage != "host" else []
    rows = (
        [*_through_obs(report, page), *_uploads(report, page), *_left_out(report, page, verbose=verbose)],
        _again(report, page),
        [*_not_done(report, page), *stage, took, code],
    )
    return [((line, "dim"),) for row in rows for line in pack(row, page.width, "   ")]


def _through_obs(report: Report, page: Page) -> list[str]:
    """What was looked at in OBS, and how: in its programme, or by single pictures and meters."""
    seen = [finding for finding in report.findings if finding.via in VIAS]
    seen.sort(key=lambda finding: (PARTS.index(_part(finding)), not page.is_main(finding)))
    parts = {via: tuple(dict.fromkeys(_called(f, page) for f in seen if f.via == via)) for via in VIAS}
    return [page.words.text(f"table.{via}", {"parts": parts[via]}) for via in VIAS if parts[via]]


def _uploads(report: Report, page: Page) -> list[str]:
    """What tests have cost on metered lines, the engines that failed before one did not, and a proxy that was passed by."""
    said: list[str] = []
    for finding in (finding for finding in report.findings if finding.check == "network.upload"):
        given = {**finding.message.params, "line": finding.device}
        said += [page.words.text("table.cost", given)] if given.get("max_mb") and "sent_mb" in given else []
        said += [page.words.text("table.engines", {**given, "failed": failed}) for failed in _failed(given, page)]
        said += [page.words.text("table.proxy", given)] if given.get("proxy") else []
    return said


def _failed(given: Params, page: Page) -> list[str]:
    """The engines that were tried in vain, each with why, in one text; none where there are none."""
    failed, words = given.get("failed"), page.words
    if not isinstance(failed, tuple | list):
        return []
    tried = [str(entry).partition(" ") for entry in failed]
    reasons = [reason_id(Reason(why), {}, "network", words) if why in list(Reason) else why for _, _, why in tried]
    said = [words.text(why) if words.has(why) else why for why in reasons]
    return [words.listed([f"{engine} ({why})" for (engine, _, _), why in zip(tried, said, strict=True)])]


def _called(finding: Finding, page: Page) -> str:
    return page.at_device(page.words.text(f"part.{_part(finding)}"), finding)


def _part(finding: Finding) -> str:
    return finding.check.partition(".")[0]


def _left_out(report: Report, page: Page, *, verbose: bool) -> list[str]:
    words, reasons = page.words, [f.reason for f in report.findings if f.status is Status.SKIP]
    if not reasons and not report.findings and report.command in PARTS:
        return [words.text("table.nothing", {"part": words.text(f"part.{report.command}")})]
    said = [words.text("table.skipped", {"n": len(reasons)})] if reasons and not verbose else []
    said += [
        words.text("table.on_air", {"n": count, "why": words.text(f"reason.{reason}")})
        for reason in (Reason.ON_AIR, Reason.ON_AIR_UNKNOWN)
        if (count := reasons.count(reason))
    ]
    held_back = [f for f in report.findings if f.status is Status.SKIP and f.reason is Reason.SITE_ON_AIR]
    if held_back:
        why = words.text(f"reason.{Reason.SITE_ON_AIR}", held_back[0].message.params)
        said.append(words.text("table.left_out", {"n": len(held_back), "why": why}))
    if report.past and verbose:
        at = report.past.taken_at.astimezone(report.started_at.tzinfo)
        said.append(words.text("table.past", {"name": report.past.name, "at": f"{at:%Y-%m-%d %H:%M}"}))
    if report.not_checked:
        said.append(words.text("table.not_checked", {"parts": report.not_checked}))
    return said


def _again(report: Report, page: Page) -> list[str]:
    """How to check again the part with the first fault, and how to learn more about it."""
    first = next(iter(numbered_faults(report.findings)), None)
    if first is None:
        return []
    check = first.first.check
    part = check.partition(".")[0]
    name = (report.profile.said or report.profile.name) if report.profile else ""
    room = f'"{name}"' if " " in name else name
    again = [page.words.text("table.again", {"part": part, "room": room})]
    is_live = report.source == "live" and part in PARTS
    return [*(again if is_live else []), page.words.text("table.explain", {"check": check})]


def _not_done(report: Report, page: Page) -> list[str]:
    if report.again is not None:
        return [page.words.text("table.again_of", {"clock": f"{report.again:%H:%M}"})]
    if report.source != "live":
        return [page.words.text("table.not_done_replay")]
    return [] if report.command in PARTS else [page.words.text("table.not_done")]
