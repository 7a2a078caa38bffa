"""The tests that are going on: who may send what, for how long, and how much. All bounded, none outlives its time."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from rigcheck.receiver.protocol import ID_CHARS

MOST_TESTS = 32
LONGEST_S = 2 * 3600.0
"""A soak of an hour and its beginnings; nothing that is forgotten stays longer."""
MOST_BYTES = 64_000_000_000
"""Two hours at 70 Mbit/s."""
MOST_DOWN_BYTES = 100_000_000
"""Traffic out of a rented server is what costs: 4 s at 200 Mbit/s."""
MOST_DATAGRAMS = 20_000


@dataclass(slots=True)
class Trial:
    """A test and what is left of its allowance. `until_s` is in the clock's time."""

    id: str
    until_s: float
    bytes_left: int
    down_left: int = MOST_DOWN_BYTES
    datagrams_left: int = MOST_DATAGRAMS
    is_uploading: bool = False


@dataclass(slots=True)
class Ledger:
    """The open tests by id."""

    clock: Callable[[], float]
    tests: dict[str, Trial] = field(default_factory=dict)

    def open(self, seconds: float, most_bytes: int) -> Trial | None:
        """A new test; None where there are too many already."""
        for test in [test for test in self.tests.values() if test.until_s < self.clock()]:
            self.close(test)
        if len(self.tests) >= MOST_TESTS:
            return None
        until_s = self.clock() + min(seconds, LONGEST_S)
        test = Trial(secrets.token_hex(ID_CHARS // 2), until_s, min(most_bytes, MOST_BYTES))
        self.tests[test.id] = test
        return test

    def close(self, test: Trial) -> None:
        """End a test."""
        self.tests.pop(test.id, None)

    def find(self, id_: str) -> Trial | None:
        """The test of that id, while it lasts."""
        test = self.tests.get(id_)
        return test if test is not None and self.clock() <= test.until_s else None

    def echoes(self, datagram: bytes) -> bool:
        """Whether a datagram may come back: it names an open test that has not had too many."""
        test = self.find(datagram[:ID_CHARS].decode("latin-1"))
        if test is None or test.datagrams_left <= 0:
            return False
        test.datagrams_left -= 1
        return True
