"""The light in a camera's clip: how bright, how even, clipped, flickering. Definitions: `rigcheck explain light.*`.

Kept frames are exact, every pixel of them; per-frame traces say how the clip as a whole differs from them.
"""

from __future__ import annotations

from typing import NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from rigcheck import metrics
from rigcheck.measure.cast import measure_cast
from rigcheck.measure.chart import measure_chart
from rigcheck.measure.evenness import evenness
from rigcheck.measure.flicker import Flicker, flicker
from rigcheck.measure.framing import baseline_of, boxed
from rigcheck.measure.picture import (
    CENTRE,
    Picture,
    brightest,
    grey,
    levels,
    mean_linear,
    pixels,
    share_at_least,
)
from rigcheck.measure.pumping import measure_pumping
from rigcheck.model import Measurement, Metric, Reason
from rigcheck.profile import Box, CameraDevice, Setting
from rigcheck.samples import CameraClip

_CLIPPED, _DEEP = 250, 5  # codes
_IRE = 100 / 255  # per code


class _View(NamedTuple):
    """A clip with the boxes that the profile names, and its kept frames' luma (k, H, W)."""

    clip: CameraClip
    device: CameraDevice
    luma: Picture

    @property
    def subject(self) -> Box:
        return self.device.subject or CENTRE

    @property
    def backdrop(self) -> Box | None:
        return self.device.backdrop if isinstance(self.device.backdrop, Box) else None


def measure_light(clip: CameraClip, setting: Setting, name: str) -> tuple[Measurement, ...]:
    """Every light.* metric of a clip; what its evidence cannot tell is None with the reason."""
    measured = _measured(clip, setting, name)
    return tuple(item.as_estimate() for item in measured) if clip.is_estimate else measured


def _measured(clip: CameraClip, setting: Setting, name: str) -> tuple[Measurement, ...]:
    written = cast("CameraDevice", setting.device("camera", name))
    device = boxed(clip, written)
    if not len(clip.frames):
        return *(_none(metric, Reason.NONE_HERE) for metric in _PICTURED), *_over_time(clip, device)
    view = _View(clip, device, grey(clip.frames))
    return (
        Measurement(metrics.LIGHT_MEAN, _IRE * _over_clip(view, view.luma.mean(axis=(1, 2)), clip.mean)),
        _subject(view),
        _highlights(view),
        _shadows(view),
        _product(view),
        _backlight(view),
        _evenness(view),
        measure_cast(clip, device, written, baseline_of(setting, name, written, clip)),
        measure_chart(clip, device),
        *_over_time(clip, device),
    )


def _over_time(clip: CameraClip, device: CameraDevice) -> tuple[Measurement, ...]:
    return *_flicker(clip), measure_pumping(clip, device)


_PICTURED = (
    metrics.LIGHT_MEAN,
    metrics.LIGHT_SUBJECT,
    metrics.LIGHT_HIGHLIGHTS,
    metrics.LIGHT_SHADOWS,
    metrics.LIGHT_PRODUCT_HIGHLIGHTS,
    metrics.LIGHT_BACKLIGHT,
    metrics.LIGHT_EVENNESS,
    metrics.LIGHT_CAST,
    metrics.LIGHT_COLOUR,
)


def _over_clip(view: _View, exact: NDArray[np.floating], trace: NDArray[np.floating]) -> float:
    """Mean over the clip of what is known exactly at the kept frames, and roughly at those of the trace."""
    known = view.clip.frame_at[view.clip.frame_at < len(trace)]
    return float(exact[: len(known)].mean() + trace.mean(dtype=np.float64) - trace[known].mean(dtype=np.float64))


def _subject(view: _View) -> Measurement:
    rows, columns = pixels(view.subject, *view.luma.shape[1:])
    exact = view.luma[:, rows, columns].mean(axis=(1, 2))
    rows, columns = pixels(view.subject, *view.clip.thumbs.shape[1:])
    trace = view.clip.thumbs[:, rows, columns].mean(axis=(1, 2))
    return Measurement(metrics.LIGHT_SUBJECT, _IRE * _over_clip(view, exact, trace), params=_box_of(view))


def _highlights(view: _View) -> Measurement:
    exact = np.array([share_at_least(brightest(frame), _CLIPPED) for frame in view.clip.frames])
    return Measurement(metrics.LIGHT_HIGHLIGHTS, _share(view, exact, view.clip.bright))


def _shadows(view: _View) -> Measurement:
    exact = np.array([1 - share_at_least(luma, _DEEP + 1) for luma in view.luma])
    return Measurement(metrics.LIGHT_SHADOWS, _share(view, exact, view.clip.deep))


def _share(view: _View, exact: NDArray[np.floating], trace: NDArray[np.floating]) -> float:
    return 100 * min(1.0, max(0.0, _over_clip(view, exact, trace)))


def _product(view: _View) -> Measurement:
    if view.device.product is None:
        return _none(metrics.LIGHT_PRODUCT_HIGHLIGHTS, Reason.NOT_IN_PROFILE)
    rows, columns = pixels(view.device.product, *view.luma.shape[1:])
    code = levels(view.luma).ceiling
    shares = [share_at_least(brightest(frame[rows, columns]), code) for frame in view.clip.frames]
    return Measurement(metrics.LIGHT_PRODUCT_HIGHLIGHTS, 100 * float(np.median(shares)), params={"ceiling": code})


def _backlight(view: _View) -> Measurement:
    """Background is the backdrop box where there is one, else all that is not subject."""
    inside = _mask(view.subject, view.luma.shape[1:])
    outside = ~inside if view.backdrop is None else _mask(view.backdrop, view.luma.shape[1:]) & ~inside
    if not outside.any():
        return _none(metrics.LIGHT_BACKLIGHT, Reason.NOT_IN_PROFILE)
    ratios = [mean_linear(luma, outside) / max(mean_linear(luma, inside), 1e-6) for luma in view.luma]
    return Measurement(metrics.LIGHT_BACKLIGHT, float(np.median(ratios)), params=_box_of(view))


def _evenness(view: _View) -> Measurement:
    if view.device.backdrop is None:
        return _none(metrics.LIGHT_EVENNESS, Reason.NOT_IN_PROFILE)
    found = evenness(view.clip.frames, view.luma, view.device.backdrop)
    return Measurement(metrics.LIGHT_EVENNESS, found, None if found is not None else Reason.NONE_HERE)


def _flicker(clip: CameraClip) -> tuple[Measurement, Measurement]:
    if clip.clock in ("shots", "none"):
        reason = (
            Reason.NOT_THIS_WAY if clip.clock == "shots" else Reason.STILL if clip.t_s.size == 1 else Reason.NO_CLOCK
        )
        return _none(metrics.LIGHT_FLICKER, reason), _none(metrics.LIGHT_FLICKER_HZ, reason)
    found = flicker(clip)
    if not isinstance(found, Flicker):
        return _none(metrics.LIGHT_FLICKER, found), _none(metrics.LIGHT_FLICKER_HZ, found)
    strength = Measurement(metrics.LIGHT_FLICKER, found.pct, params={"cause": found.cause})
    source = found.hz or ("dimmer" if found.cause == "dimmer" else None)
    why = None if source else Reason.NO_FLICKER if found.cause == "none" else Reason.NONE_HERE
    return strength, Measurement(metrics.LIGHT_FLICKER_HZ, source, why, params={"cause": found.cause})


def _mask(box: Box, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, np.bool_)
    mask[pixels(box, *shape)] = True
    return mask


def _box_of(view: _View) -> dict[str, str]:
    return {"box": "profile" if view.device.subject else "centre"}


def _none(metric: Metric, reason: Reason) -> Measurement:
    return Measurement(metric, None, reason)
