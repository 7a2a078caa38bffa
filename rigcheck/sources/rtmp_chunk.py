"""RTMP's chunk stream (Adobe's RTMP specification 1.0, section 5): messages to bytes and, trusting nothing, back."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

OUR_CHUNK_BYTES = 4096
"""As OBS and ffmpeg's servers have it."""
FIRST_CHUNK_BYTES = 128
MOST_MESSAGE_BYTES = 65_536
MOST_STREAMS = 64
"""Our own rule: what a server says to somebody who publishes is a few hundred bytes, on two or three chunk streams."""
_EXTENDED = 0xFFFFFF
_HEADER_BYTES = (11, 7, 3, 0)


class Kind(IntEnum):
    """Message types that a publisher meets."""

    CHUNK_SIZE = 1
    ABORT = 2
    ACKNOWLEDGED = 3
    CONTROL = 4
    WINDOW = 5
    BANDWIDTH = 6
    AUDIO = 8
    VIDEO = 9
    COMMAND3 = 17
    DATA = 18
    COMMAND = 20


class ChunkError(ValueError):
    """Bytes that are no chunk stream, or more than a server has any reason to send."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message; `at_ms` is its time stamp, `stream` the message stream that it belongs to (0: the connection)."""

    kind: int
    body: bytes
    at_ms: int = 0
    stream: int = 0


def pack(message: Message, chunk_stream: int, chunk_bytes: int = OUR_CHUNK_BYTES) -> bytes:
    """The message as chunks: one with a full header, the others continuing it. `chunk_stream` is 3 to 63."""
    stamp = message.at_ms & 0xFFFFFFFF
    late = struct.pack(">I", stamp) if stamp >= _EXTENDED else b""
    head = struct.pack(">I", min(stamp, _EXTENDED))[1:] + struct.pack(">I", len(message.body))[1:]
    head += struct.pack("<BI", message.kind, message.stream)
    first = bytes([chunk_stream]) + head + late + message.body[:chunk_bytes]
    more = bytes([0xC0 | chunk_stream]) + late
    rest = range(chunk_bytes, len(message.body), chunk_bytes)
    return first + b"".join(more + message.body[at : at + chunk_bytes] for at in rest)


@dataclass(slots=True)
class _Partial:
    """A chunk stream: the header of its last message, and how much of its present one is there."""

    at_ms: int = 0
    size: int = 0
    kind: int = 0
    stream: int = 0
    is_late: bool = False  # its time stamp came in four bytes of their own
    body: bytearray = field(default_factory=bytearray)


class ChunkReader:
    """Bytes in, whole messages out. Never holds more than one message a chunk stream; follows the server's chunk size."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._chunk_bytes = FIRST_CHUNK_BYTES
        self._streams: dict[int, _Partial] = {}

    def feed(self, data: bytes) -> Iterator[Message]:
        """The messages that are complete with these bytes. Raises ChunkError."""
        self._data += data
        while True:
            message, used = self._chunk()
            if not used:
                return
            del self._data[:used]
            if message is not None:
                self._obey(message)
                yield message

    def _obey(self, message: Message) -> None:
        if message.kind == Kind.CHUNK_SIZE and len(message.body) >= 4:  # noqa: PLR2004 - 32 bits
            self._chunk_bytes = int.from_bytes(message.body[:4], "big") & 0x7FFFFFFF
            if not self._chunk_bytes:
                raise ChunkError("chunk size 0")
        if message.kind == Kind.ABORT:
            self._streams.pop(int.from_bytes(message.body[:4], "big"), None)

    def _chunk(self) -> tuple[Message | None, int]:
        """What the chunk at the front completes, and its length; 0 while it is not all there."""
        basic = self._basic()
        if basic is None:
            return None, 0
        form, number, at = basic
        known = self._streams.get(number)
        if known is None and (form != 0 or len(self._streams) >= MOST_STREAMS):
            raise ChunkError("a chunk stream that never began")
        end = at + _HEADER_BYTES[form]
        if len(self._data) < end:
            return None, 0
        partial = _headed(form, bytes(self._data[at:end]), known or _Partial())
        end += 4 if partial.is_late else 0
        due = min(self._chunk_bytes, partial.size - len(partial.body))
        if len(self._data) < end + due:
            return None, 0
        if partial.is_late and form == 0:
            partial.at_ms = int.from_bytes(self._data[end - 4 : end], "big")
        partial.body += self._data[end : end + due]
        self._streams[number] = partial
        return _whole(partial), end + due

    def _basic(self) -> tuple[int, int, int] | None:
        """Form and chunk stream number of the chunk at the front, and where its header goes on."""
        if not self._data:
            return None
        form, number = self._data[0] >> 6, self._data[0] & 0x3F
        more = {0: 1, 1: 2}.get(number, 0)
        if len(self._data) < 1 + more:
            return None
        return form, int.from_bytes(self._data[1 : 1 + more], "little") + 64 if more else number, 1 + more


def _headed(form: int, head: bytes, before: _Partial) -> _Partial:
    """The chunk stream with the chunk's own header: what that leaves out is as it was."""
    if before.body and form != 3:  # noqa: PLR2004 - a chunk that continues
        raise ChunkError("a message within a message")
    now = _Partial(before.at_ms, before.size, before.kind, before.stream, before.is_late, bytearray(before.body))
    if len(head) >= _HEADER_BYTES[2]:
        stamp = int.from_bytes(head[:3], "big")
        now.is_late = stamp == _EXTENDED
        now.at_ms = stamp if form == 0 else before.at_ms + stamp
    if len(head) >= _HEADER_BYTES[1]:
        now.size, now.kind = int.from_bytes(head[3:6], "big"), head[6]
    if form == 0:
        now.stream = int.from_bytes(head[7:11], "little")
    if now.size > MOST_MESSAGE_BYTES:
        raise ChunkError("a message of too many bytes")
    return now


def _whole(partial: _Partial) -> Message | None:
    if len(partial.body) < partial.size:
        return None
    message = Message(partial.kind, bytes(partial.body), partial.at_ms, partial.stream)
    partial.body.clear()
    return message
