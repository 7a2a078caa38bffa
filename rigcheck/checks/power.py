"""The power: on the mains now, and for how long without."""

from functools import partial
from typing import cast

from rigcheck import metrics as m
from rigcheck.check import Check
from rigcheck.measure.power import measure_power
from rigcheck.model import Impact, Role
from rigcheck.profile import PowerDevice, Setting
from rigcheck.samples import PowerRequest


def ask_power(setting: Setting, name: str) -> PowerRequest:
    """One reading; nothing is ever commanded of a UPS."""
    device = cast("PowerDevice", setting.device("power", name))
    return PowerRequest(name, device.nut, device.apcupsd, device.os, device.silent, device.bought)


_check = partial(Check, section="power", ask=ask_power, measure=measure_power, impact=Impact.DEGRADE, who=Role.TECH)

POWER_CHECKS: tuple[Check, ...] = (
    _check(id="power.mains", metrics=(m.POWER_ON_MAINS,), impact=Impact.STOP, minutes=3),
    _check(id="power.battery", metrics=(m.POWER_BATTERY_LOW,), impact=Impact.STOP, minutes=10),
    _check(id="power.link", metrics=(m.POWER_STALE,), minutes=3),
    _check(id="power.condition", metrics=(m.POWER_CONDITION,), minutes=5),
    _check(id="power.runtime", metrics=(m.POWER_RUNTIME,), minutes=10),
    _check(id="power.load", metrics=(m.POWER_LOAD,), minutes=5),
    _check(id="power.overload", metrics=(m.POWER_OVERLOADED,), minutes=3),
    _check(id="power.charge", metrics=(m.POWER_CHARGE,), minutes=30),
    _check(id="power.replace", metrics=(m.POWER_REPLACE,), who=Role.SITE, minutes=30),
    _check(id="power.input", metrics=(m.POWER_INPUT,), who=Role.SITE, minutes=10),
    _check(id="power.age", metrics=(m.POWER_AGE,), who=Role.SITE, minutes=30),
)
