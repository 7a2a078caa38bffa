"""The report as JUnit XML, for CI: a suite a part of the room, a case a check and device.

What counts decides, not what was seen: a fault that the room waived, or that costs only the reserve, fails no build.
JUnit knows no warnings: they pass, and their words stand in the case's output. Skipped cases alone would pass too, so
a run that judged nothing has an error of its own.
"""

from __future__ import annotations

import re

from junitparser import Error, Failure, JUnitXml, Skipped, TestCase, TestSuite

from rigcheck.i18n import Catalogue
from rigcheck.judge import counted
from rigcheck.model import Finding, Report, Status
from rigcheck.present.json import utc_text
from rigcheck.present.wording import consequence, sentence, steps

_NOT_XML = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(report: Report, words: Catalogue) -> str:
    """JUnit XML (as Jenkins and GitLab read it), characters that XML cannot hold replaced by question marks."""
    made = JUnitXml("rigcheck")
    for part in dict.fromkeys(finding.check.partition(".")[0] for finding in report.findings):
        made.add_testsuite(_suite(part, report, words))
    if report.status is Status.UNKNOWN and all(finding.status is Status.SKIP for finding in report.findings):
        made.add_testsuite(_unjudged(report, words))
    return made.tostring().decode("utf-8")  # type: ignore[no-any-return,no-untyped-call] # the library leaves it untyped


def _suite(part: str, report: Report, words: Catalogue) -> TestSuite:
    suite = _empty_suite(part, report)
    for finding in report.findings:
        if finding.check.partition(".")[0] == part:
            suite.add_testcase(_case(finding, counted(finding, require_backup=report.require_backup), words))
    return suite


def _unjudged(report: Report, words: Catalogue) -> TestSuite:
    suite = _empty_suite("run", report)
    case = TestCase(_xml(report.command), "rigcheck.run", 0)
    case.result = [Error(_xml(words.text("unjudged", {"n": len(report.findings) or None})), str(Status.UNKNOWN))]
    suite.add_testcase(case)
    return suite


def _empty_suite(part: str, report: Report) -> TestSuite:
    suite = TestSuite(_xml(f"{report.room or 'rigcheck'}.{part}"))
    suite.timestamp = (utc_text(report.started_at) or "").removesuffix("Z")  # without a zone, as JUnit's schema has it
    return suite


def _case(finding: Finding, status: Status, words: Catalogue) -> TestCase:
    case = TestCase(_xml(f"{finding.check}@{finding.device}"), _xml(f"rigcheck.{finding.check.partition('.')[0]}"), 0)
    told = _xml(sentence(finding, words))
    more = _xml("\n".join([*steps(finding, words), consequence(finding, words)]).strip())
    if status is Status.FAIL:
        case.result = [Failure(told, str(finding.impact))]
        case.result[0].text = more
    elif status is Status.UNKNOWN:
        case.result = [Error(told, str(finding.reason))]
        case.result[0].text = more
    elif status is Status.SKIP:
        case.result = [Skipped(told)]
    elif finding.status is not Status.OK:
        case.system_out = f"{finding.status}: {told}\n{more}"
    return case


def _xml(text: str) -> str:
    """XML 1.0 (2.2) has no control characters, no halves of pairs and no U+FFFE and U+FFFF, however they are written."""
    return _NOT_XML.sub("?", text)
