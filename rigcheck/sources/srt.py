"""Whether an SRT listener answers: the first of the two questions of its handshake, which opens nothing.

Induction (draft-sharabayko-srt, section 4.3.1.1): the listener sends back a cookie and keeps no state. The connection
itself, and with it the stream's name, would only come with the second question.
"""

from __future__ import annotations

import os
import socket
import struct
import time
from dataclasses import dataclass

from rigcheck.ingest_state import Unreached
from rigcheck.sources.name import look_up

TRIES, ANSWER_LIMIT_S = 3, 0.7
_HANDSHAKE = 0x80000000
_VERSION, _INDUCTION, _SRT_MAGIC = 4, 1, 0x4A17
_FIELDS = ">IIIIIHHIIIIII16s"
_BYTES = struct.calcsize(_FIELDS)


@dataclass(frozen=True, slots=True)
class Knocked:
    """`outcome` None: it answered. Times in ms."""

    outcome: Unreached | None
    is_srt: bool = False  # what answered was SRT
    dns_ms: float | None = None
    answer_ms: float | None = None


def knock(host: str, port: int) -> Knocked:
    """Ask, up to three times (a datagram may be lost), each of the name's addresses; 6 s at most."""
    found = look_up(host, port)
    if found.fault is not None:
        return Knocked(found.fault)
    tried = [_ask(address, port, found.took_ms) for address in found.addresses]
    return next((one for one in tried if one.outcome is None), tried[0])


def _ask(address: str, port: int, dns_ms: float) -> Knocked:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as door:
        try:
            door.connect((address, port))
            for _ in range(TRIES):
                began_s = time.monotonic()
                door.send(_question())
                if (answer := _answer(door)) is not None:
                    return Knocked(None, _is_srt(answer), dns_ms, (time.monotonic() - began_s) * 1000)
        except ConnectionRefusedError:
            return Knocked("connection-refused", dns_ms=dns_ms)
        except OSError:
            return Knocked("no-route", dns_ms=dns_ms)
    return Knocked("timeout", dns_ms=dns_ms)


def _answer(door: socket.socket) -> bytes | None:
    door.settimeout(ANSWER_LIMIT_S)
    try:
        return door.recv(2048)
    except TimeoutError:
        return None


def _question() -> bytes:
    own = int.from_bytes(os.urandom(4), "big") >> 2 or 1
    first = int.from_bytes(os.urandom(4), "big") >> 1
    return struct.pack(_FIELDS, _HANDSHAKE, 0, 0, 0, _VERSION, 0, 2, first, 1500, 8192, _INDUCTION, own, 0, bytes(16))


def _is_srt(answer: bytes) -> bool:
    """A handshake of version 5 with SRT's magic number in it, or a refusal of ours."""
    if len(answer) < _BYTES:
        return False
    head, _, _, _, version, _, extension, *_ = struct.unpack(_FIELDS, answer[:_BYTES])
    return head == _HANDSHAKE and version in (4, 5) and extension in (_SRT_MAGIC, 0, 2)
