"""A Sample as plain JSON values and named arrays, and back. What a Sample may hold is read from its own annotations."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast, get_args, get_origin

import numpy as np
from numpy.typing import NDArray

from rigcheck.encoder_state import EncoderTrials
from rigcheck.ingest_state import PushTrace
from rigcheck.link_state import LinkState
from rigcheck.samples import SAMPLES, AudioClip, CameraClip, LevelTrace, PowerState, Sample, SyncClip
from rigcheck.sources.plain import Json, hints_of, plain, read_as, wanted
from rigcheck.uplink_state import UplinkTrace

Array = NDArray[Any]
MOST_CHANNELS, HIGHEST_RATE_HZ, LONGEST_SIDE_PX, MOST_CORES = 64, 3_072_000, 65536, 4096
"""Beyond any device there is; a hostile file must not make a measure allocate for it."""


def encode(sample: Sample) -> tuple[dict[str, Json], dict[str, Array]]:
    """The sample's scalar fields as JSON values, and its arrays, by field name."""
    fields = {field.name: getattr(sample, field.name) for field in dataclasses.fields(sample)}
    arrays = {name: value for name, value in fields.items() if isinstance(value, np.ndarray)}
    return {name: plain(value) for name, value in fields.items() if name not in arrays}, arrays


def array_types(kind: str) -> dict[str, np.dtype[Any]]:
    """The array fields of a kind of sample and their element types."""
    hints = hints_of(SAMPLES[kind])
    return {name: np.dtype(_element(hint)) for name, hint in hints.items() if get_origin(hint) is np.ndarray}


def _element(hint: Any) -> Any:  # noqa: ANN401 - NDArray[x] is ndarray[tuple[Any, ...], dtype[x]]
    return get_args(get_args(hint)[1])[0]


def decode(kind: str, fields: Mapping[str, Json], arrays: Mapping[str, Array]) -> Sample:
    """The sample of `kind`. Raises UnfitError where a field is missing, unknown, of a wrong type or out of its range."""
    hints, types = hints_of(SAMPLES[kind]), array_types(kind)
    scalars = hints.keys() - types.keys()
    strays = ((fields.keys() ^ scalars) - (_later(kind) - fields.keys())) | (arrays.keys() ^ types.keys())
    wanted(strays, not strays, min(strays, default=kind))
    for name, array in arrays.items():
        wanted(array, array.dtype == types[name] and array.ndim == _DIMENSIONS.get(name, 1), name)
    sample = SAMPLES[kind](**{name: read_as(hints[name], value, name) for name, value in fields.items()}, **arrays)
    _FITS.get(type(sample), _fits_as_it_is)(sample)
    return cast("Sample", sample)


def _later(kind: str) -> set[str]:
    """Fields that may be missing: those with a default, which rooms recorded by an earlier version lack."""
    fields = dataclasses.fields(SAMPLES[kind])
    return {field.name for field in fields if field.default is not dataclasses.MISSING}


_DIMENSIONS = {
    "samples": 2,
    "rms": 2,
    "peak": 2,
    "rows": 2,
    "received": 2,
    "thumbs": 3,
    "frames": 4,
}  # all others are traces
_PER_FRAME = ("t_s", "mean", "dark", "bright", "deep", "change", "same", "key", "focus")
_FINITE = ("t_s", "mean", "dark", "bright", "deep", "focus", "rows")


def _fit_camera(clip: CameraClip) -> None:
    """The lengths and ranges that the measures rely on (see CameraClip)."""
    n, m = clip.t_s.size, len(clip.thumbs)
    for name in ("width_px", "height_px", "stride"):
        wanted(clip, 1 <= getattr(clip, name) <= LONGEST_SIDE_PX, name)
    for name in _PER_FRAME:
        wanted(clip, n >= 1 and getattr(clip, name).shape == (n,), name)
    for name in _FINITE:
        wanted(clip, bool(np.isfinite(getattr(clip, name)).all()), name)
    wanted(clip, not np.isinf(clip.change).any(), "change")  # nan: there is no frame before, or one of another size
    wanted(clip, 1 <= m <= n and clip.thumbs.size > 0, "thumbs")
    wanted(clip, len(clip.rows) == m and clip.rows.size > 0, "rows")
    wanted(clip, clip.rotate in (0, 90, 180, 270), "rotate")
    _fit_frames(clip)


def _fit_frames(clip: CameraClip) -> None:
    """Whole frames, cropped: no larger than what was delivered, and at positions that there are, in order."""
    shape = clip.frames.shape
    wanted(
        clip, shape[3] == len("BGR") and 1 <= shape[1] <= clip.height_px and 1 <= shape[2] <= clip.width_px, "frames"
    )
    at = clip.frame_at
    wanted(
        clip,
        at.shape == shape[:1] and bool((np.diff(at, prepend=-1) > 0).all() and (at < clip.t_s.size).all()),
        "frame_at",
    )


def _fit_audio(clip: AudioClip) -> None:
    """A rate and channels there can be, and phases inside the take. The samples may be anything: junk is evidence too."""
    wanted(clip, 1 <= clip.samples.shape[1] <= MOST_CHANNELS, "samples")
    wanted(clip, 1 <= clip.rate_hz <= HIGHEST_RATE_HZ, "rate_hz")
    wanted(clip, clip.overflows >= 0 and clip.missing >= 0 and clip.block >= 0, "overflows")
    for name in ("speak", "quiet"):
        start, stop = getattr(clip, name) or (0, 0)
        wanted(clip, 0 <= start <= stop <= len(clip.samples), name)


def _fit_levels(trace: LevelTrace) -> None:
    """As many times as readings, of channels there can be. The readings may be anything: junk is evidence too."""
    wanted(trace, 1 <= trace.rms.shape[1] <= MOST_CHANNELS, "rms")
    wanted(trace, trace.rms.shape == trace.peak.shape, "peak")
    wanted(trace, len(trace.t_s) == len(trace.rms), "t_s")


def _fit_sync(clip: SyncClip) -> None:
    """A brightness for every frame. What is no number is junk, and evidence too."""
    wanted(clip, clip.luma.shape == clip.t_s.shape, "luma")


def _fit_power(state: PowerState) -> None:
    """Only the operating system lists several supplies."""
    wanted(state, not state.supplies or state.origin == "os", "supplies")


def _fit_encoder(sample: EncoderTrials) -> None:
    """Sizes, rates and times that can be divided by."""
    wanted(sample, 1 <= sample.cores <= MOST_CORES and sample.frames >= 0, "cores")
    for trial in sample.trials:
        wanted(trial, min(trial.width_px, trial.height_px) >= 2, "width_px")  # noqa: PLR2004 - 4:2:0 has no smaller
        wanted(trial, max(trial.width_px, trial.height_px) <= LONGEST_SIDE_PX, "width_px")
        for name in ("fps", "wall_fps", "cpu_ms"):
            wanted(trial, 0 < getattr(trial, name) < np.inf, name)


def _fit_push(trace: PushTrace) -> None:
    """Every interval has its bytes and its queue; a count has its time."""
    for name in ("acknowledged", "queue_ms"):
        wanted(trace, getattr(trace, name).shape == trace.t_s.shape, name)
    wanted(trace, trace.received.shape[1] == len(("s", "bytes")), "received")


def _fit_uplink(trace: UplinkTrace) -> None:
    """An end for every interval, and counts that can be. Times and bytes may be anything: junk is evidence too."""
    wanted(trace, trace.arrived.shape == trace.t_s.shape, "arrived")
    wanted(trace, trace.sent_bytes >= 0, "sent_bytes")
    wanted(trace, 0 <= trace.probes_lost <= trace.probes_sent, "probes_lost")


def _fit_link(state: LinkState) -> None:
    """Tries that can be counted."""
    wanted(state, state.lost >= 0, "lost")


def _fits_as_it_is(sample: Sample) -> None:
    """The annotations have said all there is to say."""


_FITS: dict[type[Any], Callable[[Any], None]] = {
    CameraClip: _fit_camera,
    AudioClip: _fit_audio,
    LevelTrace: _fit_levels,
    SyncClip: _fit_sync,
    PowerState: _fit_power,
    EncoderTrials: _fit_encoder,
    PushTrace: _fit_push,
    UplinkTrace: _fit_uplink,
    LinkState: _fit_link,
}
