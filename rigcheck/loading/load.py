"""A profile from its file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

from rigcheck.loading.document import Node
from rigcheck.loading.file import read_profile
from rigcheck.loading.issue import Issue, Mark, ProfileError, issue_at
from rigcheck.model import legible
from rigcheck.profile import Profile


@dataclass(frozen=True, slots=True)
class Examined:
    """What a file holds: the profile, if one can be made of it, and everything that is wrong with it."""

    profile: Profile | None
    issues: tuple[Issue, ...]
    root: Node

    def issue_of(self, what: str, *place: str | int) -> Issue:
        """What somebody else finds wrong with a value, at its place in the file."""
        from rigcheck.loading.validation import located  # noqa: PLC0415 - pydantic, for whoever has a profile

        _, mark, path, _ = located(self.root, place)
        return issue_at(mark, path, what)


def load_profile(path: Path, *, checks: Collection[str] | None = None) -> Profile:
    """The profile in a file, laid over the profiles it extends.

    `checks` are the ids that a waiver may name; None takes whatever looks like one.
    Raises ProfileError with everything that is wrong, in the file and in its bases.
    """
    examined = examine_profile(path, checks=checks)
    if examined.profile is None or examined.issues:
        raise ProfileError(str(path), examined.issues)
    return examined.profile


def examine_profile(path: Path, *, checks: Collection[str] | None = None) -> Examined:
    """What `load_profile` would load, or raise."""
    from rigcheck.loading.validation import validated  # noqa: PLC0415 - pydantic, for whoever has a profile

    reading = read_profile(path)
    if reading.root is None:
        return Examined(None, tuple(reading.issues), Node(None, Mark(str(path))))
    profile, found = validated(reading.root, checks)
    if profile is not None:
        profile = replace(profile, name=legible(path.stem), path=str(path), sha256=reading.digest.hexdigest())
    return Examined(profile, (*reading.issues, *found), reading.root)
