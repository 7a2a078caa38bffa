"""What a step wants of its action, read by the action's own annotations: nothing is guessed, nothing is converted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, TypeVar

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.model import Message
from rigcheck.profile import Profile
from rigcheck.sources.plain import UnfitError, plain, read_record

Wants = TypeVar("Wants")


def read_wants(step: Step, kind: type[Wants], short: str | None = None) -> Wants:
    """The step's words as a `kind`, a dataclass. `short` names the field that a bare text stands for.

    Raises DrillError with the field that is missing, strange or of the wrong kind.
    """
    given: Any = {short: step.wants} if short is not None and isinstance(step.wants, str) else step.wants
    fields = dataclasses.fields(kind)  # type: ignore[arg-type] # only dataclasses are read
    known = {field.name: field.default for field in fields if field.default is not dataclasses.MISSING}
    try:
        return read_record(kind, plain({**known, **given}) if isinstance(given, dict) else given, "")  # type: ignore[no-any-return] # a `kind`
    except UnfitError as fault:
        raise DrillError(Message("error.drill.wants", {"action": step.action, "field": fault.where})) from fault


def faults_of(look: Callable[[Step, Profile], object], step: Step, profile: Profile) -> tuple[Message, ...]:
    """What a look at a step finds wrong with it."""
    try:
        look(step, profile)
    except DrillError as fault:
        return (fault.message,)
    return ()
