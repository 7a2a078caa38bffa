"""Limits that the room's baseline sets: louder, quieter or noisier than when all was good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple, cast

from rigcheck import metrics as m
from rigcheck.baseline import Baseline, CameraBaseline
from rigcheck.checks.route import goes_through_program
from rigcheck.measure.framing import is_of
from rigcheck.model import Limit, Metric, OneOf, Span
from rigcheck.profile import CameraDevice, MicDevice, Setting

BASELINE = "baseline"
"""The origin of these limits."""


class Leeway(NamedTuple):
    """How far a figure may have gone since the baseline, in the metric's own unit; None is any way."""

    down: float | None
    up: float


LEEWAYS: Mapping[Metric, Leeway] = {
    m.MIC_SPEECH: Leeway(6.0, 6.0),
    m.MIC_NOISE: Leeway(None, 6.0),
    m.CAMERA_NOISE: Leeway(None, 1.0),
}
"""Our own rule, because another host differs by less than 6 dB at the same gain, 6 dB more noise is a window or fan more,
and a code more of picture noise is a lamp less, made up for by gain."""


def limit_against(setting: Setting, name: str, metric: Metric) -> Limit | None:
    """What is as it was, give or take a leeway; beyond it is a warning. None without a baseline of this device."""
    section: Literal["camera", "mic"] = "camera" if metric.part == "camera" else "mic"
    then = setting.baseline.figures.get(_key(setting, section, name, metric)) if setting.baseline else None
    if then is None or metric not in LEEWAYS or not _is_same(setting, section, name):
        return None
    down, up = LEEWAYS[metric]
    return Limit(Span(None if down is None else then - down, then + up), Span(None, None), BASELINE)


def _key(setting: Setting, section: str, name: str, metric: Metric) -> str:
    return metric.id if name == setting.main_of(section) else f"{metric.id}@{name}"


def _is_same(setting: Setting, section: Literal["camera", "mic"], name: str) -> bool:
    """Whether the baseline is of the device, and of the way to it, that are looked at now."""
    baseline, device = cast("Baseline", setting.baseline), setting.device(section, name)
    then = baseline.cameras.get(name) if section == "camera" else baseline.mics.get(name)
    if then is None or (then.via == "obs-record") != goes_through_program(setting, section, name):
        return False
    if isinstance(then, CameraBaseline):
        return is_of(then, cast("CameraDevice", device))
    heard = cast("MicDevice", device)
    return (then.device, then.layout) == (heard.device or "", heard.layout)


def narrowed(limit: Limit, against: Limit) -> Limit:
    """A limit whose `ok` is within a baseline's, too; as it is where that changes nothing or leaves nothing.

    What was ok before only warns: a room that is no longer as it was may still be good.
    """
    both = _common(limit.ok, against.ok)
    return limit if both is None or both == limit.ok else Limit(both, limit.warn or limit.ok, against.origin)


def _common(one: Span | OneOf, other: Span | OneOf) -> Span | None:
    if not isinstance(one, Span) or not isinstance(other, Span):
        return None
    low = max((bound for bound in (one.low, other.low) if bound is not None), default=None)
    high = min((bound for bound in (one.high, other.high) if bound is not None), default=None)
    return None if low is not None and high is not None and low > high else Span(low, high)
