"""Whoever sits at the terminal: questions that only a person can answer, on stderr, one line each."""

from __future__ import annotations

import os
import sys

import anyio

from rigcheck.checklist_state import ChecklistAnswer, ChecklistRequest
from rigcheck.errors import NotSeen
from rigcheck.i18n import Catalogue
from rigcheck.model import Reason

YES = frozenset({"y", "yes", "是", "有", "好", "对"})
NO = frozenset({"n", "no", "否", "没有", "没", "不"})
PASS = frozenset({"", "s", "skip", "跳过"})
WAIT_S = 110.0
"""How long one answer may take. Our own rule: time enough to walk across a room, look, and come back."""
LINE_BYTES = 4096
"""The most that a terminal hands over as one line (N_TTY_BUF_SIZE of Linux)."""


class Attendant:
    """Asks, and reads answers without ever blocking the event loop: Ctrl-C and deadlines end a question at once."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words
        self._is_greeted = False
        self._is_gone = False

    async def ask(self, request: ChecklistRequest) -> ChecklistAnswer:
        """What the person says. Raises NotSeen: passed-over; not-asked once one question went without an answer."""
        if self._is_gone:
            raise NotSeen(Reason.NOT_ASKED)
        self._is_gone = True  # until there is an answer: a deadline or Ctrl-C ends the wait right here
        said = None
        with anyio.move_on_after(WAIT_S):
            said = await self._answer(self._question(request))
        if said is None:
            raise NotSeen(Reason.NOT_ASKED)
        self._is_gone = False
        if said in PASS:
            raise NotSeen(Reason.PASSED_OVER)
        return ChecklistAnswer(request.item, said in YES)

    def _question(self, request: ChecklistRequest) -> str:
        item = request.item if request.part is None else self._words.text(f"ask.{request.part}")
        return "".join(char if char.isprintable() else "?" for char in item)

    async def _answer(self, question: str) -> str:
        if not self._is_greeted:
            self._is_greeted = True
            _say(self._words.text("ask.greeting") + "\n")
        prompt = self._words.text("ask.prompt", {"question": question})
        said = await typed(prompt)
        while said not in YES | NO | PASS:
            _say(f"  {self._words.text('ask.unclear')}\n")
            said = await typed(prompt)
        return said


async def typed(prompt: str) -> str:
    """The next line typed after the prompt is there, in lower case; what was typed before, into nothing, is dropped.

    Raises NotSeen(not-asked) where the terminal is gone.
    """
    said = None
    try:
        said = await _read(prompt)
    finally:
        if said is None:
            _say("\n")
    if said is None:
        raise NotSeen(Reason.NOT_ASKED)
    return said.strip().casefold()


if sys.platform == "win32":  # pragma: no cover - a console that only Windows has

    async def _read(prompt: str) -> str | None:
        """A line, key by key, echoed as it is typed: there is no file descriptor to wait for."""
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        _say(f"  {prompt} " if prompt else "")
        line = ""
        while not line.endswith(("\r", "\n")):
            await anyio.sleep(0.05)
            while msvcrt.kbhit() and not line.endswith(("\r", "\n")):
                key = msvcrt.getwch()
                if key == "\x03":
                    raise KeyboardInterrupt
                line = line[:-1] if key == "\b" else line + key
                _say("\b \b" if key == "\b" else "\n" if key in "\r\n" else key)
        return line

else:

    async def _read(prompt: str) -> str | None:
        """A line, which a terminal has ready as a whole; None when it is closed."""
        import termios

        number = sys.stdin.fileno()
        try:
            termios.tcflush(number, termios.TCIFLUSH)
            _say(f"  {prompt} " if prompt else "")
            await anyio.wait_readable(number)
            line = os.read(number, LINE_BYTES)
        except (OSError, termios.error):  # hung up
            return None
        return line.decode(sys.stdin.encoding or "utf-8", "replace") if line else None


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
