"""The far end while a drill runs: a stream, OBS's programme, or a person's stopwatch, as the eyes of the performance."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rigcheck.drill_plan import FarEnd
from rigcheck.drills.action import DrillError
from rigcheck.drills.crew import Crew
from rigcheck.drills.eyes import Eyes
from rigcheck.model import Message
from rigcheck.profile import Profile


@asynccontextmanager
async def open_eyes(
    far_end: FarEnd, profile: Profile, crew: Crew, slate: Path | None, *, every_frame: bool = True
) -> AsyncIterator[Eyes]:
    """Watch the far end, continuously, until left. `slate`: the standby picture or video, to know it again.

    It is entered once the programme is seen. `every_frame`: else key frames alone are decoded, which costs a tenth and
    sees black and frozen pictures only as often as there are key frames. Raises DrillError where nothing is seen.
    """
    del far_end, profile, crew, slate, every_frame
    raise DrillError(Message("error.drill.no-far-end"))
    yield  # type: ignore[unreachable]  # the watching itself comes with the next commits
