"""What an upload's figure is worth, and what it costs: on shaped links, against a fixed 10 s test, on varying lines.

Run by hand, as root or where unprivileged namespaces are allowed: python tests/bench/bench_uplink.py [quick]. Owed: within
5 % of the shaped rate, the interval covering it in 33 of 40 runs; on a steady line at most 0.36 of the time and bytes of
a fixed 10 s test; a burst shaper found by a soak. Prints each figure; exits 1 where one is missed. About 10 minutes.
"""

import random
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from services_net import MAIN, PAYLOAD, WHY_NOT, Lines, result

from rigcheck.measure.net_interval import half_width_pct
from rigcheck.measure.settle import rates_kbps

RATES, FIXED_S, CAP_S = (2, 8, 20, 50), 10.0, 10.0
RUNS, COVERED = 40, 33
MAXIMA = 8  # runs at full speed besides
SHARE = 0.36  # a third, and the late first byte


@dataclass
class Figure:
    """One run: mean rate, half-width of its interval, what it took and what it sent."""

    kbps: float
    half_pct: float
    took_s: float
    sent_mb: float
    ended: str

    @classmethod
    def of(cls, trace):
        rates = rates_kbps(trace.t_s, trace.arrived)
        return cls(rates.mean(), half_width_pct(rates), trace.t_s[-1], trace.arrived.sum() / 1e6, trace.ended)

    def off_pct(self, truth):
        return 100 * (self.kbps / truth - 1)

    def covers(self, truth):
        return abs(self.off_pct(truth)) <= self.half_pct * self.kbps / truth


class Varying:
    """A shaper whose rate wanders while it runs (AR(1), a step each 0.25 s); `mean` is of what it was over a time."""

    def __init__(self, lines, mbps, spread, seed):
        self.lines, self.mbps, self.spread, self.random = lines, mbps, spread, random.Random(seed)
        self.steps, self.over = [], threading.Event()
        self.thread = threading.Thread(target=self._wander)

    def _wander(self):
        off = self.random.gauss(0, 1)
        while not self.over.wait(0.25):
            off = 0.6 * off + 0.8 * self.random.gauss(0, 1)
            rate = self.mbps * max(0.2, 1 + self.spread * off)
            self.lines.shape(MAIN, rate)
            self.steps.append((time.monotonic(), rate))

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()

    def long_run(self):
        """kbit/s in the long run: what a show would have."""
        return self.mbps * 1000 * PAYLOAD


def steady(lines, runs):
    covered, worst, shares = 0, 0.0, []
    for number in range(runs):
        mbps = RATES[number % len(RATES)]
        truth = mbps * 1000 * PAYLOAD
        lines.shape(MAIN, mbps)
        paced = Figure.of(lines.measure(rate_kbps=1.2 * mbps * 1000, seconds=CAP_S))  # the default: paced
        full = Figure.of(lines.measure(rate_kbps=None, seconds=CAP_S)) if number < MAXIMA else paced
        worst = max(worst, abs(full.off_pct(truth)), abs(paced.off_pct(truth)))
        covered += paced.covers(truth)
        shares.append((paced.took_s / FIXED_S, paced.sent_mb / (truth * FIXED_S / 8e3)))
        said = f"{paced.off_pct(truth):+.2f} +-{paced.half_pct:.2f} % in {paced.took_s:.1f} s, {paced.ended}"
        print(f"{mbps:3d} Mbit/s: paced {said}; full {full.off_pct(truth):+.2f} % in {full.took_s:.1f} s", flush=True)
    time_share, byte_share = np.median(shares, axis=0)
    print(
        f"steady: worst {worst:.2f} %, covered {covered}/{runs}, time {time_share:.2f} and bytes {byte_share:.2f} of 10 s"
    )
    return worst <= 5 and covered >= COVERED * runs / RUNS and max(time_share, byte_share) <= SHARE


def varying(lines, runs, spread):
    """Our rule and a fixed 10 s, each against the long run; nothing is owed but that ours says what it is worth."""
    ours, fixed = [], []
    for number in range(runs):
        mbps = RATES[1:3][number % 2]
        with Varying(lines, mbps, spread, number) as line:
            truth = line.long_run()
            ours.append((Figure.of(lines.measure(rate_kbps=1.6 * mbps * 1000, seconds=CAP_S)), truth))
            fixed.append((Figure.of(lines.measure(rate_kbps=1.6 * mbps * 1000, seconds=FIXED_S, settle=False)), truth))
    for name, found in (("ours", ours), ("10 s", fixed)):
        right = sum(abs(figure.off_pct(truth)) <= 10 for figure, truth in found)
        covered = sum(figure.covers(truth) for figure, truth in found)
        took = np.mean([figure.took_s for figure, _ in found])
        sent = np.mean([figure.sent_mb for figure, _ in found])
        print(
            f"varying by {100 * spread:.0f} %, {name}: within 10 % {right}/{runs}, covered {covered}/{runs}, {took:.1f} s, {sent:.1f} MB"
        )


def burst(lines):
    """16 Mbit/s for some seconds, then 4: a short test is fooled, a soak is not."""
    lines.shape(MAIN, 4, burst_kb=8000)
    short = Figure.of(lines.measure(rate_kbps=12_000, seconds=CAP_S))
    lines.shape(MAIN, 50)
    lines.shape(MAIN, 4, burst_kb=8000)
    child = lines.begin(rate_kbps=12_000, seconds=40, settle=False)
    trace = result(child)
    rates = rates_kbps(trace.t_s, trace.arrived)
    ends = rates[-100:].mean()
    print(
        f"burst shaper: short test {short.kbps:.0f} kbit/s in {short.took_s:.1f} s, last 10 s of a soak {ends:.0f}, truth {4000 * PAYLOAD:.0f}"
    )
    return abs(ends / (4000 * PAYLOAD) - 1) < 0.05


def main():
    if WHY_NOT:
        sys.exit(WHY_NOT)
    runs = 8 if "quick" in sys.argv else RUNS
    with Lines() as lines:
        lines.start_receiver()
        is_good = steady(lines, runs)
        for spread in (0.15, 0.3):
            varying(lines, runs // 5, spread)
        is_good = burst(lines) and is_good
    return int(not is_good)


if __name__ == "__main__":
    sys.exit(main())
