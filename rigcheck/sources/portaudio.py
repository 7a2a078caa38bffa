"""PortAudio through sounddevice: loaded late, listed afresh, its errors told apart. Only inside workers."""

from __future__ import annotations

import platform
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.holder import holder_of
from rigcheck.sources.mic_choice import Input, choose_input, inputs_of

DEVICE_UNAVAILABLE = -9985
"""paDeviceUnavailable of portaudio.h: another program has the device for itself."""

_INSTALL = {
    "debian": "apt install libportaudio2",
    "fedora": "dnf install portaudio",
    "rhel": "dnf install portaudio",
    "arch": "pacman -S portaudio",
    "suse": "zypper install portaudio",
    "alpine": "apk add portaudio",
    "Darwin": "brew install portaudio",
    "Windows": "pip install --force-reinstall sounddevice",
}


def load_portaudio() -> ModuleType:
    """The sounddevice module with today's devices: importing it opens PortAudio, whose list is a snapshot.

    Raises NotSeen: not-installed (params `install`: the command for this system), failed.
    """
    known = sys.modules.get("sounddevice")
    try:
        import sounddevice  # noqa: PLC0415 - importing it opens the sound system

        if known is not None:
            sounddevice._terminate()  # noqa: SLF001 - the only way to list anew
            sounddevice._initialize()  # noqa: SLF001 - likewise
    except (ImportError, OSError) as error:
        raise NotSeen(Reason.NOT_INSTALLED, {"install": install_command()}) from error
    except Exception as error:  # PortAudioError, whose class is not there yet: a broken sound configuration
        raise NotSeen(Reason.FAILED, {"error": type(error).__name__}) from error
    return sounddevice  # type: ignore[no-any-return]  # sounddevice has no types


def install_command() -> str:
    """What installs the PortAudio library on this system; on Linux by the ID and ID_LIKE of /etc/os-release."""
    if platform.system() != "Linux":
        return _INSTALL.get(platform.system(), "")
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return _INSTALL["debian"]
    return install_for(f"{release.get('ID', '')} {release.get('ID_LIKE', '')}".split())


def install_for(names: list[str]) -> str:
    """The first command that suits one of the distribution's names, nearest first; Debian's where none does."""
    return next((_INSTALL[name] for name in names if name in _INSTALL), _INSTALL["debian"])


def list_inputs() -> tuple[Input, ...]:
    """The input devices of this computer, none opened. Raises NotSeen like `load_portaudio`."""
    return inputs_of(*list_sound())


def list_sound() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """PortAudio's own lists, devices and host APIs, with what choosing an input needs. Raises like `load_portaudio`."""
    sounddevice = load_portaudio()
    wanted = ("name", "hostapi", "max_input_channels", "default_samplerate")
    devices = [{name: device[name] for name in wanted} for device in sounddevice.query_devices()]
    apis = [{name: api[name] for name in ("name", "default_input_device")} for api in sounddevice.query_hostapis()]
    return devices, apis


def find_input(device: str | None, inputs: tuple[Input, ...], asound: Path = Path("/proc/asound")) -> Input:
    """The one input that `device` means. ALSA's busy cards are not listed at all: they are looked for, and then held.

    Raises NotSeen like `choose_input`, and held (params `device`, `holder`).
    """
    try:
        return choose_input(device, inputs)
    except NotSeen as unseen:
        if unseen.reason is not Reason.MISSING:
            raise
        hidden = [name for name in alsa_names(asound) if (device or "").casefold() in name.casefold()]
        held = [(name, user) for name in hidden if (user := _holder(name)) is not None]
        if not held:
            raise
        raise NotSeen(Reason.HELD, {"device": held[0][0], "holder": held[0][1]}) from None


def alsa_names(asound: Path) -> list[str]:
    """The names PortAudio would give ALSA's capture devices, from the kernel's own lists: `card: pcm (hw:0,0)`."""
    cards = dict(re.findall(r"^ *(\d+) \[.*?\]: \S+ - (.+)$", _text(asound / "cards"), re.MULTILINE))
    pcms = re.findall(r"^(\d+)-(\d+): [^:]*: ([^:]*?) *: .*\bcapture\b", _text(asound / "pcm"), re.MULTILINE)
    named = [(cards.get(str(int(card)), ""), int(card), int(device), pcm) for card, device, pcm in pcms]
    return [f"{name}: {pcm.removeprefix(name).strip()} (hw:{card},{device})" for name, card, device, pcm in named]


def _text(path: Path) -> str:
    return path.read_text(errors="replace") if path.is_file() else ""


def open_failure(error: Exception, device: Input) -> NotSeen:
    """Why a stream did not open: held (params `holder`, "" where unknown) or failed (params `code`, PortAudio's)."""
    code = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], int) else 0
    if code == DEVICE_UNAVAILABLE:
        return NotSeen(Reason.HELD, {"device": device.name, "holder": _holder(device.name) or ""})
    return NotSeen(Reason.FAILED, {"device": device.name, "error": type(error).__name__, "code": code})


def _holder(name: str) -> str | None:
    """The program that has an ALSA device open, by the card numbers in its name: `... (hw:1,0)`."""
    numbers = re.search(r"\(hw:(\d+),(\d+)\)", name)
    return holder_of(f"/dev/snd/pcmC{numbers[1]}D{numbers[2]}c") if numbers else None
