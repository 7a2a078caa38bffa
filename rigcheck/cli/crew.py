"""The crew of a drill at its terminal: told on stderr what happens, asked to do things, with the seconds that are left."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from itertools import count
from math import inf

import anyio

from rigcheck.cli.attendant import typed
from rigcheck.drills.action import DrillError
from rigcheck.errors import NotSeen
from rigcheck.i18n import Catalogue
from rigcheck.model import Message
from rigcheck.present.fit import wrap
from rigcheck.present.wording import person_text

WIDTH, INDENT = 79, 10
TAP = "drill.tap."
LEFT_EVERY_S = 10.0
"""Our own rule: six times a minute is enough to hurry, and scrolls nothing away."""


class TerminalCrew:
    """Whoever sits at the terminal. Every line has the seconds since the drill's beginning, so that it can be read later."""

    def __init__(self, words: Catalogue, *, is_there: bool) -> None:
        self._words = words
        self._is_there = is_there
        self._began_s = time.monotonic()
        self._open: dict[int, anyio.Event] = {}  # questions: of several at once, each by its number
        self._reading = anyio.Lock()
        self._is_gone = False

    @property
    def is_there(self) -> bool:
        """Whether somebody answers."""
        return self._is_there

    async def tell(self, message: Message, who: str | None = None) -> None:
        """A line on stderr. A terminal that is gone does not end a drill: it is undone all the same."""
        self._say(self._text(message, who))

    async def ask(self, message: Message, who: str | None = None) -> None:
        """Have a person do something, and wait for Enter. Raises DrillError where nobody is there (any more)."""
        if not self._is_there or self._is_gone:
            raise DrillError(Message("error.drill.gone"))
        number = next(each for each in count(1) if each not in self._open)
        answer = self._open[number] = anyio.Event()
        self._say(f"{self._text(message, who)} {self._key(message, number)}".rstrip())
        try:
            async with anyio.create_task_group() as beside:
                beside.start_soon(self._count_down)
                beside.start_soon(self._read_until, answer)
                await answer.wait()
                beside.cancel_scope.cancel()
        finally:
            del self._open[number]
        if self._is_gone:
            raise DrillError(Message("error.drill.gone"))

    async def confirm(self, message: Message, word: str) -> bool:
        """Whether exactly this word is typed, whatever its case."""
        if not self._is_there:
            return False
        self._say(self._text(message, None))
        with suppress(NotSeen):
            return await typed(self._words.text("drill.type", {"word": word})) == word.strip().casefold()
        return False

    async def _read_until(self, answer: anyio.Event) -> None:
        """Read lines for whoever is asked: one question reads for all, and the next one takes over from it."""
        async with self._reading:
            while not answer.is_set():
                try:
                    said = await typed("")
                except NotSeen:
                    self._is_gone = True
                    for each in self._open.values():
                        each.set()
                    return
                number = int(said) if said.isdecimal() else min(self._open)
                if number in self._open:
                    self._open[number].set()

    async def _count_down(self) -> None:
        """How many seconds are left of the time that the step has, where it has one."""
        end = anyio.current_effective_deadline()
        while end != inf:
            left_s = round(end - anyio.current_time())
            await anyio.sleep(LEFT_EVERY_S if left_s > LEFT_EVERY_S else max(1, left_s))
            self._say(" " * INDENT + self._words.text("drill.left", {"s": max(0, round(end - anyio.current_time()))}))

    def _key(self, message: Message, number: int) -> str:
        """What to type; a stopwatch's own words say Enter already."""
        if number == 1:
            return "" if message.id.startswith(TAP) else self._words.text("drill.enter")
        return self._words.text("drill.enter_number", {"n": number})

    def _text(self, message: Message, who: str | None) -> str:
        spent_s = time.monotonic() - self._began_s
        told = self._words.text(message.id, message.params)
        called = person_text(who, self._words) if who else None
        line = self._words.text("drill.line", {"clock": f"{spent_s:6.1f}", "who": called, "told": told})
        return "".join(char if char.isprintable() else "?" for char in line)

    def _say(self, line: str) -> None:
        """In lines of 79 columns, what belongs to the first one beneath its words."""
        bare = line.lstrip()
        first, *rest = wrap(bare, WIDTH - INDENT)
        lines = [" " * (len(line) - len(bare)) + first, *(" " * INDENT + each for each in rest)]
        with suppress(OSError, ValueError):
            sys.stderr.write("".join(f"{each}\n" for each in lines))
            sys.stderr.flush()
