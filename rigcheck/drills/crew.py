"""The people of a drill: who is told what, and who confirms it."""

from __future__ import annotations

from typing import Protocol

from rigcheck.model import Message


class Crew(Protocol):
    """The crew, at a terminal or on paper."""

    @property
    def is_there(self) -> bool:
        """Whether somebody answers: steps that people do need one who confirms them."""
        ...

    async def tell(self, message: Message, who: str | None = None) -> None:
        """Show something at the moment it matters. Returns at once."""
        ...

    async def ask(self, message: Message, who: str | None = None) -> None:
        """Have a person do something: count down, and wait until it is confirmed. Cancelling ends the waiting."""
        ...

    async def confirm(self, message: Message, word: str) -> bool:
        """Whether somebody types exactly `word` after reading this; False where nobody is there."""
        ...
