"""Writing a plan out for the programs that push: an OBS profile's folder, whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

from rigcheck.push_plan import PushPlan
from rigcheck.recommend.export_obs import BASIC, ENCODER, MARK, SERVICE, obs_files
from rigcheck.sources.folder import check_target, write_folder


def check_obs_place(directory: Path) -> None:
    """Raises what `write_obs_profile` would, before anything is measured; the folder itself is not made."""
    check_target(directory, is_export)


def write_obs_profile(directory: Path, plan: PushPlan, name: str) -> None:
    """Write the folder of an OBS profile, to be imported in OBS's menu Profile.

    Raises UsageError where the folder holds anything but an earlier export without a key, UnwritableError (full disk),
    and ValueError where the plan is a refusal.
    """
    files = {file: text.encode() for file, text in obs_files(plan, name).items()}
    write_folder(directory, files, is_export)


def is_export(directory: Path) -> bool:
    """Whether a folder holds an export of ours and nothing else; one where somebody entered a key is theirs."""
    try:
        if {entry.name for entry in directory.iterdir()} != {BASIC, ENCODER, SERVICE}:
            return False
        service = json.loads((directory / SERVICE).read_text(encoding="utf-8"))
        is_marked = f"[{MARK}]" in (directory / BASIC).read_text(encoding="utf-8").splitlines()
        return is_marked and not service["settings"]["key"]
    except (OSError, ValueError, KeyError, TypeError):
        return False
