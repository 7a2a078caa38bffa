"""`rigcheck explain METRIC|CHECK|NUMBER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from rigcheck.cli.flags import Lang

if TYPE_CHECKING:
    from rigcheck.cli.last import Last
    from rigcheck.i18n import Catalogue
    from rigcheck.present.fault import Fault


def explain(
    subject: Annotated[
        str,
        Argument(
            metavar="METRIC|CHECK|NUMBER",
            help="For example mic.loudness_lufs, light.subject, or 2: that fault of the last run.",
        ),
    ],
    *,
    lang: Lang = None,
) -> int:
    """Say what a metric or a check means, how it is measured, where its limit comes from and what to do."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.last import newest
    from rigcheck.cli.output import write_screen
    from rigcheck.errors import UsageError
    from rigcheck.loading import load_limit_sources, load_limits
    from rigcheck.model import Message
    from rigcheck.present.explain import explain as describe
    from rigcheck.present.explain import explain_fault

    words, limits, sources = speak(lang), load_limits(), load_limit_sources()
    if subject.isdecimal():
        last = newest()
        if last is None:
            raise UsageError(Message("error.usage.no-last-run"))
        fault = explain_fault(int(subject), _fault(int(subject), last), words, limits, sources)
        text = f"{_run(last, words)}\n{fault}"
    else:
        text = describe(subject, words, limits, sources)
    write_screen(text + "\n")
    return 0


def _run(last: Last, words: Catalogue) -> str:
    """Which run that was: of several rooms the technician may mean another."""
    name = last.source.partition(":")[2]  # of a recording
    at = f"{last.started_at.astimezone():%Y-%m-%d %H:%M}"
    return words.text("explain.run", {"command": last.command, "room": last.room, "name": name, "at": at})


def _fault(number: int, last: Last) -> Fault:
    """That fault of a report. Raises UsageError where it has none of that number."""
    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.present.fault import numbered_faults

    faults = {fault.number: fault for fault in numbered_faults(last.findings)}
    if number not in faults:
        raise UsageError(Message("error.usage.no-such-fault", {"number": number, "n": len(faults)}))
    return faults[number]
