"""Host names looked up in a time limit, in a thread that the end of the program does not wait for."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Literal

NAME_LIMIT_S = 1.5
"""Our own rule: a name that takes longer would not carry a show either."""
_NO_SUCH_NAME = frozenset(
    {socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME)}  # NODATA: a name without addresses
)


@dataclass(frozen=True, slots=True)
class Found:
    """The first address of each family, in the system's order of preference; or what went wrong, and no address.

    no-name: there is no such name; no-resolver: nobody there to ask for it, or no answer in time.
    """

    addresses: tuple[str, ...]
    took_ms: float
    fault: Literal["no-name", "no-resolver"] | None = None


def look_up(host: str, port: int, limit_s: float = NAME_LIMIT_S) -> Found:
    """The addresses behind a name, by the system's own resolver. Blocks for `limit_s` at most.

    The C library's look-up cannot be interrupted and may take half a minute: its thread is left behind as a daemon.
    """
    began_s = time.perf_counter()
    said: SimpleQueue[tuple[str, ...] | Exception] = SimpleQueue()
    threading.Thread(target=_ask, args=(host, port, said), daemon=True).start()
    try:
        answer = said.get(timeout=limit_s)
    except Empty:
        answer = socket.gaierror(socket.EAI_AGAIN, "no answer")
    took_ms = (time.perf_counter() - began_s) * 1000
    if isinstance(answer, Exception):
        return Found((), took_ms, _fault(answer))
    return Found(answer, took_ms)


def _ask(host: str, port: int, said: SimpleQueue[tuple[str, ...] | Exception]) -> None:
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        said.put(tuple(_first_of_each((family, str(place[0])) for family, _, _, _, place in infos)))
    except (OSError, UnicodeError) as error:
        said.put(error)


def _first_of_each(found: Iterable[tuple[int, str]]) -> Iterable[str]:
    first: dict[int, str] = {}
    for family, address in found:
        first.setdefault(family, address)
    return first.values()


def _fault(error: Exception) -> Literal["no-name", "no-resolver"]:
    if isinstance(error, UnicodeError):  # a name that IDNA refuses
        return "no-name"
    return "no-name" if isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME else "no-resolver"
