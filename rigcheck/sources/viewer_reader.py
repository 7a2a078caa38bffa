"""The reader of a stream at its far end, a process of its own: `python -m rigcheck.sources.viewer_reader`.

Its wish is one line of JSON on standard input (an address may be a secret, which no command line shall show); what it
sees goes to standard output, a line of JSON a frame, a piece of sound, a tenth of a second of data. It reconnects for
as long as it lives, and ends with its standard input. One thread takes packets and tells when they came; another one
decodes: a computer that decodes too slowly must not make the stream look late.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rigcheck.sources.viewer_decoder import Decoder, Teller
from rigcheck.sources.viewer_look import Look, read_slates
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
DATA_S = 0.1
WAITED_S, REST_S = 0.002, 0.1
"""Beside key frames packets are fetched a tenth of a second's at a time: to be woken for each costs most of all."""
_OPTIONS = {"analyzeduration": "5000000", "fpsprobesize": "0", "fflags": "nobuffer", "rw_timeout": "15000000"}  # us
"""It is open with the first picture; FFmpeg would count frames for a rate that nobody asks for."""


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
    import av  # noqa: PLC0415 - loading it holds up every thread, for seconds on a cold computer: before the first sign of life

    av.logging.set_level(av.logging.PANIC)
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
