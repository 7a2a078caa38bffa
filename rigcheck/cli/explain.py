"""`rigcheck explain METRIC|CHECK|NUMBER`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument

from rigcheck.cli.flags import Lang

if TYPE_CHECKING:
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
    from rigcheck.cli.output import write_screen
    from rigcheck.loading import load_limit_sources, load_limits
    from rigcheck.present.explain import explain as describe
    from rigcheck.present.explain import explain_fault

    words, limits, sources = speak(lang), load_limits(), load_limit_sources()
    if subject.isdecimal():
        text = explain_fault(int(subject), _fault(int(subject)), words, limits, sources)
    else:
        text = describe(subject, words, limits, sources)
    write_screen(text + "\n")
    return 0


def _fault(number: int) -> Fault:
    """That fault of the newest report that was kept. Raises UsageError where there is none."""
    from rigcheck.cli.last import newest
    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.present.fault import numbered_faults

    last = newest()
    if last is None:
        raise UsageError(Message("error.usage.no-last-run"))
    faults = {fault.number: fault for fault in numbered_faults(last.findings)}
    if number not in faults:
        raise UsageError(Message("error.usage.no-such-fault", {"number": number, "n": len(faults)}))
    return faults[number]
