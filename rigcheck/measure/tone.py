"""A steady tone that is not the mains: a USB whine, a dying power supply, a whistling fan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.level import TINY, Doubles, power_db
from rigcheck.measure.spectrum import HARMONICS, spectra
from rigcheck.samples import Floats

SEGMENT_S = 0.34  # 3 Hz a line
MOST_SEGMENTS = 60  # spread over the take: more sound does not change the answer
SHORTEST_S = 3.0  # of a take with voice or music in it, whose notes are shorter
SHORTEST_QUIET_S = 0.5
LOWEST_HZ, HIGHEST_HZ = 150.0, 20_000.0
LINE_BINS = 2  # on either side of the line
FLOOR_BINS, FLOOR_BLOCKS = 16, 5  # the floor is the median of the medians of five times 16 lines
LOW, MIDDLE = 0.1, 0.5  # quantiles over time
STEADY_DB = 3.5  # from the one to the other: a voice's or an instrument's lines come and go by more than 6
PROMINENT_DB = 15.0
PROMINENT_QUIET_DB = 12.0  # noise alone reaches 9.5
QUIETEST = 0.15  # the share of a take with a voice in it that the level is read from
MAINS_ORDERS = 48  # a rectifier's buzz reaches this far up
OVER_SERIES_DB = 10.0  # over both neighbours in the mains' series: a line of its own, 1000 Hz being 20 times 50


@dataclass(frozen=True, slots=True)
class Tone:
    """Level of the strongest steady tone, or of a line's width of the floor where there is none; frequency or None."""

    dbfs: float
    hz: float | None


@dataclass(frozen=True, slots=True, eq=False)
class _Lines:
    """Spectra over time (segments, bins), their low quantile and the floor under that, and hertz a bin."""

    over_time: Doubles
    low: Doubles
    floor: Doubles
    bin_hz: float

    @property
    def band(self) -> NDArray[np.bool_]:
        """(bins,) where a tone is looked for."""
        hz = np.arange(len(self.low)) * self.bin_hz
        return np.asarray((hz >= LOWEST_HZ) & (hz <= min(HIGHEST_HZ, 0.98 * hz[-1])))


def tone(sound: Floats, rate_hz: int, *, is_quiet: bool, mains_hz: int | None = None) -> Tone | None:
    """The strongest tone in `sound` (n,), 150 Hz to 20 kHz, that is there all the time; None for too little sound.

    Our own rule: a line that stands out of the tenth percentile over time by 15 dB (12 dB where `is_quiet`: nobody
    speaks), and is as steady as only a machine is. Lines of the `mains_hz` that hums belong to the hum.
    """
    if len(sound) < (SHORTEST_QUIET_S if is_quiet else SHORTEST_S) * rate_hz:
        return None
    lines = _lines(sound, rate_hz)
    band = lines.band
    with_floor = power_db(max(float(lines.floor[band].max()) * (2 * LINE_BINS + 1), TINY))
    peaks = np.flatnonzero(band & _is_peak(lines.low) & _stands_out(lines, is_quiet=is_quiet))
    found = [place for place in peaks.tolist() if not _is_mains(lines, place, mains_hz)]
    if not found:
        return Tone(with_floor, None)
    strongest = max(found, key=lambda place: float(lines.low[place]))
    return _read(lines, strongest, QUIETEST if not is_quiet else 1.0)


def _lines(sound: Floats, rate_hz: int) -> _Lines:
    size = min(1 << round(np.log2(SEGMENT_S * rate_hz)), len(sound) // 2 * 2)
    hops = (len(sound) - size) // (size // 2) + 1
    starts = np.linspace(0, hops - 1, min(hops, MOST_SEGMENTS)).astype(int) * (size // 2)
    over_time = np.array(list(spectra(sound, size, starts.tolist())))
    low = np.quantile(over_time, LOW, axis=0)
    return _Lines(over_time, low, _floor(low), rate_hz / size)


def _floor(spectrum: Doubles) -> Doubles:
    """(bins,) what is between the lines, which are few among the many bins around each."""
    count = len(spectrum) // FLOOR_BINS
    medians = np.median(spectrum[: count * FLOOR_BINS].reshape(count, FLOOR_BINS), axis=1)
    reach = FLOOR_BLOCKS // 2
    around = np.lib.stride_tricks.sliding_window_view(np.pad(medians, reach, mode="edge"), FLOOR_BLOCKS)
    middles = (np.arange(count) + 0.5) * FLOOR_BINS
    return np.maximum(np.interp(np.arange(len(spectrum)), middles, np.median(around, axis=1)), TINY)


def _is_peak(spectrum: Doubles) -> NDArray[np.bool_]:
    inner = (spectrum[1:-1] >= spectrum[:-2]) & (spectrum[1:-1] >= spectrum[2:])
    return np.concatenate(([False], inner, [False]))


def _stands_out(lines: _Lines, *, is_quiet: bool) -> NDArray[np.bool_]:
    """(bins,) over the floor, and hardly stronger half of the time than nearly always."""
    prominent = lines.low >= lines.floor * 10 ** ((PROMINENT_QUIET_DB if is_quiet else PROMINENT_DB) / 10)
    middle = np.quantile(lines.over_time, MIDDLE, axis=0)
    return np.asarray(prominent & (middle <= lines.low * 10 ** (STEADY_DB / 10)))


def _is_mains(lines: _Lines, place: int, mains_hz: int | None) -> bool:
    """Whether a line is one of the hum's own, or on a higher multiple and no stronger than its neighbours there."""
    if mains_hz is None:
        return False
    spacing = mains_hz / lines.bin_hz
    order = round(place / spacing)
    if not 1 <= order <= MAINS_ORDERS or abs(place - order * spacing) > LINE_BINS:
        return False
    if order <= HARMONICS:
        return True
    sides = [_line(lines.low, round(beside * spacing)) for beside in (order - 1, order + 1)]
    return _line(lines.low, place) < max(sides) * 10 ** (OVER_SERIES_DB / 10)


def _line(spectrum: Doubles, place: int) -> float:
    return float(spectrum[max(place - LINE_BINS, 0) : place + LINE_BINS + 1].sum())


def _read(lines: _Lines, place: int, share: float) -> Tone:
    """Level and frequency of a line, from the segments in which there is least beside it."""
    reach = FLOOR_BINS * FLOOR_BLOCKS // 2
    beside = lines.over_time[:, np.r_[max(place - reach, 0) : place - LINE_BINS, place + LINE_BINS + 1 : place + reach]]
    quiet = np.argsort(beside.mean(axis=1))[: max(round(share * len(beside)), 1)]
    spectrum = lines.over_time[quiet].mean(axis=0)
    usual = float(np.median(beside[quiet].mean(axis=0)))
    level = max(_line(spectrum, place) - usual * (2 * LINE_BINS + 1), TINY)
    left, top, right = np.log(np.maximum(spectrum[place - 1 : place + 2], TINY))
    bend = left - 2 * top + right
    offset = 0.0 if bend >= 0 else 0.5 * float(np.clip((left - right) / bend, -1, 1))
    return Tone(power_db(level), (place + offset) * lines.bin_hz)
