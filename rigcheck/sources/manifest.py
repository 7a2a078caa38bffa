"""The manifest of a recorded room: what is in its folder, sealed; and reading one without trusting it."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from rigcheck.errors import BadInputError
from rigcheck.model import Message, Params, Reason, Stage
from rigcheck.push_plan import PushPlan
from rigcheck.samples import SAMPLES, STAND_INS
from rigcheck.sources.baseline import KeptBaseline
from rigcheck.sources.blob import Kept
from rigcheck.sources.codec import array_types
from rigcheck.sources.folder import read_plain_file
from rigcheck.sources.plain import Json, UnfitError, read_as, read_record, wanted

SCHEMA = 1
MANIFEST, PROFILE = "manifest.json", "profile.yaml"
MOST_MANIFEST_BYTES = 4_000_000
MOST_BYTES = 512_000_000
"""Of all files together, and of all arrays together once unpacked: forty times what a room takes."""
MOST_DIMENSIONS = 4
LONGEST_NAME = 200
"""A label of a profile, or less."""
_FILE_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}")


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why there is no sample."""

    reason: Reason
    params: Params


@dataclass(frozen=True, slots=True)
class Entry:
    """One sample: its plain values and where its arrays are; or why there is none."""

    key: str
    kind: str
    fields: Mapping[str, Any]
    arrays: Mapping[str, Kept]
    unseen: Unseen | None


@dataclass(frozen=True, slots=True)
class Sum:
    """What a file must be like."""

    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The manifest, field by field as it is written."""

    schema: int
    rigcheck: str
    recorded_at: str  # ISO 8601 with the room's own offset: its date and its clock decide waivers and the show's start
    stage: Stage
    attended: bool
    raw: bool  # devices themselves, although OBS may have answered
    synthetic: bool
    note: str
    plan: PushPlan | None  # the one that OBS was held against
    baseline: KeptBaseline | None  # the one that the room was judged against
    versions: Mapping[str, str]
    samples: tuple[Entry, ...]
    files: Mapping[str, Sum]
    seal: str


def sha256_of(content: bytes) -> str:
    """In hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def seal_of(manifest: dict[str, Json]) -> str:
    """SHA-256 of the manifest's meaning (not of its line ends), its seal left blank."""
    blank = {**manifest, "seal": ""}
    return sha256_of(json.dumps(blank, sort_keys=True, ensure_ascii=True, separators=(",", ":")).encode())


def read_manifest(directory: Path) -> Manifest:
    """The manifest, its seal intact and its claims within bounds."""
    try:
        text = read_plain_file(directory / MANIFEST, MOST_MANIFEST_BYTES)
        wanted(text, len(text) <= MOST_MANIFEST_BYTES, MANIFEST)
        tree = json.loads(text, object_pairs_hook=_no_twins, parse_constant=_no_constant)
        wanted(tree, isinstance(tree, dict), MANIFEST)
        _check_schema(directory, tree)
        if tree.get("seal") != seal_of(tree):
            raise bad_recording("altered", directory, MANIFEST)
        manifest: Manifest = read_record(
            Manifest, {"raw": False, "plan": None, "baseline": None, **tree}, MANIFEST
        )  # earlier versions knew nothing of them
        return _bounded(manifest)
    except UnfitError as error:
        raise bad_recording("damaged", directory, error.where) from error
    except (OSError, ValueError, RecursionError) as error:
        raise bad_recording("damaged", directory, MANIFEST) from error


def _no_twins(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    names = dict(pairs)
    return wanted(names, len(names) == len(pairs), MANIFEST)


def _no_constant(word: str) -> Json:
    raise UnfitError(word)


def _check_schema(directory: Path, tree: Mapping[str, Json]) -> None:
    schema = read_as(int, tree.get("schema"), "schema")
    if schema > SCHEMA:
        raise BadInputError(Message("error.replay.newer", {"path": str(directory), "schema": schema, "known": SCHEMA}))
    wanted(schema, schema == SCHEMA, "schema")


def _bounded(manifest: Manifest) -> Manifest:
    wanted(manifest, datetime.fromisoformat(manifest.recorded_at).tzinfo is not None, "recorded_at")
    wanted(manifest, PROFILE in manifest.files and sum(f.bytes for f in manifest.files.values()) <= MOST_BYTES, "files")
    for name, due in manifest.files.items():
        wanted(manifest, bool(_FILE_NAME.fullmatch(name)) and name != MANIFEST and due.bytes >= 0, name)
    keys = [entry.key for entry in manifest.samples]
    wanted(manifest, len(set(keys)) == len(keys), "samples")
    pictures = manifest.baseline.unpacked_bytes if manifest.baseline else 0
    unpacked = pictures + sum(_check_entry(entry, manifest.files) for entry in manifest.samples)
    return wanted(manifest, unpacked <= MOST_BYTES, "shape")


def _check_entry(entry: Entry, files: Mapping[str, Sum]) -> int:
    """How many bytes the entry's arrays take once unpacked, known before any is."""
    asked, _, name = entry.key.partition("@")
    fits = entry.kind in SAMPLES and asked in (entry.kind, STAND_INS.get(entry.kind))
    wanted(entry, fits and 1 <= len(name) <= LONGEST_NAME, "key")
    if entry.unseen is not None:
        return 0
    types = array_types(entry.kind)
    wanted(entry, entry.arrays.keys() == types.keys(), entry.key)
    for kept in entry.arrays.values():
        wanted(entry, set(kept.files) <= files.keys() and len(kept.shape) <= MOST_DIMENSIONS, "files")
        wanted(entry, all(side >= 0 for side in kept.shape), "shape")
    return sum(math.prod(kept.shape) * types[array].itemsize for array, kept in entry.arrays.items())


def bad_recording(how: str, directory: Path, what: str) -> BadInputError:
    """The error: `how` is damaged (broken or made up) or altered (not as it was recorded), `what` the file or field."""
    return BadInputError(Message(f"error.replay.{how}", {"path": str(directory), "file": what}))
