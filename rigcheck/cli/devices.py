"""`rigcheck devices`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from rigcheck.cli.flags import Lang


def devices(
    *,
    dump: Annotated[
        Path | None, Option(metavar="FILE", help="Write the list to FILE, without serial numbers, to send or replay.")
    ] = None,
    replay: Annotated[Path | None, Option(metavar="FILE", help="Print the list in such a FILE.")] = None,
    lang: Lang = None,
) -> int:
    """List what is there, with names to paste into a profile. Nothing is opened."""
    from rigcheck.cli.language import speak
    from rigcheck.cli.output import write_screen, write_whole
    from rigcheck.cli.session import run_session
    from rigcheck.present.devices import device_table
    from rigcheck.sources.device_dump import dump_text, read_dump, take_dump
    from rigcheck.sources.devices import list_devices

    words = speak(lang)
    if dump is not None:
        write_whole(dump, dump_text(read_dump(replay) if replay else run_session(take_dump)))
        write_screen(words.text("devices.dumped", {"path": str(dump)}) + "\n")
        return 0
    found = read_dump(replay).devices if replay else run_session(list_devices)
    write_screen(device_table(found, words) + "\n")
    return 0
