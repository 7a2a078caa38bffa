"""`rigcheck devices`."""

from __future__ import annotations

import os
import sys
from typing import Annotated

from typer import Option


def devices(*, lang: Annotated[str | None, Option(metavar="LANG", help="en or zh-Hans.")] = None) -> int:
    """List what is there, with names to paste into a profile. Nothing is opened."""
    from rigcheck.cli.session import run_session  # noqa: PLC0415 - commands import lazily
    from rigcheck.i18n import choose_language, load_catalogue  # noqa: PLC0415
    from rigcheck.present.devices import device_table  # noqa: PLC0415
    from rigcheck.sources.devices import list_devices  # noqa: PLC0415

    words = load_catalogue(choose_language(lang, os.environ))
    sys.stdout.write(device_table(run_session(list_devices), words) + "\n")
    return 0
