"""Faults of cameras: covered, stuck, late, noisy, in the wrong mode."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from rigcheck.model import Status
from rigcheck.samples import CameraClip
from rigcheck.selftest.fault import Fault, Inject
from rigcheck.selftest.picture import Codes, Places, repainted, retimed
from rigcheck.selftest.scene import GOOD

_CLIP = "camera@main"
_FIRST_S = 0.5
"""How long all is still well: nobody is waiting for a fault, and the kept frame is a good one."""


def covered(clip: CameraClip) -> CameraClip:
    """A cap on the lens: black with the sensor's own noise, which is no standing picture."""
    noise = np.random.default_rng(1)

    def paint(codes: Codes, at: Places) -> Codes:
        black = 3 + 2 * noise.standard_normal(codes.shape, np.float32)
        return np.where((clip.t_s[at] > _FIRST_S)[:, None, None, None], black, codes)

    return repainted(clip, paint)


def stuck(clip: CameraClip) -> CameraClip:
    """A capture card that repeats its last picture at the full rate."""
    last = int(np.searchsorted(clip.t_s, _FIRST_S))
    return retimed(clip, np.minimum(np.arange(len(clip.t_s)), last), clip.t_s)


def smaller(clip: CameraClip) -> CameraClip:
    """Half the size of the asked mode: another program had set it."""
    frames = np.ascontiguousarray(clip.frames[:, ::2, ::2])
    _, height, width, _ = frames.shape
    return replace(
        clip, width_px=width, height_px=height, frames=frames, rows=clip.rows[:, ::2], stride=clip.stride // 2
    )


def halved(clip: CameraClip) -> CameraClip:
    """Every second frame: USB 2, or a long exposure."""
    index = np.arange(0, len(clip.t_s), 2)
    return retimed(clip, index, clip.t_s[index])


def uneven(clip: CameraClip) -> CameraClip:
    """All frames, up to 14 ms early or late: a USB hub that others use."""
    late = np.random.default_rng(2).uniform(-0.014, 0.014, len(clip.t_s))
    return retimed(clip, np.arange(len(clip.t_s)), np.sort(clip.t_s + late))


def dropping(clip: CameraClip) -> CameraClip:
    """One frame in ten lost on the way, time stamps and all."""
    index = np.flatnonzero(np.arange(len(clip.t_s)) % 10 != 7)  # noqa: PLR2004 - any of the ten
    return retimed(clip, index, clip.t_s[index])


def doubled(clip: CameraClip) -> CameraClip:
    """15 pictures a second sent twice each: the full rate by name."""
    return retimed(clip, np.arange(len(clip.t_s)) // 2 * 2, clip.t_s)


def noisy(clip: CameraClip) -> CameraClip:
    """The gain of a dark room."""
    noise = np.random.default_rng(3)
    return repainted(clip, lambda codes, _: codes + 12 * noise.standard_normal((*codes.shape[:3], 1), np.float32))


def washed_out(clip: CameraClip) -> CameraClip:
    """Lifted blacks under dull whites: limited levels taken for full ones, twice over, or a filter that does it."""
    return repainted(clip, lambda codes, _: 40 + 0.62 * codes)


def slow_to_start(clip: CameraClip) -> CameraClip:
    """The first picture after 14 s: a network camera that waits for its key frame."""
    return replace(clip, first_frame_ms=14_000.0)


def _fault(check: str, inject: Inject, *, red: Status = Status.FAIL, also: Mapping[str, str] | None = None) -> Fault:
    return Fault(check, GOOD, {_CLIP: inject}, red=red, also=also or {})


CAMERA_FAULTS: tuple[Fault, ...] = (
    _fault("camera.black", covered, also={"light.subject": "black"}),
    _fault("camera.frozen", stuck),
    _fault("camera.mode", smaller),
    _fault("camera.rate", halved),
    _fault("camera.jitter", uneven),
    _fault("camera.drops", dropping),
    _fault("camera.duplicates", doubled),
    _fault("camera.noise", noisy),
    _fault("camera.levels", washed_out, red=Status.WARN),
    _fault("camera.start", slow_to_start),
)
