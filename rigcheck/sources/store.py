"""A recorded room on disk: a folder with `manifest.json`, the room's profile and the samples' files.

The manifest says for every sample what it is, its plain values, and in which files its arrays are; of every file its
size and SHA-256; and it is sealed with its own. Reading trusts nothing: a folder that was cut short, altered or made up
to do harm is refused as a whole, before anything big is unpacked.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from rigcheck.baseline import Baseline
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.model import Stage
from rigcheck.push_plan import PushPlan
from rigcheck.samples import Sample
from rigcheck.sources.baseline import pack_baseline, unpack_baseline
from rigcheck.sources.blob import pack, unpack
from rigcheck.sources.codec import array_types, decode, encode
from rigcheck.sources.folder import check_target, read_plain_file, write_folder
from rigcheck.sources.manifest import (
    MANIFEST,
    PROFILE,
    SCHEMA,
    Entry,
    Manifest,
    Sum,
    Unseen,
    bad_recording,
    read_manifest,
    seal_of,
    sha256_of,
)
from rigcheck.sources.plain import UnfitError, plain

Outcome = Sample | NotSeen


@dataclass(frozen=True, slots=True)
class Recording:
    """What a run saw, and when and under which conditions. `outcomes` by request key; `profile` is YAML text."""

    recorded_at: datetime
    stage: Stage
    attended: bool
    profile: str
    outcomes: Mapping[str, Outcome]
    versions: Mapping[str, str] = field(default_factory=dict)
    raw: bool = False
    synthetic: bool = False
    note: str = ""
    plan: PushPlan | None = None
    baseline: Baseline | None = None  # the one that it was judged against


def check_place(directory: Path) -> None:
    """Raises UsageError or UnwritableError where `write_recording` could not put a recording."""
    check_target(directory, is_recording)


def is_recording(directory: Path) -> bool:
    """Whether a folder is a recorded room and holds nothing else: only such a folder may be replaced."""
    try:
        manifest = read_manifest(directory)
    except BadInputError:
        return False
    return {entry.name for entry in directory.iterdir()} <= {MANIFEST, *manifest.files}


def write_recording(directory: Path, recording: Recording, rigcheck: str) -> None:
    """Write a recorded room, whole or not at all. `rigcheck` is the version. Raises UsageError, UnwritableError."""
    files = {PROFILE: recording.profile.encode()}
    entries = []
    for index, (key, outcome) in enumerate(recording.outcomes.items()):
        entry, own = _entry(key, outcome, f"{index:02d}-{key.partition('@')[0].replace('_', '-')}")
        entries.append(entry)
        files.update(own)
    baseline, pictures = pack_baseline(recording.baseline) if recording.baseline else (None, {})
    files.update(pictures)
    manifest = Manifest(
        schema=SCHEMA,
        rigcheck=rigcheck,
        recorded_at=recording.recorded_at.isoformat(),
        stage=recording.stage,
        attended=recording.attended,
        raw=recording.raw,
        synthetic=recording.synthetic,
        note=recording.note,
        plan=recording.plan,
        baseline=baseline,
        versions=recording.versions,
        samples=tuple(entries),
        files={name: Sum(len(content), sha256_of(content)) for name, content in files.items()},
        seal="",
    )
    sealed = replace(manifest, seal=seal_of(plain(manifest)))
    text = json.dumps(plain(sealed), ensure_ascii=False, allow_nan=False, indent=1)
    write_folder(directory, {**files, MANIFEST: text.encode()}, is_recording)


def _entry(key: str, outcome: Outcome, stem: str) -> tuple[Entry, dict[str, bytes]]:
    kind = key.partition("@")[0]
    if isinstance(outcome, NotSeen):
        return Entry(key, kind, {}, {}, Unseen(outcome.reason, outcome.params)), {}
    fields, arrays = encode(outcome)
    kept, files = pack(stem, arrays, fields.get("rate_hz", 0))
    return Entry(key, outcome.kind, fields, kept, None), files


def read_recording(directory: Path) -> Recording:
    """Read a recorded room. Raises BadInputError where it is missing, damaged, altered, hostile or from a later version."""
    manifest = read_manifest(directory)
    try:
        files = {name: _content(directory, name, due) for name, due in manifest.files.items()}
        return Recording(
            recorded_at=datetime.fromisoformat(manifest.recorded_at),
            stage=manifest.stage,
            attended=manifest.attended,
            raw=manifest.raw,
            profile=files[PROFILE].decode(),
            outcomes={entry.key: _outcome(entry, files) for entry in manifest.samples},
            versions=manifest.versions,
            synthetic=manifest.synthetic,
            note=manifest.note,
            plan=manifest.plan,
            baseline=unpack_baseline(manifest.baseline, files) if manifest.baseline else None,
        )
    except UnfitError as error:
        raise bad_recording("damaged", directory, error.where) from error
    except UnicodeDecodeError as error:
        raise bad_recording("damaged", directory, PROFILE) from error


def _outcome(entry: Entry, files: Mapping[str, bytes]) -> Outcome:
    if entry.unseen is not None:
        return NotSeen(entry.unseen.reason, entry.unseen.params)
    types = array_types(entry.kind)
    arrays = {name: unpack(name, types[name], kept, files) for name, kept in entry.arrays.items()}
    return decode(entry.kind, entry.fields, arrays)


def _content(directory: Path, name: str, due: Sum) -> bytes:
    try:
        content = read_plain_file(directory / name, due.bytes)
    except OSError as error:
        raise UnfitError(name) from error
    if len(content) != due.bytes or sha256_of(content) != due.sha256:
        raise bad_recording("altered", directory, name)
    return content
