"""The crew of a drill at its terminal: told on stderr what happens, asked to do things, with the seconds that are left."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from math import inf

import anyio

from rigcheck.cli.attendant import typed
from rigcheck.drills.action import DrillError
from rigcheck.errors import NotSeen
from rigcheck.i18n import Catalogue
from rigcheck.model import Message

LEFT_EVERY_S = 10.0
"""Our own rule: six times a minute is enough to hurry, and scrolls nothing away."""


class TerminalCrew:
    """Whoever sits at the terminal. Every line has the seconds since the drill's beginning, so that it can be read later."""

    def __init__(self, words: Catalogue, *, is_there: bool) -> None:
        self._words = words
        self._is_there = is_there
        self._began_s = time.monotonic()

    @property
    def is_there(self) -> bool:
        """Whether somebody answers."""
        return self._is_there

    async def tell(self, message: Message, who: str | None = None) -> None:
        """A line on stderr. A terminal that is gone does not end a drill: it is undone all the same."""
        self._say(self._text(message, who))

    async def ask(self, message: Message, who: str | None = None) -> None:
        """Have a person do something, and wait for Enter. Raises DrillError where nobody is there (any more)."""
        if not self._is_there:
            raise DrillError(Message("error.drill.gone"))
        async with anyio.create_task_group() as beside:
            beside.start_soon(self._count_down)
            gone = not await _answers(f"{self._text(message, who)} {self._words.text('drill.enter')}")
            beside.cancel_scope.cancel()
        if gone:
            raise DrillError(Message("error.drill.gone"))

    async def confirm(self, message: Message, word: str) -> bool:
        """Whether exactly this word is typed, whatever its case."""
        if not self._is_there:
            return False
        self._say(self._text(message, None))
        with suppress(NotSeen):
            return await typed(self._words.text("drill.type", {"word": word})) == word.strip().casefold()
        return False

    async def _count_down(self) -> None:
        """How many seconds are left of the time that the step has, where it has one."""
        end = anyio.current_effective_deadline()
        while end != inf:
            left_s = round(end - anyio.current_time())
            await anyio.sleep(LEFT_EVERY_S if left_s > LEFT_EVERY_S else max(1, left_s))
            self._say(self._words.text("drill.left", {"s": max(0, round(end - anyio.current_time()))}))

    def _text(self, message: Message, who: str | None) -> str:
        spent_s = time.monotonic() - self._began_s
        told = self._words.text(message.id, message.params)
        line = self._words.text("drill.line", {"clock": f"{spent_s:6.1f}", "who": who, "told": told})
        return "".join(char if char.isprintable() else "?" for char in line)

    def _say(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(line + "\n")
            sys.stderr.flush()


async def _answers(prompt: str) -> bool:
    """Whether Enter was pressed; not where the terminal is gone."""
    try:
        await typed(prompt)
    except NotSeen:
        return False
    return True
