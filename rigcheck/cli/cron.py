"""Runs that nobody attends: they do not all begin at once, end in time, give way to each other, and tell only news."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import cast

from rigcheck.cli.options import Options
from rigcheck.cli.output import look_of, write_report, write_text, write_whole
from rigcheck.cli.state import state_folder
from rigcheck.errors import BusyError, UnwritableError
from rigcheck.i18n import Catalogue
from rigcheck.model import Report
from rigcheck.present.changes import Earlier, changes, verdicts_of

LIMIT_S = 300.0
"""For all measuring together, where no --timeout is given. Our own rule: over before the next of runs ten minutes apart."""
JITTER_S = 20.0
"""How late a run may begin, drawn anew each time. Our own rule: rooms whose crontabs share a minute share an uplink too."""
log = logging.getLogger(__name__)


def wait_turn(options: Options) -> None:
    """Begin a little late, so that the rooms of a site do not all measure in the same second."""
    most_s = JITTER_S if options.jitter is None else options.jitter
    if options.cron and not options.replay:
        time.sleep(random.uniform(0.0, most_s))  # noqa: S311 - spreads load, guards nothing


def limit_s(options: Options) -> float | None:
    """Seconds for all measuring together: as asked for, and never without end where nobody could end it."""
    return LIMIT_S if options.timeout is None and options.cron else options.timeout


def gives_way(busy: BusyError, options: Options) -> bool:
    """Whether the other run may still be measuring in good order, so that there is nothing to tell.

    A program that reads this run's answer would take its silence for a good one.
    """
    age_s = cast("float", busy.message.params["age_s"])
    return options.cron and options.format == "table" and age_s < (limit_s(options) or LIMIT_S)


def write_news(report: Report, words: Catalogue, options: Options) -> None:
    """Tell what has changed since this room's last run of this kind, and remember what was told.

    The table tells only the changes, other formats the whole report when there are any; the first run tells everything.
    A file that was asked for is always written: silence is for the screen. What cannot be remembered is told again.
    """
    earlier = None if options.no_save else _read(report)
    told = changes(report, earlier, words, look_of(options)) if earlier else None
    if earlier is None or options.output is not None or (told and options.format != "table"):
        write_report(report, words, options)
    elif told:
        write_text(told, options)
    if not options.no_save:
        _remember(report, earlier)


def _read(report: Report) -> Earlier | None:
    try:
        said = json.loads(_place(report).read_text(encoding="utf-8"))
        verdicts: Mapping[str, object] = said["verdicts"]
        return Earlier(
            datetime.fromisoformat(said["at"]).astimezone(report.started_at.tzinfo),
            {str(key): str(word) for key, word in verdicts.items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None  # there is none, or none that can be read: everything is news


def _remember(report: Report, earlier: Earlier | None) -> None:
    """Verdicts of checks that were not asked for this time stay as they were; waivers of the others may be gone."""
    now = verdicts_of(report)
    gone = {f"waiver:{finding.check}" for finding in report.findings}
    kept = {key: word for key, word in (earlier.verdicts if earlier else {}).items() if key not in gone}
    said = {"at": report.started_at.isoformat(), "verdicts": kept | now}
    try:
        write_whole(_place(report), json.dumps(said, ensure_ascii=False, indent=1) + "\n", is_private=True)
    except (OSError, UnwritableError):
        log.warning("cannot remember this run")


def _place(report: Report) -> Path:
    """A file for each room, command and stage; recordings have their own."""
    room = report.room or (report.profile.name if report.profile else "")
    kind = report.source.partition(":")[0]
    named = hashlib.sha256(f"{room}\0{report.command}\0{report.stage}\0{kind}".encode()).hexdigest()
    return state_folder() / f"verdicts-{named[:16]}.json"
