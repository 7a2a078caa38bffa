"""`rigcheck devices`."""

from __future__ import annotations

from typing import Annotated

from typer import Option


def devices(*, lang: Annotated[str | None, Option(metavar="LANG", help="en, zh-Hans or zh-Hant.")] = None) -> int:
    """List what is there, with names to paste into a profile. Nothing is opened."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.output import write_screen
    from rigcheck.cli.session import run_session
    from rigcheck.present.devices import device_table
    from rigcheck.sources.devices import list_devices

    write_screen(device_table(run_session(list_devices), speak(lang)) + "\n")
    return 0
