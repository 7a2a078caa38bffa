"""What earlier runs measured of a room's lines: kept in the user's state folder, for the low end of many tests."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from rigcheck import metrics as m
from rigcheck.cli.state import state_folder
from rigcheck.errors import UnwritableError
from rigcheck.model import Report
from rigcheck.recommend.evidence import EarlierTest
from rigcheck.recommend.gather import Stored

log = logging.getLogger(__name__)
MOST_TESTS, MOST_BYTES = 20, 20_000


@dataclass(frozen=True, slots=True)
class KeptTest:
    """One test: when it was (seconds since the epoch), its worst 5 %, and whether the line may carry more."""

    at_s: float
    upload_kbps: float
    at_least: bool


def keep_uploads(report: Report, room: str | None) -> None:
    """Add this run's uploads, line by line. A state folder that cannot be written costs the memory, not the run."""
    for taken in report.taken:
        measured = taken.measurement
        if measured.metric is m.NETWORK_UPLOAD_P5 and isinstance(measured.value, float):
            test = KeptTest(report.started_at.timestamp(), measured.value, bool(measured.params.get("at_least")))
            _add(room, taken.device, test)


def _add(room: str | None, line: str, test: KeptTest) -> None:
    from rigcheck.cli.output import write_whole

    tests = [*_read(room, line), test][-MOST_TESTS:]
    rows = [[each.at_s, round(each.upload_kbps, 1), each.at_least] for each in tests]
    try:
        write_whole(_place(room, line), json.dumps({"tests": rows}) + "\n", is_private=True)
    except (OSError, UnwritableError):
        log.warning("cannot remember this test")


def kept_uploads(room: str | None, lines: tuple[str, ...], now: datetime, age_min: float) -> Mapping[str, Stored]:
    """The earlier tests of every line, the last one apart while it is at most `age_min` old."""
    return {line: _stored(_read(room, line), now.timestamp(), age_min) for line in lines}


def _stored(tests: list[KeptTest], now_s: float, age_min: float) -> Stored:
    tests = [test for test in tests if test.at_s <= now_s]
    earlier = tuple(EarlierTest(test.upload_kbps, test.at_least) for test in tests)
    if not tests or now_s - tests[-1].at_s > age_min * 60:
        return Stored(earlier)
    return Stored(earlier, earlier[-1], (now_s - tests[-1].at_s) / 60)


def _read(room: str | None, line: str) -> list[KeptTest]:
    """What is kept; nothing where there is nothing, or nothing that makes sense."""
    try:
        path = _place(room, line)
        if not path.is_file() or path.stat().st_size > MOST_BYTES:
            return []
        rows = json.loads(path.read_text(encoding="utf-8"))["tests"]
        tests = [KeptTest(float(at_s), float(kbps), at_least is True) for at_s, kbps, at_least in rows]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return []
    return [test for test in tests if 0 < test.upload_kbps < float("inf")]


def _place(room: str | None, line: str) -> Path:
    name = hashlib.sha256("\0".join((room or "", line)).encode()).hexdigest()[:16]
    return state_folder() / f"uploads-{name}.json"
