"""RTMP's notation and its chunks: what is packed comes back the same, and nothing hostile costs memory or a crash."""

import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.sources.rtmp_amf import AmfError, dumps, loads
from rigcheck.sources.rtmp_chunk import MOST_STREAMS, ChunkError, ChunkReader, Kind, Message, pack

VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(min_size=1, max_size=9), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=5))
def test_what_is_written_is_read(values):
    assert loads(dumps(*values)) == values


def test_known_bytes():
    wanted = b"\x02\x00\x07connect\x00?\xf0\x00\x00\x00\x00\x00\x00\x03\x00\x03app\x02\x00\x04live\x00\x00\t"
    assert dumps("connect", 1.0, {"app": "live"}) == wanted
    array = b"\x08\x00\x00\x00\x01\x00\x01a\x01\x01\x00\x00\x09"
    assert loads(array + b"\x06" + b"\x0b" + bytes(10) + b"\x0c\x00\x00\x00\x02hi") == [{"a": True}, None, 0.0, "hi"]


@given(st.binary(max_size=300))
def test_any_bytes_are_values_or_refused(data):
    with suppress(AmfError):
        loads(data)


@pytest.mark.parametrize(
    "data", [b"\x03\x00\x01a" * 5000, b"\x0a\xff\xff\xff\xff", b"\x0a\x00\x00\x01\xf0" + b"\x05" * 3]
)
def test_too_much_is_refused(data):
    with pytest.raises(AmfError):
        loads(data)


def test_long_texts_cannot_be_written():
    with pytest.raises(AmfError):
        dumps("x" * 70_000)


@given(
    st.lists(st.tuples(st.binary(max_size=600), st.integers(0, 2**32 - 1), st.integers(2, 63)), min_size=1, max_size=6),
    st.integers(1, 300),
)
def test_messages_come_back_however_they_are_cut(messages, piece):
    data = b"".join(pack(Message(Kind.AUDIO, body, at_ms, 1), number, 128) for body, at_ms, number in messages)
    reader = ChunkReader()
    found = [message for at in range(0, len(data), piece) for message in reader.feed(data[at : at + piece])]
    assert found == [Message(Kind.AUDIO, body, at_ms, 1) for body, at_ms, _ in messages]


def test_short_headers_go_on_from_the_one_before():
    """Type 1 (a delta of 5 ms), type 2 (of 7 ms) and type 3 on chunk stream 4."""
    first = pack(Message(Kind.AUDIO, b"abc", 100, 1), 4)
    second = bytes([0x44]) + b"\x00\x00\x05\x00\x00\x02\x09" + b"de"
    third = bytes([0x84]) + b"\x00\x00\x07" + b"fg"
    fourth = bytes([0xC4]) + b"hi"
    found = list(ChunkReader().feed(first + second + third + fourth))
    assert [(message.kind, message.body, message.at_ms) for message in found[:3]] == [
        (Kind.AUDIO, b"abc", 100),
        (Kind.VIDEO, b"de", 105),
        (Kind.VIDEO, b"fg", 112),
    ]
    assert found[3].body == b"hi"


def test_the_servers_chunk_size_is_followed_and_an_abort_obeyed():
    size = pack(Message(Kind.CHUNK_SIZE, struct.pack(">I", 1000)), 2)
    begun = pack(Message(Kind.AUDIO, bytes(2000)), 4, 1000)[: 12 + 1000]
    abort = pack(Message(Kind.ABORT, struct.pack(">I", 4)), 2)
    whole = pack(Message(Kind.AUDIO, b"x" * 900), 4, 1000)
    found = list(ChunkReader().feed(size + begun + abort + whole))
    assert [message.kind for message in found] == [Kind.CHUNK_SIZE, Kind.ABORT, Kind.AUDIO]
    assert found[-1].body == b"x" * 900


def test_numbers_of_two_and_three_bytes():
    head = pack(Message(Kind.AUDIO, b"abc"), 3)[1:]
    found = list(ChunkReader().feed(b"\x00\x05" + head + b"\x01\x05\x01" + head))
    assert [message.body for message in found] == [b"abc", b"abc"]


@given(st.binary(max_size=2000))
def test_any_bytes_are_messages_or_refused(data):
    with suppress(ChunkError):
        list(ChunkReader().feed(data))


@pytest.mark.parametrize(
    "data",
    [
        bytes([0xC3]),
        pack(Message(Kind.CHUNK_SIZE, bytes(4)), 2),
        bytes([3]) + bytes(3) + b"\xff\xff\xff" + bytes(5),
        pack(Message(Kind.AUDIO, bytes(300)), 4, 128)[:140] + pack(Message(Kind.AUDIO, b"x"), 4),
        b"".join(bytes([0, number]) + bytes(3) + b"\x00\x00\x02" + bytes(6) for number in range(MOST_STREAMS + 1)),
    ],
    ids=["a continuation of nothing", "size 0", "16 MB", "a message within a message", "too many streams"],
)
def test_nonsense_is_refused(data):
    with pytest.raises(ChunkError):
        list(ChunkReader().feed(data + bytes(200)))


def test_memory_stays_bounded_whatever_comes():
    """Sixty-four chunk streams with all but the last byte of the largest message: 4 MB, and no more."""
    reader = ChunkReader()
    list(reader.feed(pack(Message(Kind.CHUNK_SIZE, struct.pack(">I", 65_535)), 2)))
    begun = [
        bytes([0, number]) + bytes(3) + b"\x01\x00\x00\x08" + bytes(4) + bytes(65_535) for number in range(MOST_STREAMS)
    ]
    tracemalloc.start()
    for part in begun[1:]:  # with the one that set the size, all there may be
        assert not list(reader.feed(part))
    with pytest.raises(ChunkError):
        list(reader.feed(begun[0]))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8e6
