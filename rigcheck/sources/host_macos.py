"""macOS: throttling and sleep, from pmset."""

from __future__ import annotations

import re

from rigcheck.sources.host_probe import Probes, Sleep, unsaid
from rigcheck.sources.tool import said

_FULL_SPEED_PCT = 100


def is_slowed(load_pct: float | None) -> bool | None:
    """Whether the system holds the CPU back for heat."""
    del load_pct
    return parse_therm(said("pmset", "-g", "therm") or "")


def parse_therm(text: str) -> bool | None:
    """`CPU_Speed_Limit = 80` in percent; "No thermal warning level has been recorded" is full speed."""
    if found := re.search(r"CPU_Speed_Limit\s*=\s*(\d+)", text):
        return int(found[1]) < _FULL_SPEED_PCT
    return False if "No thermal warning" in text else None


def sleep() -> Sleep | None:
    """The sleep setting on mains."""
    return parse_pmset(said("pmset", "-g", "custom") or "")


def parse_pmset(text: str) -> Sleep | None:
    """`pmset -g custom`: the minutes of `sleep` in the section "AC Power:", else in the only section."""
    mains = text.partition("AC Power:")[2].partition("Power:")[0] or text
    found = re.search(r"^\s*sleep\s+(\d+)", mains, re.MULTILINE)
    return Sleep.after(int(found[1])) if found else None


MACOS = Probes(unsaid, unsaid, is_slowed, unsaid, unsaid, sleep, unsaid)
