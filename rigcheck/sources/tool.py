"""System tools asked for a line of text."""

from __future__ import annotations

import os
import subprocess


def said(*command: str, limit_s: float = 1.0) -> str | None:
    """What a tool prints, in the C locale where it knows locales; None when it is missing, fails or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=limit_s,
            check=True,
            env=os.environ | {"LC_ALL": "C"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode("utf-8", "replace")
