"""Far ends with known answers: a moving, sounding programme, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from rigcheck.viewer_state import ViewerTrace

FPS = 30


def programme(seconds: float = 20.0, from_s: float = 100.0, fps: float = FPS) -> ViewerTrace:
    """A good one: every frame moves, sound at -20 dBFS, 3000 kbit/s."""
    t_s = from_s + np.arange(round(seconds * fps)) / fps
    sound_t_s = from_s + np.arange(0, seconds, 0.05)
    n = t_s.size
    change = np.full(n, 0.02, np.float32)
    change[0] = np.nan
    return ViewerTrace(
        t_s=t_s,
        pts_s=t_s - from_s,
        mean=np.full(n, 110, np.float32),
        dark=np.full(n, 0.05, np.float32),
        change=change,
        slate=np.full(n, 0.1, np.float32),
        key=np.arange(n) % fps == 0,
        sound_t_s=sound_t_s,
        sound_dbfs=np.full(sound_t_s.size, -20, np.float32),
        bytes_t_s=sound_t_s,
        bytes_n=np.full(sound_t_s.size, 3_000_000 // 8 // 20, np.int64),
        from_s=from_s,
        until_s=from_s + seconds,
        has_sound=True,
        buffered_s=None,
    )


def _inside(times, start_s: float, end_s: float):
    return (times >= start_s) & (times < end_s)


def cut(trace: ViewerTrace, start_s: float, end_s: float) -> ViewerTrace:
    """Nothing comes."""
    kept, heard = ~_inside(trace.t_s, start_s, end_s), ~_inside(trace.sound_t_s, start_s, end_s)
    per_frame = {
        name: getattr(trace, name)[kept] for name in ("t_s", "pts_s", "mean", "dark", "change", "slate", "key")
    }
    per_sound = {name: getattr(trace, name)[heard] for name in ("sound_t_s", "sound_dbfs", "bytes_t_s", "bytes_n")}
    return replace(trace, **per_frame, **per_sound)


def black(trace: ViewerTrace, start_s: float, end_s: float) -> ViewerTrace:
    at = _inside(trace.t_s, start_s, end_s)
    return replace(trace, dark=np.where(at, 1, trace.dark).astype(np.float32), mean=np.where(at, 1, trace.mean))


def frozen(trace: ViewerTrace, start_s: float, end_s: float) -> ViewerTrace:
    """Every frame as the one before, but for a pulse at the key frames."""
    at = _inside(trace.t_s, start_s, end_s)
    still = np.where(trace.key, 0.004, 0)
    return replace(trace, change=np.where(at, still, trace.change).astype(np.float32))


def silent(trace: ViewerTrace, start_s: float, end_s: float) -> ViewerTrace:
    at = _inside(trace.sound_t_s, start_s, end_s)
    return replace(trace, sound_dbfs=np.where(at, -np.inf, trace.sound_dbfs).astype(np.float32))


def slate(trace: ViewerTrace, start_s: float, end_s: float) -> ViewerTrace:
    at = _inside(trace.t_s, start_s, end_s)
    return replace(trace, slate=np.where(at, 0.97, trace.slate).astype(np.float32))
