"""What a candidate looks like: encoded, decoded, brought to the size that viewers see, held against the camera's picture.

Only good for comparing candidates of one trial: against a noisy picture every measure rewards coding its noise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from math import ceil, log10
from statistics import fmean

import av
from av import VideoFormat, VideoFrame
from av.filter import Graph
from av.filter.context import FilterContext

from rigcheck.encoder_state import Candidate, Trial
from rigcheck.measure.encoder import choose
from rigcheck.sources.encoder_bench import played, scaled
from rigcheck.sources.encoder_probe import encoded, opened

SECONDS = 3.0
MOST_DB = 100.0
"""What is the same counts as this good."""
_STEP = Fraction(1, 30)  # both sides have the same time stamps; which ones is all the same
_FILTERS = {"xpsnr": "lavfi.xpsnr.xpsnr.y", "ssim": "lavfi.ssim.Y"}
"""FFmpeg's measures in the order of preference, and where they leave their value for luma."""


def with_quality(
    tried: Sequence[Trial], candidate: Candidate, pictures: Sequence[VideoFrame], cores: int
) -> list[Trial]:
    """The trials, that of the encoder to choose with its XPSNR (or SSIM) in dB at the size of `pictures`."""
    chosen = choose(tried, cores) or min(tried, key=lambda trial: trial.cpu_ms, default=None)
    return [_compared(trial, candidate, pictures) if trial is chosen else trial for trial in tried]


def _compared(trial: Trial, candidate: Candidate, pictures: Sequence[VideoFrame]) -> Trial:
    name = next((name for name in _FILTERS if name in av.filter.filters_available), None)
    if name is None:
        return trial
    values = list(_values(name, trial, candidate, pictures))
    if name == "ssim":
        return replace(trial, ssim_db=_mean([-10 * log10(max(1 - value, 1e-10)) for value in values]))
    return replace(trial, xpsnr_db=_mean(values))


def _mean(values: list[float]) -> float | None:
    return fmean(min(value, MOST_DB) for value in values) if values else None


def _values(name: str, trial: Trial, candidate: Candidate, pictures: Sequence[VideoFrame]) -> Iterator[float]:
    """The measure of picture after picture."""
    size = pictures[0].width, pictures[0].height
    count = ceil(SECONDS * candidate.fps)
    graph = Graph()  # its parts do not keep it alive
    sources, sink = _comparing(graph, name, *size)
    sent = _sent(trial, candidate, list(played(scaled(pictures, candidate), count)))
    for position, pair in enumerate(zip(sent, played(pictures, count), strict=True)):
        for source, frame in zip(sources, (pair[0].reformat(*size, interpolation="BICUBIC"), pair[1]), strict=True):
            frame.pts, frame.time_base = position, _STEP
            source.push(frame)
        with suppress(BlockingIOError):  # it waits for more pictures
            while True:
                yield float(sink.pull().metadata[_FILTERS[name]])


def _comparing(
    graph: Graph, name: str, width: int, height: int
) -> tuple[tuple[FilterContext, FilterContext], FilterContext]:
    """Where what was sent and what was seen go in, and where the measured pictures come out."""
    layout = VideoFormat("yuv420p", width, height)
    both = tuple(graph.add_buffer(width=width, height=height, format=layout, time_base=_STEP) for _ in range(2))
    measure, sink = graph.add(name), graph.add("buffersink")
    for place, source in enumerate(both):
        source.link_to(measure, 0, place)
    measure.link_to(sink)
    graph.configure()
    return (both[0], both[1]), sink


def _sent(trial: Trial, candidate: Candidate, scene: Sequence[VideoFrame]) -> Iterator[VideoFrame]:
    """The scene as a viewer's player gets it: encoded at the candidate's rate, and decoded."""
    size = scene[0].width, scene[0].height
    context = opened(trial.encoder, trial.preset, candidate, size)
    decoder = av.CodecContext.create("h264", "r")
    for position, picture in enumerate(scene):
        for packet in encoded(context, trial.encoder, picture, position):
            yield from decoder.decode(packet)
    for packet in context.encode(None):
        yield from decoder.decode(packet)
    yield from decoder.decode(None)
