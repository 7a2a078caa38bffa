"""What OBS's folders on this computer add to what it says: its log, its encoder's settings, whether its files are there.

Everything here touches disks that may hang: it is called in a worker.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from configparser import ConfigParser
from configparser import Error as IniError
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rigcheck.sources.obs_log import warnings_in

PART_BYTES = 1_000_000
"""Of a long log, this much of its beginning and of its end."""
LOGS = 5


@dataclass(frozen=True, slots=True)
class Folders:
    """What was found in them."""

    warnings: tuple[str, ...] = ()  # of the running OBS's log; none where it is not found
    encoder: Mapping[str, Any] | None = None  # the advanced mode's, other than its defaults; None where not found
    missing: frozenset[str] = frozenset()  # of the asked paths


def look_in_folders(port: int, profile: str, paths: tuple[str, ...]) -> Folders:
    """What the folders of the OBS that listens on `port` and uses this profile tell."""
    missing = frozenset(path for path in paths if not _exists(path))
    for folder in config_folders():
        if log := _log_of(folder, port):
            return Folders(warnings_in(log), _encoder_of(folder, profile), missing)
    return Folders(missing=missing)


def config_folders() -> list[Path]:
    """Where OBS keeps its configuration on this system: the ones there are."""
    home = Path.home()
    if sys.platform == "win32":
        places = [Path(os.environ.get("APPDATA", home / "AppData/Roaming"))]
    elif sys.platform == "darwin":
        places = [home / "Library/Application Support"]
    else:
        own = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
        places = [own, home / ".var/app/com.obsproject.Studio/config", home / "snap/obs-studio/current/.config"]
    return [place / "obs-studio" for place in places if (place / "obs-studio").is_dir()]


def _exists(path: str) -> bool:
    """A path that cannot even be asked about is not there."""
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _log_of(folder: Path, port: int) -> str:
    """The newest log in which the server on that port started: several OBS may have run, one of them we speak with."""
    started = re.compile(rf"WebSocketServer::Start\] Server started successfully on port {port}\b")
    texts = (_text_of(path) for path in _newest(folder / "logs"))
    return next((text for text in texts if started.search(text)), "")


def _newest(folder: Path) -> list[Path]:
    with suppress(OSError):
        return sorted(folder.glob("*.txt"), key=lambda path: path.stat().st_mtime, reverse=True)[:LOGS]
    return []


def _text_of(path: Path) -> str:
    with suppress(OSError), path.open("rb") as file:
        head = file.read(PART_BYTES)
        file.seek(max(PART_BYTES, path.stat().st_size - PART_BYTES))
        return (head + b"\n" + file.read(PART_BYTES)).decode("utf-8", "replace")
    return ""


def _encoder_of(folder: Path, profile: str) -> Mapping[str, Any] | None:
    for place in _profile_folders(folder / "basic" / "profiles", profile):
        with suppress(OSError, ValueError):
            found = json.loads((place / "streamEncoder.json").read_text(encoding="utf-8-sig"))
            return found if isinstance(found, dict) else None
        return {}
    return None


def _profile_folders(profiles: Path, name: str) -> Iterator[Path]:
    """The folders of the profile of that name: OBS names folders otherwise where a name has odd characters."""
    with suppress(OSError):
        for file in sorted(profiles.glob("*/basic.ini")):
            if _name_in(file) == name:
                yield file.parent


def _name_in(file: Path) -> str | None:
    ini = ConfigParser(interpolation=None, strict=False)
    with suppress(OSError, ValueError, IniError):
        ini.read_string(file.read_text(encoding="utf-8-sig"))
        name = ini.get("General", "Name", fallback=None)
        return name and name.replace("\\\\", "\\")  # as OBS writes it
    return None
