"""Power dumps in plain files: NUT device dumps (`.dev`), `upsc` and `apcaccess` text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.apcupsd import parse_records
from rigcheck.sources.nut import public

MAX_BYTES = 1_000_000  # the longest recorded dump has 10 kB
_MARK = re.compile(r"\s*#(?:BAD|COMMENT)\b.*")  # what reporters wrote behind a value
_NUT_LINE = re.compile(
    r"((?:ambient|battery|device|driver|experimental|input|outlet|output|server|unmapped|ups)\.[\w.-]+):(?:\s+|$)(.*)"
)
_APC_LINE = re.compile(r"[A-Z][A-Z0-9 ]{0,9}: .*")
_MOSTLY = 0.8


def read_power_file(path: Path, request: PowerRequest) -> PowerState | None:
    """The dump in a file, told by its text and not by its name; None when it is no power dump. Raises OSError.

    Bytes that are no UTF-8 are kept as replacement characters; a reporter's `#BAD` and `#COMMENT` remarks are dropped.
    """
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES or b"\0" in raw:
        return None
    lines = [line for line in raw.decode("utf-8-sig", "replace").splitlines() if line.strip() and line[0] != "#"]
    if values := parse_upsc(lines):
        return PowerState(origin="nut", values=public(values), bought=request.bought)
    if values := parse_apcaccess(lines):
        return PowerState(origin="apcupsd", values=values, bought=request.bought)
    return None


def parse_upsc(lines: Sequence[str]) -> dict[str, str]:
    """`name: value` lines as variables; nothing unless most lines are such and a UPS's own are among them."""
    found = [match for match in map(_NUT_LINE.fullmatch, lines) if match]
    if not found or len(found) < _MOSTLY * len(lines):
        return {}
    return {match[1]: _MARK.sub("", match[2]).strip() for match in found}


def parse_apcaccess(lines: Sequence[str]) -> dict[str, str]:
    """`KEY      : value unit` lines as records; nothing unless most lines are such and a status is among them."""
    matching = [line for line in lines if _APC_LINE.fullmatch(line.rstrip() + " ")]
    if not matching or len(matching) < _MOSTLY * len(lines):
        return {}
    values = parse_records(matching)
    return values if values.keys() & {"STATUS", "STATFLAG"} else {}
