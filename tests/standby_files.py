"""Standby videos with known answers, as evidence and as files that ffmpeg made."""

import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
from services_pulse import need

from rigcheck.backup_state import StandbyFile
from rigcheck.selftest.backup import plays

PLAYS = plays()
"""A minute, 720x1280 at 30, moving and voiced, looked at for 15 s."""


def still(*spans: tuple[float, float]) -> StandbyFile:
    """The same, standing still to the bit within these seconds."""
    same = np.zeros_like(PLAYS.same)
    for start, stop in spans:
        same |= (PLAYS.t_s > start) & (PLAYS.t_s <= stop)
    return replace(PLAYS, same=same, change=np.where(same, 0, PLAYS.change).astype(np.float32))


def sounding(*spans: tuple[float, float]) -> StandbyFile:
    """The same, heard within these seconds only."""
    at = np.arange(PLAYS.sound_dbfs.size) / 10
    is_loud = np.any([(at >= start) & (at < stop) for start, stop in spans], axis=0)
    return replace(PLAYS, sound_dbfs=np.where(is_loud, -22, -np.inf).astype(np.float32))


def make_file(path: Path, picture: str | None, sound: str | None, seconds: float = 6.0) -> Path:
    """A file of lavfi sources; None: without."""
    need("ffmpeg")
    inputs = [part for source in (picture, sound) if source for part in ("-f", "lavfi", "-i", source)]
    video = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-g", "60"] if picture else []
    video = ["-frames:v", "1"] if path.suffix == ".png" else video
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-t", str(seconds), *video, str(path)]
    subprocess.run(command, check=True, timeout=60)
    return path
