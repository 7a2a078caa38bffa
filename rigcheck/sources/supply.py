"""The operating system's batteries and UPSes; and the UPS that nobody can ask."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rigcheck.errors import NotSeen
from rigcheck.measure.system_supply import stores
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest, PowerState

SYSFS = Path("/sys/class/power_supply")
_ATTRIBUTES = (
    *("type", "scope", "online", "present", "status", "health"),
    *("capacity", "capacity_level", "time_to_empty_now"),
    *("energy_now", "energy_full", "energy_full_design", "power_now"),
    *("charge_now", "charge_full", "charge_full_design", "current_now"),
    *("manufacture_year", "manufacture_month", "manufacture_day"),
)
_MAX_CHARS = 64


def read_supply(request: PowerRequest, sysfs: Path = SYSFS) -> PowerState:
    """The supplies this computer knows of, or the mere mention of a UPS without a data cable.

    Raises NotSeen(none-here) where nothing stores energy for this computer.
    """
    if request.silent is not None:
        return PowerState(origin="silent", values={"name": request.silent}, bought=request.bought)
    supplies = read_sysfs(sysfs) if sys.platform == "linux" else _read_psutil()
    if not stores(supplies):
        raise NotSeen(Reason.NONE_HERE)
    return PowerState(origin="os", values={}, supplies=supplies, bought=request.bought)


def read_sysfs(root: Path = SYSFS) -> tuple[Mapping[str, str], ...]:
    """Every supply of Linux' power_supply class, its readable attributes under the kernel's names, plus `name`.

    Not by psutil: it takes a wireless mouse for the host's battery, misses a supply of type UPS and believes an empty bay.
    """
    folders = sorted(root.iterdir()) if root.is_dir() else []
    return tuple({"name": folder.name} | _attributes(folder) for folder in folders)


def _attributes(folder: Path) -> dict[str, str]:
    texts = {name: _text(folder / name) for name in _ATTRIBUTES}
    return {name: text for name, text in texts.items() if text is not None}


def _text(path: Path) -> str | None:
    """The attribute's text; None where there is none or the driver refuses to answer (ENODEV, ENODATA)."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(_MAX_CHARS).strip()
    except OSError:
        return None


def _read_psutil() -> tuple[Mapping[str, str], ...]:
    """Windows and macOS, where a UPS on USB shows up as a battery too."""
    import psutil  # noqa: PLC0415 - 30 ms that the start of a light command does not pay

    return supplies_of(psutil.sensors_battery())


def supplies_of(battery: Any) -> tuple[Mapping[str, str], ...]:  # noqa: ANN401 - psutil's own tuple, or None
    """A battery as psutil tells it (percent, secsleft, power_plugged) under the kernel's names."""
    if battery is None:
        return ()
    plugged, seconds = battery.power_plugged, battery.secsleft
    store = {"name": "battery", "type": "Battery", "capacity": f"{battery.percent:g}"}
    if plugged is False:
        store["status"] = "Discharging"
        store |= {"time_to_empty_now": str(int(seconds))} if seconds > 0 else {}
    charger = () if plugged is None else ({"name": "mains", "type": "Mains", "online": str(int(plugged))},)
    return (store, *charger)
