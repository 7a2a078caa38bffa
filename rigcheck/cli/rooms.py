"""Which profile is meant."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from rigcheck.loading import find_profile

SHIPPED = (Path(__file__).parents[1] / "data" / "profiles", Path(__file__).parents[2] / "profiles")
"""Rooms in the package: in a wheel, and in a checkout."""


def find_room(given: str | None) -> Path | None:
    """The profile file that is meant, or None for built-in defaults."""
    return find_profile(
        given,
        env=os.environ,
        cwd=Path.cwd(),
        user_dir=Path(platformdirs.user_config_dir("rigcheck", appauthor=False)),
        shipped_dirs=[folder for folder in SHIPPED if folder.is_dir()],
    )
