"""Requests and Samples: what to acquire, and the raw evidence that came back. Plain frozen data, small enough to mail.

A Request is hashable; equal ones are acquired once. `name` is the device's role in the profile, `key` the place in a
recorded fixture. `resource` names what cannot be shared: requests of one resource are acquired one after another.
`disturbs` marks what must not happen on air (opening a device another program may need).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rigcheck.backend_state import BackendState
from rigcheck.backup_state import DrillHistory, StandbyFile
from rigcheck.checklist_state import ChecklistAnswer
from rigcheck.encoder_state import EncoderTrials

# Found here with all the other kinds:
from rigcheck.host_state import HostRequest as HostRequest  # noqa: PLC0414 - a name to import from here
from rigcheck.host_state import HostState as HostState  # noqa: PLC0414 - likewise
from rigcheck.ingest_state import IngestState, PushTrace
from rigcheck.link_state import LineState, LinkState, Presence, Reach
from rigcheck.obs_state import ObsState
from rigcheck.profile import Box, Mode
from rigcheck.request import PROGRAM as PROGRAM  # noqa: PLC0414 - likewise
from rigcheck.request import ObsAddress as ObsAddress  # noqa: PLC0414 - likewise
from rigcheck.request import Request as Request  # noqa: PLC0414 - likewise
from rigcheck.sync_state import SyncClip as SyncClip  # noqa: PLC0414 - likewise
from rigcheck.sync_state import SyncRequest as SyncRequest  # noqa: PLC0414 - likewise
from rigcheck.uplink_state import UplinkRequest, UplinkTrace
from rigcheck.viewer_state import DrillTrace, ViewerTrace

LOCAL_OBS = ObsAddress("ws://127.0.0.1:4455")
"""Where an OBS listens by default."""
Floats = NDArray[np.float32]
Times = NDArray[np.float64]
Bytes = NDArray[np.uint8]


LEAD_S = 2.0
"""From the start of a prompted take to the prompt "speak": loading, opening, and taking a breath."""


@dataclass(frozen=True, slots=True)
class CameraRequest(Request):
    """A look through one camera for `seconds` after warm-up; `keep` full frames are kept."""

    kind: ClassVar[str] = "camera"
    device: str | int | None = None
    mode: Mode | None = None
    rotate: int = 0
    crop: Box | Literal["portrait", "landscape"] | None = None  # the words: largest centred 9:16 or 16:9 area
    seconds: float = 5.0
    keep: int = 2
    obs: ObsAddress | None = None  # the OBS to go through for `obs:` devices, and for held ones with an `obs_input`
    obs_input: str | None = None

    @property
    def disturbs(self) -> bool:
        """Opening a device does, and recording OBS's programme; a picture of one of its inputs does not."""
        return self.device == PROGRAM or not str(self.device).startswith("obs:")

    @property
    def resource(self) -> str:
        """The device itself: two roles on one camera take turns. OBS's programme is one device for sound and picture."""
        return PROGRAM if self.device == PROGRAM else f"camera:{self.device}"

    @property
    def deadline_s(self) -> float:
        """Opening may take 10 s (network cameras), warm-up 1 s."""
        return self.seconds + 12.0


@dataclass(frozen=True, slots=True)
class AudioRequest(Request):
    """A take from one microphone: `speak_s` of prompted speech, then `quiet_s` of prompted silence.

    With `quiet_s` = 0 nobody is prompted and it is `speak_s` of whatever there is.
    """

    kind: ClassVar[str] = "mic"
    device: str | None = None
    layout: str = "stereo"
    speak_s: float = 8.0
    quiet_s: float = 4.0
    obs: ObsAddress | None = None  # as for CameraRequest
    obs_input: str | None = None

    @property
    def disturbs(self) -> bool:
        """Opening a device does, and recording OBS's programme; a picture of one of its inputs does not."""
        return self.device == PROGRAM or not str(self.device).startswith("obs:")

    @property
    def resource(self) -> str:
        """The device itself; OBS's programme is one device for sound and picture."""
        return PROGRAM if self.device == PROGRAM else f"mic:{self.device}"

    @property
    def length_s(self) -> float:
        """Seconds of sound in all: a prompted take has its lead-in."""
        return self.speak_s + self.quiet_s + (LEAD_S if self.quiet_s > 0 else 0.0)

    @property
    def deadline_s(self) -> float:
        """A sound server may take 2 s to deliver the first block; loading and listing 3 s."""
        return self.speak_s + self.quiet_s + 8.0


@dataclass(frozen=True, slots=True)
class PowerRequest(Request):
    """One reading of a power supply; exactly one of the fields is set."""

    kind: ClassVar[str] = "power"
    nut: str | None = None
    apcupsd: str | None = None
    os: bool = False
    silent: str | None = None
    bought: str | None = None

    @property
    def resource(self) -> str:
        """Readings do not hurt each other."""
        return f"power:{self.name}"


@dataclass(frozen=True, slots=True)
class OnAirRequest(Request):
    """Whether a show is going out from this computer right now; `obs` is asked where there is one.

    `ingests` are the show's own, `trials` those to which a stream is none. `line`: a line that other rooms share; they
    are told at its far end.
    """

    kind: ClassVar[str] = "on_air"
    obs: ObsAddress | None = None
    ingests: tuple[str, ...] = ()
    trials: tuple[str, ...] = ()
    line: UplinkRequest | None = None


@dataclass(frozen=True, slots=True)
class ObsRequest(Request):
    """The state of one OBS over `seconds`; with `compare`, also what its settings have different from that OBS's.

    `test_hosts` are the hosts of the profile's trial ingest: a stream that goes there is a test.
    """

    kind: ClassVar[str] = "obs"
    obs: ObsAddress = LOCAL_OBS
    compare: ObsAddress | None = None
    test_hosts: tuple[str, ...] = ()
    seconds: float = 1.5


@dataclass(frozen=True, slots=True, eq=False)
class CameraClip:
    """What came through a camera, reduced frame by frame while it came; upright and cropped. n frames in all.

    Luma is 8-bit full-range code values (limited-range sources are expanded while reducing). Per-frame traces cover
    every frame; thumbs and rows cover the first `len(thumbs)` frames at most (bounded memory for files of any length).
    """

    kind: ClassVar[str] = "camera"
    asked: Mode | None
    width_px: int
    height_px: int
    fourcc: str  # as delivered, "" where unknown
    clock: Literal["grab", "pts", "shots", "none"]  # shots: single pictures, a few a second; none: a still picture
    limited: bool  # the source was declared (or known to be) limited range
    rotate: int  # degrees clockwise from the sensor's picture to the upright one
    first_frame_ms: float | None
    t_s: Times  # (n,) seconds, first frame 0
    mean: Floats  # (n,) mean BT.601 luma, code values
    dark: Floats  # (n,) share 0-1 of pixels under 10 % luma
    bright: Floats  # (n,) share 0-1 of pixels with luma >= 250
    deep: Floats  # (n,) share 0-1 of pixels with luma <= 5
    change: Floats  # (n,) mean absolute difference to the frame before / 255; the first is nan
    same: NDArray[np.bool_]  # (n,) bit-identical to the frame before (on the sampled pixels)
    key: NDArray[np.bool_]  # (n,) key frame of an encoded stream; all False for raw cameras
    focus: Floats  # (n,) variance of the Laplacian at the fixed working size
    thumbs: Bytes  # (m, h, w) luma, every `stride`-th pixel of each of the first m frames, not averaged
    stride: int
    rows: Floats  # (m, R) mean luma of each of the R sensor rows, before rotate and crop (rolling shutter runs there)
    frames: Bytes  # (k, height_px, width_px, 3) BGR full range, whole frames
    frame_at: NDArray[np.int64]  # (k,) their positions
    via: str = "device"  # device, obs-record, obs-shot
    is_estimate: bool = False  # stands in for a picture that could not be had itself
    began_s: float | None = None  # first frame, on this computer's monotonic clock, as of all its devices; else None


@dataclass(frozen=True, slots=True, eq=False)
class AudioClip:
    """A take. Phases are sample positions [start, stop); None where the take was not prompted."""

    kind: ClassVar[str] = "mic"
    rate_hz: int
    samples: Floats  # (n, channels), full scale 1.0
    layout: str = "stereo"  # mono, stereo, split, safety
    speak: tuple[int, int] | None = None
    quiet: tuple[int, int] | None = None
    overflows: int = 0  # blocks for which the driver reported lost input
    missing: int = 0  # samples due by the clock that did not come
    block: int = 0  # samples of each block that came
    arrived_s: tuple[float, ...] = ()  # when each block had come, by the computer's clock; the first is 0
    live: bool = False
    via: str = "device"  # device, obs-record, obs-shot
    began_s: float | None = None  # first sample, as for CameraClip


@dataclass(frozen=True, slots=True, eq=False)
class LevelTrace:
    """A microphone as OBS's meters show it: n readings after the fader, some 20 a second, instead of its sound."""

    kind: ClassVar[str] = "levels"
    t_s: Times  # (n,) seconds, first reading 0
    rms: Floats  # (n, channels), full scale 1.0
    peak: Floats  # (n, channels), full scale 1.0; before the fader where it is muted
    muted: bool  # by OBS
    layout: str = "stereo"  # as for AudioClip
    via: str = "obs-shot"


@dataclass(frozen=True, slots=True, eq=False)
class PowerState:
    """What a power supply says of itself, raw. `origin` tells the vocabulary of `values`: nut, apcupsd, os, silent."""

    kind: ClassVar[str] = "power"
    origin: Literal["nut", "apcupsd", "os", "silent"]
    values: Mapping[str, str]
    supplies: tuple[Mapping[str, str], ...] = ()  # os: one mapping a supply, as the system names its attributes
    bought: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class OnAirState:
    """Programs that can push a stream: those seen pushing, and those that run and could not be asked."""

    kind: ClassVar[str] = "on_air"
    pushing: tuple[str, ...] = ()
    unasked: tuple[str, ...] = ()
    obs_answers: bool = False  # the show's OBS answered

    @property
    def is_on_air(self) -> bool | None:
        """Whether a show goes out from this computer; None: a program runs that cannot be asked."""
        return True if self.pushing else None if self.unasked else False


Sample = (
    CameraClip
    | AudioClip
    | LevelTrace
    | SyncClip
    | PowerState
    | HostState
    | OnAirState
    | ObsState
    | Presence
    | LineState
    | Reach
    | LinkState
    | UplinkTrace
    | IngestState
    | PushTrace
    | EncoderTrials
    | BackendState
    | ChecklistAnswer
    | ViewerTrace
    | DrillTrace
    | DrillHistory
    | StandbyFile
)
SAMPLES: dict[str, type[Any]] = {kind.kind: kind for kind in get_args(Sample)}
STAND_INS = {LevelTrace.kind: AudioClip.kind}
"""Kinds of samples that answer the requests of another kind."""
