"""Measures of a power supply: mains, charge, runtime, load, and what its status words mean for a show."""

from __future__ import annotations

from rigcheck.measure.battery_date import battery_date
from rigcheck.measure.power_reading import (
    INPUT_V,
    JUNK,
    UNSAID,
    Flag,
    Reading,
    read_apcupsd_values,
    read_nut_values,
)
from rigcheck.measure.power_words import STALE, condition
from rigcheck.measure.system_supply import read_supplies
from rigcheck.metrics import (
    POWER_AGE,
    POWER_BATTERY_LOW,
    POWER_CHARGE,
    POWER_CONDITION,
    POWER_INPUT,
    POWER_LOAD,
    POWER_ON_MAINS,
    POWER_OVERLOADED,
    POWER_REPLACE,
    POWER_RUNTIME,
    POWER_STALE,
)
from rigcheck.model import Measurement, Params, Reason
from rigcheck.profile import Setting
from rigcheck.samples import PowerState

_SAID = (
    POWER_ON_MAINS,
    POWER_CHARGE,
    POWER_RUNTIME,
    POWER_LOAD,
    POWER_INPUT,
    POWER_BATTERY_LOW,
    POWER_REPLACE,
    POWER_OVERLOADED,
    POWER_CONDITION,
)
_ALARM_CHARS = 80


def measure_power(state: PowerState, setting: Setting, name: str) -> tuple[Measurement, ...]:  # noqa: ARG001 - Measure
    """Every power metric of one supply, each once: flags, percent, s, V, days (CONTRACT.md, power.*).

    Junk becomes None with reason `junk`, what the device does not publish None with `not-published`; neither is ever
    judged good. A daemon that lost its device makes all but the battery's age None with `stale`.
    """
    age = _age(state, setting)
    if state.origin == "silent":
        return (*(Measurement(metric, *UNSAID) for metric in (*_SAID, POWER_STALE)), age)
    reading = read(state)
    if reading.words & STALE or not (state.values or state.supplies):
        lost = (Measurement(metric, None, Reason.STALE) for metric in _SAID)
        return (*lost, Measurement(POWER_STALE, True), age)
    return (*_said(reading), Measurement(POWER_STALE, False), age)


def read(state: PowerState) -> Reading:
    """What the supply says, whatever its vocabulary."""
    match state.origin:
        case "nut":
            return read_nut_values(state.values)
        case "apcupsd":
            return read_apcupsd_values(state.values)
        case _:
            return read_supplies(state.supplies)


def on_mains(reading: Reading) -> Flag:
    """Whether mains feeds it. Words that contradict each other (OL OB) leave it to the voltage; no word is junk."""
    fed, drained = "OL" in reading.words, "OB" in reading.words
    if fed != drained:
        return fed, None
    volts, _ = reading.input_v
    return (volts >= INPUT_V[0], None) if fed and volts is not None else JUNK


def _said(reading: Reading) -> tuple[Measurement, ...]:
    figures = (
        on_mains(reading),
        reading.charge_pct,
        reading.runtime_s,
        reading.load_pct,
        reading.input_v,
        reading.battery_low,
        reading.replace_battery,
        reading.overloaded,
    )
    plain = (Measurement(metric, *figure) for metric, figure in zip(_SAID[:-1], figures, strict=True))
    return (*plain, _condition(reading))


def _condition(reading: Reading) -> Measurement:
    """`normal`, `caution` or `bad`, with the words that made it so and the device's own alarm text."""
    word, culprits = condition(reading.words)
    alarm = "".join(char for char in reading.alarm if char.isprintable()).strip()[:_ALARM_CHARS]
    params: Params = {"words": culprits} | ({"alarm": alarm} if alarm else {})
    return Measurement(POWER_CONDITION, word, None if word else Reason.JUNK, params=params)


def _age(state: PowerState, setting: Setting) -> Measurement:
    """Days since the battery was made or changed, by the device, else by the profile's `bought`.

    A date nobody can read ("CPS", "not set", 4158/00/03, a factory constant) is a device that publishes none: an
    unknown age is no fault (facts of the trade: 43 of 718 dumps say "CPS").
    """
    dates = () if state.origin == "silent" else read(state).dates
    for text in (*dates, *((state.bought,) if state.bought else ())):
        if found := battery_date(text, setting.today):
            day, guessed = found
            return Measurement(POWER_AGE, (setting.today - day).days, estimate=guessed)
    return Measurement(POWER_AGE, *UNSAID)
