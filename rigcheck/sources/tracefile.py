"""Network traces in plain files: our own, `iperf3 -J`, `speedtest-cli --json`, and a table of times and bytes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, NoReturn, cast

import numpy as np

from rigcheck.errors import BadInputError
from rigcheck.model import Message
from rigcheck.sources.codec import array_types, decode
from rigcheck.sources.iperf3_output import trace_of_iperf3
from rigcheck.sources.plain import UnfitError, wanted
from rigcheck.sources.speedtest_output import FIELDS, trace_of_speedtest
from rigcheck.uplink_state import UplinkTrace

MAX_BYTES = 16_000_000  # an hour of iperf3 in tenths of a second has 12 MB
HEADER = ("t_s", "bytes")
"""Of a table: the end of an interval in seconds since the start, and the bytes that arrived in it."""
_KIND = UplinkTrace.kind


def is_trace_file(path: Path) -> bool:
    """Whether a file is meant as a trace, told by its text and not by its name. Raises OSError."""
    return _form(path) is not None


def read_trace_file(path: Path) -> UplinkTrace:
    """The trace in a file. Raises BadInputError where it is damaged, OSError, and NotSeen where it tells of no upload.

    A trace of our own is a JSON object: `kind` "uplink" and UplinkTrace's fields, its arrays as lists.
    """
    read, content = _form(path) or (_changed, path.name)
    try:
        return read(content)
    except UnfitError as error:
        raise BadInputError(Message("error.replay.trace", {"path": str(path), "field": error.where})) from error


def _form(path: Path) -> tuple[Callable[[Any], UplinkTrace], Any] | None:
    """How to read it, and what there is to read; None where it is no trace."""
    with path.open("rb") as file:
        raw = file.read(MAX_BYTES + 1)
    if len(raw) > MAX_BYTES or b"\0" in raw:
        return None
    text = raw.decode("utf-8-sig", "replace")
    if text.lstrip()[:1] == "{":
        tree = _tree(text)
        return next(((read, tree) for is_form, read in _FORMS if tree and is_form(tree)), None)
    lines = text.splitlines()
    is_table = bool(lines) and tuple(name.strip().lower() for name in lines[0].split(",")) == HEADER
    return (_table, lines[1:]) if is_table else None


def _tree(text: str) -> dict[str, Any] | None:
    try:
        tree = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", tree)  # it begins with a brace


def _no_constant(word: str) -> NoReturn:
    raise ValueError(word)


def _own(tree: Mapping[str, Any]) -> UplinkTrace:
    """Strictly its own fields: what a recorded room holds of it, in one object."""
    types = array_types(_KIND)
    fields = {name: value for name, value in tree.items() if name != "kind" and name not in types}
    arrays = {name: _array(tree[name], kind, name) for name, kind in types.items() if name in tree}
    return cast("UplinkTrace", decode(_KIND, fields, arrays))


def _array(values: object, kind: np.dtype[Any], name: str) -> np.ndarray[Any, np.dtype[Any]]:
    wanted(values, isinstance(values, list), name)
    allowed = (int,) if kind.kind == "i" else (int, float)
    numbers = cast("list[Any]", values)
    wanted(numbers, all(type(number) in allowed and abs(number) < 2**53 for number in numbers), name)
    return np.array(numbers, kind)


def _table(rows: Iterable[str]) -> UplinkTrace:
    """A first row at time 0 is the start; with bytes, its times are the intervals' starts."""
    pairs = [_pair(row.split(",")) for row in rows if row.strip()]
    t_s = np.array([pair[0] for pair in pairs])
    arrived = np.array([pair[1] for pair in pairs], np.int64)
    wanted(t_s, t_s.size > 0 and bool((np.diff(t_s) > 0).all()) and t_s[0] >= 0, "t_s")
    if t_s[0] == 0 and arrived[0] == 0:
        t_s, arrived = t_s[1:], arrived[1:]
    elif t_s[0] == 0:
        t_s = np.append(t_s[1:], t_s[-1] + (np.median(np.diff(t_s)) if t_s.size > 1 else 1.0))
    none = np.zeros(0)
    total = int(arrived.sum())
    return UplinkTrace("trace", "receiver", t_s, arrived, total, None, "duration", none, none, none)


def _pair(row: list[str]) -> tuple[float, int]:
    try:
        end_s, count = float(row[0]), float(row[1])
    except (ValueError, IndexError):
        raise UnfitError(",".join(row)[:40]) from None
    fits = len(row) == len(HEADER) and 0 <= end_s < 1e9 and 0 <= count < 2**53  # noqa: PLR2004 - thirty years
    return end_s, int(wanted(count, fits, ",".join(row)[:40]))


def _changed(name: str) -> NoReturn:
    """It is not what it was when it was opened."""
    raise UnfitError(name)


def _is_own(tree: Mapping[str, Any]) -> bool:
    return tree.get("kind") == _KIND


def _is_iperf3(tree: Mapping[str, Any]) -> bool:
    return {"start", "intervals", "end"} <= tree.keys()


def _is_speedtest(tree: Mapping[str, Any]) -> bool:
    return set(FIELDS) <= tree.keys()


_FORMS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[Any], UplinkTrace]], ...] = (
    (_is_own, _own),
    (_is_iperf3, trace_of_iperf3),
    (_is_speedtest, trace_of_speedtest),
)
