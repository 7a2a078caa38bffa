"""Windows: clock, sleep and restart, from w32tm, powercfg and the registry. Parsers read numbers, not translated words."""

from __future__ import annotations

import re
import sys

from rigcheck.sources.gpu import nvidia
from rigcheck.sources.host_probe import Probes, Sleep, unsaid
from rigcheck.sources.tool import said

_UPDATE = r"SOFTWARE\Microsoft\Windows\CurrentVersion"
PENDING_KEYS = (
    rf"{_UPDATE}\Component Based Servicing\RebootPending",
    rf"{_UPDATE}\WindowsUpdate\Auto Update\RebootRequired",
)
_NOT_SYNCHRONISED = 3  # leap indicator


def clock_offset_ms() -> float | None:
    """The time service's phase offset; None when it does not run or has no source."""
    return parse_w32tm(said("w32tm", "/query", "/status", "/verbose") or "")


def parse_w32tm(text: str) -> float | None:
    """`w32tm /query /status /verbose` in any language: leap indicator first, phase offset first behind the blank line."""
    status, _, verbose = text.replace("\r", "").strip().partition("\n\n")
    leap = re.search(r":\s*(\d)", status)
    offset = re.search(r":\s*([+-]?\d+[.,]\d+)\s*s", verbose)
    if not leap or not offset or int(leap[1]) == _NOT_SYNCHRONISED:
        return None
    return float(offset[1].replace(",", ".")) * 1000


def sleep() -> Sleep | None:
    """The present power scheme's sleep on mains."""
    return parse_powercfg(said("powercfg", "/q", "SCHEME_CURRENT", "SUB_SLEEP", "STANDBYIDLE") or "")


def parse_powercfg(text: str) -> Sleep | None:
    """The last two numbers of `powercfg /q` are the settings on mains and on battery, in seconds, in any language."""
    found = re.findall(r":\s*0x([0-9a-fA-F]{8})\s*$", text, re.MULTILINE)
    return Sleep.after(int(found[-2], 16) / 60) if len(found) > 1 else None


def reboot_pending() -> bool | None:
    """Whether servicing or Windows Update waits for a restart."""
    return any(map(_exists, PENDING_KEYS))


def _exists(key: str) -> bool:
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415 - there on Windows only

        try:
            winreg.CloseKey(winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key))
        except FileNotFoundError:
            return False
        return True
    raise NotImplementedError


WINDOWS = Probes(unsaid, unsaid, unsaid, nvidia, clock_offset_ms, sleep, reboot_pending)
