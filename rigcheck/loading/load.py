"""A profile from its file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from rigcheck.loading.file import read_profile
from rigcheck.loading.issue import ProfileError
from rigcheck.model import legible
from rigcheck.profile import Profile


def load_profile(path: Path, *, checks: Collection[str] | None = None) -> Profile:
    """The profile in a file, laid over the profiles it extends.

    `checks` are the ids that a waiver may name; None takes whatever looks like one.
    Raises ProfileError with everything that is wrong, in the file and in its bases.
    """
    from rigcheck.loading.validation import validated  # noqa: PLC0415 - pydantic, for whoever has a profile

    reading = read_profile(path)
    profile = None
    issues = reading.issues
    if reading.root is not None:
        profile, found = validated(reading.root, checks)
        issues = [*issues, *found]
    if profile is None or issues:
        raise ProfileError(str(path), issues)
    return replace(profile, name=legible(path.stem), path=str(path), sha256=reading.digest.hexdigest())
