"""What an OBS says of itself, as evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal


@dataclass(frozen=True, slots=True, eq=False)
class ObsInput:
    """One input of an OBS. Levels are after the fader, the highest of the window; None where it has no sound."""

    name: str
    kind: str
    is_active: bool  # part of the programme
    muted: bool | None = None
    peak_dbfs: float | None = None  # None: no sound, or digital silence (then `silent`)
    silent: bool | None = None
    media: str | None = None  # playing, paused, ended, error, none ...; None: not a media input
    file_missing: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ObsState:
    """What one OBS says of itself. Counters are (first, last) of a window; `target` tells where the stream goes.

    `settings` are the comparable ones as text: base, output, fps, encoder, video_kbps, audio_kbps, keyint_s,
    audio_rate_hz, channels, color_space, color_range, rate_control, preset, h264_profile, bframes. `differs`: their names that the compared OBS has otherwise.
    """

    kind: ClassVar[str] = "obs"
    version: str
    websocket: str
    profile: str
    collection: str
    scene: str
    scenes: tuple[str, ...]
    inputs: tuple[ObsInput, ...]
    settings: Mapping[str, str]
    streaming: bool
    reconnecting: bool
    recording: bool
    virtualcam: bool
    studio_mode: bool
    target: Literal["none", "platform", "test", "loopback", "private"]
    has_key: bool
    delay_s: float
    disk_free_gb: float | None
    rendered: tuple[int, int]  # frames rendered (first, last), with those that came too late
    render_skipped: tuple[int, int]
    encoded: tuple[int, int]
    encode_skipped: tuple[int, int]
    sent: tuple[int, int] | None  # frames of the running stream; None while there is none
    dropped: tuple[int, int] | None
    log_warnings: tuple[str, ...] = ()  # ids of our own rules
    differs: tuple[str, ...] | None = None  # None: nothing to compare with
