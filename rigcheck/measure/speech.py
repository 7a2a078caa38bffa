"""How loud a voice is and how quiet the room behind it: ITU-T P.56 active speech level, IEC 61672 A-weighted noise."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rigcheck.measure.level import TINY, Doubles, block_magnitudes, block_powers, power_db
from rigcheck.measure.spectrum import power_spectrum
from rigcheck.samples import Floats

SMOOTHING_S = 0.03
HANGOVER_S = 0.2
MARGIN_DB = 15.9
THRESHOLDS = 2.0 ** np.arange(
    -24, 4
)  # P.56 asks for 2^-15 to 2^-1; more of them serve takes far too low or over full scale
STEP_S = 0.001  # P.56 allows any rate from 694 Hz for the envelope
NOISE_SEGMENT_S = 0.5
FRAME_S = 0.02
MOST_FRAMES = 1000  # whose spectrum is looked at
QUIETEST = 0.1  # without a quiet phase: the share of frames taken for the room


@dataclass(frozen=True, slots=True)
class Noise:
    """What is left when nobody speaks, in dBFS: A-weighted, and as it is. `is_estimate`: no quiet phase was heard."""

    weighted_dbfs: float
    plain_dbfs: float
    is_estimate: bool


def speech_dbfs(sound: Floats, rate_hz: int, dc: float = 0.0) -> float | None:
    """Active speech level of `sound` (n,) less `dc` in dBFS RMS, by ITU-T P.56 method B; None for silence."""
    size = max(round(STEP_S * rate_hz), 1)
    total = float(block_powers(sound, size, dc).sum())
    magnitudes = block_magnitudes(sound, size, dc)
    envelope = _held(_smoothed(magnitudes, rate_hz / size), round(HANGOVER_S * rate_hz / size))
    active = np.array([np.count_nonzero(envelope >= threshold) for threshold in THRESHOLDS])
    thresholds = 20 * np.log10(THRESHOLDS[active > 0])
    if not len(thresholds) or total <= 0:
        return None
    levels = 10 * np.log10(total / active[active > 0])
    return _at_margin(levels, levels - thresholds)


def _smoothed(magnitudes: Doubles, rate_hz: float) -> Doubles:
    """P.56's envelope: `magnitudes` through two exponential averages of 30 ms, as one convolution."""
    decay = np.exp(-1 / (SMOOTHING_S * rate_hz))
    steps = np.arange(round(20 * SMOOTHING_S * rate_hz))
    response = (1 - decay) ** 2 * (steps + 1) * decay**steps
    size = 1 << (len(magnitudes) + len(response)).bit_length()
    product = np.fft.rfft(magnitudes, size) * np.fft.rfft(response, size)
    envelope: Doubles = np.fft.irfft(product, size)[: len(magnitudes)]
    return envelope


def _held(envelope: Doubles, length: int) -> Doubles:
    """The highest of the last `length` values: what is above a threshold at any time in the hangover counts as active."""
    held, reach = envelope, 1
    while reach < length:
        shift = min(reach, length - reach)
        held = np.maximum(held, np.concatenate((np.zeros(shift), held))[: len(held)])
        reach += shift
    return held


def _at_margin(levels: Doubles, margins: Doubles) -> float:
    """The active level where it stands 15.9 dB above its threshold, between thresholds by straight line."""
    order = np.argsort(margins)
    return float(np.interp(MARGIN_DB, margins[order], levels[order]))


def noise(quiet: Floats, rate_hz: int) -> Noise | None:
    """The noise in a quiet phase (n,): RMS over all of it. None where there is none: muted, gated, or under 50 ms."""
    size = min(round(NOISE_SEGMENT_S * rate_hz), len(quiet))
    if size < FRAME_S * rate_hz or not (power := float(np.var(quiet, dtype=np.float64))):
        return None
    return Noise(power_db(_weighted(power_spectrum(quiet, size), rate_hz, size)), power_db(power), is_estimate=False)


def estimated_noise(sound: Floats, rate_hz: int, dc: float = 0.0) -> Noise | None:
    """The noise guessed from the quietest tenth of the 20 ms frames of `sound` (n,) less `dc`; None for silence.

    Our own rule. It reads too high when nobody pauses: usable as "bad", not as "good". Digital silence is no noise.
    """
    size = round(FRAME_S * rate_hz)
    powers = block_powers(sound, size, dc)
    sounding = np.flatnonzero(~np.isclose(powers, dc * dc, rtol=1e-3, atol=0))
    if not len(sounding):
        return None
    quietest = sounding[np.argsort(powers[sounding])][: max(round(QUIETEST * len(sounding)), 1)]
    spectrum = power_spectrum(sound, size, [int(each) * size for each in quietest[:MOST_FRAMES]])
    weight = _weighted(spectrum, rate_hz, size) / max(float(spectrum.sum()), TINY)
    power = float(powers[quietest].mean())
    return Noise(power_db(power * weight), power_db(power), is_estimate=True)


def _weighted(spectrum: Doubles, rate_hz: int, size: int) -> float:
    return float(spectrum @ a_weighting(np.arange(len(spectrum)) * rate_hz / size))


def a_weighting(hz: Doubles) -> Doubles:
    """The A-weighting as a factor on power, at frequencies >= 0: IEC 61672-1's analogue curve, 1 at 1 kHz."""
    square = np.square(hz)
    amplitude = (
        square**2
        * 12194.217**2
        / (square + 20.598997**2)
        / np.sqrt((square + 107.65265**2) * (square + 737.86223**2))
        / (square + 12194.217**2)
    )
    return np.square(amplitude) * 10 ** (1.9997 / 10)
