"""Faults of the light, in the camera's picture."""

from __future__ import annotations

from functools import partial

import numpy as np

from rigcheck.measure.picture import GAMMA
from rigcheck.samples import CameraClip
from rigcheck.selftest.fault import Fault, Inject, Scene
from rigcheck.selftest.picture import Codes, Places, inside, repainted, sensor_rows
from rigcheck.selftest.scene import FULL, GOOD, GOODS, HOST

_READ_S = 0.02
"""How long the sensor takes to read all of its rows."""


def unlit(clip: CameraClip) -> CameraClip:
    """The key lamp is off, and the exposure fixed."""
    return repainted(clip, lambda codes, _: 0.35 * codes)


def against_window(clip: CameraClip) -> CameraClip:
    """A blind is up behind the host: bright all around, and the exposure has gone down for it."""

    def paint(codes: Codes, _: Places) -> Codes:
        return np.where(inside(HOST, *codes.shape[1:3]), 0.58 * codes, 108 + codes)

    return repainted(clip, paint)


def overexposed(clip: CameraClip) -> CameraClip:
    """Somebody turned the lamp up, or the iris open."""
    return repainted(clip, lambda codes, _: 1.6 * codes)


def flickering(clip: CameraClip, lamp_hz: float = 100.0, depth: float = 0.08) -> CameraClip:
    """A lamp that ripples with the mains, taken by a rolling shutter. `depth`: of the ripple, a share of the light.

    At 120 Hz and 30 fps its bands stand still, and are only seen among goods and shelves where they are deep.
    """
    frame_s = float(np.median(np.diff(clip.t_s)))

    def paint(codes: Codes, at: Places) -> Codes:
        rows = sensor_rows(clip.rotate, *codes.shape[1:3])
        turns = lamp_hz * (frame_s * at[:, None, None, None] + _READ_S * rows)
        light = 1 + depth * np.sin(2 * np.pi * turns)
        return np.asarray(codes * light ** (1 / GAMMA), np.float32)

    return repainted(clip, paint)


def spotlit(clip: CameraClip) -> CameraClip:
    """One spot on the host, and all other lamps off; the sensor's own noise stays."""
    noise = np.random.default_rng(6)

    def paint(codes: Codes, _: Places) -> Codes:
        dark = 0.13 * codes + 0.5 * noise.standard_normal((*codes.shape[:3], 1), np.float32)
        return np.where(inside(HOST, *codes.shape[1:3]), codes, dark)

    return repainted(clip, paint)


def burnt_out(clip: CameraClip) -> CameraClip:
    """A lamp that mirrors in the goods' foil."""

    def paint(codes: Codes, _: Places) -> Codes:
        return np.where(inside(GOODS, *codes.shape[1:3]), codes + 150, codes)

    return repainted(clip, paint)


def half_lit(clip: CameraClip) -> CameraClip:
    """One of the two lamps of the background is off: it falls off from side to side."""

    def paint(codes: Codes, _: Places) -> Codes:
        fall = np.linspace(1, 0.2, codes.shape[2], dtype=np.float32)[None, None, :, None]
        return np.where(inside(HOST, *codes.shape[1:3]), codes, fall * codes)

    return repainted(clip, paint)


def _fault(check: str, inject: Inject, scene: Scene = GOOD, name: str = "") -> Fault:
    return Fault(check, scene, {"camera@main": inject}, name=name)


LIGHT_FAULTS: tuple[Fault, ...] = (
    _fault("light.subject", unlit),
    _fault("light.subject", overexposed, name="bright"),
    _fault("light.backlight", against_window),
    _fault("light.flicker", flickering),
    _fault("light.flicker", partial(flickering, lamp_hz=120.0, depth=0.4), name="standing"),
    _fault("light.picture", spotlit),
    _fault("light.product", burnt_out, FULL),
    _fault("light.evenness", half_lit, FULL),
)
