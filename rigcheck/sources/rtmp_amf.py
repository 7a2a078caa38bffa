"""AMF0, the notation of RTMP's commands ("Action Message Format -- AMF 0", Adobe 2007), as far as commands need it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence

Amf = float | bool | str | None | dict[str, "Amf"] | list["Amf"]

DEEPEST, MOST_VALUES = 8, 512
"""Our own rule: no server's answer comes near, and a hostile one must not make us allocate for it."""
_NUMBER, _BOOLEAN, _STRING, _OBJECT, _NULL, _UNDEFINED = 0, 1, 2, 3, 5, 6
_ECMA_ARRAY, _OBJECT_END, _STRICT_ARRAY, _DATE, _LONG_STRING = 8, 9, 10, 11, 12


class AmfError(ValueError):
    """Bytes that are not AMF0, or too much of it."""


def dumps(*values: Amf | Mapping[str, Amf]) -> bytes:
    """The values one after another. Raises AmfError for texts of over 65 535 bytes."""
    return b"".join(map(_dump, values))


def _dump(value: Amf | Mapping[str, Amf]) -> bytes:
    if value is None:
        return bytes([_NULL])
    if isinstance(value, bool):
        return bytes([_BOOLEAN, value])
    if isinstance(value, str):
        return bytes([_STRING]) + _name(value)
    if isinstance(value, Mapping):
        fields = b"".join(_name(name) + _dump(entry) for name, entry in value.items())
        return bytes([_OBJECT]) + fields + bytes([0, 0, _OBJECT_END])
    if isinstance(value, Sequence):
        return struct.pack(">BI", _STRICT_ARRAY, len(value)) + dumps(*value)
    return struct.pack(">Bd", _NUMBER, value)


def _name(text: str) -> bytes:
    data = text.encode()
    try:
        return struct.pack(">H", len(data)) + data
    except struct.error as error:
        raise AmfError("too long") from error


def loads(data: bytes) -> list[Amf]:
    """All values in the bytes. Raises AmfError for anything but complete AMF0 values of bounded depth and number."""
    reader = _Reader(data)
    values: list[Amf] = []
    while reader.at < len(data):
        values.append(reader.value(0))
    return values


class _Reader:
    """A place in the bytes, and how many values were read up to it."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.count = data, 0, 0

    def value(self, depth: int) -> Amf:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_VALUES:
            raise AmfError("too much")
        marker = self._take(1)[0]
        read = _READ.get(marker)
        if read is None:
            raise AmfError(f"marker {marker}")
        return read(self, depth)

    def _take(self, count: int) -> bytes:
        part = self.data[self.at : self.at + count]
        if len(part) < count:
            raise AmfError("cut short")
        self.at += count
        return part

    def number(self, _: int) -> float:
        found: float = struct.unpack(">d", self._take(8))[0]
        return found

    def flag(self, _: int) -> bool:
        return self._take(1) != b"\0"

    def text(self, _: int, width: int = 2) -> str:
        return self._take(int.from_bytes(self._take(width), "big")).decode("utf-8", "replace")

    def long_text(self, depth: int) -> str:
        return self.text(depth, 4)

    def nothing(self, _: int) -> None:
        return None

    def date(self, depth: int) -> float:
        when = self.number(depth)
        self._take(2)  # a time zone, which is not used
        return when

    def fields(self, depth: int) -> dict[str, Amf]:
        found: dict[str, Amf] = {}
        while True:
            name = self.text(depth)
            if not name and self.data[self.at : self.at + 1] == bytes([_OBJECT_END]):
                self._take(1)
                return found
            found[name] = self.value(depth + 1)

    def counted_fields(self, depth: int) -> dict[str, Amf]:
        self._take(4)  # how many, which is only a hint
        return self.fields(depth)

    def array(self, depth: int) -> list[Amf]:
        count = int.from_bytes(self._take(4), "big")
        if count > MOST_VALUES:
            raise AmfError("too much")
        return [self.value(depth + 1) for _ in range(count)]


_READ: Mapping[int, Callable[[_Reader, int], Amf]] = {
    _NUMBER: _Reader.number,
    _BOOLEAN: _Reader.flag,
    _STRING: _Reader.text,
    _OBJECT: _Reader.fields,
    _NULL: _Reader.nothing,
    _UNDEFINED: _Reader.nothing,
    _ECMA_ARRAY: _Reader.counted_fields,
    _STRICT_ARRAY: _Reader.array,
    _DATE: _Reader.date,
    _LONG_STRING: _Reader.long_text,
}
