"""`rigcheck explain METRIC|CHECK`."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option


def explain(
    subject: Annotated[str, Argument(metavar="METRIC|CHECK", help="For example mic.loudness_lufs or light.subject.")],
    *,
    lang: Annotated[str | None, Option(metavar="LANG", help="en, zh-Hans or zh-Hant.")] = None,
) -> int:
    """Say what a metric or a check means, how it is measured, where its limit comes from and what to do."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.output import write_screen
    from rigcheck.loading import load_limit_sources, load_limits
    from rigcheck.present.explain import explain as describe

    write_screen(describe(subject, speak(lang), load_limits(), load_limit_sources()) + "\n")
    return 0
