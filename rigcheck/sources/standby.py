"""The standby video as a file: does it decode, how long is it, what moves in it and what is heard, in its first seconds."""

# ruff: noqa: PLC0415 - av loads when a file is read, in a worker

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import numpy as np

from rigcheck.backup_state import Floats, StandbyFile, StandbyRequest
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.measure.cadence import frame_s
from rigcheck.measure.level import power_db
from rigcheck.samples import CameraClip, CameraRequest
from rigcheck.sources.media import Opened, full_scale, read_clip

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer

READING_S = 0.1
_MICROSECONDS = 1_000_000


def place_of(file: str, beside: str | None) -> Path:
    """Where a file of the profile is: as written, `~` the user's home, anything relative beside the profile."""
    path = Path(file).expanduser()
    return path if path.is_absolute() or beside is None else Path(beside).parent / path


def read_standby(request: StandbyRequest) -> StandbyFile:
    """Look at the file. Never raises for what is wrong with it: that is the evidence."""
    path = place_of(request.file, request.beside)
    outcome = _reachable(path)
    if outcome is not None:
        return _unread(outcome)
    try:
        clip = read_clip(path, CameraRequest(seconds=request.seconds, keep=1), whole=False)
        return _of_clip(clip, *_hear(path, request.seconds))
    except NotSeen:
        return _unread("no-picture")
    except BadInputError:
        return _unread("damaged")


def _reachable(path: Path) -> Literal["missing", "denied", "damaged"] | None:
    """Why there is nothing to read; a pipe or a device would keep us waiting, and is no video file."""
    if not path.is_file():
        return "damaged" if path.exists() else "missing"
    return None if os.access(path, os.R_OK) else "denied"


def _unread(outcome: Literal["missing", "denied", "damaged", "no-picture"]) -> StandbyFile:
    nothing, never = np.zeros(0, np.float32), np.zeros(0, np.bool_)
    return StandbyFile(outcome, np.zeros(0), nothing, never, never, nothing)


def _of_clip(clip: CameraClip, seconds: float | None, heard: Heard | None) -> StandbyFile:
    is_moving = clip.clock == "pts" and clip.t_s.size > 1
    return StandbyFile(
        outcome="read",
        t_s=clip.t_s,
        change=clip.change,
        same=clip.same,
        key=clip.key,
        sound_dbfs=heard.dbfs if heard else np.zeros(0, np.float32),
        seconds=seconds if is_moving else None,
        width_px=clip.width_px,
        height_px=clip.height_px,
        fps=1 / frame_s(clip.t_s) if is_moving else None,
        codec=clip.fourcc,
        rate_hz=heard.rate_hz if heard else None,
    )


class Heard(NamedTuple):
    """The sound of a file: readings of READING_S, and its sample rate."""

    dbfs: Floats
    rate_hz: int


def _whole_s(box: InputContainer) -> float | None:
    return box.duration / _MICROSECONDS if box.duration else None


def _hear(path: Path, seconds: float) -> tuple[float | None, Heard | None]:
    """The file's length as it says itself, and its sound in the first `seconds`. Damaged packets are left out."""
    with Opened(path) as box:
        stream = next(iter(box.streams.audio), None)
        if stream is None:
            return _whole_s(box), None
        readings = [_dbfs(block) for block in _blocks(box, stream, seconds)]
        return _whole_s(box), Heard(np.array(readings, np.float32), stream.rate)


def _blocks(box: InputContainer, stream: AudioStream, seconds: float) -> Iterator[Floats]:
    """Stretches of READING_S of the sound (n, channels), of at most `seconds` in all."""
    import av

    size, most = round(READING_S * stream.rate), round(seconds / READING_S)
    held = np.zeros((0, 1), np.float32)
    for packet in box.demux(stream):
        with suppress(av.FFmpegError):
            for frame in packet.decode():
                block = full_scale(frame)
                held = block if held.shape[1] != block.shape[1] else np.concatenate((held, block))
        while len(held) >= size and most > 0:
            yield held[:size]
            held, most = held[size:], most - 1
        if most <= 0:
            return


def _dbfs(block: Floats) -> float:
    """RMS of the loudest channel."""
    power = float(np.mean(np.square(block, dtype=np.float64), axis=0).max())
    return power_db(power) if np.isfinite(power) else -np.inf
