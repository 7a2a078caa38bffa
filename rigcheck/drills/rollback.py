"""The undo that always happens: last in, first out, on every way out of a drill, held against cancelling.

Cancelling (Ctrl-C, SIGTERM, a deadline) reaches a drill between two steps or within one; the undo then runs shielded,
each deed under a time limit of its own. What cannot be undone stays in the journal, and is told with what a person does.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import Action
from rigcheck.drills.journal import Deed, Journal
from rigcheck.errors import RigcheckError
from rigcheck.model import Message
from rigcheck.profile import Profile

UNDO_LIMIT_S = 15.0
"""Our own rule: an undo that takes longer hangs; the next one must not wait for it."""
UNDO_BY_PERSON_LIMIT_S = 120.0
"""Our own rule: a person walks to the camera and plugs it in again; who does not answer by then is not there."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Undone:
    """What became of undoing one deed; `manual` is what a person does where it failed."""

    action: str
    worked: bool
    error: str | Message | None = None
    manual: Message | None = None


@dataclass(slots=True)
class Rollback:
    """The deeds of a drill, undone on leaving: `async with Rollback(journal, ACTIONS) as rollback`."""

    journal: Journal
    actions: Mapping[str, Action]
    outcomes: list[Undone] = field(default_factory=list)

    async def do(self, step: Step, profile: Profile) -> None:
        """Do a step whose undo is on disk before it happens. Raises DrillError or OSError with nothing changed."""
        action = self.actions[step.action]
        record = await action.before(step, profile)
        first = next((deed.record for deed in self.journal.deeds if deed.record["thing"] == record["thing"]), None)
        if first is None:
            self.journal.add(step.action, record)
        await action.do(record if first is None else {**record, "first": first})

    async def undo(self) -> None:
        """Undo everything that is not undone yet, the last deed first. Never raises, and cannot be cancelled."""
        with anyio.CancelScope(shield=True):
            for deed in reversed(self.journal.deeds):
                self.outcomes.append(await self._undo(deed))

    async def _undo(self, deed: Deed) -> Undone:
        action = self.actions.get(deed.action)
        error = "unknown action" if action is None else await _try_to_undo(action, deed)
        try:
            if error is None:
                self.journal.drop(deed)
            else:
                self.journal.keep(deed, error.id if isinstance(error, Message) else error)
        except OSError as unwritten:  # the record stays as it was: undoing it again later does no harm
            log.warning("the journal cannot be written: %s", unwritten.strerror)
        if error is None:
            return Undone(deed.action, worked=True)
        return Undone(deed.action, worked=False, error=error, manual=_manual(action, deed) if action else None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.undo()


def _manual(action: Action, deed: Deed) -> Message | None:
    """What a person does; None for a record that is not as this version writes them: the other deeds are still to be undone."""
    try:
        return action.manual(deed.record)
    except (LookupError, TypeError, ValueError):
        return None


async def _try_to_undo(action: Action, deed: Deed) -> str | Message | None:
    """Undo one deed and look again; the reason where it did not work."""
    limit_s = UNDO_BY_PERSON_LIMIT_S if action.seen_by_person else UNDO_LIMIT_S
    try:
        with anyio.fail_after(limit_s):
            await action.undo(deed.record)
            return None if await action.is_undone(deed.record) else "not as it was"
    except TimeoutError:
        return f"no answer within {limit_s:g} s"
    except RigcheckError as error:
        return error.message
    except Exception as error:
        log.debug("undoing %s", deed.action, exc_info=True)
        return str(error) or type(error).__name__
