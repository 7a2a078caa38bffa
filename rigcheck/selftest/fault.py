"""What a selftest is made of: a good room to break, a fault to break it with, and a check that has none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rigcheck.errors import NotSeen
from rigcheck.model import Status
from rigcheck.plan import Outcome
from rigcheck.profile import Setting
from rigcheck.samples import Sample

Evidence = Mapping[str, Outcome]
"""What was seen, by the key of its request."""
Inject = Callable[[Any], Sample | NotSeen]
"""A good sample (None where the scene has none) -> the same with the fault in it, everything in it that the fault would
change changed alike. Pure."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A good room: the shipped one, or that with what it lacks for some checks, in its setting and its evidence.

    Nothing in it is red. `furnish` is given the scene's own evidence, which a baseline is made of.
    """

    id: str
    furnish: Callable[[Setting, Evidence], Setting]
    evidence: Callable[[Evidence], Evidence]


@dataclass(frozen=True, slots=True)
class Fault:
    """One known fault, and the check that is there for it. `name` tells several faults of one check apart.

    `changes`: the samples that it changes, by key. `device`: whose finding it is, "" for the main one. `red`: what the
    check must say; WARN only where no limit of it can fail, UNKNOWN only where the fault is that nothing can be seen.
    `good`: what it says without the fault; SKIP where there is nothing to be seen of it when all is well (an echo), None
    where it is not even asked then.
    `also`: checks of impact `stop` that go red with it as they should, with the reason's word (`selftest.also.WORD`).
    """

    check: str
    scene: Scene
    changes: Mapping[str, Inject]
    device: str = ""
    red: Status = Status.FAIL
    good: Status | None = Status.OK
    also: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def id(self) -> str:
        """Its own in the table, and where its words are: `selftest.fault.ID`."""
        return f"{self.check}.{self.name}" if self.name else self.check


@dataclass(frozen=True, slots=True)
class Excuse:
    """A check that no fault can turn red, and why: a word of `selftest.excuse`."""

    check: str
    why: str
