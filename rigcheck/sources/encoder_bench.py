"""How fast encoders are at one candidate. Runs in a worker that does nothing else: its processor time is the encoder's.

A candidate takes `BUDGET_S` and one run more at most, on a quiet computer three to six seconds: what is clearly too slow,
or clearly quick enough, is run once instead of three times, and nothing slower than what is hopeless is tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from math import ceil

from av import FFmpegError, VideoFrame

from rigcheck.encoder_state import X264_PRESETS, Candidate, Trial
from rigcheck.measure.encoder import RULES, share_of
from rigcheck.sources.encoder_picture import size_for
from rigcheck.sources.encoder_probe import HARDWARE, PRESETS, encoded, opened

RUNS, RUN_S = 3, 2.0
"""Best of so many runs, of so many seconds of picture each."""
RUN_LIMIT_S = 4.0
"""By the clock: who takes longer for two seconds of picture is judged by what was done until then."""
BUDGET_S = 8.0
"""For one candidate; after it no further run begins."""
CLEAR = 1.5
"""Runs differ by up to 1.4 times (measured): what is farther than this from its limit needs no second one."""


def try_candidate(
    candidate: Candidate, pictures: Sequence[VideoFrame], unusable: Sequence[str], cores: int, runs: int = RUNS
) -> list[Trial]:
    """Usable hardware, then x264 from the cheapest preset on, until one is hopeless or the time is used up.

    Each is run up to `runs` times.
    """
    bench = _Bench(candidate, scaled(pictures, candidate), cores, runs, time.monotonic() + BUDGET_S)
    trials: list[Trial] = []
    for encoder, preset in _choices(candidate, unusable):
        trial = bench.best(encoder, preset)
        trials += [trial] if trial else []
        if time.monotonic() > bench.end_s or (encoder == "x264" and trial and _is_hopeless(trial, cores)):
            break
    return trials


def scaled(pictures: Sequence[VideoFrame], candidate: Candidate) -> list[VideoFrame]:
    """The pictures at the candidate's size, or as they are where they are smaller."""
    size = size_for(candidate, pictures[0].width, pictures[0].height)
    return [picture.reformat(*size, interpolation="AREA") for picture in pictures]


def played(pictures: Sequence[VideoFrame], count: int) -> Iterator[VideoFrame]:
    """So many pictures, forwards and backwards in turn: a jump back to the first would be a cut that no camera makes."""
    return islice(cycle([*pictures, *pictures[-2:0:-1]]), count)


def _choices(candidate: Candidate, unusable: Sequence[str]) -> list[tuple[str, str]]:
    hardware = [(encoder, PRESETS.get(encoder, "")) for encoder in HARDWARE if encoder not in unusable]
    return hardware + [("x264", preset) for preset in candidate.presets if preset in X264_PRESETS]


@dataclass(frozen=True, slots=True)
class _Bench:
    """One candidate, its pictures at its size, and how long and how often each encoder may run."""

    candidate: Candidate
    scene: Sequence[VideoFrame]
    cores: int
    runs: int
    end_s: float

    def best(self, encoder: str, preset: str) -> Trial | None:
        """The best of its runs; None where hardware that could encode one picture cannot encode these."""
        best: Trial | None = None
        for _ in range(self.runs):
            try:
                wall_fps, cpu_ms = self._run(encoder, preset)
            except FFmpegError:
                if encoder not in HARDWARE:
                    raise
                return best
            if best:
                wall_fps, cpu_ms = max(wall_fps, best.wall_fps), min(cpu_ms, best.cpu_ms)
            goal = self.candidate.fps, self.candidate.video_kbps
            best = Trial(encoder, preset, self.scene[0].width, self.scene[0].height, *goal, wall_fps, cpu_ms)
            is_clear = _is_hopeless(best, self.cores) or _is_plenty(best, self.cores)
            if is_clear or time.monotonic() > self.end_s:
                break
        return best

    def _run(self, encoder: str, preset: str) -> tuple[float, float]:
        """Pictures a second by the clock, and processor ms a picture, flushing included."""
        context = opened(encoder, preset, self.candidate, (self.scene[0].width, self.scene[0].height))
        began_s, cpu_s, done = time.perf_counter(), time.process_time(), 0
        for position, picture in enumerate(played(self.scene, ceil(RUN_S * self.candidate.fps))):
            encoded(context, encoder, picture, position)
            done += 1
            if time.perf_counter() - began_s > RUN_LIMIT_S:
                break
        context.encode(None)
        return done / (time.perf_counter() - began_s), (time.process_time() - cpu_s) / done * 1000


def _is_hopeless(trial: Trial, cores: int) -> bool:
    return share_of(trial, cores) > CLEAR * RULES.cores_share


def _is_plenty(trial: Trial, cores: int) -> bool:
    is_in_time = trial.wall_fps > CLEAR * RULES.speed * trial.fps
    return is_in_time and share_of(trial, cores) * CLEAR < RULES.cores_share
