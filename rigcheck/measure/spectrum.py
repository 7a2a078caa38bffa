"""Power spectra, and what they show: mains hum, and how far up the sound reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from rigcheck.measure.level import TINY, Doubles, block_means, power_db, spread
from rigcheck.samples import Floats

MAINS_HZ = (50, 60)
HUM_RATE_HZ = 8000  # plain averages down to this rate cost the 8th harmonic 0.05 dB
SHORTEST_HUM_S = 0.5
HUM_S = 2.0  # half a hertz a line: mains wander by 0.2 Hz
HARMONICS = 8
LINE_BINS = 2  # on either side of the line
FLOOR_BINS = (6, 30)  # away from the line, on either side
AUDIBLE_DB = 6.0  # less is the floor's own ups and downs, and a voice's
PROMINENT_DB = 10.0  # on two harmonics; a voice reaches 3
LONE_DB = 25.0  # on the fundamental alone
STEADY = 0.1  # without a quiet phase: the quantile over time of each bin, which a passing voice does not reach
BAND_SEGMENT_S = 0.17
BANDS_AN_OCTAVE = 24
MOST_SEGMENTS = 700  # two minutes, spread over the take: more sound does not change the answer
LOWEST_HZ = 20.0
REACH_DB = 60.0
WALL_DB = 20.0  # in a third of an octave: the steepest slopes of rooms, mics and mixers have 8
WALL_SHARE = 0.05
HANDS_FREE_HZ = (4000, 8000)


@dataclass(frozen=True, slots=True)
class Hum:
    """Level of the mains lines (the floor under them where there are none), and the mains frequency or None."""

    dbfs: float
    mains_hz: int | None


def power_spectrum(sound: Floats, size: int, starts: Iterable[int] | None = None) -> Doubles:
    """Mean power in each of the size // 2 + 1 bins of Hann segments of `sound` (n >= size,), segment means removed.

    The sum over all bins is the mean square. Without `starts`, segments overlap by half (Welch 1967).
    """
    total, count = np.zeros(size // 2 + 1), 0
    for spectrum in spectra(sound, size, starts):
        total += spectrum
        count += 1
    return total / max(count, 1)


def spectra(sound: Floats | Doubles, size: int, starts: Iterable[int] | None = None) -> Iterator[Doubles]:
    """What `power_spectrum` is the mean of, one after the other."""
    window = np.hanning(size + 1)[:-1].astype(sound.dtype)
    scale = np.full(size // 2 + 1, 2 / (size * float(np.square(window, dtype=np.float64).sum())))
    scale[[0, -1] if size % 2 == 0 else 0] /= 2  # these have no twin in the other half of the spectrum
    for start in range(0, len(sound) - size + 1, max(size // 2, 1)) if starts is None else starts:
        segment = sound[start : start + size]
        spectrum = np.fft.rfft((segment - segment.mean()) * window)
        yield (np.square(spectrum.real) + np.square(spectrum.imag)) * scale


def hum(sound: Floats, rate_hz: int, *, is_quiet: bool) -> Hum | None:
    """Mains hum in `sound` (n,): the power of the lines k = 1..8 of 50 or 60 Hz above the floor around each.

    Our own rule. Unless `is_quiet` (nobody speaks), a line counts with what it has in nearly all of the take. Hum is
    named where two lines stand out by 10 dB, or the fundamental alone by 25 dB. None for less than 0.5 s of sound.
    """
    thinned = max(rate_hz // HUM_RATE_HZ, 1)
    slow = block_means(sound, thinned).astype(np.float32)
    size = min(round(HUM_S * rate_hz / thinned), len(slow)) // 2 * 2
    bin_hz = rate_hz / thinned / max(size, 1)
    if bin_hz > 1 / SHORTEST_HUM_S:
        return None
    wanted = round((MAINS_HZ[-1] * HARMONICS + 20) / bin_hz)
    starts = spread(len(slow) - size // 2, size // 2, MOST_SEGMENTS // 4)
    kept = np.array([spectrum[:wanted] for spectrum in spectra(slow, size, starts)])
    spectrum = kept.mean(axis=0) if is_quiet else np.quantile(kept, STEADY, axis=0)
    found = {mains: _lines(spectrum, mains / bin_hz) for mains in MAINS_HZ}
    standing = [mains for mains in MAINS_HZ if _stands_out(found[mains].prominence_db)]
    if not standing:
        return Hum(power_db(max(TINY, *(lines.floor for lines in found.values()))), None)
    mains = max(standing, key=lambda each: found[each].power)
    return Hum(power_db(found[mains].power), mains)


@dataclass(frozen=True, slots=True)
class _Lines:
    """The lines of one mains frequency: their power above the floor, the floor under them, each one's prominence."""

    power: float
    floor: float
    prominence_db: Doubles


def _lines(spectrum: Doubles, spacing: float) -> _Lines:
    power, floor, prominence = 0.0, 0.0, []
    near, far = FLOOR_BINS
    for order in range(1, HARMONICS + 1):
        centre = round(order * spacing)
        line = spectrum[centre - LINE_BINS : centre + LINE_BINS + 1]
        sides = spectrum[max(centre - far, 1) : centre - near + 1], spectrum[centre + near : centre + far + 1]
        usual = float(np.median(np.concatenate(sides)))
        prominence.append(power_db(float(line.max()) / max(usual, TINY)))
        power += max(float(line.sum()) - usual * len(line), 0.0) if prominence[-1] >= AUDIBLE_DB else 0.0
        floor += usual * len(line)
    return _Lines(power, floor, np.array(prominence))


def _stands_out(prominence_db: Doubles) -> bool:
    return bool(np.count_nonzero(prominence_db >= PROMINENT_DB) > 1 or prominence_db[0] >= LONE_DB)


@dataclass(frozen=True, slots=True)
class Bandwidth:
    """How far up the sound reaches, and whether it ends in a wall there and not in a slope."""

    hz: float
    is_wall: bool

    @property
    def is_hands_free(self) -> bool:
        """Whether the wall stands where Bluetooth's call profile has it: at 4 kHz (CVSD), or at 8 kHz (mSBC)."""
        return self.is_wall and any(abs(self.hz / wall - 1) <= WALL_SHARE for wall in HANDS_FREE_HZ)


def bandwidth(sound: Floats, rate_hz: int) -> Bandwidth | None:
    """Upper edge of the highest 1/24-octave band of `sound` (n,) within 60 dB of its strongest; None for silence.

    Our own rule: a 99 % energy roll-off cannot see the wall that a hands-free profile leaves at 4 or 8 kHz. It is a wall
    where a third of an octave over the edge has 20 dB less than the third below; half the sample rate is one, too.
    """
    size = min(1 << round(np.log2(BAND_SEGMENT_S * rate_hz)), len(sound))
    spectrum = power_spectrum(sound, size, spread(len(sound), size, MOST_SEGMENTS))
    hz = np.arange(1, len(spectrum)) * rate_hz / size
    band = np.floor(BANDS_AN_OCTAVE * np.log2(np.maximum(hz, LOWEST_HZ) / LOWEST_HZ)).astype(int)
    powers = np.bincount(band, spectrum[1:] * (hz >= LOWEST_HZ))
    if not powers.any():
        return None
    highest = int(np.flatnonzero(powers >= powers.max() * 10 ** (-REACH_DB / 10)).max())
    third = BANDS_AN_OCTAVE // 3
    below, above = powers[max(highest - third, 0) : highest].sum(), powers[highest + 2 : highest + 2 + third].sum()
    edge_hz = float(min(LOWEST_HZ * 2 ** ((highest + 1) / BANDS_AN_OCTAVE), rate_hz / 2))
    return Bandwidth(edge_hz, bool(above < below * 10 ** (-WALL_DB / 10)))
