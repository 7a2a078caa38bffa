"""What can be read off a waveform as it stands: two channels' balance and polarity."""

from __future__ import annotations

import numpy as np

from rigcheck.measure.level import Level, power_db, spread
from rigcheck.samples import Floats

LAG_S = 0.002  # two microphones 0.7 m apart: more is another sound, not another polarity
SEGMENT_S = 0.17
MOST_SEGMENTS = 180  # half a minute, spread over the take: more sound does not change the answer


def balance_db(left: Level, right: Level) -> float | None:
    """Left minus right level (RMS without DC); None where one of them is silent."""
    return power_db(left.power / right.power) if left.power > 0 and right.power > 0 else None


def polarity(samples: Floats, rate_hz: int) -> float | None:
    """Correlation of the first two channels of `samples` (n, >= 2), -1 to 1, at its strongest within +-2 ms.

    Each channel is normalised to its own energy, mean removed. None where one channel is silent. Our own rule: at no
    delay alone, microphones 17 cm apart (0.5 ms) already look uncorrelated.
    """
    size = min(1 << round(np.log2(SEGMENT_S * rate_hz)), len(samples))
    energy, cross = np.zeros(2), np.zeros(size + 1, np.complex128)
    for start in spread(len(samples), size, MOST_SEGMENTS):
        pair = samples[start : start + size, :2]
        pair = (pair - pair.mean(axis=0)).T
        spectrum = np.fft.rfft(pair, 2 * size)
        energy += np.einsum("ij,ij->i", pair, pair)
        cross += spectrum[0] * spectrum[1].conj()
    if not energy.all():
        return None
    correlation = np.fft.irfft(cross) / np.sqrt(energy[0] * energy[1])
    reach = min(round(LAG_S * rate_hz), size - 1)
    near = np.concatenate((correlation[: reach + 1], correlation[len(correlation) - reach :]))
    return float(np.clip(near[np.argmax(np.abs(near))], -1, 1))
