"""An RTMP server that behaves as badly as it is told to, on loopback."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

from rigcheck.sources.rtmp_amf import dumps
from rigcheck.sources.rtmp_chunk import ChunkReader, Kind, Message, pack

GREETING = 1536
Deed = Callable[[socket.socket], None]


@contextlib.contextmanager
def rude(*deeds: Deed) -> Iterator[int]:
    """A port whose every guest gets these deeds one after another, then an end of the connection."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, deeds, over), daemon=True).start()
        try:
            yield listener.getsockname()[1]
        finally:
            over.set()


def _serve(listener: socket.socket, deeds: tuple[Deed, ...], over: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while not over.is_set():
            guest, _ = listener.accept()
            threading.Thread(target=_receive, args=(guest, deeds), daemon=True).start()


def _receive(guest: socket.socket, deeds: tuple[Deed, ...]) -> None:
    with contextlib.suppress(OSError), guest:
        guest.settimeout(20)
        for deed in deeds:
            deed(guest)


def greet(guest: socket.socket) -> None:
    """C0 to S2, in small pieces."""
    hello = _exactly(guest, 1 + GREETING)
    answer = b"\x03" + bytes(GREETING) + hello[1:]
    for at in range(0, len(answer), 1000):
        guest.sendall(answer[at : at + 1000])
    _exactly(guest, GREETING)


def _exactly(guest: socket.socket, count: int) -> bytes:
    data = b""
    while len(data) < count:
        part = guest.recv(count - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return data


def say(*values: object, stream: int = 0) -> Deed:
    """A command, once the guest has said something."""

    def deed(guest: socket.socket) -> None:
        guest.recv(65536)
        guest.sendall(pack(Message(Kind.COMMAND, dumps(*values), stream=stream), 3, 128))

    return deed


def send(data: bytes) -> Deed:
    """These bytes, once the guest has said something."""

    def deed(guest: socket.socket) -> None:
        guest.recv(65536)
        guest.sendall(data)

    return deed


def stay(guest: socket.socket) -> None:
    """Silent until the guest leaves."""
    with contextlib.suppress(ConnectionResetError):
        while guest.recv(65536):
            pass


def pour(data: bytes) -> Deed:
    """The same again and again, until the guest leaves."""

    def deed(guest: socket.socket) -> None:
        while True:
            guest.sendall(data)

    return deed


YES = ("_result", 1.0, {"fmsVer": "FMS/3,0"}, {"level": "status", "code": "NetConnection.Connect.Success"})


def admit(guest: socket.socket) -> None:
    """Greet, and say yes to connect."""
    greet(guest)
    say(*YES)(guest)


def host(*answers: tuple[object, ...]) -> Deed:
    """Admit, give a stream, and answer its publication with these commands."""

    def deed(guest: socket.socket) -> None:
        admit(guest)
        reader, waiting = ChunkReader(), True
        while waiting:
            for message in reader.feed(guest.recv(65536)):
                if message.kind == Kind.COMMAND and b"createStream" in message.body[:20]:
                    guest.sendall(pack(Message(Kind.COMMAND, dumps("_error", 2.0, None, {"level": "error"})), 3, 128))
                    guest.sendall(pack(Message(Kind.COMMAND, dumps("_result", 4.0, None, 1.0)), 3, 128))
                if message.kind == Kind.COMMAND and b"publish" in message.body[:20]:
                    waiting = False
        for answer in answers:
            guest.sendall(pack(Message(Kind.COMMAND, dumps(*answer), stream=1), 5, 128))

    return deed


def status(level: str, code: str, description: str = "") -> tuple[object, ...]:
    """An onStatus."""
    return ("onStatus", 0.0, None, {"level": level, "code": code, "description": description})
