"""The far end while a drill runs: a stream, OBS's programme, or a person's stopwatch, as the eyes of the performance."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from rigcheck.drill_plan import FarEnd
from rigcheck.drills.action import DrillError
from rigcheck.drills.crew import Crew
from rigcheck.drills.eyes import Eyes, Glance
from rigcheck.errors import NotSeen
from rigcheck.measure.outage import SLATE, spells
from rigcheck.model import Message, Reason
from rigcheck.profile import Profile
from rigcheck.samples import LOCAL_OBS, ObsAddress
from rigcheck.sources.sighting import Sightings
from rigcheck.sources.viewer import Watch, beside, watching
from rigcheck.viewer_state import ViewerTrace

LOOK_S = 0.05
"""How often the rule is asked at most: one poll."""


@asynccontextmanager
async def open_eyes(
    far_end: FarEnd, profile: Profile, crew: Crew, slate: Path | None, *, every_frame: bool = True
) -> AsyncIterator[Eyes]:
    """Watch the far end, continuously, until left. `slate`: the standby picture or video, to know it again.

    It is entered once the programme is seen. `every_frame`: else key frames alone are decoded, which costs a tenth,
    times to a tenth of a second, and sees black and frozen pictures only as often as there are key frames. Raises DrillError where nothing is seen.
    """
    if far_end.person is not None:
        async with _tapping(crew) as by_hand:
            yield by_hand
        return
    obs = None if far_end.url else _obs(profile)
    try:
        async with watching(far_end.url, obs, slate, every_frame=every_frame) as watch:
            yield _Watching(watch)
    except NotSeen as unseen:
        raise _blind(unseen) from None


def _obs(profile: Profile) -> ObsAddress:
    pc = profile.obs.get("main")
    return ObsAddress(pc.url, pc.password) if pc else LOCAL_OBS


@dataclass(slots=True)
class _Watching:
    """Eyes on a picture."""

    watch: Watch
    _looked_s: float = 0.0
    _last: Glance = field(default_factory=lambda: Glance(None))

    def now_s(self) -> float:
        return time.monotonic()

    def glance(self) -> Glance:
        if self.watch.fault is not None:
            raise _blind(self.watch.fault)
        if self.now_s() - self._looked_s >= LOOK_S:
            self._last, self._looked_s = self._look(), self.now_s()
        return self._last

    def trace(self) -> ViewerTrace | None:
        return None if self.watch.fault is not None else self.watch.seen.trace(self.now_s())

    def taps(self) -> Mapping[str, float]:
        return {}

    def _look(self) -> Glance:
        """By the stopwatch's own rule. What has held for as long as the last seconds tell may have held for ever."""
        recent = self.watch.seen.recent(self.now_s())
        found = spells(recent, from_start=True)
        if found and found[-1].is_open:
            cause = found[-1].cause
            if cause not in ("frozen", "silent"):
                return Glance(cause)
            told = spells(self.watch.seen.trace(self.now_s()))
            if told and told[-1].is_open:
                return Glance(told[-1].cause)
        return Glance(None, is_slate=bool(len(recent.slate) and recent.slate[-1] >= SLATE))


def _blind(fault: NotSeen) -> DrillError:
    if fault.reason in (Reason.UNREACHABLE, Reason.NO_STREAM):
        return DrillError(Message("error.drill.no-picture"))
    return DrillError(Message("error.drill.blind"))


@dataclass(slots=True)
class _Tapping:
    """A person with the viewer's phone: what was tapped last is what they see. `is_gone`: nobody taps any more."""

    began_s: float
    tapped: dict[str, float] = field(default_factory=dict)
    is_gone: bool = False

    def now_s(self) -> float:
        return time.monotonic()

    def glance(self) -> Glance:
        if self.is_gone:
            raise DrillError(Message("error.drill.no-taps"))
        return Glance("by-hand" if len(self.tapped) % 2 else None)

    def trace(self) -> ViewerTrace | None:
        nothing = Sightings("person", has_sound=False).trace(self.now_s())
        return None if self.is_gone else replace(nothing, from_s=self.began_s)

    def taps(self) -> Mapping[str, float]:
        return dict(self.tapped)

    async def follow(self, crew: Crew) -> None:
        """Ask for a tap when the programme is lost, and for one when it is back, again and again."""
        try:
            while True:
                word = "back" if len(self.tapped) % 2 else "lost"
                await crew.ask(Message(f"drill.tap.{word}"))
                self.tapped[f"{word}-{1 + len(self.tapped) // 2}"] = self.now_s()
        except DrillError:
            self.is_gone = True


@asynccontextmanager
async def _tapping(crew: Crew) -> AsyncIterator[Eyes]:
    if not crew.is_there:
        raise DrillError(Message("error.drill.no-taps"))
    eyes = _Tapping(time.monotonic())
    async with beside(partial(eyes.follow, crew)):
        yield eyes
