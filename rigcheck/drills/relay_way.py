"""How a relay passes a stream on: as it comes, or with one of the faults that lines and ingests have."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self, cast, get_args

Mode = Literal["pass", "cut", "stall", "black-hole", "delay", "throttle"]
MODES: tuple[Mode, ...] = get_args(Mode)
MOST_DELAY_MS = 10_000.0
"""Our own rule: a longer delay is a stall to everybody, and what is held back fills the memory."""
MOST_KBPS = 1_000_000.0
_WORDS = frozenset({"mode", "ms", "kbps"})


@dataclass(frozen=True, slots=True)
class Way:
    """`cut`: connections end and new ones are refused. `stall`: they stay, and nothing moves: an ingest that hangs.

    `black-hole`: all that comes is taken and lost, both ways, so that the encoder notices nothing; what has lost bytes
    ends when this does. `delay`: everything comes `delay_ms` later. `throttle`: `kbps` kbit/s each way, a connection.
    """

    mode: Mode = "pass"
    delay_ms: float | None = None
    kbps: float | None = None

    @classmethod
    def read(cls, wants: object) -> Self:
        """From what a profile or a peer says: a mode, or {mode: delay, ms: 500}, {mode: throttle, kbps: 800}.

        Raises ValueError where it is none of these.
        """
        said = wants if isinstance(wants, Mapping) else {"mode": wants}
        mode = said.get("mode")
        if mode not in MODES or not said.keys() <= _WORDS:
            raise ValueError(mode)
        amounts = {
            "delay_ms": _amount(said, mode == "delay", "ms", MOST_DELAY_MS),
            "kbps": _amount(said, mode == "throttle", "kbps", MOST_KBPS),
        }
        return cls(cast("Mode", mode), **amounts)

    def plain(self) -> dict[str, Any]:
        """As JSON data that `read` takes."""
        amounts = {"ms": self.delay_ms, "kbps": self.kbps}
        return {"mode": self.mode} | {name: amount for name, amount in amounts.items() if amount is not None}


PASS = Way()


def _amount(said: Mapping[str, Any], is_wanted: bool, name: str, most: float) -> float | None:
    """The number that goes with a mode. Raises ValueError where it is missing, out of range, or goes with another."""
    value = said.get(name)
    if not is_wanted and value is None:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if not is_wanted or not is_number or not 0 < cast("float", value) <= most:
        raise ValueError(name)
    return float(cast("float", value))
