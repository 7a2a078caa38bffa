"""Linux: pressure, throttling, clock, sleep and restart, from /proc, /sys, logind and the desktop."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterable
from pathlib import Path

from rigcheck.sources.gpu import nvidia
from rigcheck.sources.host_probe import Gpu, Probes, Sleep
from rigcheck.sources.tool import said

ROOT = Path("/")
BUSY_PCT, SLOWED = 50.0, 0.6  # our own rule: a clock under 60 % of its maximum under load is throttled

_STA_UNSYNC, _STA_NANO = 0x40, 0x2000
_GNOME = "org.gnome.settings-daemon.plugins.power"
_OTHER_DESKTOPS = frozenset(
    {"org_kde_powerdevil", "xfce4-power-manager", "mate-power-manager", "csd-power", "lxqt-powermanagement"}
)
_SECONDS = {"": 1, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hr": 3600, "d": 86400}


def pressure_pct(root: Path = ROOT) -> float | None:
    """PSI: share of the last 10 s in which some task waited for the CPU, in percent."""
    found = re.search(r"^some avg10=([\d.]+)", (root / "proc/pressure/cpu").read_text(), re.MULTILINE)
    return float(found[1]) if found else None


def throttle_count(root: Path = ROOT) -> int | None:
    """How often cores and packages were throttled since boot; None where the CPU does not count."""
    found = root.glob("sys/devices/system/cpu/cpu[0-9]*/thermal_throttle/*_throttle_count")
    counts = [int(path.read_text()) for path in found]
    return sum(counts) if counts else None


def is_slowed(load_pct: float | None, root: Path = ROOT) -> bool | None:
    """Whether a loaded CPU's fastest core runs under 60 % of its allowed clock; None when idle or unknown."""
    cores = list(root.glob("sys/devices/system/cpu/cpu[0-9]*/cpufreq"))
    if load_pct is None or load_pct < BUSY_PCT or not cores:
        return None
    return max(_clock_share(core) for core in cores) < SLOWED


def _clock_share(core: Path) -> float:
    return int((core / "scaling_cur_freq").read_text()) / int((core / "scaling_max_freq").read_text())


def gpu(root: Path = ROOT) -> Gpu | None:
    """NVIDIA by its own tool, AMD by the kernel's busy percentage."""
    if found := nvidia():
        return found
    busy = [float(path.read_text()) for path in root.glob("sys/class/drm/card*/device/gpu_busy_percent")]
    return Gpu(busy_pct=max(busy)) if busy else None


class Timex(ctypes.Structure):
    """The kernel's `struct timex` (adjtimex(2)), up to what is read here; the rest is room."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("constant", ctypes.c_long),
        ("precision", ctypes.c_long),
        ("tolerance", ctypes.c_long),
        ("time", ctypes.c_long * 2),
        ("tick", ctypes.c_long),
        ("room", ctypes.c_char * 256),
    )


def kernel_clock() -> Timex:
    """The clock's discipline, as it is; nothing is adjusted. Raises OSError."""
    clock = Timex()  # modes 0: read only
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(clock)) < 0:
        raise OSError(ctypes.get_errno(), "adjtimex")
    return clock


def clock_offset_ms() -> float | None:
    """What is left to correct of a synchronised clock; None when nothing synchronises it."""
    clock = kernel_clock()
    if clock.status & _STA_UNSYNC:
        return None
    return float(clock.offset / (1e6 if clock.status & _STA_NANO else 1e3))


def sleep() -> Sleep | None:
    """The sooner of logind's and the desktop's idle sleep; None when a desktop runs that is not understood."""
    if is_masked():
        return Sleep(never=True)
    running = _process_names()
    if running & _OTHER_DESKTOPS:
        return None
    known = [idle_action(), *([gnome()] if "gsd-power" in running else [])]
    if None in known:
        return None
    minutes = [one.after_min for one in known if one is not None and one.after_min is not None]
    return Sleep.after(min(minutes, default=0))


def is_masked(root: Path = ROOT) -> bool:
    """Whether the administrator has forbidden every sleep (`systemctl mask sleep.target`)."""
    target = root / "etc/systemd/system/sleep.target"
    return target.is_symlink() and str(target.readlink()) == "/dev/null"


def idle_action(root: Path = ROOT) -> Sleep | None:
    """Logind's IdleAction and IdleActionSec (30 min when not set); None on a system without systemd."""
    if not (root / "run/systemd/system").is_dir():
        return None
    folders = ("usr/lib/systemd", "run/systemd", "etc/systemd")
    main = [root / folder / "logind.conf" for folder in folders]
    more = [path for folder in folders for path in (root / folder / "logind.conf.d").glob("*.conf")]
    return parse_logind(
        path.read_text() for path in (*main, *sorted(more, key=lambda path: path.name)) if path.is_file()
    )


def parse_logind(texts: Iterable[str]) -> Sleep:
    """logind.conf and its drop-ins, later ones winning; only actions that stop the computer count."""
    settings = {
        key: value for text in texts for key, value in re.findall(r"^\s*(\w+)\s*=\s*(.*?)\s*$", text, re.MULTILINE)
    }
    stops = settings.get("IdleAction", "ignore") not in ("", "ignore", "lock")
    return Sleep.after(span_s(settings.get("IdleActionSec", "30min")) / 60 if stops else 0)


def span_s(text: str) -> float:
    """A systemd time span ("1h 30min", "900") in seconds; 0 for what cannot be read."""
    parts = re.findall(r"(\d+(?:\.\d+)?)\s*([a-z]*)", text)
    return sum(float(number) * _SECONDS.get(unit, 0) for number, unit in parts)


def gnome() -> Sleep | None:
    """GNOME's sleep on mains."""
    kind, seconds = (said("gsettings", "get", _GNOME, f"sleep-inactive-ac-{key}") for key in ("type", "timeout"))
    return parse_gnome(kind or "", seconds or "")


def parse_gnome(kind: str, seconds: str) -> Sleep | None:
    """`'suspend'` and `1200` as gsettings prints them."""
    found = re.search(r"(\d+)\s*$", seconds)
    if not kind.strip() or not found:
        return None
    return Sleep.after(0 if "nothing" in kind else int(found[1]) / 60)


def _process_names() -> frozenset[str]:
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    return frozenset(process.info["name"] or "" for process in psutil.process_iter(["name"]))


def reboot_pending(root: Path = ROOT) -> bool | None:
    """Debian's and Ubuntu's restart flag; other distributions have none that can be read without their tools."""
    if any((root / folder / "reboot-required").exists() for folder in ("run", "var/run")):
        return True
    return False if (root / "etc/debian_version").exists() else None


LINUX = Probes(pressure_pct, throttle_count, is_slowed, gpu, clock_offset_ms, sleep, reboot_pending)
