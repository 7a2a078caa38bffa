"""Keeping what a run sees: a watcher of the flow that writes every raw sample into a recorded room."""

from __future__ import annotations

import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Self

from rigcheck import __version__
from rigcheck.baseline import Baseline
from rigcheck.errors import NotSeen
from rigcheck.ingest_state import IngestState, PushTrace
from rigcheck.loading import dump_profile
from rigcheck.model import Stage, Value
from rigcheck.profile import Profile
from rigcheck.push_plan import PushPlan
from rigcheck.samples import PowerState, Request
from rigcheck.sources.baseline import for_recording
from rigcheck.sources.store import Outcome, Recording, check_place, write_recording
from rigcheck.uplink_state import UplinkTrace

MATTER = ("numpy", "opencv-python", "av", "sounddevice")
"""Packages whose version may matter to what was recorded."""
_PRIVATE = re.compile(
    r"driver\.|serial|(host|ups)name|mac(addr)?$|password|community|login|contact|location|^master|(^|\.)id$",
    re.IGNORECASE,
)
"""Names of a power supply's values that say which one it is, where it stands, or how to get in; no measure needs them."""
_HOSTS = re.compile(
    r"(?<=://)\S+|(?<=@)\S+|(\[[0-9a-f:.]+\]|[\w.-]+):\d{2,5}\b|\b(\d{1,3}\.){3}\d{1,3}\b", re.IGNORECASE
)
RECORDED = "recorded"
"""What stands in the place of a host."""


@dataclass(slots=True)
class Recorder:
    """Told of every acquisition by the flow, and keeps its outcome; `finish` writes them down."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)

    @classmethod
    def at(cls, directory: Path) -> Self:
        """A recorder whose `directory` can be written. Raises UsageError or UnwritableError before anything is measured."""
        check_place(directory)
        return cls()

    def began(self, request: Request) -> None:
        """Nothing to keep yet."""

    def ended(self, request: Request, outcome: Outcome) -> None:
        """Keep what came, without what names this place's computers."""
        self.outcomes[request.key] = without_names(outcome)

    def finish(  # noqa: PLR0913 - the conditions of a run, all by name
        self,
        directory: Path,
        profile: Profile,
        *,
        stage: Stage,
        attended: bool,
        now: datetime,
        raw: bool = False,
        plan: PushPlan | None = None,
        baseline: Baseline | None = None,
    ) -> None:
        """Write the recorded room, whole or not at all. Raises UsageError, UnwritableError."""
        recording = Recording(
            recorded_at=now,
            stage=stage,
            attended=attended,
            raw=raw,
            profile=dump_profile(profile),
            outcomes=dict(sorted(self.outcomes.items())),
            versions=versions(),
            plan=plan,
            baseline=for_recording(baseline, profile) if baseline else None,
        )
        write_recording(directory, recording, __version__)


def versions() -> dict[str, str]:
    """What this computer runs, as far as it matters to a recording."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        **{name: _version(name) for name in MATTER},
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:  # opencv-python-headless or -contrib in its place
        return ""


def without_names(outcome: Outcome) -> Outcome:
    """The outcome without host names, serial numbers and drivers' settings, none of which is ever measured."""
    if isinstance(outcome, NotSeen):
        return NotSeen(outcome.reason, {name: _text_without(value) for name, value in outcome.params.items()})
    if isinstance(outcome, PowerState):
        return replace(outcome, values=_public(outcome.values), supplies=tuple(map(_public, outcome.supplies)))
    if isinstance(outcome, IngestState | PushTrace):
        return replace(outcome, said=_HOSTS.sub(RECORDED, outcome.said))
    if isinstance(outcome, UplinkTrace) and outcome.failed:
        return replace(outcome, failed={engine: _HOSTS.sub(RECORDED, why) for engine, why in outcome.failed.items()})
    return outcome


def _text_without(value: Value | tuple[str, ...]) -> Value | tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(_HOSTS.sub(RECORDED, text) for text in value)
    return _HOSTS.sub(RECORDED, value) if isinstance(value, str) else value


def _public(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if not _PRIVATE.search(name)}
