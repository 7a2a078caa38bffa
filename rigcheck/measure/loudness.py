"""Programme loudness: ITU-R BS.1770-5, EBU R 128 (Tech 3341 meters, Tech 3342 loudness range).

Gated loudness, range and true peak come from FFmpeg's `ebur128`. The maxima of momentary and short-term loudness are
taken here, on a 10 ms grid: FFmpeg's 100 ms grid reads Tech 3341 case 13 up to 0.45 LU low. One channel counts as dual
mono (as it will be streamed): 3.01 LU above its reading as a single loudspeaker.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import TYPE_CHECKING, cast

import numpy as np

from rigcheck.measure.level import Doubles, amplitude_db, power_db
from rigcheck.samples import Floats

if TYPE_CHECKING:
    from av import AudioFrame
    from av.filter.context import FilterContext

HOP_S = 0.01
MOMENTARY_HOPS = 40  # 400 ms
SHORT_HOPS = 300  # 3 s
RANGE_HOPS = 100  # a second of short-term values: from fewer than six FFmpeg makes a range of 20 LU
ABSOLUTE_GATE_LUFS = -70.0
STABLE_S = 3.0  # less than this above the gate: an estimate
METER_PEAK = 0.1  # FFmpeg prints true peak to 0.001 FS: below this sample peak that is coarser than 0.05 dB
LAYOUTS = {1: "mono", 2: "stereo", 3: "3.0", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
WEIGHTS = {5: (1, 1, 1, 1.41, 1.41), 6: (1, 1, 1, 0, 1.41, 1.41)}
"""BS.1770 channel weights (L, R, C, LFE, Ls, Rs); other numbers of channels weigh 1 each."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Loudness of a take in LUFS, LU and dBTP; None where the take is too short or nothing is above the gate.

    `above_gate_s` is the time above the absolute gate. Without any, `integrated_lufs` is ungated (under -70 LUFS).
    """

    integrated_lufs: float | None
    range_lu: float | None
    momentary_max_lufs: float | None
    short_max_lufs: float | None
    true_peak_dbtp: float | None
    above_gate_s: float


def loudness(samples: Floats, rate_hz: int) -> Loudness:
    """Loudness of finite `samples` (n, 1 to 8 channels) at 8 to 192 kHz; 5 and 6 channels are L R C (LFE) Ls Rs."""
    hops = _weighted_hops(samples, rate_hz)
    momentary, short = _running(hops, MOMENTARY_HOPS), _running(hops, SHORT_HOPS)
    peak = float(max(samples.max(), -samples.min(), 0))
    meter, true_peak = _metered(samples, rate_hz, peak)
    gated = float(meter.get("I", ABSOLUTE_GATE_LUFS))
    is_above = gated > ABSOLUTE_GATE_LUFS  # FFmpeg's reading before anything has passed the gate
    return Loudness(
        integrated_lufs=gated if is_above else _lufs(hops) if len(momentary) else None,
        range_lu=float(meter["LRA"]) if is_above and len(short) >= RANGE_HOPS else None,
        momentary_max_lufs=_lufs(momentary.max(initial=0)),
        short_max_lufs=_lufs(short.max(initial=0)),
        true_peak_dbtp=amplitude_db(max(true_peak, peak)) if peak else None,
        above_gate_s=_above_gate_s(momentary) if is_above else 0.0,
    )


def _above_gate_s(momentary: Doubles) -> float:
    above = int(np.count_nonzero(momentary > 10 ** ((ABSOLUTE_GATE_LUFS + 0.691) / 10)))
    return (above + MOMENTARY_HOPS - 1) * HOP_S if above else 0.0


def _lufs(powers: Doubles | float) -> float | None:
    power = float(np.mean(powers))
    return power_db(power) - 0.691 if power > 0 else None


def _running(hops: Doubles, length: int) -> Doubles:
    """Means over every `length` neighbouring hops; empty if there are fewer."""
    total = np.concatenate(([0.0], np.cumsum(hops)))
    return np.maximum(total[length:] - total[:-length], 0) / length if len(hops) >= length else np.empty(0)


def _metered(samples: Floats, rate_hz: int, peak: float) -> tuple[dict[str, str], float]:
    """FFmpeg's last readings and the true peak (linear). A quiet take is raised for the peak reading alone."""
    if peak >= METER_PEAK or peak == 0:
        return _meter(samples, rate_hz, "metadata=1:dualmono=1:peak=true")
    meter, _ = _meter(samples, rate_hz, "metadata=1:dualmono=1")
    _, true_peak = _meter(samples, rate_hz, "metadata=1:peak=true", gain=0.5 / peak)
    return meter, true_peak * peak / 0.5


def _meter(samples: Floats, rate_hz: int, options: str, gain: float = 1.0) -> tuple[dict[str, str], float]:
    """The last readings inside the take, and the true peak once silence has flushed FFmpeg's last 100 ms."""
    flush = np.zeros((rate_hz // 5, samples.shape[1]), np.float32)
    blocks = chain((block * np.float32(gain) for block in _seconds(samples, rate_hz)), (flush,))
    seen, inside, last = 0, None, None
    for frame in _filtered(blocks, rate_hz, samples.shape[1], (("ebur128", options),)):
        seen += frame.samples
        inside = frame if seen <= len(samples) else inside
        last = frame if frame.samples >= rate_hz // 10 else last  # a remainder carries no reading
    return _readings(inside), float(_readings(last).get("true_peak", 0))


def _readings(frame: AudioFrame | None) -> dict[str, str]:
    return {key.removeprefix("lavfi.r128."): text for key, text in frame.metadata.items()} if frame else {}


def _weighted_hops(samples: Floats, rate_hz: int) -> Doubles:
    """Channel-weighted mean square of the K-weighted signal in each whole 10 ms. One channel counts twice."""
    channels = samples.shape[1]
    weights = np.array((2,) if channels == 1 else WEIGHTS.get(channels, (1,) * channels), np.float32)
    edges = np.round(np.arange(101) * rate_hz / 100).astype(int)  # a frame is one second: it starts on the grid
    hops = [np.empty(0)]
    filters = (*_k_weighting(rate_hz), ("aformat", "sample_fmts=flt"))  # PyAV 18 crashes on eight planes
    for frame in _filtered(_seconds(samples, rate_hz), rate_hz, channels, filters):
        inside = edges[edges <= frame.samples]
        if len(inside) > 1:
            square = np.square(frame.to_ndarray().reshape(-1, channels)[: inside[-1]])
            hops.append(np.add.reduceat(square, inside[:-1]) @ weights / np.diff(inside))
    return np.concatenate(hops)


def _seconds(samples: Floats, rate_hz: int) -> Iterator[Floats]:
    for start in range(0, len(samples), rate_hz):
        yield samples[start : start + rate_hz]


def _filtered(
    blocks: Iterable[Floats], rate_hz: int, channels: int, filters: tuple[tuple[str, str], ...]
) -> Iterator[AudioFrame]:
    """The frames that come out of a chain of FFmpeg audio filters fed with `blocks` (n, channels)."""
    import av  # noqa: PLC0415 - PyAV takes 0.2 s to load: only where sound is measured

    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate_hz, format="flt", layout=LAYOUTS[channels])
    links = [source, *(graph.add(*each) for each in filters), graph.add("abuffersink")]
    for one, other in pairwise(links):
        one.link_to(other)
    graph.configure()
    start = 0
    for block in blocks:
        packed = np.ascontiguousarray(block, np.float32).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(packed, "flt", LAYOUTS[channels])
        frame.sample_rate, frame.pts = rate_hz, start
        start += len(block)
        source.push(frame)
        yield from _ready(links[-1])
    source.push(None)
    yield from _ready(links[-1])


def _ready(sink: FilterContext) -> Iterator[AudioFrame]:
    """What a sink has ready now."""
    import av  # noqa: PLC0415 - PyAV takes 0.2 s to load: only where sound is measured

    while True:
        try:
            yield cast("AudioFrame", sink.pull())
        except (av.BlockingIOError, av.EOFError):
            return


def _k_weighting(rate_hz: int) -> tuple[tuple[str, str], ...]:
    """BS.1770's shelf and high-pass as FFmpeg biquads, re-derived for the rate (48 kHz gives the standard's table)."""
    shelf, high_pass = math.tan(math.pi * 1681.974450955533 / rate_hz), math.tan(math.pi * 38.13547087602444 / rate_hz)
    q, high_q = 0.7071752369554196, 0.5003270373238773
    high, band = 10 ** (3.999843853973347 / 20), 10 ** (3.999843853973347 / 20 * 0.4996667741545416)
    scale = 1 + shelf / q + shelf**2
    b = (high + band * shelf / q + shelf**2, 2 * (shelf**2 - high), high - band * shelf / q + shelf**2)
    first = (*b, scale, 2 * (shelf**2 - 1), 1 - shelf / q + shelf**2)
    scale = 1 + high_pass / high_q + high_pass**2
    second = (scale, -2 * scale, scale, scale, 2 * (high_pass**2 - 1), 1 - high_pass / high_q + high_pass**2)
    return tuple(("biquad", _coefficients(row)) for row in (first, second))


def _coefficients(row: tuple[float, ...]) -> str:
    names = ("b0", "b1", "b2", "a0", "a1", "a2")
    return ":".join(f"{name}={value:.17g}" for name, value in zip(names, row, strict=True))
