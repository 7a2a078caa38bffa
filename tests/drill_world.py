"""What a conduct of drills needs, around the folder that is the world: eyes that look into a file, a room on or off air."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import numpy as np
from world_folder import Put, held, put

from rigcheck.drill_plan import Drill, FarEnd
from rigcheck.drills.eyes import Glance
from rigcheck.drills.journal import NAME
from rigcheck.drills.run import Conduct
from rigcheck.errors import NotSeen
from rigcheck.flow import run
from rigcheck.loading import load_limits
from rigcheck.model import Message, Reason, Stage
from rigcheck.plan import Run
from rigcheck.profile import Profile, Setting
from rigcheck.samples import HostState, OnAirState, Request, Sample
from rigcheck.sources.live import LiveSource
from rigcheck.viewer_state import ViewerTrace

STEP_S, NOTICED_S = 0.02, 0.7
AT = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@dataclass
class FolderEyes:
    """Sees what `screen.txt` says: changed is black, slate is the standby picture, anything else is good."""

    folder: Path
    seen: list[tuple[float, str]] = field(default_factory=list)

    def now_s(self) -> float:
        return anyio.current_time()

    def word(self) -> str:
        return held(self.folder / "screen.txt") or "good"

    def glance(self) -> Glance:
        lately = {word for at_s, word in self.seen if at_s > self.now_s() - NOTICED_S}
        return Glance("black" if lately == {"changed"} else None, is_slate=self.word() == "slate")

    async def watch(self) -> None:
        while True:
            self.seen.append((self.now_s(), self.word()))
            await anyio.sleep(STEP_S)

    def taps(self) -> dict[str, float]:
        return {}

    def trace(self) -> ViewerTrace:
        t_s = np.array([at for at, _ in self.seen])
        black = np.array([word == "changed" for _, word in self.seen])
        n = len(self.seen)
        nothing = np.array([], float)
        return ViewerTrace(
            t_s=t_s,
            pts_s=t_s,
            mean=np.where(black, 0, 120).astype(np.float32),
            dark=black.astype(np.float32),
            change=np.full(n, 0.05, np.float32),
            slate=np.full(n, np.nan, np.float32),
            key=np.zeros(n, bool),
            sound_t_s=nothing,
            sound_dbfs=nothing.astype(np.float32),
            bytes_t_s=nothing,
            bytes_n=nothing.astype(np.int64),
            from_s=float(t_s[0]),
            until_s=self.now_s(),
            has_sound=False,
            buffered_s=0.0,
        )


@dataclass
class Room:
    """A source that knows whether a show goes out and how the computer does; it counts what it was asked."""

    on_air: OnAirState = field(default_factory=OnAirState)
    cpu_pct: list[float] = field(default_factory=lambda: [10.0])
    asked: list[str] = field(default_factory=list)
    name: str = "live"
    is_live: bool = True

    async def acquire(self, request: Request) -> Sample:
        self.asked.append(request.key)
        if request.kind == "on_air":
            return self.on_air
        if request.kind == "host":
            return HostState(cpu_pct=self.cpu_pct.pop(0) if len(self.cpu_pct) > 1 else self.cpu_pct[0])
        raise NotSeen(Reason.MISSING)


@dataclass
class LiveOf:
    """Standby videos and the drills' history as they really are; of the rest, what the room says."""

    room: Room
    name: str = "live"
    is_live: bool = True

    async def acquire(self, request: Request) -> Sample:
        return await (LiveSource() if request.kind in ("standby", "drilled") else self.room).acquire(request)


@dataclass
class Paper:
    """A crew that writes down what it is told; `answers` is for people there."""

    is_there: bool = False
    said: list[str] = field(default_factory=list)

    async def tell(self, message: Message, who: str | None = None) -> None:
        self.said.append(f"{who}: {message.id}" if who else message.id)

    async def ask(self, message: Message, who: str | None = None) -> None:
        await self.tell(message, who)

    async def confirm(self, message: Message, word: str) -> bool:
        await self.tell(message)
        return bool(word) and self.is_there


class ByHand(Put):
    """The same deed, done by a person."""

    name = "by_hand"
    seen_by_person = True


def drill(folder: Path, name: str = "camera-lost", word: str = "changed", **changes: Any) -> Drill:
    """The screen goes black, somebody writes another word onto it, and it is put right."""
    usual = Drill(
        name,
        "camera",
        fault=(put(folder / "screen.txt", word),),
        switch=(put(folder / "screen.txt", "spare"),),
        restore=(put(folder / "screen.txt", "as it was"),),
    )
    return replace(usual, **changes)


def conduct(folder: Path, *drills: Drill, source: Any = None, crew: Any = None, **changes: Any) -> Conduct:
    """A conduct in the room of that folder."""

    @asynccontextmanager
    async def open_eyes(far_end: FarEnd, profile: Profile, crew: object, slate: object) -> AsyncIterator[FolderEyes]:
        eyes = FolderEyes(folder)
        async with anyio.create_task_group() as group:
            group.start_soon(eyes.watch)
            yield eyes
            group.cancel_scope.cancel()

    (folder / "screen.txt").write_text("as it was")
    profile = Profile(room="beauty-3", drills=drills, far_end=FarEnd(url="rtmp://127.0.0.1/live/x"))
    plan = Run(
        "drill", (), Setting(profile, Stage.HOST, AT.date()), source or Room(), AT, load_limits(), allow_on_air=True
    )
    actions = {"put": Put(), "by_hand": ByHand()}
    return Conduct(plan, run, actions, crew or Paper(), folder / NAME, open_eyes, **changes)
