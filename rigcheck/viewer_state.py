"""What the viewer gets: the far end, watched for as long as it takes; and what a drill did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from rigcheck.request import ObsAddress, Request

Times = NDArray[np.float64]
Floats = NDArray[np.float32]
Ended = Literal["done", "failed", "stopped", "deadline"]
"""How a drill came to its end."""


@dataclass(frozen=True, slots=True)
class ViewerRequest(Request):
    """A look at the far end for `seconds`: a stream's URL, or OBS's programme by screenshots. Read only."""

    kind: ClassVar[str] = "viewer"
    url: str | None = None
    obs: ObsAddress | None = None
    seconds: float = 4.0

    @property
    def via(self) -> str:
        """Pictures of OBS's programme are the poor man's view: they show nothing of the way to the viewer."""
        return "obs-shot" if self.obs is not None else "far-end"

    @property
    def deadline_s(self) -> float:
        """Players open slowly: up to 8 s until the first picture, and 15 s where the stream comes in segments."""
        return self.seconds + 20.0


@dataclass(frozen=True, slots=True)
class DrillRequest(Request):
    """How the drill called `name` went. Whoever performs it has guarded it: by now nothing of it disturbs a show."""

    kind: ClassVar[str] = "drill"

    @property
    def resource(self) -> str:
        """One drill at a time."""
        return self.kind

    @property
    def via(self) -> str:
        """Also what was not seen should have been seen at the far end."""
        return "far-end"

    @property
    def deadline_s(self) -> float:
        """A performance has a deadline of its own; this is beyond any."""
        return 7200.0


@dataclass(frozen=True, slots=True, eq=False)
class ViewerTrace:
    """A far end over time: n frames, m readings of sound. Times are seconds on the watcher's own monotonic clock.

    Frames that arrived and were not looked at (between key frames, where only those are decoded) have nan for `mean`,
    `dark`, `change` and `slate`.

    A frame's time is when it arrived, less the player's own buffering where time stamps in the stream tell it:
    `buffered_s` has been taken out already. `until_s` is when watching ended: no frame since the last one is a gap.
    """

    kind: ClassVar[str] = "viewer"
    t_s: Times  # (n,) frames' times
    pts_s: Times  # (n,) the stream's own time stamps
    mean: Floats  # (n,) mean luma, 0-255
    dark: Floats  # (n,) share 0-1 of pixels under 10 % luma
    change: Floats  # (n,) mean absolute difference to the frame before / 255; the first is nan
    slate: Floats  # (n,) likeness 0-1 to the standby picture; nan where there is none to compare with
    key: NDArray[np.bool_]  # (n,) key frame of an encoded stream; all False for single pictures
    sound_t_s: Times  # (m,)
    sound_dbfs: Floats  # (m,) RMS; -inf for digital silence
    bytes_t_s: Times  # (k,) arrivals of data
    bytes_n: NDArray[np.int64]  # (k,)
    from_s: float  # when watching began
    until_s: float
    has_sound: bool  # the stream has a sound track
    buffered_s: float | None  # what was taken out; None: unknown
    via: Literal["far-end", "obs-shot", "person"] = "far-end"


@dataclass(frozen=True, slots=True, eq=False)
class DrillTrace:
    """A drill as it went: the viewer's end, and when what was done, in seconds on the same clock.

    `marks`: fault (the deed, or the moment a person's deed was seen), fault_end, switch, switch_end, restore
    (the way back begins: its first step, else the undo; as undone, there in every drill), restore_end, undone. Missing
    marks: it did not come that far. `taps`: a person's own stopwatch at the phone, in order: lost-1, back-1, lost-2 and
    so on.
    """

    kind: ClassVar[str] = "drill"
    viewer: ViewerTrace | None
    marks: Mapping[str, float]
    taps: Mapping[str, float] = field(default_factory=dict)
    ended: Ended = "done"
    why: str = ""
    left: tuple[str, ...] = ()  # actions whose undo failed
