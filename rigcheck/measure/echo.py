"""An echo, as a microphone that is heard twice makes one: once more, some tens or hundreds of milliseconds later.

Our own rule, by way of the power cepstrum (Bogert, Healy and Tukey 1963). Sound and its echo of gain g, t later, have
the spectrum of the sound times |1 + g exp(-j 2 pi f t)|^2. The logarithm of that is a sum of cosines in f, the first of
which has the amplitude 2 g: so the cepstrum at t is g itself, whatever the sound.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.level import Doubles, amplitude_db, block_means
from rigcheck.samples import Floats

SHORTEST_S, LONGEST_S = 2.0, 10.0  # of sound looked at: less has not enough of the late echo, more only drifts
SOONEST_S, LATEST_S = 0.02, 0.6
RATE_HZ = 16_000  # plain averages down to about this rate
LOWEST_HZ, HIGHEST_HZ, VOICE_HZ = 150.0, 7000.0, 3000.0
SMOOTHING_HZ = 150.0  # either side: wider than the teeth of the earliest echo, narrower than formants
REACH_DB, OVER_FLOOR_DB = 35.0, 8.0  # the part of the spectrum that is sound: from its strongest, and over its weakest
LEAST_SHARE = 0.1  # of the spectrum that is sound: a hum or a whistle has no spectrum to see teeth in
DIP, RISE = -4.0, 2.5  # of the log spectrum: zeros and lone lines must not outweigh it
WEAKEST = 0.045  # -27 dB; clean speech stays under 0.04 beyond the multiples of its pitch
SHARPEST_S, AROUND_S = 0.0008, 0.01
RMS_OVER, PEAK_OVER = 6.0, 1.75  # over what is within 10 ms: multiples of a pitch come in flocks, an echo alone
MOST_AGAIN, OF_ITSELF = 0.15, 0.03  # at twice the delay, where an echo has -g/2 of its gain g, and a beat half or all
MOST_THIRD = 2.0  # at a third of the delay: an echo too early to be judged comes again at three times its own, as g^3/3
LOW_SHARE = 0.5  # of the voice's range alone: an echo is in all of the sound


class Echo(NamedTuple):
    """Level of the echo against the direct sound, and how much later it comes."""

    db: float
    delay_s: float


class _Comb(NamedTuple):
    """Log spectrum less its smooth shape, at which frequencies it is sound; the cepstrum; samples a second."""

    teeth: Doubles
    hz: Doubles
    cepstrum: Doubles
    rate_hz: float


def echo(sound: Floats, rate_hz: int) -> Echo | None:
    """The echo in the middle 10 s of `sound` (n,), 20 to 600 ms late; None where there is none, or none is told apart.

    Owed: +-2 dB for one echo of -18 dB or more in 3 s of speech. An echo louder than the sound reads as its inverse.
    Speech, music and hum have none: what repeats itself again and again is a beat, what comes in flocks a pitch.
    """
    thinned = max(rate_hz // RATE_HZ, 1)
    length = min(len(sound), round(LONGEST_S * rate_hz))
    start = (len(sound) - length) // 2
    slow = block_means(sound[start : start + length], thinned)
    comb = _comb(slow - slow.mean(), rate_hz / thinned) if length >= SHORTEST_S * rate_hz else None
    return None if comb is None else _echo(comb, length / rate_hz)


def _comb(slow: Doubles, rate_hz: float) -> _Comb | None:
    """None where too little of the spectrum is sound."""
    size = 1 << (len(slow) + round(2 * LATEST_S * rate_hz)).bit_length()
    power = np.square(np.abs(np.fft.rfft(slow, size)))
    hz = np.arange(len(power)) * rate_hz / size
    reach = round(SMOOTHING_HZ * size / rate_hz)
    smooth = _smoothed(power, reach)
    band = (hz > LOWEST_HZ) & (hz < min(HIGHEST_HZ, 0.45 * rate_hz))
    least = max(smooth[band].max() * 10 ** (-REACH_DB / 10), smooth[band].min() * 10 ** (OVER_FLOOR_DB / 10))
    is_sound = band & (smooth >= least)
    if not smooth[band].max() > 0 or is_sound.sum() < LEAST_SHARE * band.sum():
        return None
    log = np.log(np.maximum(power, np.maximum(smooth, 1e-30) * 1e-3))
    teeth = np.clip(log - _smoothed(log, reach), DIP, RISE)[is_sound]
    teeth -= teeth.mean()
    whole = np.zeros(len(power))
    whole[is_sound] = teeth
    return _Comb(teeth, hz[is_sound], np.fft.irfft(whole, size) * size / 2 / len(teeth), rate_hz)


def _smoothed(values: Doubles, reach: int) -> Doubles:
    """Means over `reach` values on either side; beyond its ends a spectrum is its own mirror image."""
    mirrored = np.concatenate((values[reach:0:-1], values, values[-2 : -reach - 2 : -1]))
    total = np.concatenate(([0.0], np.cumsum(mirrored)))
    means: Doubles = (total[2 * reach + 1 :] - total[: -2 * reach - 1]) / (2 * reach + 1)
    return means


def _echo(comb: _Comb, length_s: float) -> Echo | None:
    """The strongest place of the cepstrum, between samples too, where it has all the marks of an echo."""
    first, last = (round(edge_s * comb.rate_hz) for edge_s in (SOONEST_S, LATEST_S))
    place = first + int(np.argmax(comb.cepstrum[first:last]))
    fine_s = (place + np.linspace(-0.75, 0.75, 13)) / comb.rate_hz
    everywhere = np.ones(len(comb.hz), np.bool_)
    gains = [_at(comb, each, everywhere) for each in fine_s.tolist()]
    gain, delay_s = max(gains), float(fine_s[int(np.argmax(gains))])
    low = _at(comb, delay_s, comb.hz < VOICE_HZ)
    if gain < WEAKEST or low < LOW_SHARE * gain or not _stands_alone(comb, gain, delay_s):
        return None
    heard = 1 - delay_s / length_s  # the echo of the last sound comes after the end
    return Echo(min(amplitude_db(gain / heard), 0.0), delay_s)


def _at(comb: _Comb, delay_s: float, which: NDArray[np.bool_]) -> float:
    """The cepstrum at any delay, of those frequencies alone."""
    return float((comb.teeth[which] * np.cos(2 * np.pi * delay_s * comb.hz[which])).mean()) if which.any() else 0.0


def _stands_alone(comb: _Comb, gain: float, delay_s: float) -> bool:
    """Whether the peak stands out of its surroundings, does not come again at twice the delay, and is itself no third."""
    third, place, again = (round(times * delay_s * comb.rate_hz) for times in (1 / 3, 1, 2))
    sharp, around = (round(each_s * comb.rate_hz) for each_s in (SHARPEST_S, AROUND_S))
    left, right = comb.cepstrum[place - around : place - sharp], comb.cepstrum[place + sharp + 1 : place + around]
    near = np.concatenate((left, right))
    second = comb.cepstrum[again - sharp : again + sharp + 1]
    return bool(
        gain >= RMS_OVER * np.sqrt(np.mean(np.square(near)))
        and gain >= PEAK_OVER * np.abs(near).max()
        and comb.cepstrum[third - sharp : third + sharp + 1].max() < MOST_THIRD * gain
        and second[np.argmax(np.abs(second))] < max(MOST_AGAIN * gain, OF_ITSELF)
    )
