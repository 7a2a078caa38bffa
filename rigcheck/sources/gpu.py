"""NVIDIA graphics cards, by the driver's own `nvidia-smi` (on every system)."""

from __future__ import annotations

from rigcheck.sources.host_probe import Gpu
from rigcheck.sources.tool import said

LIMIT_S = 2.0  # without persistence mode the driver loads first
# clocks_event_reasons: hardware slowdown, software thermal, hardware thermal, power brake; a power cap (0x4) is normal
THROTTLED = 0x8 | 0x20 | 0x40 | 0x80
_REASONS = ("clocks_event_reasons.active", "clocks_throttle_reasons.active")  # the second: drivers before 535


def nvidia() -> Gpu | None:
    """All NVIDIA cards together; None without one."""
    for reasons in _REASONS:
        query = f"--query-gpu=utilization.gpu,temperature.gpu,{reasons}"
        text = said("nvidia-smi", query, "--format=csv,noheader,nounits", limit_s=LIMIT_S)
        if text is not None and (gpu := parse_nvidia(text)) is not None:
            return gpu
    return None


def parse_nvidia(text: str) -> Gpu | None:
    """Lines of `busy %, temperature °C, 0x reasons`, one a card; `[N/A]` and the like count as not said."""
    rows = [[field.strip() for field in line.split(",")] for line in text.splitlines()]
    rows = [row for row in rows if len(row) == len(("busy", "temperature", "reasons"))]
    if not rows:
        return None
    slowed = [bool(int(row[2], 16) & THROTTLED) for row in rows if row[2].startswith("0x")]
    return Gpu(_highest(rows, 0), _highest(rows, 1), any(slowed) if slowed else None)


def _highest(rows: list[list[str]], column: int) -> float | None:
    return max((float(row[column]) for row in rows if row[column].isdecimal()), default=None)
