"""Which profile is meant."""

from __future__ import annotations

import os
from pathlib import Path

from rigcheck.loading import find_profile, shipped_profile_dirs, user_profile_dir
from rigcheck.profile import Profile


def find_room(given: str | None) -> Path | None:
    """The profile file that is meant, or None for built-in defaults."""
    return find_profile(
        given, env=os.environ, cwd=Path.cwd(), user_dir=user_profile_dir(), shipped_dirs=shipped_profile_dirs()
    )


def room_key(profile: Profile) -> str | None:
    """Under which name the user's state folder remembers a room."""
    return profile.room or profile.name
