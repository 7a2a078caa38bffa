"""How fast encoders are at one candidate. Runs in a worker that does nothing else: its processor time is the encoder's.

A candidate takes `BUDGET_S` and one run more at most, on a quiet computer three to six seconds: what is clearly too slow,
or clearly quick enough, is run once instead of three times, and nothing slower than what is hopeless is tried.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from math import ceil

from av import FFmpegError, VideoFrame

from rigcheck.encoder_state import Candidate, Trial
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
    candidate: Candidate, pictures: Sequence[VideoFrame], unusable: Sequence[str], cores: int
) -> list[Trial]:
    """Usable hardware, then x264 from the cheapest preset on, until one is hopeless or the time is used up."""
    end_s = time.monotonic() + BUDGET_S
    scene = scaled(pictures, candidate)
    trials: list[Trial] = []
    for encoder, preset in _choices(candidate, unusable):
        trial = _best(candidate, scene, (encoder, preset), cores, end_s)
        trials += [trial] if trial else []
        if time.monotonic() > end_s or (encoder == "x264" and trial and _is_hopeless(trial, cores)):
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
    return hardware + [("x264", preset) for preset in candidate.presets]


def _best(
    candidate: Candidate, scene: Sequence[VideoFrame], choice: tuple[str, str], cores: int, end_s: float
) -> Trial | None:
    """The best of up to three runs; None where hardware that could encode one picture cannot encode these."""
    best: Trial | None = None
    for _ in range(RUNS):
        try:
            wall_fps, cpu_ms = _run(candidate, scene, *choice)
        except FFmpegError:
            if choice[0] not in HARDWARE:
                raise
            return best
        if best:
            wall_fps, cpu_ms = max(wall_fps, best.wall_fps), min(cpu_ms, best.cpu_ms)
        size = scene[0].width, scene[0].height
        best = Trial(*choice, *size, candidate.fps, candidate.video_kbps, wall_fps, cpu_ms)
        if _is_hopeless(best, cores) or _is_plenty(best, cores) or time.monotonic() > end_s:
            break
    return best


def _run(candidate: Candidate, scene: Sequence[VideoFrame], encoder: str, preset: str) -> tuple[float, float]:
    """Pictures a second by the clock, and processor ms a picture, flushing included."""
    context = opened(encoder, preset, candidate, (scene[0].width, scene[0].height))
    began_s, cpu_s, done = time.perf_counter(), time.process_time(), 0
    for position, picture in enumerate(played(scene, ceil(RUN_S * candidate.fps))):
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
