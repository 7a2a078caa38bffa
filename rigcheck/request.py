"""What every Request has, apart from what it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rigcheck.profile import Secret

PROGRAM = "obs:program"
"""The device that is OBS's programme: what viewers get."""


@dataclass(frozen=True, slots=True)
class ObsAddress:
    """Where an OBS listens, and the reference (never the text) of its password."""

    url: str
    password: Secret | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """What to acquire. Subclasses add the details; `deadline_s` bounds the acquisition, start-up included."""

    kind: ClassVar[str] = ""
    name: str = "main"

    @property
    def disturbs(self) -> bool:
        """Whether it must not happen on air without an explicit wish."""
        return False

    @property
    def asks_person(self) -> bool:
        """Whether it is a question to somebody, which waits until everything else has been looked at."""
        return False

    @property
    def parts(self) -> tuple[Request, ...]:
        """The requests whose samples together answer it; none where a source answers it itself."""
        return ()

    @property
    def key(self) -> str:
        """The place of its sample in a fixture: `kind@name`."""
        return f"{self.kind}@{self.name}"

    @property
    def resource(self) -> str:
        """What it needs alone."""
        return self.key

    @property
    def resources(self) -> tuple[str, ...]:
        """All that it needs alone."""
        return (self.resource,)

    @property
    def via(self) -> str:
        """Through what it looks first: the device itself, OBS's recording, or what OBS shows of an input."""
        device = getattr(self, "device", None)
        if device == PROGRAM:
            return "obs-record"
        return "obs-shot" if str(device).startswith("obs:") else "device"

    @property
    def deadline_s(self) -> float:
        """Seconds after which the acquisition is killed. Our own rule: a busy computer needs some of them to begin."""
        return 8.0
