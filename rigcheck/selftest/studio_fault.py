"""Faults that show against a good day, a chart or another camera, in the room's sound, or that a person sees."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from rigcheck.checklist_state import ChecklistAnswer
from rigcheck.model import Reason, Status
from rigcheck.samples import AudioClip, CameraClip
from rigcheck.selftest.camera import halved
from rigcheck.selftest.fault import Fault, Inject, Scene
from rigcheck.selftest.line import unseen
from rigcheck.selftest.picture import Codes, Places, repainted, retimed
from rigcheck.selftest.scene import GOOD
from rigcheck.selftest.studio import CAMERAS, ITEM, LIST, PACKS, STUDIO, clocked, ringing

_BLUR_PX = 6
_MOVED = 0.14
"""Of the picture's width."""
_LUMA = np.array([0.114, 0.587, 0.299], np.float32)
"""BT.601, of blue, green and red."""


def out_of_focus(clip: CameraClip) -> CameraClip:
    """The ring was touched: every point a disc of some pixels."""

    def paint(codes: Codes, _: Places) -> Codes:
        reach = max(1, round(_BLUR_PX * codes.shape[2] / clip.width_px))
        for axis in (1, 2, 1, 2):
            codes = np.mean([np.roll(codes, step, axis) for step in range(-reach, reach + 1)], axis=0)
        return codes

    return repainted(clip, paint)


def turned(clip: CameraClip) -> CameraClip:
    """Somebody hung a bag on the camera: it looks aside."""
    return repainted(clip, lambda codes, _: np.roll(codes, round(_MOVED * codes.shape[2]), axis=2))


def veiled(clip: CameraClip) -> CameraClip:
    """A greasy hand on the lens: light everywhere, and a third of the contrast."""
    return repainted(clip, lambda codes, _: 0.38 * codes + 80)


def tinted(clip: CameraClip, blue: float, red: float) -> CameraClip:
    """White balance set for another lamp."""
    gain = np.array([blue, 1, red], np.float32)

    def paint(codes: Codes, _: Places) -> Codes:
        return np.asarray(codes * (gain if codes.shape[3] == gain.size else gain @ _LUMA), np.float32)

    return repainted(clip, paint)


def pumping(clip: CameraClip) -> CameraClip:
    """Automatic exposure that follows white goods to and fro."""

    def paint(codes: Codes, at: Places) -> Codes:
        swing = 1 + 0.14 * np.sin(2 * np.pi * clip.t_s[at] / 2.5)
        return np.asarray(codes * swing[:, None, None, None], np.float32)

    return repainted(clip, paint)


def colour_bars(clip: CameraClip) -> CameraClip:
    """No HDMI: the capture card's own bars, the same to the bit."""

    def paint(codes: Codes, _: Places) -> Codes:
        bars = np.array([180, 168, 145, 133, 63, 51, 28], np.float32)[np.arange(codes.shape[2]) * 7 // codes.shape[2]]
        return np.broadcast_to(bars[None, None, :, None], codes.shape)

    return repainted(clip, paint)


def film_rate(clip: CameraClip) -> CameraClip:
    """A camera set to 25 behind a card that makes 30 of it: every fifth picture twice."""
    return retimed(clip, np.arange(len(clip.t_s)) * 25 // 30, clip.t_s)


def grainier(clip: CameraClip) -> CameraClip:
    """A lamp less, made up for by gain."""
    noise = np.random.default_rng(9)
    return repainted(clip, lambda codes, _: codes + 3 * noise.standard_normal((*codes.shape[:3], 1), np.float32))


def whining(clip: AudioClip) -> AudioClip:
    """A USB power supply: a tone of 4 kHz, there all the time."""
    time_s = np.arange(len(clip.samples)) / clip.rate_hz
    return _with(clip, clip.samples + 0.006 * np.sin(2 * np.pi * 4000 * time_s)[:, None])


def heard_twice(clip: AudioClip) -> AudioClip:
    """The host's microphone in two inputs of the mix, one of them late."""
    late = round(0.18 * clip.rate_hz)
    echo = np.concatenate((np.zeros_like(clip.samples[:late]), clip.samples[:-late]))
    return _with(clip, clip.samples + 0.5 * echo)


def windy(clip: AudioClip) -> AudioClip:
    """A window more open than on the good day: 12 dB more of what is there in the pauses."""
    noise = np.random.default_rng(10).standard_normal(clip.samples.shape, np.float32)
    return _with(clip, clip.samples + 0.0025 * noise)


def on_one_host(clip: AudioClip) -> AudioClip:
    """Both packs on one host: the same in both channels."""
    both = clip.samples.sum(axis=1)
    return _with(clip, np.stack((both, 0.8 * both), axis=1))


def _with(clip: AudioClip, samples: NDArray[np.floating]) -> AudioClip:
    return replace(clip, samples=np.clip(samples, -1, 1).astype(np.float32))


def answered_no(item: str) -> Inject:
    """Somebody looked, and it is not so."""
    return lambda _: ChecklistAnswer(item, yes=False)


def _seen(check: str, inject: Inject, scene: Scene = STUDIO, *, red: Status = Status.FAIL, device: str = "") -> Fault:
    return Fault(check, scene, {f"camera@{device or 'main'}": inject}, device, red)


def _heard(check: str, inject: Inject, scene: Scene = STUDIO, red: Status = Status.FAIL) -> Fault:
    return Fault(check, scene, {"mic@main": inject}, red=red)


def _word(check: str, part: str, also: Mapping[str, str]) -> Fault:
    """A device that cannot be seen, and a person who says that it is not good."""
    changes: dict[str, Inject] = {f"{part}@main": partial(unseen, Reason.TIMEOUT)}
    changes[f"checklist@{part}"] = answered_no(part)
    return Fault(check, GOOD, changes, "main", Status.WARN, None, also)


_CAMERA = ("camera.black", "camera.frozen", "camera.signal", "light.subject", "light.flicker")
_MIC = ("mic.muted", "mic.level", "mic.clipping", "mic.dropouts", "mic.polarity")
_OBS = tuple(
    f"obs.{each}" for each in ("link", "scene", "muted", "names", "virtualcam", "target", "key", "reconnecting")
)

STUDIO_FAULTS: tuple[Fault, ...] = (
    replace(_seen("camera.signal", colour_bars, GOOD), also={"camera.frozen": "bars"}),
    _seen("camera.cadence", film_rate, GOOD, red=Status.WARN),
    _seen("camera.together", halved, CAMERAS, device="side"),
    _seen("camera.focus", out_of_focus),
    _seen("camera.framing", turned),
    _seen("camera.haze", veiled),
    replace(_seen("camera.noise", grainier, red=Status.WARN), name="more"),
    _seen("camera.match", partial(tinted, blue=1.2, red=0.9), CAMERAS, device="side"),
    _seen("light.cast", partial(tinted, blue=0.85, red=1.1)),
    _seen("light.colour", partial(tinted, blue=0.7, red=1.15)),
    _seen("light.pumping", pumping),
    _heard("mic.noise", windy, red=Status.WARN),
    _heard("mic.tone", whining),
    replace(_heard("mic.echo", heard_twice), good=Status.SKIP),
    _heard("mic.reverb", partial(ringing, rings_s=1.2)),
    _heard("mic.rate", partial(clocked, off_ppm=4_000.0)),
    _heard("mic.packs", on_one_host, PACKS),
    Fault("checklist.item", LIST, {"checklist@1": answered_no(ITEM)}, ITEM),
    _word("checklist.picture", "camera", dict.fromkeys(_CAMERA, "unseen")),
    _word("checklist.sound", "mic", dict.fromkeys(_MIC, "unheard")),
    _word("checklist.program", "obs", dict.fromkeys(_OBS, "unasked")),
)
