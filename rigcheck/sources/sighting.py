"""What is seen at a far end, growing while it is watched, and the trace of it so far. One thread writes and reads."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from math import inf, nan
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.viewer_state import ViewerTrace

TAIL_S = 10.0
"""So much of the past tells how things are now: five times the longest rule."""
BURST_S = 1.0
"""What comes in the first second of a connection had been waiting for it."""
_PAUSE_S = 0.4  # between the arrivals of two segments
_SEGMENTS = 3  # after which the rhythm of segments is known
_COLUMNS = 8
_LEAST = 30  # frames, however long ago: the rhythm and the moment of a gap


class Frame(NamedTuple):
    """One frame: when it arrived, its own time stamp, and how it looks (see ViewerTrace; nan where nobody looked)."""

    at_s: float
    pts_s: float
    mean: float = nan
    dark: float = nan
    change: float = nan
    slate: float = nan
    key: bool = False


@dataclass(slots=True)
class _Connection:
    """One connection to the stream: when it was begun, when its first frame came, and the least delay seen so far."""

    opened_s: float
    first_s: float = inf
    delay_s: float = inf  # arrival less time stamp of the frame that came soonest after it was made


@dataclass(slots=True)
class Sightings:
    """Everything seen so far. `is_segmented`: it comes in segments, which players hold back to show them evenly.

    What they hold back (`buffered_s`) is the most that a frame lay ready before its time, once three segments have come.
    """

    via: Literal["far-end", "obs-shot", "person"]
    is_segmented: bool = False
    is_begun: bool = True  # False until who watches has been loaded
    has_sound: bool = True
    from_s: float | None = None  # when the first frame was there
    buffered_s: float | None = None
    _connections: list[_Connection] = field(default_factory=list)
    _frames: array[float] = field(default_factory=lambda: array("d"))
    _sound: array[float] = field(default_factory=lambda: array("d"))
    _data: array[float] = field(default_factory=lambda: array("d"))
    _pauses: int = 0

    def open(self, at_s: float, *, has_sound: bool = True) -> None:
        """A connection was begun at `at_s`; what comes from now on comes through it."""
        self._connections.append(_Connection(at_s))
        self.has_sound = has_sound

    def frame(self, frame: Frame) -> None:
        """A frame came."""
        connection = self._connections[-1]
        self._time(frame, connection)
        self._frames.extend((*frame, len(self._connections) - 1))
        if self.from_s is None:
            self.from_s = frame.at_s

    def sound(self, at_s: float, dbfs: float) -> None:
        """The level of some sound."""
        self._sound.extend((at_s, dbfs))

    def data(self, at_s: float, count: int) -> None:
        """So many bytes came."""
        self._data.extend((at_s, count))

    @property
    def is_ready(self) -> bool:
        """Whether a picture was there; of a segmented stream, whether its rhythm is known."""
        return self.from_s is not None and (self.buffered_s is not None or not self.is_segmented)

    def trace(self, now_s: float) -> ViewerTrace:
        """All of it."""
        return self._trace(now_s, 0, 0)

    def recent(self, now_s: float) -> ViewerTrace:
        """The last seconds: as much as tells how things are now."""
        frames, sound = _table(self._frames, _COLUMNS), _table(self._sound, 2)
        first, heard = (int(np.searchsorted(table[:, 0], now_s - TAIL_S)) for table in (frames, sound))
        return self._trace(now_s, max(0, min(first, len(frames) - _LEAST)), heard)

    def _time(self, frame: Frame, connection: _Connection) -> None:
        """Learn how long frames take to come, and what a player holds back."""
        connection.first_s = min(connection.first_s, frame.at_s)
        if self.is_segmented or frame.at_s <= connection.first_s + 2 * BURST_S:
            connection.delay_s = min(connection.delay_s, frame.at_s - frame.pts_s)
        if not self.is_segmented or self.buffered_s is not None or frame.at_s <= connection.first_s + BURST_S:
            return
        self._pauses += frame.at_s - self._frames[-_COLUMNS] > _PAUSE_S
        if self._pauses >= _SEGMENTS:
            rows = _table(self._frames, _COLUMNS)
            late = rows[rows[:, 0] > connection.first_s + BURST_S]
            self.buffered_s = float((late[:, 0] - late[:, 1]).max() - connection.delay_s) if len(late) else 0.0

    def _trace(self, now_s: float, first: int, heard: int) -> ViewerTrace:
        frames = _table(self._frames, _COLUMNS)[first:].copy()
        sound, data = _table(self._sound, 2)[heard:].copy(), _table(self._data, 2).copy()
        held_s = self.buffered_s or 0.0
        shown_s = self._shown_s(frames, held_s)
        from_s = float(shown_s[0]) if len(shown_s) else now_s
        mean, dark, change, slate = (frames[:, column].astype(np.float32) for column in range(2, 6))
        return ViewerTrace(
            t_s=shown_s,
            pts_s=frames[:, 1],
            mean=mean,
            dark=dark,
            change=change,
            slate=slate,
            key=frames[:, 6] > 0,
            sound_t_s=sound[:, 0] - held_s,
            sound_dbfs=sound[:, 1].astype(np.float32),
            bytes_t_s=data[:, 0],
            bytes_n=data[:, 1].astype(np.int64),
            from_s=from_s,
            until_s=max(now_s - held_s, from_s),
            has_sound=self.has_sound,
            buffered_s=self.buffered_s,
            via=self.via,
        )

    def _shown_s(self, frames: NDArray[np.float64], held_s: float) -> NDArray[np.float64]:
        """When a viewer without any buffer would have had each frame.

        That is when it came; but what came at once at the beginning of a connection, or waited in a segment, was there
        as much earlier as its time stamp is before that of the frame that came soonest.
        """
        if not len(frames):
            return np.empty(0)
        opened, first, delay = np.array([(c.opened_s, c.first_s, c.delay_s) for c in self._connections]).T
        of = frames[:, 7].astype(np.int64)
        came, due = frames[:, 0], frames[:, 1] + delay[of]
        if self.is_segmented:
            shown = np.clip(due, np.maximum(opened[of], came - held_s), came)
        else:
            shown = np.where(came <= first[of] + BURST_S, np.clip(due, opened[of], came), came)
        return np.asarray(np.maximum.accumulate(shown), np.float64)


def _table(values: array[float], columns: int) -> NDArray[np.float64]:
    return np.frombuffer(values, np.float64).reshape(-1, columns) if values else np.empty((0, columns))
