"""Requests whose samples are measured together: two cameras that should look alike, all of them open at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from rigcheck.request import Request
from rigcheck.samples import Sample


@dataclass(frozen=True, slots=True)
class PairRequest(Request):
    """What other requests bring, side by side; `name` is the device that is compared, by the second of them."""

    kind: ClassVar[str] = "pair"
    first: Request = field(default_factory=Request)
    second: Request = field(default_factory=Request)
    rest: tuple[Request, ...] = ()

    @property
    def parts(self) -> tuple[Request, ...]:
        """All of them: equal requests of other checks serve this one too."""
        return self.first, self.second, *self.rest

    @property
    def disturbs(self) -> bool:
        """As far as one of them does."""
        return any(part.disturbs for part in self.parts)


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """The samples of a PairRequest's parts."""

    first: Sample
    second: Sample
    rest: tuple[Sample, ...] = ()

    @property
    def via(self) -> str:
        """As the second one was seen: the device that is compared."""
        return str(getattr(self.second, "via", "device"))
