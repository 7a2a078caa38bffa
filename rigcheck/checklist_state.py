"""What only a person can tell: an item of the room's own list, or what a device that could not be seen is like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rigcheck.request import Request


@dataclass(frozen=True, slots=True)
class ChecklistRequest(Request):
    """A question to whoever is there. `item` is what is asked: the list's own text, or a part of the room by its id."""

    kind: ClassVar[str] = "checklist"
    item: str = ""
    part: str | None = None  # camera, mic or obs: nobody but a person could see it this time

    @property
    def asks_person(self) -> bool:
        """After everything else, when nobody has to speak or be quiet any more."""
        return True

    @property
    def resource(self) -> str:
        """People answer one question at a time."""
        return "person"

    @property
    def deadline_s(self) -> float:
        """A little more than whoever asks waits for the answer."""
        return 120.0


@dataclass(frozen=True, slots=True, eq=False)
class ChecklistAnswer:
    """What somebody said, and to which question: a list may have changed since."""

    kind: ClassVar[str] = "checklist"
    item: str
    yes: bool
    via: str = "person"
