"""What a line leaves for the picture: the low percentile of its upload, less head-room, transport and sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from rigcheck.push_rule import PushRules
from rigcheck.recommend.evidence import LineSeen

OVERHEAD = {"rtmp": 1.04, "srt": 1.08}
"""Bytes on the wire for each of picture and sound: TCP/IP 40/1460, chunks and FLV; TS 188/184, PES, SRT/UDP/IP 44/1316."""
MSS_BYTES = 1460
RTO_MS = 200.0  # a sender's least wait before it sends again; never under two round trips
ASSUMED_RTT_MS = 40.0
"""A round trip nobody measured: a domestic ingest. Our own rule."""
FEWEST_PERCENTILE = 10.0
SRT_ROWS = ((1.0, 3), (3.0, 4), (7.0, 5), (10.0, 6))
"""SRT Deployment Guide (Haivision): up to this loss in %, latency in round trips."""
SRT_SHORTEST_RTT_MS, SRT_LONGEST_MS = 20.0, 8000
_LOSS_COST, _BURST = 1.65, 100.0  # SRT Deployment Guide: overhead in % per % of loss, and over the multiplier


@dataclass(frozen=True, slots=True)
class Budget:
    """The arithmetic of one line. `carried_kbps`: the upload after loss; `left_kbps`: for the picture of each push."""

    upload_kbps: float
    runs: int  # stored tests that count; 0: the latest test alone
    carried_kbps: float
    share: float
    doubts: tuple[Literal["few", "shared", "metered", "bloat"], ...]  # why it is not the full share
    overhead: float
    outputs: int
    audio_kbps: int
    left_kbps: float

    @property
    def loss_decides(self) -> bool:
        """Whether loss, not the line's width, sets what it carries."""
        return self.carried_kbps < self.upload_kbps

    def upload_for(self, video_kbps: float) -> float:
        """The upload that the line would have to show for so much picture in every push."""
        lost = self.upload_kbps / self.carried_kbps if self.carried_kbps > 0 else 1.0
        return (video_kbps + self.audio_kbps) * self.outputs * self.overhead / self.share * lost


def budget_of(
    line: LineSeen, rules: PushRules, *, protocol: Literal["rtmp", "srt"], outputs: int, audio_kbps: int
) -> Budget:
    """The budget of `outputs` equal pushes over one line; never negative."""
    upload_kbps, runs = low_upload_kbps(line, rules)
    doubts = _doubts(line, rules)
    share = rules.weak_headroom if doubts else rules.headroom
    carried = carried_kbps(upload_kbps, line, rules, protocol)
    left = carried * share / OVERHEAD[protocol] / outputs - audio_kbps
    return Budget(
        upload_kbps, runs, carried, share, doubts, OVERHEAD[protocol], outputs, audio_kbps, left_kbps=max(left, 0.0)
    )


def low_upload_kbps(line: LineSeen, rules: PushRules) -> tuple[float, int]:
    """The latest test's worst 5 %, or the 10th percentile of all tests where there are enough and it is lower.

    A paced test that the line kept up with says no more than "at least": it never speaks against the latest one.
    """
    tests = [
        max(test.upload_kbps, line.upload_kbps) if test.at_least else test.upload_kbps for test in line.earlier
    ] + [line.upload_kbps]
    if len(tests) < rules.runs_needed:
        return line.upload_kbps, 0
    return min(line.upload_kbps, percentile(tests, FEWEST_PERCENTILE)), len(tests)


def percentile(values: Sequence[float], share_pct: float) -> float:
    """Linear between the two nearest values in order (Hyndman and Fan's type 7)."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share_pct / 100
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _doubts(line: LineSeen, rules: PushRules) -> tuple[Literal["few", "shared", "metered", "bloat"], ...]:
    rise_ms = (line.loaded_rtt_ms or 0.0) - (line.rtt_ms or 0.0) if line.rtt_ms is not None else 0.0
    found: tuple[tuple[Literal["few", "shared", "metered", "bloat"], bool], ...] = (
        ("few", line.is_estimate),
        ("shared", line.shared),
        ("metered", line.metered),
        ("bloat", rise_ms > rules.bloat_ms),
    )
    return tuple(name for name, is_so in found if is_so)


def carried_kbps(
    upload_kbps: float, line: LineSeen, rules: PushRules, protocol: Literal["rtmp", "srt"] = "rtmp"
) -> float:
    """What loss leaves of the upload: SRT sends again and pays for it, one TCP flow slows down."""
    loss_pct = line.loss_pct or 0.0
    if protocol == "srt":
        return upload_kbps / (1 + srt_overhead_pct(loss_pct) / 100)
    if loss_pct < rules.loss_from_pct:
        return upload_kbps
    return min(upload_kbps, tcp_kbps(line.rtt_ms if line.rtt_ms is not None else ASSUMED_RTT_MS, loss_pct))


def tcp_kbps(rtt_ms: float, loss_pct: float) -> float:
    """The most of one TCP flow by RFC 3819, section 8.5 (Reno; CUBIC does somewhat, BBR much better), in kbit/s.

    1 % loss at 40 ms: 2300. `loss_pct` above 0.
    """
    loss, rtt_s = loss_pct / 100, max(rtt_ms, 0.1) / 1000
    rto_s = max(RTO_MS / 1000, 2 * rtt_s)
    waits = rto_s * loss * (1 + 32 * loss**2) * min(1.0, 3 * sqrt(0.75 * loss))
    return MSS_BYTES * 8 / (rtt_s * sqrt(1.33 * loss) + waits) / 1000


def srt_multiplier(loss_pct: float) -> int:
    """Round trips of SRT latency for a loss."""
    return next((times for most, times in SRT_ROWS if loss_pct <= most), SRT_ROWS[-1][1])


def srt_overhead_pct(loss_pct: float) -> float:
    """Bandwidth for sending again, in % of the stream: 33 for bursts at the shortest latency, 1.65 x constant loss.

    The guide's overhead for bursts falls with its longer latencies; we keep the 33 %, because more loss must never
    allow a higher rate.
    """
    return max(_BURST / SRT_ROWS[0][1], _LOSS_COST * loss_pct)


def srt_latency_ms(rtt_ms: float, loss_pct: float) -> int:
    """SRT latency by the guide: round trips for the loss, of 20 ms at least each; at most 8 s."""
    latency_ms = srt_multiplier(loss_pct) * max(rtt_ms, SRT_SHORTEST_RTT_MS)
    return min(round(latency_ms), SRT_LONGEST_MS)
