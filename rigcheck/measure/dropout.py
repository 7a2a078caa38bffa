"""Dropouts that a recording shows: holes of digital silence, repeated buffers, and places where a piece is missing.

Our own rules. Each looks for what sound does not do by itself and passes over what it does: gates fade in and out,
tones repeat exactly, claps and steps change the level, the edges of a square wave come many a second.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from rigcheck.samples import Floats

Spans = NDArray[np.int64]  # (k, 2) sample positions [start, stop)

HOLE_S = 0.001
FADED = 1.5 / 32768  # what is left at the end of a fade: one step of 16-bit audio
FADE_S = 0.01
FADED_SHARE = 0.02  # of the last 10 ms: a fade's last samples; a tone that crosses zero there has more
EDGE_SAMPLES = 4
FAINT = 4 / 32768  # 16-bit audio this faint repeats itself by chance
SHORTEST_BUFFER, LONGEST_BUFFER = 64, 1024
SEARCH_SAMPLES = 1 << 16
MOST_REPEATS = 4  # what repeats more often is a tone
ALIKE = 0.0001  # share of the energy that differs in a tone that repeats not quite exactly
HASHED = 8  # neighbouring samples that make up one fingerprint
JUMP_BLOCK_S = 0.005
JUMP = 20.0  # times the mean curvature around it
MOST_JUMPS_PER_S = 5.0


def dropouts(samples: Floats, rate_hz: int, loudest: int = 0) -> int:
    """How many places of `samples` (n, channels) have lost sound; one place on several channels is one dropout.

    A radio link may leave a hole in one channel; a lost or repeated buffer concerns all, so one channel shows it best.
    """
    spans = [holes(samples[:, channel], rate_hz) for channel in range(samples.shape[1])]
    sound = samples[:, loudest]
    return _places(np.concatenate([*spans, repeats(sound), jumps(sound, rate_hz)]), slack=round(HOLE_S * rate_hz))


def _places(spans: Spans, slack: int) -> int:
    """How many groups `spans` form when those closer than `slack` belong together."""
    if not len(spans):
        return 0
    spans = spans[np.argsort(spans[:, 0])]
    reach = np.maximum.accumulate(spans[:, 1])
    return 1 + int(np.count_nonzero(spans[1:, 0] > reach[:-1] + slack))


def holes(sound: Floats, rate_hz: int) -> Spans:
    """Runs of exact zeros of at least 1 ms inside `sound` (n,) that begin and end abruptly."""
    change = np.concatenate([np.flatnonzero(np.diff(block == 0)) + start for start, block in _blocks(sound, 1)]) + 1
    starts, stops = change[:-1], change[1:]
    is_hole = (sound[starts] == 0) & (stops - starts >= round(HOLE_S * rate_hz))
    wide = round(FADE_S * rate_hz)
    found = [
        (start, stop)
        for start, stop in zip(starts[is_hole], stops[is_hole], strict=True)
        if _is_abrupt(sound[max(start - wide, 0) : start]) and _is_abrupt(sound[stop : stop + wide][::-1])
    ]
    return np.array(found, np.int64).reshape(-1, 2)


def _blocks(sound: Floats, overlap: int, step: int = SEARCH_SAMPLES) -> Iterator[tuple[int, Floats]]:
    """`sound`, which may be one channel of many, in contiguous blocks with their starts; each runs `overlap` on."""
    for start in range(0, len(sound), step):
        yield start, np.ascontiguousarray(sound[start : start + step + overlap])


def _is_abrupt(before: Floats) -> bool:
    """True if the sound, read towards the hole, has not faded out by its last samples."""
    last = np.abs(before[-EDGE_SAMPLES:]).max()
    return bool(last > max(FADED, FADED_SHARE * np.abs(before).max()))


def repeats(sound: Floats) -> Spans:
    """Buffers of 64 to 1024 samples of `sound` (n,) that are bit for bit the buffer before them."""
    places, lags = _twins(sound)
    order = np.lexsort((places, lags))
    places, lags = places[order], lags[order]
    apart = (np.diff(lags) != 0) | (np.diff(places) > lags[1:])
    groups = np.split(np.arange(len(places)), np.flatnonzero(apart) + 1) if len(places) else []
    spans = []
    for one in groups:
        spans += _repeat(sound, int(places[one[0]]), int(places[one[-1]]), int(lags[one[0]]))
    return np.array(spans, np.int64).reshape(-1, 2)


def _twins(sound: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions whose next 8 samples stood before, 64 to 1024 samples earlier and not since; and how much earlier."""
    places, lags = [], []
    for start, block in _blocks(sound, LONGEST_BUFFER + HASHED):
        key = np.sort(_fingerprints(block, start))
        place = (key & np.uint64(0xFFFFFFFF)).astype(np.int64)
        lag = np.diff(place)
        twin = (np.diff(key >> np.uint64(32)) == 0) & (lag >= SHORTEST_BUFFER) & (lag <= LONGEST_BUFFER)
        places.append(place[1:][twin])
        lags.append(lag[twin])
    return np.concatenate(places), np.concatenate(lags)


def _fingerprints(block: Floats, start: int) -> NDArray[np.uint64]:
    """Fingerprint (high half) and position (low half) of about every eighth place, chosen by its content alone."""
    mixed = block.view(np.uint32) * np.uint32(0x9E3779B1)
    for shift, factor in ((1, 0x85EBCA6B), (2, 0xC2B2AE35), (4, 0x27D4EB2F)):
        mixed = mixed[:-shift] * np.uint32(factor) + mixed[shift:]
    chosen = np.flatnonzero(mixed < np.uint32(1 << 29))
    chosen = chosen[np.abs(block[chosen]) > FAINT]
    return mixed[chosen].astype(np.uint64) << np.uint64(32) | (chosen + start).astype(np.uint64)


def _repeat(sound: Floats, first: int, last: int, lag: int) -> list[tuple[int, int]]:
    """The stretch around places `first` to `last` that equals what stands `lag` before it, if it is 1 to 4 buffers."""
    if last - first > MOST_REPEATS * lag:
        return []
    low, high = max(first - lag, lag), min(last + lag + HASHED, len(sound))
    differs = np.flatnonzero(sound[low:high] != sound[low - lag : high - lag]) + low
    start = int(differs[differs < first].max(initial=low - 1)) + 1
    stop = int(differs[differs >= first].min(initial=high))
    is_buffer = lag <= stop - start <= MOST_REPEATS * lag
    return [(start, stop)] if is_buffer and not _is_tone(sound, start, stop, lag) else []


def _is_tone(sound: Floats, start: int, stop: int, lag: int) -> bool:
    """True if the sound before or after a stretch nearly repeats at `lag` too, so that the stretch is nothing special."""
    for around in (sound[max(start - 2 * lag, 0) : start], sound[stop - lag : stop + lag]):
        now, then = around[lag:], around[:-lag]
        apart = np.sum(np.square(now - then))
        if apart <= max(ALIKE * np.sum(np.square(now)), len(now) * FADED**2):
            return True
    return False


def jumps(sound: Floats, rate_hz: int) -> Spans:
    """Lone steps in `sound` (n,) between two stretches of like level: a deleted block.

    The second difference there is 20 times its mean in the 5 ms on either side. Seen in sound that is smooth at the
    sample scale (voices, tones), never in noise.
    """
    size = round(JUMP_BLOCK_S * rate_hz)
    steep, usual = _bends(sound, size)
    suspects = 1 + np.flatnonzero(steep[1:-1] > JUMP * np.maximum(usual[:-2], usual[2:]))
    found = sorted({span for block in suspects for span in _jump(sound, int(block) * size, size)})
    is_rare = len(found) <= max(MOST_JUMPS_PER_S * len(sound) / rate_hz, 1)
    return np.array(found if is_rare else [], np.int64).reshape(-1, 2)


def _bends(sound: Floats, size: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Highest and mean second difference of every whole `size` samples; the mean never below the last bit."""
    steep, usual = [], []
    step = size * max((1 << 16) // size, 1)
    for _, block in _blocks(sound, 2, step):
        bend = _bend(block)
        whole = np.abs(bend[: len(bend) // size * size]).reshape(-1, size)
        steep.append(whole.max(axis=1))
        usual.append(whole.mean(axis=1))
    return np.concatenate(steep), np.maximum(np.concatenate(usual), FADED)


def _bend(sound: Floats) -> Floats:
    return sound[2:] - 2 * sound[1:-1] + sound[:-2]


def _jump(sound: Floats, start: int, size: int) -> list[tuple[int, int]]:
    """The step in the block at `start`, if it stands alone between stretches of like level; else nothing."""
    low = max(start - size, 0)
    bend = _bend(sound[low : start + 2 * size])
    near = np.abs(bend)
    first = int(near.argmax())
    second = first + 1 if near[first + 1 : first + 2].sum() > near[max(first - 1, 0) : first].sum() else first - 1
    rest = np.delete(near, [first, second])
    is_step = bend[first] * bend[second] < 0 and near[second] > near[first] / 2 > 2 * rest.max(initial=0)
    place = low + max(first, second) + 1
    wide = 4 * size
    before, after = (
        np.sqrt(np.mean(np.square(part))) for part in (sound[max(place - wide, 0) : place], sound[place : place + wide])
    )
    return [(place, place + 1)] if is_step and before < 2 * after and after < 2 * before else []
