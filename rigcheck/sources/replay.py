"""Evidence that was kept: a recorded room, or one plain file. Judged by the same flow as live devices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar, cast

import anyio.to_thread
import numpy as np

from rigcheck.baseline import Baseline
from rigcheck.encoder_state import EncoderRequest
from rigcheck.errors import BadInputError, NotSeen, UsageError
from rigcheck.model import Message, Reason, Stage, legible
from rigcheck.push_plan import PushPlan
from rigcheck.samples import AudioClip, AudioRequest, CameraRequest, PowerRequest, Request, Sample, SyncRequest
from rigcheck.sources.manifest import PROFILE, bad_recording
from rigcheck.sources.store import Outcome, read_recording
from rigcheck.uplink_state import UplinkRequest

DEMO = "demo:"
DEMO_ROOMS = Path(__file__).parents[1] / "data" / "rooms"
PARTS = {
    "picture": ("camera", "light"),
    "video": ("camera", "light"),
    "audio": ("mic",),
    "power": ("power",),
    "network": ("network",),
}
"""What each kind of content is evidence for."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FixtureSource:
    """A recorded room, read and found sound as a whole. Its conditions are those of the day it was recorded."""

    name: str  # replay:NAME
    profile_path: Path
    recorded_at: datetime
    stage: Stage
    attended: bool
    raw: bool
    synthetic: bool
    outcomes: Mapping[str, Outcome]  # by request key
    plan: PushPlan | None = None  # the one that OBS was held against
    baseline: Baseline | None = None  # the one that it was judged against
    is_live: bool = False

    async def acquire(self, request: Request) -> Sample:
        """What was seen then. Raises NotSeen as it was raised then, and not-in-file for what was not asked then."""
        outcome = self.outcomes.get(request.key, NotSeen(Reason.NOT_IN_FILE))
        if isinstance(outcome, NotSeen):
            raise NotSeen(outcome.reason, outcome.params)
        return outcome

    def names(self, kind: str) -> tuple[str, ...]:
        """The device names recorded for a kind of request."""
        return tuple(key.partition("@")[2] for key in self.outcomes if key.startswith(f"{kind}@"))


@dataclass(frozen=True, slots=True)
class FileSource:
    """One plain file: what it is evidence for is told by its content, not by its name.

    `content` is picture, video, audio, power or network; a video may have audio too. `take` is a take put together from two
    files. With `phases`, a take long enough is the request's speak phase and then its quiet phase.
    """

    name: str  # replay:NAME
    path: Path
    content: frozenset[str]
    take: AudioClip | None = None
    phases: bool = False
    is_live: bool = False

    @property
    def parts(self) -> frozenset[str]:
        """The parts of the room that the file is evidence for."""
        both = {"sync"} if self.content >= {"audio", "video"} else set()
        return frozenset(part for kind in self.content for part in PARTS[kind]) | both

    async def acquire(self, request: Request) -> Sample:
        """The evidence in the file, decoded in a thread. Trial encodes are this computer's, of the file's picture.

        Raises NotSeen not-in-file for what such a file never holds, no-stream for a video without sound, and
        BadInputError where more of the file is damaged than sound.
        """
        if isinstance(request, CameraRequest) and self.content & {"picture", "video"}:
            from rigcheck.sources.media import read_clip  # noqa: PLC0415 - a power dump needs no decoder

            return await _threaded(partial(read_clip, self.path, request, whole=True))
        if isinstance(request, EncoderRequest) and "video" in self.content:
            from rigcheck.sources.encoder import try_encoders  # noqa: PLC0415 - likewise

            return await try_encoders(request, self.path)
        if isinstance(request, AudioRequest) and self.content & {"audio", "video"}:
            from rigcheck.sources.media import read_take  # noqa: PLC0415 - likewise

            if self.take is not None:
                return self.take
            return await _threaded(partial(read_take, self.path, request, phased=self.phases))
        if isinstance(request, SyncRequest) and self.content >= {"audio", "video"}:
            from rigcheck.sources.together import read_together  # noqa: PLC0415 - likewise

            return await _threaded(partial(read_together, self.path))
        if self.content & {"power", "network"}:
            return await _threaded(partial(_read_text, self.path, request, self.content))
        raise NotSeen(Reason.NOT_IN_FILE)


def open_replay(spec: str, *, quiet_take: Path | None = None, phases: bool = False) -> FixtureSource | FileSource:
    """Open a fixture folder, `demo:NAME` (a room in the package), or one plain file.

    `quiet_take`: a sound file that gives the quiet phase of the sound in `spec`. `phases`: a plain take long enough has
    the request's phases. Raises BadInputError where it is missing, damaged, hostile or no evidence at all, and
    UsageError where a quiet take does not belong to it.
    """
    path = _demo_room(spec) if spec.startswith(DEMO) else Path(spec)
    with _reading(path, spec):
        source = _open_folder(path) if path.is_dir() else _open_file(path, phases=phases)
    if quiet_take is None:
        return source
    with _reading(quiet_take, str(quiet_take)):
        return _with_quiet(source, quiet_take)


@contextmanager
def _reading(path: Path, spec: str) -> Iterator[None]:
    """Raises BadInputError, in the words that were typed, where there is no such file or the system does not let us at it."""
    try:
        if not path.exists():
            raise BadInputError(Message("error.replay.missing", {"path": spec}))
        yield
    except OSError as error:
        raise BadInputError(
            Message("error.replay.unreadable", {"path": spec, "error": error.strerror or str(error)})
        ) from error


def _demo_room(spec: str) -> Path:
    """Only a name that is in the package; anything else, paths too, is missing."""
    rooms = {path.name: path for path in sorted(DEMO_ROOMS.iterdir()) if path.is_dir()}
    name = spec.removeprefix(DEMO)
    if name not in rooms:
        known = tuple(f"{DEMO}{room}" for room in rooms)
        raise BadInputError(Message("error.replay.missing", {"path": spec, "known": known}))
    return rooms[name]


def _open_folder(path: Path) -> FixtureSource:
    recording = read_recording(path)
    _check_profile(path, recording.profile)
    return FixtureSource(
        name=_named(path),
        profile_path=path / PROFILE,
        recorded_at=recording.recorded_at,
        stage=recording.stage,
        attended=recording.attended,
        raw=recording.raw,
        synthetic=recording.synthetic,
        outcomes=recording.outcomes,
        plan=recording.plan,
        baseline=recording.baseline,
    )


def _check_profile(path: Path, text: str) -> None:
    """A recorded profile stands alone; one that extends another would read files outside its folder."""
    from rigcheck.loading.document import read_document  # noqa: PLC0415 - loads yaml

    root, _ = read_document(text, PROFILE)
    if root is not None and isinstance(root.value, dict) and "extends" in root.value:
        raise bad_recording("damaged", path, PROFILE)


def _open_file(path: Path, *, phases: bool) -> FileSource:
    return FileSource(_named(path), path, _content(path), phases=phases)


def _named(path: Path) -> str:
    return f"replay:{legible(path.resolve().name)}"


def _content(path: Path) -> frozenset[str]:
    """What a file holds. Raises BadInputError for what is no media, power dump or trace, devices and pipes included."""
    if not path.is_file():
        raise BadInputError(Message("error.replay.not-media", {"path": str(path)}))
    if _power_in(path, PowerRequest()) is not None:
        return frozenset({"power"})
    from rigcheck.sources.tracefile import is_trace_file  # noqa: PLC0415 - likewise

    if is_trace_file(path):
        return frozenset({"network"})
    from rigcheck.sources.media import kinds_in  # noqa: PLC0415 - a power dump needs no decoder

    return kinds_in(path)


def _power_in(path: Path, request: PowerRequest) -> Sample | None:
    from rigcheck.sources.powerfile import read_power_file  # noqa: PLC0415 - recorded rooms need it not

    return read_power_file(path, request)


def _read_text(path: Path, request: Request, content: frozenset[str]) -> Sample:
    """The evidence in a power dump or a trace. Raises NotSeen for what such a file never holds."""
    if isinstance(request, UplinkRequest) and "network" in content:
        from rigcheck.sources.tracefile import read_trace_file  # noqa: PLC0415 - likewise

        return read_trace_file(path)
    if not isinstance(request, PowerRequest) or "power" not in content:
        raise NotSeen(Reason.NOT_IN_FILE)
    return _read_power(path, request)


def _read_power(path: Path, request: PowerRequest) -> Sample:
    state = _power_in(path, request)
    if state is None:  # changed since it was opened
        raise BadInputError(Message("error.replay.not-media", {"path": str(path)}))
    return state


def _with_quiet(source: FixtureSource | FileSource, quiet_take: Path) -> FileSource:
    if not isinstance(source, FileSource) or not source.content & {"audio", "video"}:
        raise UsageError(Message("error.usage.quiet-take", {"path": str(quiet_take)}))
    from rigcheck.sources.media import read_take  # noqa: PLC0415 - takes of two files are rare

    speak, quiet = read_take(source.path, AudioRequest()), read_take(quiet_take, AudioRequest())
    forms = [(take.rate_hz, take.samples.shape[1]) for take in (speak, quiet)]
    if forms[0] != forms[1]:
        facts = {"path": str(quiet_take), "rate_hz": forms[1][0], "channels": forms[1][1]}
        wanted = {"wanted_rate_hz": forms[0][0], "wanted_channels": forms[0][1]}
        raise BadInputError(Message("error.replay.quiet-take", {**facts, **wanted}))
    stop = len(speak.samples)
    samples = np.concatenate((speak.samples, quiet.samples))
    take = AudioClip(speak.rate_hz, samples, speak.layout, (0, stop), (stop, len(samples)))
    return FileSource(source.name, source.path, source.content, take)


async def _threaded(work: Callable[[], T]) -> T:
    """Off the event loop, which stays free to hear Ctrl-C; decoding looks up between packets whether it is still wanted."""
    return cast("T", await anyio.to_thread.run_sync(cast("Callable[[], Any]", work)))
