"""A connection that never blocks longer than told, and leaves nothing behind."""

import socket
import time
from collections.abc import Iterator

import pytest

from rigcheck.sources import rtmp_wire
from rigcheck.sources.rtmp_wire import Wire, connect


@pytest.fixture
def ends() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire and its other end, which reads nothing unless told to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire, isolation = connect("127.0.0.1", listener.getsockname()[1], 1.0)
        assert isolation == "system"
        guest, _ = listener.accept()
        with wire, guest:
            guest.settimeout(2)
            yield wire, guest


def fill(wire: Wire) -> int:
    while wire.give(bytes(65_536)):
        pass
    time.sleep(0.05)
    while wire.give(bytes(65_536)):
        pass
    return wire.given


def test_what_is_given_and_not_acknowledged_is_known(ends):
    wire, guest = ends
    given = fill(wire)
    waiting = wire.unacknowledged()
    assert waiting is not None
    assert 0 < waiting <= given
    read = 0
    while wire.unacknowledged() or read < given:
        read += len(guest.recv(1 << 20))
    assert read == given


def test_waiting_ends_in_time(ends):
    wire, _ = ends
    fill(wire)
    for wait in (lambda until_s: wire.give_all(bytes(10), until_s), wire.take_some):
        began_s = time.monotonic()
        with pytest.raises(TimeoutError):
            wait(began_s + 0.2)
        assert 0.15 < time.monotonic() - began_s < 0.6


def test_what_is_dropped_is_not_sent_on(ends):
    wire, guest = ends
    given = fill(wire)
    wire.drop()
    read, is_reset = 0, False
    try:
        while data := guest.recv(1 << 20):
            read += len(data)
    except ConnectionResetError:
        is_reset = True
    assert is_reset
    assert read < given
    assert wire.unacknowledged() is None


def test_what_is_closed_still_arrives(ends):
    wire, guest = ends
    wire.give_all(b"goodbye", time.monotonic() + 1)
    wire.close()
    assert guest.recv(100) == b"goodbye"
    assert guest.recv(100) == b""


def test_an_end_of_the_other_side_is_an_error(ends):
    wire, guest = ends
    guest.close()
    with pytest.raises(ConnectionResetError):
        wire.take_some(time.monotonic() + 1)


@pytest.mark.parametrize("system", ["win32", "freebsd"])
def test_where_the_system_does_not_say(ends, monkeypatch, system):
    monkeypatch.setattr(rtmp_wire, "SYSTEM", system)
    assert ends[0].unacknowledged() is None
