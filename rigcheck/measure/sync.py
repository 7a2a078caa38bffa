"""Whether picture and sound are together, from white flashes with beeps or claps, irregularly spaced.

Our own rules after EBU R 37's way of measuring. A flash falls into a frame's exposure, which then is partly bright, or
between two exposures: so each event gives a point or a range of offsets. How long the exposure is and how brightness
is coded are not known; taken is what puts most events together.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from rigcheck.measure.cadence import frame_s
from rigcheck.measure.picture import GAMMA
from rigcheck.metrics import SYNC_DRIFT, SYNC_OFFSET
from rigcheck.model import Measurement
from rigcheck.profile import Setting
from rigcheck.reason import Reason
from rigcheck.sync_state import STEP_S, SyncClip

Array = NDArray[np.float64]

FEWEST, ENOUGH = 3, 5  # events for an estimate, and for a value
REACH_S, TOGETHER_S = 0.5, 0.025  # the largest offset looked for, and how far an event may be off what all make
DRIFT_SPAN_S = 20.0
_PAIRED = _RIVAL = 0.7  # share of the flashes with a beep; of the best pairs, from which another offset rivals it
_RISE, _NOISES = 1.5, 10.0  # of a flash: codes of mean luma, times its noise
_PARTIAL = 0.03  # brightness of a frame, as a share, from which it saw some of the flash
_LONGEST_S = 1.0  # of a flash; what stays brighter is a cut or a lamp
_LOUD, _ONSET = 10.0, 6.0  # times the floor: 20 dB, and where an onset begins
_FAINTEST, _BELOW_PEAK = 1e-4, 300.0  # no lower floor: -80 dBFS, and what an encoder smears ahead of a beep
_SWOLLEN = 8 * _ONSET  # begins at 1/8 of its own peak: our own rule, as AAC echoes 1/9 of a beep ahead of it
_STEEP, _SWELL = round(0.001 / STEP_S), round(0.005 / STEP_S)  # steps in which an onset becomes loud, and has its peak
_REST = round(0.1 / STEP_S)  # steps without anything loud before an onset
_EXPOSURES = np.linspace(0.05, 1, 20)  # of a frame
_FASTEST = 150 / 60_000  # seconds per second, of drift looked for: our own rule, three times what is a failure
_SLOPES = np.arange(-60, 60.25, 0.5)  # ms/min, about the slope of the pairs


class _Flashes(NamedTuple):
    """First brighter frames: time stamps, seconds since the frame before, brightness as a share of the full flash."""

    t_s: Array
    gap_s: Array
    bright: Array


def measure_sync(clip: SyncClip, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - every measure's
    """Offset in ms (sound late is positive) and drift in ms/min; estimates with fewer than 5 events.

    Too few events, or events that do not go together: no-clap. Drift of less than 20 s: too-short. Not numbers: junk.
    """
    if not _is_sound(clip):
        return _none(Reason.JUNK)
    flashes, beeps = _flashes(clip), _onsets(clip)
    pairs = _pairs(flashes, beeps)
    count = len(pairs)
    if count < FEWEST:
        return _none(Reason.NO_CLAP)
    seen, heard_s = _Flashes(*(part[pairs[:, 0]] for part in flashes)), beeps[pairs[:, 1]]
    is_long = bool(np.ptp(heard_s) >= DRIFT_SPAN_S)
    slopes = np.zeros(1)
    if is_long:
        slopes = (_SLOPES + np.round(60_000 * np.polyfit(seen.t_s, heard_s - seen.t_s, 1)[0])) / 60_000
    offset_s, slope = _fit(seen, heard_s, frame_s(clip.t_s), slopes)
    drift, reason = (60_000 * slope, None) if is_long else (None, Reason.TOO_SHORT)
    return (
        Measurement(SYNC_OFFSET, 1000 * offset_s, estimate=count < ENOUGH, params={"events": count}),
        Measurement(SYNC_DRIFT, drift, reason, is_long and count < ENOUGH, {"events": count}),
    )


def _none(reason: Reason) -> tuple[Measurement, ...]:
    return tuple(Measurement(metric, None, reason) for metric in (SYNC_OFFSET, SYNC_DRIFT))


def _is_sound(clip: SyncClip) -> bool:
    """True if all is finite and time advances."""
    traces = clip.t_s, clip.luma, clip.sound, np.array(clip.sound_at_s)
    return all(np.isfinite(trace).all() for trace in traces) and bool((np.diff(clip.t_s) > 0).all())


def _flashes(clip: SyncClip) -> _Flashes:
    """Sharp rises of the mean luma, well above its noise, that are gone within a second."""
    luma, found, frame = clip.luma.astype(np.float64), [], 1
    steps = np.diff(luma)
    noise = (
        1.05 * float(np.median(np.abs(steps))) if steps.size else 0.0
    )  # of one frame, from the median of differences
    least = max(_RISE, _NOISES * noise)
    while frame < luma.size - 1:
        base = float(np.median(luma[max(frame - 4, 0) : frame]))
        rise = luma[frame : frame + 2].max() - base
        if rise < least or luma[frame] - base < max(4 * noise, _PARTIAL * rise):
            frame += 1
            continue
        over = np.flatnonzero(luma[frame + 1 :] < base + rise / 2)
        stop = frame + 1 + int(over[0]) if over.size else luma.size
        if over.size and clip.t_s[stop] - clip.t_s[frame] <= _LONGEST_S:
            full = luma[frame : min(frame + 4, stop)].max() - base
            found.append((clip.t_s[frame], clip.t_s[frame] - clip.t_s[frame - 1], (luma[frame] - base) / full))
        frame = stop + 1
    return _Flashes(*np.array(found, np.float64).reshape(-1, 3).T)


def _onsets(clip: SyncClip) -> Array:
    """When something becomes loud within a millisecond after a tenth of a second without, in seconds.

    What AAC and Vorbis echo ahead of a beep is not its beginning: so each is judged by its own peak, too.
    """
    sound = clip.sound.astype(np.float64)
    if not sound.size:
        return np.zeros(0)
    floor = max(float(np.median(sound)), _FAINTEST, float(sound.max()) / _BELOW_PEAK)
    loud = np.flatnonzero(sound >= _LOUD * floor)
    firsts = loud[np.diff(loud, prepend=-_REST) > _REST]
    firsts = firsts[(firsts >= 2 * _STEEP) & (firsts <= sound.size - _SWELL)][:, None]
    swells = sound[firsts + np.arange(_SWELL)]
    floors = np.maximum(floor, swells.max(axis=1, keepdims=True) / _SWOLLEN)
    firsts = firsts + (swells >= _LOUD * floors).argmax(axis=1, keepdims=True)
    near = sound[firsts + np.arange(-2 * _STEEP, 1)] > _ONSET * floors  # (onsets, 2 ms before and the step itself)
    steep = ~near[:, :_STEEP].any(axis=1)
    begins = firsts[:, 0] - _STEEP + near[:, _STEEP:].argmax(axis=1)
    return np.asarray(clip.sound_at_s + (begins[steep] + 0.5) * STEP_S, np.float64)


def _pairs(flashes: _Flashes, beeps: Array) -> NDArray[np.int64]:
    """Which flash (first column) goes with which beep; none where they do not go together at one offset and drift alone.

    Drift only where it can be told: a line through the pairs then says where further ones are, and else their mean.
    """
    at_s, none = flashes.t_s + (1 - flashes.bright) * flashes.gap_s, np.zeros((0, 2), np.int64)
    if min(len(at_s), len(beeps)) < FEWEST:
        return none
    since_s, is_long = at_s - (at_s[0] + at_s[-1]) / 2, bool(np.ptp(at_s) >= DRIFT_SPAN_S)  # since the middle
    line = _coarse_line(at_s, since_s, beeps, _FASTEST if is_long else 0.0)
    if line is None:
        return none
    for _ in range(3):
        pairs = _near(at_s, beeps, np.polyval(line, since_s))
        if len(pairs) < FEWEST:
            return none
        line = np.polyfit(since_s[pairs[:, 0]], beeps[pairs[:, 1]] - at_s[pairs[:, 0]], int(is_long))
    return pairs if len(pairs) >= max(_PAIRED * len(at_s), len(beeps) / 2) else none


def _coarse_line(flashes_s: Array, since_s: Array, beeps: Array, fastest: float) -> Array | None:
    """Slope and offset, in the middle of the flashes, with most pairs; None where another offset rivals it.

    From one slope to the next, the ends of the flashes move by as much as pairs may be off.
    """
    step = 2 * TOGETHER_S / float(np.ptp(flashes_s))
    slopes = step * np.arange(-(fastest // step), fastest // step + 1)
    shifts = np.arange(-REACH_S, REACH_S + 0.001, 0.005)
    counts = np.array([[len(_near(flashes_s, beeps, slope * since_s + shift)) for shift in shifts] for slope in slopes])
    rows, columns = np.nonzero(counts == counts.max())
    shift = shifts[columns].mean()
    rival = counts[:, np.abs(shifts - shift) > 3 * TOGETHER_S].max(initial=0)
    return None if rival >= max(_RIVAL * counts.max(), 2) else np.array([slopes[rows].mean(), shift])


def _near(flashes_s: Array, beeps: Array, shift: Array) -> NDArray[np.int64]:
    """Flashes, and their nearest beeps, which are `shift` later, each flash's own."""
    right = np.clip(np.searchsorted(beeps, flashes_s + shift), 1, len(beeps) - 1)
    apart = [np.abs(beeps[place] - flashes_s - shift) for place in (right - 1, right)]
    nearest = np.where(apart[0] <= apart[1], right - 1, right)
    flash = np.flatnonzero(np.minimum(*apart) <= TOGETHER_S)
    return np.stack([flash, nearest[flash]], axis=1)


def _fit(seen: _Flashes, heard_s: Array, usual_s: float, slopes: Array) -> tuple[float, float]:
    """Offset in the middle of the events, and slope, of least absolute distance from the events' ranges.

    The median of all ends of ranges is the offset of least distance.
    """
    late, middle_s = heard_s - seen.t_s, heard_s.mean()
    drifts = slopes[:, None] * (heard_s - middle_s)
    is_full = seen.bright > 1 - _PARTIAL
    costs, offsets = [], []
    # Flashes that fill their frames, all equally far from their sounds, begin with frames: a rendered clip, no sensor.
    begins_with_frames = bool(is_full.all()) and bool(np.ptp(late - drifts, axis=1).min() < usual_s / 8)
    for exposure_s in usual_s * (np.ones(1) if begins_with_frames else _EXPOSURES):
        for gamma in (1.0, GAMMA):
            low = late - np.where(is_full, 0, (1 - seen.bright.clip(0, 1) ** gamma) * exposure_s) - drifts
            high = low + np.where(is_full, np.maximum(seen.gap_s - exposure_s, 0), 0)
            offset = np.median(np.concatenate([low, high], axis=1), axis=1, keepdims=True)
            costs.append(np.maximum(np.maximum(low - offset, offset - high), 0).mean(axis=1))
            offsets.append(offset[:, 0])
    cost = np.array(costs)
    rows, columns = np.nonzero(cost <= cost.min() + 1e-4)
    return float(np.array(offsets)[rows, columns].mean()), float(slopes[columns].mean())
