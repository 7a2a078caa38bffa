"""The streaming PC's own figures: load, memory, disk, heat, clock, sleep, restart, battery."""

from __future__ import annotations

import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from rigcheck.errors import NotSeen
from rigcheck.measure.system_supply import supply_words
from rigcheck.samples import HostRequest, HostState, PowerRequest
from rigcheck.sources.host_linux import LINUX
from rigcheck.sources.host_macos import MACOS
from rigcheck.sources.host_probe import Gpu, Probes, Sleep, unsaid
from rigcheck.sources.host_windows import WINDOWS
from rigcheck.sources.supply import read_supply

if TYPE_CHECKING:
    import psutil

T = TypeVar("T")

PROBES = {"linux": LINUX, "win32": WINDOWS, "darwin": MACOS}
_NOTHING = Probes(unsaid, unsaid, unsaid, unsaid, unsaid, unsaid, unsaid)
CPU_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "soc_thermal", "cpu-thermal")
_WORKER = "anyio.to_process"


def read_host(request: HostRequest) -> HostState:
    """This computer over `request.seconds`, then its settings. A probe that fails costs its own figure only."""
    probes = PROBES.get(sys.platform, _NOTHING)
    pressure_pct, before = attempt(probes.pressure_pct), attempt(probes.throttle_count)
    cpu = attempt(partial(cpu_pct, request.seconds))
    after, slowed = attempt(probes.throttle_count), attempt(partial(probes.is_slowed, cpu))
    gpu, sleep = attempt(probes.gpu) or Gpu(), attempt(probes.sleep) or Sleep()
    counted = after > before if before is not None and after is not None else None
    return HostState(
        cpu_pct=cpu,
        gpu_pct=gpu.busy_pct,
        cpu_pressure_pct=pressure_pct,
        memory_available_mb=attempt(memory_available_mb),
        disk_free_gb=attempt(partial(disk_free_gb, request.record_to)),
        throttled=_any_of(counted, slowed, gpu.throttled),
        temperature_c=max(filter(None, (attempt(temperature_c), gpu.temperature_c)), default=None),
        clock_offset_ms=attempt(probes.clock_offset_ms),
        sleep_after_min=sleep.after_min,
        never_sleeps=sleep.never,
        reboot_pending=attempt(probes.reboot_pending),
        on_battery=attempt(on_battery),
    )


def attempt(probe: Callable[[], T | None]) -> T | None:
    """The probe's answer, or None if it fails in any way at all."""
    try:
        return probe()
    except Exception:  # noqa: BLE001 - drivers, tools and odd systems raise anything; the other figures must stay
        return None


def _any_of(*signs: bool | None) -> bool | None:
    """True if any sign is, False if at least one says no, None if none says anything."""
    known = [sign for sign in signs if sign is not None]
    return any(known) if known else None


def cpu_pct(seconds: float) -> float:
    """Load of all cores over a window, in percent, without what rigcheck's own processes took of it."""
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    began, before = time.monotonic(), _seconds_used(_own_processes())
    total_pct = psutil.cpu_percent(interval=seconds)
    elapsed_s, after = time.monotonic() - began, _seconds_used(_own_processes())
    own_s = sum(max(0.0, used_s - before.get(pid, 0.0)) for pid, used_s in after.items())
    return without_own(total_pct, own_s, elapsed_s, psutil.cpu_count() or 1)


def without_own(total_pct: float, own_s: float, elapsed_s: float, cores: int) -> float:
    """The load that is left when `own_s` seconds of CPU in a window of `elapsed_s` are taken away."""
    return max(0.0, total_pct - 100 * own_s / (elapsed_s * cores))


def _own_processes() -> Sequence[psutil.Process]:
    """This process; when it is a worker, rigcheck itself and all of its workers too (they load cameras meanwhile)."""
    import psutil  # noqa: PLC0415 - likewise

    me = psutil.Process()
    parent = me.parent()
    if parent is None or _WORKER not in me.cmdline():
        return [me]
    return [parent, *(child for child in parent.children() if _WORKER in (attempt(child.cmdline) or ()))]


def _seconds_used(processes: Sequence[psutil.Process]) -> dict[int, float]:
    times = {process.pid: attempt(process.cpu_times) for process in processes}
    return {pid: used.user + used.system for pid, used in times.items() if used is not None}


def memory_available_mb() -> float:
    """Memory that programs can have without swapping, in MB (10^6 bytes)."""
    import psutil  # noqa: PLC0415 - likewise

    return psutil.virtual_memory().available / 1e6


def disk_free_gb(record_to: str | None) -> float:
    """Free for this user where recordings go (the home folder by default), in GB (10^9 bytes).

    A folder that does not exist yet counts as its nearest parent that does.
    """
    folder = Path(os.path.abspath(Path(record_to or "~").expanduser()))  # noqa: PTH100 - resolve() would follow dead links
    existing = next(path for path in (folder, *folder.parents) if path.is_dir())
    return shutil.disk_usage(existing).free / 1e9


def temperature_c() -> float | None:
    """The hottest CPU sensor; where no sensor is known to be a CPU's, the hottest of all."""
    import psutil  # noqa: PLC0415 - likewise

    return hottest_c(psutil.sensors_temperatures()) if hasattr(psutil, "sensors_temperatures") else None


def hottest_c(sensors: Mapping[str, Sequence[Any]]) -> float | None:
    """The highest plausible reading (over 0, under 150 °C) of psutil's sensors by chip."""
    chips = {name: readings for name, readings in sensors.items() if name in CPU_SENSORS} or sensors
    found = [reading.current for readings in chips.values() for reading in readings]
    return max((value for value in found if 0 < value < 150), default=None)  # noqa: PLR2004 - plausible, see above


def on_battery() -> bool | None:
    """Whether this computer runs on a battery now; one without any does not."""
    try:
        words = supply_words(read_supply(PowerRequest(os=True)).supplies)
    except NotSeen:
        return False
    return "OB" in words if words and not words >= {"OL", "OB"} else None
