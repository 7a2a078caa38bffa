"""A camera's clip: what it delivered, how steadily, how sharp, how noisy. Definitions: `rigcheck explain camera.*`."""

from __future__ import annotations

import numpy as np

from rigcheck import metrics
from rigcheck.measure.cadence import (
    Cadence,
    Run,
    black_runs,
    cadence,
    frozen_runs,
    is_inter_coded,
    longest_s,
    repeated,
)
from rigcheck.measure.drift import measure_drift
from rigcheck.measure.noise import spatial_sigma, temporal_sigma
from rigcheck.measure.picture import grey, levels
from rigcheck.measure.pulldown import measure_pulldown
from rigcheck.measure.signal import measure_signal
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Setting
from rigcheck.samples import CameraClip

_TIMED = (
    *(metrics.CAMERA_FPS, metrics.CAMERA_FPS_OF_ASKED, metrics.CAMERA_JITTER, metrics.CAMERA_DROPPED),
    metrics.CAMERA_CADENCE,
)
_RUNS = (metrics.CAMERA_BLACK, metrics.CAMERA_FROZEN)


def measure_camera(clip: CameraClip, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every camera.* metric of a clip; what its evidence cannot tell is None with the reason."""
    measured = _measured(clip, setting, name)
    return tuple(item.as_estimate() for item in measured) if clip.is_estimate else measured


def _measured(clip: CameraClip, setting: Setting, name: str) -> tuple[Measurement, ...]:
    noise = measure_noise(clip)
    return (
        Measurement(metrics.CAMERA_WIDTH, clip.width_px),
        Measurement(metrics.CAMERA_HEIGHT, clip.height_px),
        *_over_time(clip),
        measure_signal(clip),
        Measurement(metrics.CAMERA_FOCUS, float(np.median(clip.focus))),
        noise,
        _levels(clip),
        _first_frame(clip),
        *measure_drift(clip, setting, name, noise),
    )


def _over_time(clip: CameraClip) -> tuple[Measurement, ...]:
    if clip.clock == "shots":
        return *_without(Reason.NOT_THIS_WAY, *_TIMED, metrics.CAMERA_DUPLICATED), *_runs_of_shots(clip)
    if clip.t_s.size == 1 and clip.clock == "none":
        return _without(Reason.STILL, *_TIMED, metrics.CAMERA_DUPLICATED, *_RUNS)
    rhythm = cadence(clip.t_s) if clip.clock != "none" else None
    if rhythm is None:
        reason = Reason.NO_CLOCK if clip.clock == "none" else Reason.TOO_SHORT
        return *_without(reason, *_TIMED), _duplicated(clip), *_without(reason, *_RUNS)
    return *_rate(clip, rhythm), _duplicated(clip), *_runs(clip)


def _rate(clip: CameraClip, rhythm: Cadence) -> tuple[Measurement, ...]:
    return (
        Measurement(metrics.CAMERA_FPS, rhythm.fps),
        _of_asked(clip, rhythm.fps),
        Measurement(metrics.CAMERA_JITTER, rhythm.jitter_ms),
        Measurement(
            metrics.CAMERA_DROPPED,
            100 * rhythm.missing / rhythm.due,
            params={"missing": rhythm.missing, "due": rhythm.due},
        ),
        measure_pulldown(clip, rhythm),
    )


def _of_asked(clip: CameraClip, fps: float) -> Measurement:
    if clip.asked is None:
        return Measurement(metrics.CAMERA_FPS_OF_ASKED, None, Reason.NOT_IN_PROFILE)
    return Measurement(metrics.CAMERA_FPS_OF_ASKED, 100 * fps / clip.asked.fps, params={"asked": clip.asked.fps})


def _duplicated(clip: CameraClip) -> Measurement:
    """In an encoded stream it is what a lossy encoder leaves of repeats: an estimate."""
    count = int(np.count_nonzero(repeated(clip.t_s, clip.change, clip.same, clip.key)))
    return Measurement(
        metrics.CAMERA_DUPLICATED,
        100 * count / clip.t_s.size,
        estimate=is_inter_coded(clip.key),
        params={"repeats": count, "frames": clip.t_s.size},
    )


def _runs(clip: CameraClip) -> tuple[Measurement, Measurement]:
    frozen = frozen_runs(clip.t_s, clip.change, clip.same, clip.key)
    return (
        Measurement(metrics.CAMERA_BLACK, longest_s(black_runs(clip.t_s, clip.dark))),
        Measurement(metrics.CAMERA_FROZEN, longest_s(frozen)),
    )


def _runs_of_shots(clip: CameraClip) -> tuple[Measurement, ...]:
    """Between single pictures there may be others: an estimate, unless every one of them is black, or the same."""
    if clip.t_s.size == 1:
        return _without(Reason.TOO_SHORT, *_RUNS)
    frozen = frozen_runs(clip.t_s, clip.change, clip.same, clip.key)
    return (
        _of_shots(clip, metrics.CAMERA_BLACK, black_runs(clip.t_s, clip.dark)),
        _of_shots(clip, metrics.CAMERA_FROZEN, frozen),
    )


def _of_shots(clip: CameraClip, metric: Metric, runs: list[Run]) -> Measurement:
    is_all = any(run.stop - run.first == clip.t_s.size for run in runs)
    return Measurement(metric, longest_s(runs), estimate=not is_all)


def measure_noise(clip: CameraClip) -> Measurement:
    """camera.noise_sigma: between frames, or estimated from one."""
    if clip.clock == "shots":  # compressed, or filtered by OBS
        return Measurement(metrics.CAMERA_NOISE, None, Reason.NOT_THIS_WAY)
    again = repeated(clip.t_s, clip.change, clip.same, clip.key)[: len(clip.thumbs)]
    sigma = temporal_sigma(clip.thumbs, again, limited=clip.limited)
    if sigma is not None:
        return Measurement(metrics.CAMERA_NOISE, sigma)
    guess = spatial_sigma(grey(clip.frames[0]), limited=clip.limited) if len(clip.frames) else None
    if guess is None:
        return Measurement(metrics.CAMERA_NOISE, None, Reason.NONE_HERE)
    return Measurement(metrics.CAMERA_NOISE, guess, estimate=True)


def _levels(clip: CameraClip) -> Measurement:
    word = levels(grey(clip.frames)).word if len(clip.frames) else None
    return Measurement(metrics.CAMERA_LEVELS, word, None if word else Reason.NONE_HERE)


def _first_frame(clip: CameraClip) -> Measurement:
    if clip.first_frame_ms is None:
        reason = Reason.NOT_IN_FILE if clip.via == "device" else Reason.NOT_THIS_WAY
        return Measurement(metrics.CAMERA_FIRST_FRAME, None, reason)
    return Measurement(metrics.CAMERA_FIRST_FRAME, clip.first_frame_ms)


def _without(reason: Reason, *absent: Metric) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, reason) for metric in absent)
