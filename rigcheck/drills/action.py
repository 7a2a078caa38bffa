"""What a drill can do to the world: named, reversible actions. The contract that every one of them keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from rigcheck.drill_plan import Step
from rigcheck.errors import Exit, RigcheckError
from rigcheck.model import Message
from rigcheck.profile import Profile

Record = Mapping[str, Any]
"""Plain JSON data, without secrets (references only): enough to undo the deed in another process, without the profile.

Its `thing` names what is changed (an input of an OBS, an interface): of several deeds on one thing only the first is
kept, for its record alone says how the thing was before the drill.
"""


class DrillError(RigcheckError):
    """A drill that cannot start, or an action that cannot be done: nothing was changed by it."""

    exit_code = Exit.UNKNOWN


class Action(Protocol):
    """One kind of deed.

    The order is: `lint` long before, `before` (look, and say how to undo), the record written to disk, `do`; whatever
    then happens, `undo`, and `is_undone` looks again. `undo` may be called twice, and after a deed that never came to
    be: it makes the world as the record says it was, from the record alone.
    """

    name: str
    seen_by_person: bool  # a person does it: it has happened when it is measured, not when this returns

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """What is wrong with this step in this room, without touching anything."""
        ...

    def changes(self, step: Step) -> Message:
        """What it changes and how that is undone, for `drill plan`."""
        ...

    async def before(self, step: Step, profile: Profile) -> Record:
        """Look at the world as it is. Raises DrillError where the deed cannot be done or undone."""
        ...

    async def do(self, record: Record) -> None:
        """The deed. A later one on the same thing finds the record of the first as `first`."""
        ...

    async def undo(self, record: Record) -> None:
        """Back to what the record says. Raises whatever stands in the way."""
        ...

    async def is_undone(self, record: Record) -> bool:
        """Look whether it is as it was."""
        ...

    def manual(self, record: Record) -> Message:
        """What a person does where the undo fails: the exact command or button."""
        ...
