"""The reader of a stream at its far end, a process of its own: `python -m rigcheck.sources.viewer_reader`.

Its wish is one line of JSON on standard input (an address may be a secret, which no command line shall show); what it
sees goes to standard output, a line of JSON a frame, a piece of sound, a tenth of a second of data. It reconnects for
as long as it lives, and ends with its standard input. One thread takes packets and tells when they came; another one
decodes: a computer that decodes too slowly must not make the stream look late.
"""

from __future__ import annotations

import json
import math
import os
import queue
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rigcheck.sources.viewer_look import Look, level_dbfs, read_slates
from rigcheck.sources.viewer_srt import SrtPipe

if TYPE_CHECKING:
    from av import Packet
    from av.container import InputContainer

OPEN_LIMIT_S = 7.0
"""A server that keeps no pictures back sends the first one with the next key frame, after its sound: seconds later."""
READ_LIMIT_S = 15.0
"""As long as players wait: who hangs up sooner waits for the next key frame as well."""
RETRY_S = 0.1
BEAT_S = 0.5
"""A sign of life, also where nothing comes."""
SOUND_S, DATA_S = 0.05, 0.1
HEARD = 8
"""Of so many pieces of sound (21 ms each, as AAC has them) one is decoded beside key frames: six a second."""
PASSED = 6
"""Figures of a line of frames that were not looked at: three of them, a tenth of a second."""
WAITED_S, REST_S = 0.002, 0.1
"""Beside key frames packets are fetched a tenth of a second's at a time: to be woken for each costs most of all."""
BEHIND = 60
"""Packets that may wait for decoding: two seconds of pictures. Beyond, frames are counted and not looked at."""
_OPTIONS = {"analyzeduration": "5000000", "fpsprobesize": "0", "fflags": "nobuffer", "rw_timeout": "15000000"}  # us
"""It is open with the first picture; FFmpeg would count frames for a rate that nobody asks for."""
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


@dataclass(slots=True)
class Reader:
    """Reads one stream for as long as the process lives."""

    url: str
    every_frame: bool
    tell: Teller
    look: Look

    def run(self) -> None:
        """Connect again and again."""
        import av  # noqa: PLC0415 - as above

        av.logging.set_level(av.logging.PANIC)
        while True:
            opened_s = time.monotonic()
            try:
                with self._opened() as box:
                    self._follow(box, opened_s)
            except (av.FFmpegError, OSError, ValueError) as error:
                self.tell("x", time.monotonic(), type(error).__name__)
            time.sleep(RETRY_S)

    @contextmanager
    def _opened(self) -> Iterator[InputContainer]:
        import av  # noqa: PLC0415 - as above

        limits = (OPEN_LIMIT_S, READ_LIMIT_S)
        if self.url.startswith("srt:"):
            with SrtPipe(self.url) as pipe, av.open(pipe, "r", format="mpegts", timeout=limits) as box:
                yield box
        else:
            with av.open(self.url, "r", options=_OPTIONS, timeout=limits) as box:
                yield box

    def _follow(self, box: InputContainer, opened_s: float) -> None:
        """Take packets from one connection until it ends; their decoding ends with it.

        Key frames alone are decoded where they are taken: a thread that is woken for each packet costs more than that.
        """
        streams = self._streams(box)
        self.tell("o", opened_s, bool(box.streams.audio))
        self.look.forget()
        decoder = Decoder(self.every_frame, self.tell, self.look)
        if not self.every_frame:
            self._take(box, streams, decoder.decode)
            return
        thread = threading.Thread(target=decoder.run, daemon=True)
        thread.start()
        try:
            self._take(box, streams, lambda at_s, packet: decoder.waiting.put((at_s, packet)))
        finally:
            decoder.waiting.put((0.0, None))
            thread.join()

    def _streams(self, box: InputContainer) -> list[Any]:
        """The picture and the sound, set up to be decoded."""
        from av.codec.context import Flags  # noqa: PLC0415 - as above

        if not box.streams.video:
            raise OSError("no picture")  # it hung up, or its pictures did not come in time: once more
        streams: list[Any] = [kind[0] for kind in (box.streams.video, box.streams.audio) if kind]
        for stream in streams:
            stream.codec_context.thread_count = 1  # more of them only wait beside an encoder, and hold frames back
            if not self.every_frame:
                stream.codec_context.flags |= Flags.low_delay  # no frame between key frames will ever push them out
                stream.codec_context.options = {"skip_loop_filter": "all"}  # it smooths what is not looked at
        return streams

    def _take(self, box: InputContainer, streams: list[Any], give: Callable[[float, Packet[Any]], None]) -> None:
        said_s, count, has_key = time.monotonic(), 0, False
        asked_s = said_s
        for packet in box.demux(streams):
            at_s = time.monotonic()
            if not self.every_frame and at_s - asked_s > WAITED_S:
                time.sleep(REST_S)  # it waited for this one: let some more come
            if packet.dts is None and not packet.size:
                continue
            count += packet.size
            if at_s - said_s >= DATA_S:
                self.tell("b", at_s, count)
                said_s, count = at_s, 0
            has_key = has_key or (packet.stream.type == "video" and packet.is_keyframe)
            if has_key or packet.stream.type == "audio":
                give(at_s, packet)
            asked_s = time.monotonic()


def main() -> None:
    """Read the wish, and then the stream."""
    wish = json.loads(sys.stdin.readline())
    tell, look = Teller(), Look()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    threading.Thread(target=_beat, args=(tell,), daemon=True).start()
    if wish["slate"]:
        threading.Thread(target=_know, args=(look, Path(wish["slate"])), daemon=True).start()
    Reader(wish["url"], wish["every_frame"], tell, look).run()


def _know(look: Look, path: Path) -> None:
    look.slates = read_slates(path)


def _beat(tell: Teller) -> None:
    while True:
        tell("h", time.monotonic())
        time.sleep(BEAT_S)


def _end_with_parent() -> None:
    sys.stdin.read()
    SrtPipe.end_all()
    os._exit(0)


if __name__ == "__main__":
    main()
