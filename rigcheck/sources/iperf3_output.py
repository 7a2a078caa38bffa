"""What `iperf3 -J` prints, live or kept in a file: an upload as its receiver counted it, or why there is none."""

from __future__ import annotations

import re
from typing import Any, Literal, NamedTuple

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.plain import read_figure, wanted
from rigcheck.uplink_state import Isolation, Times, UplinkTrace

ENGINE = "iperf3"
_ERRORS = (
    (r"not known|name resolution|no such device", Reason.MISSING),
    (r"busy|access denied|authorization", Reason.REFUSED),
    (r"refused|unreachable|no route|timed out|unable to connect", Reason.UNREACHABLE),
    (r"closed|reset|broken pipe|unable to (?:read|receive|send)|terminated", Reason.LOST),
)
"""The program's own English words, the plainest first: most failures also say "unable to connect"."""
_ONE_LINE = re.compile(
    r"\[\s*(?P<who>\d+|SUM)\]\s+(?P<begin>\d+\.\d+)-(?P<end>\d+\.\d+)\s+sec\s+[\d.]+ [KMGT]?Bytes\s+"
    r"(?P<rate>\d+(?:\.\d+)?) (?P<unit>[KMGT]?)bits/sec(?P<tail>[^\n]*)"
)
_UNITS = {"": 1.0, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LONGEST_LIST = 1_000_000


class _Count(NamedTuple):
    end_s: float
    bytes: float


def trace_of_iperf3(
    tree: Any,  # noqa: ANN401 - any JSON
    *,
    paced_kbps: float | None = None,
    isolation: Isolation = "system",
    ended: Literal["duration", "max-mb"] = "duration",
) -> UplinkTrace:
    """The upload in the JSON of a client or a server of iperf3 3.x.

    The rate is the receiver's; its intervals are there where the server sent its own output along, or printed this. Round
    trips are TCP's own (Linux). Raises NotSeen with the engine and the program's own word where there was an error, and
    UnfitError where it is not what iperf3 prints.
    """
    tree = wanted(tree, isinstance(tree, dict), "iperf3")
    if tree.get("error"):
        raise failure(str(tree["error"]))
    end, start = _mapping(tree, "end"), _mapping(tree, "start")
    test = _mapping(start, "test_start")
    if test.get("reverse") or test.get("bidir"):  # the other way round, or both
        return _nothing_up(_sum_of(end, "sum_received"), isolation)
    total = _sum_of(end, "sum_received")
    if total.bytes <= 0:
        raise NotSeen(Reason.JUNK, {"engine": ENGINE})
    counts = _counts(tree, total)
    target = read_figure(test.get("target_bitrate", 0), "target_bitrate")
    paced = paced_kbps if paced_kbps is not None else target / 1000 or None
    sent, lost = _packets(end)
    idle, loaded = _trips(tree, end)
    return UplinkTrace(
        method=ENGINE,
        counted="receiver",
        t_s=np.array([count.end_s for count in counts]),
        arrived=np.array([round(count.bytes) for count in counts], np.int64),
        sent_bytes=round(_sum_of(end, "sum_sent").bytes if "sum_sent" in end else total.bytes),
        paced_kbps=paced,
        ended=ended,
        idle_rtt_ms=idle,
        loaded_rtt_ms=loaded,
        transit_ms=np.zeros(0),
        probes_sent=sent,
        probes_lost=lost,
        isolation=isolation,
    )


def failure(error: str) -> NotSeen:
    """What the program's error means."""
    text = error.lower()
    reason = next((reason for words, reason in _ERRORS if re.search(words, text)), Reason.FAILED)
    return NotSeen(reason, {"engine": ENGINE, "error": error[:120]})


def _counts(tree: dict[str, Any], total: _Count) -> list[_Count]:
    """The receiver's intervals, scaled to its exact total; that total alone where there are none."""
    theirs = tree.get("server_output_json")
    sources = (_json_counts(theirs if isinstance(theirs, dict) else {}), _json_counts(tree), _text_counts(tree))
    counts = next((found for found in sources if sum(count.bytes for count in found) > 0), [])
    counted = sum(count.bytes for count in counts)
    if not counts or abs(counts[-1].end_s - total.end_s) > 1 + total.end_s / 10:
        return [total]
    return [_Count(count.end_s, count.bytes * total.bytes / counted) for count in counts]


def _json_counts(tree: dict[str, Any]) -> list[_Count]:
    """Intervals that a receiver printed; a sender's are what it gave to its system, and tell nothing."""
    sums = [_mapping(interval, "sum") for interval in _mappings(tree, "intervals")]
    if any(entry.get("sender") is not False for entry in sums):
        return []
    return _advancing(
        [_Count(read_figure(entry.get("end"), "end"), read_figure(entry.get("bytes"), "bytes")) for entry in sums]
    )


def _text_counts(tree: dict[str, Any]) -> list[_Count]:
    """Intervals in a server's text: rates of three digits, by streams, or by their sum where there are several."""
    text = tree.get("server_output_text")
    found = _ONE_LINE.finditer(text if isinstance(text, str) else "")
    lines = [line for line in found if "receiver" not in line["tail"] and "sender" not in line["tail"]]
    who = "SUM" if any(line["who"] == "SUM" for line in lines) else next((line["who"] for line in lines), "")
    return _advancing(
        [
            _Count(float(line["end"]), _bits(line) / 8 * max(float(line["end"]) - float(line["begin"]), 0.0))
            for line in lines
            if line["who"] == who
        ]
    )


def _bits(line: re.Match[str]) -> float:
    return float(line["rate"]) * _UNITS[line["unit"]]


def _advancing(counts: list[_Count]) -> list[_Count]:
    """As they are where their ends advance; nothing where they do not."""
    ends = np.array([0.0, *(count.end_s for count in counts)])
    return counts if bool((np.diff(ends) > 0).all()) else []


def _trips(tree: dict[str, Any], end: dict[str, Any]) -> tuple[Times, Times]:
    """TCP's least round trip, for want of an idle one; and its round trips during the upload. In ms."""
    senders = [_mapping(entry, "sender") for entry in _mappings(end, "streams")]
    least_us = [read_figure(sender.get("min_rtt", 0), "min_rtt") for sender in senders]
    streams = [stream for interval in _mappings(tree, "intervals") for stream in _mappings(interval, "streams")]
    loaded_us = [read_figure(stream.get("rtt", 0), "rtt") for stream in streams]
    idle = np.array([us / 1000 for us in least_us if us > 0])
    return idle[:1], np.array([us / 1000 for us in loaded_us if us > 0])


def _packets(end: dict[str, Any]) -> tuple[int, int]:
    """Sent and lost packets of a UDP test; none of TCP's, which sends lost ones again."""
    entry = _mapping(end, "sum")
    sent, lost = (int(read_figure(entry.get(name, 0), name)) for name in ("packets", "lost_packets"))
    return sent, min(lost, sent)


def _nothing_up(down: _Count, isolation: Isolation) -> UplinkTrace:
    none = np.zeros(0)
    kbps = down.bytes * 8 / 1000 / down.end_s
    return UplinkTrace(
        ENGINE, "receiver", none, np.zeros(0, np.int64), 0, None, "duration", none, none, none,
        download_kbps=kbps, isolation=isolation,
    )  # fmt: skip


def _sum_of(end: dict[str, Any], name: str) -> _Count:
    entry = _mapping(end, name)
    seconds, count = read_figure(entry.get("seconds"), "seconds"), read_figure(entry.get("bytes"), "bytes")
    return wanted(_Count(seconds, count), 0 < seconds < 1e6 and count < 1e15, name)  # noqa: PLR2004 - eleven days, a petabyte


def _mapping(tree: dict[str, Any], name: str) -> dict[str, Any]:
    value = tree.get(name, {})
    return wanted(value, isinstance(value, dict), name)


def _mappings(tree: dict[str, Any], name: str) -> list[dict[str, Any]]:
    values = tree.get(name, [])
    fits = isinstance(values, list) and len(values) <= _LONGEST_LIST and all(isinstance(v, dict) for v in values)
    return wanted(values, fits, name)
