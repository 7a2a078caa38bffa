"""What `speedtest-cli --json` prints, live or kept in a file: an upload as it was sent, or why it is none."""

from __future__ import annotations

from typing import Any

import numpy as np

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.plain import read_figure, wanted
from rigcheck.uplink_state import Isolation, UplinkTrace

ENGINE = "speedtest-cli"
FIELDS = ("download", "upload", "ping", "bytes_sent", "bytes_received")
SHORTEST_S, ENOUGH_BYTES = 5.0, 50_000_000
"""It measures for 10 s; what ends before 5 s either had a line so fast that all data was gone, or a server that died."""
FEWEST_BYTES = 32_768  # the smallest upload it does
_LONGEST_S = 120.0
_LONGEST_PING_MS = 10_000.0  # a try without an answer counts as 3600 s: 600000, 1200000, 1800000


def trace_of_speedtest(tree: Any, *, isolation: Isolation = "system") -> UplinkTrace:  # noqa: ANN401 - any JSON
    """The upload in its JSON: bits a second and bytes, so it took `bytes x 8 / rate`. Counted where it was sent.

    "ping" is half of a connection and a request, which is one round trip. Neither the client's address nor its
    provider's name is kept. Raises NotSeen `junk` (with what is wrong in `error`) for figures that no line has, and
    UnfitError where it is not what speedtest-cli prints.
    """
    tree = wanted(tree, isinstance(tree, dict), ENGINE)
    download, upload, ping_ms, sent, received = (read_figure(tree.get(name), name) for name in FIELDS)
    if upload <= 0 and sent <= 0 and download > 0:  # --no-upload
        return _trace(np.zeros(0), 0, ping_ms, download / 1000, isolation)
    seconds = sent * 8 / upload if upload > 0 else 0.0
    fault = _fault(upload, sent, seconds, ping_ms)
    if fault:
        raise NotSeen(Reason.JUNK, {"engine": ENGINE, "error": fault})
    down_kbps = download / 1000 if download > 0 and received > 0 else None
    return _trace(np.array([seconds]), int(sent), ping_ms, down_kbps, isolation)


def _fault(upload: float, sent: float, seconds: float, ping_ms: float) -> str | None:
    """Figures that it prints with exit code 0 when servers are gone."""
    if not 0 < ping_ms < _LONGEST_PING_MS:
        return f"ping {ping_ms:.0f} ms"
    if upload <= 0 or sent < FEWEST_BYTES:
        return f"{sent:.0f} bytes"
    if seconds > _LONGEST_S or (seconds < SHORTEST_S and sent < ENOUGH_BYTES):
        return f"{seconds:.1f} s"
    return None


def _trace(
    t_s: np.ndarray[tuple[int], np.dtype[np.float64]],
    sent: int,
    ping_ms: float,
    down_kbps: float | None,
    isolation: Isolation,
) -> UplinkTrace:
    none = np.zeros(0)
    return UplinkTrace(
        method=ENGINE,
        counted="sender",
        t_s=t_s,
        arrived=np.full(t_s.size, sent, np.int64),
        sent_bytes=sent,
        paced_kbps=None,
        ended="duration",
        idle_rtt_ms=np.array([ping_ms]) if 0 < ping_ms < _LONGEST_PING_MS else none,
        loaded_rtt_ms=none,
        transit_ms=none,
        download_kbps=down_kbps,
        isolation=isolation,
    )
