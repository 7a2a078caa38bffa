"""Which other program has a device open: asked before a device is touched, named in the message."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path


def holder_of(node: str, proc: Path = Path("/proc")) -> str | None:
    """Name of a process, other than this one, that has the device node open; None where none is seen.

    Linux only (elsewhere None): other users' processes can be looked into by root alone, so None is no proof.
    """
    device = os.path.realpath(node)
    for process in proc.glob("[0-9]*"):
        if process.name != str(os.getpid()) and device in _open_files(process):
            return _name(process)
    return None


def _open_files(process: Path) -> Iterable[str]:
    try:
        return [os.readlink(link) for link in (process / "fd").iterdir()]  # noqa: PTH115 - a link's text, not its target
    except OSError:  # gone meanwhile, or somebody else's
        return []


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(errors="replace").strip()
    except OSError:
        return ""


def camera_user() -> str | None:
    """Windows: a program that uses some camera right now, as the system's privacy page knows it; elsewhere None."""
    return using_now(_camera_uses())


def using_now(uses: Mapping[str, tuple[int, int]]) -> str | None:
    """The program whose last use has begun and not ended. `uses`: registry key -> (LastUsedTimeStart, ...Stop).

    Keys of desktop programs are their paths with `#` for the backslash.
    """
    for key, (started, stopped) in uses.items():
        if started > 0 and stopped == 0:
            return key.rpartition("#")[2]
    return None


if sys.platform == "win32":  # not run by us: there was no Windows machine
    import winreg

    _STORE = r"Software\Microsoft\Windows\CurrentVersion\CapabilityAccessManager\ConsentStore\webcam"

    def _camera_uses() -> dict[str, tuple[int, int]]:
        uses: dict[str, tuple[int, int]] = {}
        for branch in (_STORE, _STORE + r"\NonPackaged"):
            with suppress(OSError), winreg.OpenKey(winreg.HKEY_CURRENT_USER, branch) as programs:
                for index in range(winreg.QueryInfoKey(programs)[0]):
                    name = winreg.EnumKey(programs, index)
                    with suppress(OSError), winreg.OpenKey(programs, name) as program:
                        started, stopped = (
                            winreg.QueryValueEx(program, f"LastUsedTime{moment}")[0] for moment in ("Start", "Stop")
                        )
                        uses[name] = (int(started), int(stopped))
        return uses

else:

    def _camera_uses() -> dict[str, tuple[int, int]]:
        return {}
