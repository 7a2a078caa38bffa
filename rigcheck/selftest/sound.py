"""Faults of microphones, and of sound against picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from rigcheck.samples import AudioClip, Floats, SyncClip
from rigcheck.selftest.fault import Fault, Inject, Scene
from rigcheck.selftest.scene import FULL, GOOD

_DRIFT_MS_PER_MIN = 56.0


def muted(clip: AudioClip) -> AudioClip:
    """The transmitter's own switch: digital silence."""
    return _with(clip, np.zeros_like(clip.samples))


def faint(clip: AudioClip) -> AudioClip:
    """Gain 20 dB too low, noise and all."""
    return _with(clip, 0.1 * clip.samples)


def crushed(clip: AudioClip) -> AudioClip:
    """A compressor at its stop: dense and far too loud, without a flat top."""
    return _with(clip, 0.9 * np.tanh(5 * clip.samples))


def one_dead(clip: AudioClip) -> AudioClip:
    """One of two channels unplugged."""
    return _with(clip, clip.samples * np.array([1, 0]))


def clipping(clip: AudioClip) -> AudioClip:
    """Cut flat in the transmitter, ahead of a fader that is down: the level is right."""
    return _with(clip, np.clip(clip.samples, -0.22, 0.22))


def dropping_out(clip: AudioClip) -> AudioClip:
    """A radio link in trouble: three holes of 20 ms in the speech."""
    samples, hole = clip.samples.copy(), clip.rate_hz // 50
    loud = np.abs(samples[:, 0]) > 0.2 * np.abs(samples).max()
    for share in (0.2, 0.4, 0.55):
        start = int(np.flatnonzero(loud & (np.arange(len(loud)) > share * len(loud)))[0])
        samples[start : start + hole] = 0
    return _with(clip, samples)


def overrun(clip: AudioClip) -> AudioClip:
    """A computer too busy to fetch its sound: the driver tells of four lost blocks."""
    return replace(clip, overflows=4)


def humming(clip: AudioClip) -> AudioClip:
    """A ground loop: 50 Hz at -43 dBFS, with harmonics."""
    time_s = np.arange(len(clip.samples)) / clip.rate_hz
    hum = sum(0.01 / order * np.sin(2 * np.pi * 50 * order * time_s) for order in (1, 2, 3, 5))
    return _with(clip, clip.samples + np.asarray(hum)[:, None])


def noisy(clip: AudioClip) -> AudioClip:
    """An air conditioner over the host's head."""
    noise = np.random.default_rng(4).standard_normal(clip.samples.shape, np.float32)
    return _with(clip, clip.samples + 0.02 * noise)


def popping(clip: AudioClip) -> AudioClip:
    """No pop filter: thumps of breath, this way and that, up to full scale."""
    samples, length = clip.samples.copy(), clip.rate_hz // 25
    thump = (np.sin(np.pi * np.arange(length) / length) ** 2)[:, None]
    for share, peak in ((0.1, 0.998), (0.25, -0.998), (0.4, 0.998), (0.55, -0.998)):
        start = int(share * len(samples))
        part = samples[start : start + length]
        samples[start : start + length] = part * (1 - thump) + peak * thump
    return _with(clip, samples)


def inverted(clip: AudioClip) -> AudioClip:
    """A cable with two wires the wrong way round on the right channel."""
    return _with(clip, clip.samples * np.array([1, -1]))


def lopsided(clip: AudioClip) -> AudioClip:
    """The panorama knob at its stop."""
    return _with(clip, clip.samples * np.array([1, 0.1]))


def offset(clip: AudioClip) -> AudioClip:
    """A broken input stage: 2 % of direct current."""
    return _with(clip, clip.samples + 0.02)


def narrow(clip: AudioClip) -> AudioClip:
    """A telephone's band: the computer has taken a headset for its microphone."""
    spectrum = np.fft.rfft(clip.samples, axis=0)
    spectrum[np.fft.rfftfreq(len(clip.samples), 1 / clip.rate_hz) > 2600] = 0  # noqa: PLR2004 - Hz
    return _with(clip, np.fft.irfft(spectrum, len(clip.samples), axis=0))


def _with(clip: AudioClip, samples: NDArray[np.floating]) -> AudioClip:
    heard: Floats = np.clip(samples, -1, 1).astype(np.float32)
    return replace(clip, samples=heard)


def late(clip: SyncClip) -> SyncClip:
    """A wireless link and a mixer's effects: sound 300 ms after the picture."""
    return replace(clip, sound_at_s=clip.sound_at_s + 0.3)


def early(clip: SyncClip) -> SyncClip:
    """A camera with a slow scaler: the picture comes 300 ms after its sound."""
    return replace(clip, sound_at_s=clip.sound_at_s - 0.3)


def drifting(clip: SyncClip) -> SyncClip:
    """Two clocks: the picture's runs fast against the sound's."""
    middle_s = float(clip.t_s.mean())
    return replace(clip, t_s=middle_s + (clip.t_s - middle_s) * (1 - _DRIFT_MS_PER_MIN / 60_000))


def _fault(check: str, inject: Inject, scene: Scene = GOOD, name: str = "") -> Fault:
    key = "sync@main" if check.startswith("sync.") else "mic@main"
    return Fault(check, scene, {key: inject}, name=name)


SOUND_FAULTS: tuple[Fault, ...] = (
    _fault("mic.muted", muted),
    _fault("mic.muted", one_dead, FULL, "channel"),
    _fault("mic.level", faint),
    _fault("mic.level", crushed, name="loud"),
    _fault("mic.clipping", clipping),
    _fault("mic.dropouts", dropping_out),
    _fault("mic.dropouts", overrun, name="blocks"),
    _fault("mic.hum", humming),
    _fault("mic.snr", noisy),
    _fault("mic.peak", popping),
    _fault("mic.polarity", inverted, FULL),
    _fault("mic.balance", lopsided, FULL),
    _fault("mic.dc", offset),
    _fault("mic.bandwidth", narrow),
    _fault("sync.offset", late),
    _fault("sync.offset", early, name="early"),
    _fault("sync.drift", drifting),
)
