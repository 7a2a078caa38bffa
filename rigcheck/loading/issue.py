"""What is wrong with a profile, and where: every finding at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rigcheck.errors import BadInputError
from rigcheck.model import Message


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a file; line and column count from 1, line 0 is the file as a whole."""

    file: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Issue:
    """One thing that is wrong. `path` leads to it (`camera.main.mode`), "" for the whole file.

    `what` is plain English like a compiler's, and never repeats a value of the file: it may be a secret.
    """

    file: str
    line: int
    column: int
    path: str
    what: str

    def __str__(self) -> str:
        """`file:line:column: path: what`, without the parts that there are not."""
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return ": ".join(part for part in (place, self.path, self.what) if part)


def issue_at(mark: Mark, path: str, what: str) -> Issue:
    """An issue at a mark."""
    return Issue(mark.file, mark.line, mark.column, path, what)


class ProfileError(BadInputError):
    """A profile cannot be used. `issues` has everything that is wrong with it, in the order of the files' lines.

    The message is `error.profile.bad` with `path`, `count` and `issues` (the lines as text).
    """

    def __init__(self, path: str, issues: Sequence[Issue]) -> None:
        self.issues = tuple(dict.fromkeys(sorted(issues)))
        lines = tuple(str(issue) for issue in self.issues)
        super().__init__(Message("error.profile.bad", {"path": path, "count": len(lines), "issues": lines}))
