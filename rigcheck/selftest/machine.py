"""Faults of the power supply and of the streaming PC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rigcheck.model import Status
from rigcheck.samples import PowerState
from rigcheck.selftest.fault import Fault, Scene
from rigcheck.selftest.line import with_fields
from rigcheck.selftest.scene import FULL, GOOD


def says(status: str = "OL", **values: str) -> Callable[[PowerState], PowerState]:
    """A UPS with these status words, and these values of NUT (battery_charge for battery.charge)."""
    said = {name.replace("_", ".", 1): value for name, value in values.items()}
    return lambda state: replace(state, values={**state.values, **said, "ups.status": status})


def _power(check: str, inject: Callable[[PowerState], PowerState], name: str = "", **also: str) -> Fault:
    taken = {f"power.{each}": why for each, why in also.items()}
    return Fault(check, GOOD, {"power@ups": inject}, also=taken, name=name)


def _host(check: str, scene: Scene = GOOD, red: Status = Status.FAIL, **fields: float | bool) -> Fault:
    return Fault(check, scene, {"host@main": with_fields(**fields)}, red=red)


POWER_FAULTS: tuple[Fault, ...] = (
    _power("power.mains", says("OB DISCHRG", input_voltage="0.0", battery_charge="91")),
    _power("power.battery", says("OL CHRG LB", battery_charge="9", battery_runtime="95")),
    _power("power.link", says("WAIT"), mains="unread", battery="unread"),
    _power("power.condition", says("OL BYPASS")),
    _power("power.runtime", says(battery_runtime="140")),
    _power("power.load", says(ups_load="93")),
    _power("power.overload", says("OL OVER", ups_load="118")),
    _power("power.charge", says("OL CHRG", battery_charge="31")),
    _power("power.replace", says("OL RB")),
    _power("power.input", says(input_voltage="281.0")),
    _power("power.input", says("OL", input_voltage="84.0"), name="low"),
    _power("power.age", says(battery_date="2020-06-30")),
)
HOST_FAULTS: tuple[Fault, ...] = (
    _host("host.cpu", cpu_pct=97.0),
    _host("host.pressure", cpu_pressure_pct=63.0),
    _host("host.gpu", gpu_pct=99.0),
    _host("host.memory", memory_available_mb=410.0),
    _host("host.disk", disk_free_gb=4.6),
    _host("host.battery", on_battery=True),
    _host("host.sleep", FULL, sleep_after_min=15.0),
    _host("host.throttled", throttled=True),
    _host("host.temperature", temperature_c=99.0),
    _host("host.clock", clock_offset_ms=-11_000.0),
    _host("host.reboot", red=Status.WARN, reboot_pending=True),
)
