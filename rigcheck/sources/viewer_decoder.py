"""What is in the packets of a stream at its far end, told a line of JSON each. In the reader's own process only."""

from __future__ import annotations

import json
import math
import os
import queue
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rigcheck.sources.viewer_look import Look, level_dbfs

if TYPE_CHECKING:
    from av import Packet

SOUND_S = 0.05
HEARD = 8
"""Of so many pieces of sound (21 ms each, as AAC has them) one is decoded beside key frames: six a second."""
PASSED = 6
"""Figures of a line of frames that were not looked at: three of them, a tenth of a second."""
BEHIND = 60
"""Packets that may wait for decoding: two seconds of pictures. Beyond, frames are counted and not looked at."""
Waiting = tuple[float, "Packet[Any] | None"]
"""When a packet came, and it; None: no more will."""


@dataclass(slots=True)
class Teller:
    """Writes what was seen, a line at a time, from any thread."""

    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, *what: Any) -> None:  # noqa: ANN401 - a line of JSON
        """One line; what is no number is null."""
        line = json.dumps([None if isinstance(each, float) and not math.isfinite(each) else each for each in what])
        with self.lock:
            os.write(1, line.encode() + b"\n")


@dataclass(slots=True)
class Decoder:
    """Tells of every frame and of all sound of one connection."""

    every_frame: bool
    tell: Teller
    look: Look
    waiting: queue.SimpleQueue[Waiting] = field(default_factory=queue.SimpleQueue)
    _skips: bool = False  # until the next key frame
    _passed: list[float] = field(default_factory=list)  # arrival and time stamp of each frame that was not looked at
    _came: dict[int, tuple[float, bool]] = field(default_factory=dict)
    _levels: list[float] = field(default_factory=list)
    _levels_s: float = 0.0
    _heard: int = 0

    def run(self) -> None:
        """Decode what waits, until there is no more."""
        while (each := self.waiting.get())[1] is not None:
            self.decode(each[0], each[1])

    def decode(self, at_s: float, packet: Packet[Any]) -> None:
        """Tell what is in one packet, which came at `at_s`."""
        if packet.stream.type == "video":
            self._video(at_s, packet)
            return
        self._heard += 1
        if self.every_frame or self._heard % HEARD == 0:
            self._levels += [level_dbfs(frame) for frame in _frames(packet)]
        if self._levels and at_s - self._levels_s >= SOUND_S:
            self.tell("s", at_s, max(self._levels))
            self._levels, self._levels_s = [], at_s

    def _video(self, at_s: float, packet: Packet[Any]) -> None:
        stamp = packet.pts if packet.pts is not None else packet.dts or 0
        is_behind = self.waiting.qsize() > BEHIND
        self._skips = not packet.is_keyframe and (self._skips or not self.every_frame or is_behind)
        if self._skips:
            self._pass(at_s, float(stamp * packet.time_base))
            return
        self._tell_passed()
        if len(self._came) > BEHIND:
            self._came.clear()  # of frames that were never decoded
        self._came[stamp] = (at_s, packet.is_keyframe)
        for frame in _frames(packet):
            frame_s, is_key = self._came.pop(frame.pts, (at_s, False))
            self.tell("f", frame_s, float(frame.pts * packet.time_base), *self.look(frame), int(is_key))

    def _pass(self, at_s: float, pts_s: float) -> None:
        """A frame that is not looked at; a line for each would cost half as much as looking at key frames does."""
        self._passed += (at_s, pts_s)
        if len(self._passed) >= PASSED:
            self._tell_passed()

    def _tell_passed(self) -> None:
        if self._passed:
            self.tell("p", *self._passed)
            self._passed = []


def _frames(packet: Packet[Any]) -> list[Any]:
    """The frames that a packet completes; none where it is damaged."""
    import av  # noqa: PLC0415 - heavy, and this process is for nothing else

    try:
        frames: list[Any] = packet.decode()
    except av.FFmpegError:
        return []
    return frames
