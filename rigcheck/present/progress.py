"""What is being measured right now, on stderr: a live display on a terminal, plain lines with -v elsewhere, else nothing.

Prompts (speak, be quiet) follow the clock from the moment an acquisition began; the recorder keeps the same schedule,
so nothing has to be told from one process to the other.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from rigcheck.errors import NotSeen
from rigcheck.i18n import Catalogue
from rigcheck.ingest_state import PushRequest
from rigcheck.present.about import reason_id
from rigcheck.present.fit import GAP, pad
from rigcheck.samples import LEAD_S, AudioRequest, CameraRequest, HostRequest, ObsRequest, Request, Sample
from rigcheck.uplink_state import UplinkRequest

REFRESHES_PER_S = 8
BAR, NAME = 20, 16
"""Cells of a bar and of a device's name."""
SETTLED_S = 3.0
"""In which an upload is settled on a steady line."""
LATE_S = 1.0
"""So much over its time, an acquisition is said to be waited for."""


def shows_prompts(stream: TextIO | None, *, quiet: bool) -> bool:
    """Whether a display on `stream` is live, so that somebody there can follow prompts."""
    return stream is not None and not quiet and stream.isatty() and os.environ.get("TERM") != "dumb"


class Progress:
    """A watcher of the flow; use as a context manager, which leaves the terminal as it was, whatever happens."""

    def __init__(
        self,
        words: Catalogue,
        *,
        quiet: bool = False,
        verbose: bool = False,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._words = words
        self._stream = stream or sys.stderr
        self._clock = clock
        self._is_live = shows_prompts(self._stream, quiet=quiet)
        self._is_plain = verbose and not quiet and not self._is_live
        self._is_quiet = quiet
        self._live: Live | None = None
        self._running: dict[Request, float] = {}  # replaced, never changed: the display's thread reads it
        self._clean_up = ExitStack()

    def __enter__(self) -> Self:
        if self._is_live:
            self._live = Live(
                get_renderable=self.frame,
                console=Console(file=self._stream, highlight=False),
                refresh_per_second=REFRESHES_PER_S,
                transient=True,
                redirect_stdout=False,
            )
            self._clean_up.enter_context(self._live)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._clean_up.__exit__(kind, error, trace)

    def began(self, request: Request) -> None:
        """An acquisition has started. A question to a person ends the display: whoever asks needs the terminal."""
        if request.asks_person:
            self._clean_up.close()
        self._running = {**self._running, request: self._clock()}
        seconds = f"{_expected_s(request):.0f}"
        self._say("began", request, {"s": seconds})
        if isinstance(request, AudioRequest) and request.quiet_s > 0:
            self._say("plan", request, {"speak": request.speak_s, "quiet": request.quiet_s})
        if isinstance(request, UplinkRequest) and request.max_bytes is not None and request.engines:
            self._warn("cost", {"line": request.name, **_cost_mb(request, request.max_bytes)})

    def ended(self, request: Request, outcome: Sample | NotSeen) -> None:
        """An acquisition is over, with a Sample or the NotSeen that says why there is none."""
        self._running = {one: since for one, since in self._running.items() if one != request}
        if isinstance(outcome, NotSeen):
            said = reason_id(outcome.reason, outcome.params, request.kind, self._words)
            self._say("blind", request, {"why": self._words.text(said, outcome.params)})
        else:
            self._say("ended", request, {})

    def frame(self) -> Group:
        """The display at this moment: a prompt on top if there is one, then a line for everything under way."""
        now = self._clock()
        running = [(request, now - since) for request, since in self._running.items()]
        prompts = [line for request, spent_s in running if (line := self._prompt(request, spent_s)) is not None]
        return Group(*prompts, *(self._line(request, spent_s) for request, spent_s in running))

    def _say(self, what: str, request: Request, params: dict[str, float | str]) -> None:
        if self._is_plain:
            text = self._words.text(f"progress.{what}", {"what": self._called(request), **params})
            self._stream.write(text + "\n")
            self._stream.flush()

    def _warn(self, what: str, params: dict[str, str]) -> None:
        """Something to be told before it happens, display or not; only --quiet and cron keep it back."""
        if self._is_quiet:
            return
        text = self._words.text(f"progress.{what}", params)
        if self._live is not None:
            self._live.console.print(text, markup=False)
        else:
            self._stream.write(text + "\n")
            self._stream.flush()

    def _called(self, request: Request) -> str:
        kind = self._words.text(f"progress.kind.{request.kind}")
        return self._words.text("progress.what", {"kind": kind, "name": "" if request.name == "main" else request.name})

    def _prompt(self, request: Request, spent_s: float) -> Text | None:
        if not isinstance(request, AudioRequest) or request.quiet_s <= 0:
            return None
        start = 0.0
        for phase, seconds in (("ready", LEAD_S), ("speak", request.speak_s), ("quiet", request.quiet_s)):
            start += seconds
            if spent_s < start:
                left = self._words.text("progress.left", {"s": _whole(start - spent_s)})
                is_split = phase == "speak" and request.layout == "split"
                said = self._words.text("progress.speak_split" if is_split else f"progress.{phase}")
                style = {"ready": "bold", "speak": "bold reverse green", "quiet": "bold reverse yellow"}[phase]
                return _one_line(f" {said}{GAP}{left} ", style)
        return None

    def _line(self, request: Request, spent_s: float) -> Text:
        expected_s = _expected_s(request)
        done = round(BAR * min(1.0, spent_s / expected_s))
        late = self._words.text("progress.late") if spent_s > expected_s + LATE_S else ""
        spent = self._words.text("progress.left", {"s": int(spent_s)})
        bar = "#" * done + "-" * (BAR - done)
        return _one_line(GAP.join((pad(self._called(request), NAME), bar, spent, late)).rstrip())


def _one_line(text: str, style: str = "") -> Text:
    return Text(text, style=style, no_wrap=True, overflow="crop")


def _whole(seconds: float) -> int:
    """Counts down to 1, as people do."""
    return int(seconds) + 1


def _expected_s(request: Request) -> float:
    """About how long it takes when all is well."""
    if isinstance(request, AudioRequest):
        return request.length_s + (0.0 if request.quiet_s > 0 else 0.5)
    if isinstance(request, UplinkRequest):
        return 3.0 + (SETTLED_S if request.settle else request.seconds) if request.engines else 1.0
    if isinstance(request, PushRequest):
        return request.seconds + 3.0 if request.url else 1.0
    return request.seconds + 1.0 if isinstance(request, CameraRequest | HostRequest | ObsRequest) else 1.0


def _cost_mb(request: UplinkRequest, most_bytes: int) -> dict[str, str]:
    """What an upload will cost on a steady line, and the most it may; in 10^6 bytes."""
    per_s = most_bytes / request.seconds if request.rate_kbps is None else request.rate_kbps * 125
    usual_s = min(SETTLED_S, request.seconds) if request.settle else request.seconds
    most = min(most_bytes, per_s * request.seconds)
    return {"mb": f"{min(per_s * usual_s, most) / 1e6:.1f}", "most": f"{most / 1e6:.1f}"}
