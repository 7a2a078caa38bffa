"""What a power supply says, in one vocabulary: NUT, apcupsd and operating system dumps as a Reading."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rigcheck.measure.power_words import KNOWN, Words, apcupsd_words, nut_words
from rigcheck.model import Reason

Figure = tuple[float | None, Reason | None]
Flag = tuple[bool | None, Reason | None]
Values = Mapping[str, str]

UNSAID: tuple[None, Reason] = (None, Reason.NOT_PUBLISHED)
JUNK: tuple[None, Reason] = (None, Reason.JUNK)

# Accepted ranges, from the junk in real device dumps (loads of 4.6e254, charges of -197.6 and 1000, runtimes 0, 65535)
CHARGE_PCT = (0.0, 100.0)
LOAD_PCT = (0.0, 150.0)  # 0 is kept: an idle supply says it, and one that does not measure cannot be told apart
RUNTIME_S = (1.0, 86399.0)
INPUT_V = (50.0, 300.0)
_OVERFLOW_S = 65535.0


@dataclass(frozen=True, slots=True)
class Reading:
    """One supply at one moment. `dates` are what may tell the battery's age, the best first; `alarm` is its own text."""

    words: Words
    charge_pct: Figure = UNSAID
    runtime_s: Figure = UNSAID
    load_pct: Figure = UNSAID
    input_v: Figure = UNSAID
    battery_low: Flag = UNSAID
    replace_battery: Flag = UNSAID
    overloaded: Flag = UNSAID
    dates: tuple[str, ...] = ()
    alarm: str = ""


def number(text: str | None) -> float | None:
    """A plain decimal number, else None: no comma decimals, no "36:00", no exponents, no digits of other scripts."""
    return float(text) if text and re.fullmatch(r"[+-]?\d+(\.\d*)?", text := text.strip(), re.ASCII) else None


def figure(value: float | None, accepted: tuple[float, float]) -> Figure:
    """The value if it lies in the accepted range (bounds included), else junk."""
    low, high = accepted
    return (value, None) if value is not None and low <= value <= high else JUNK


def flag_of(words: Words, word: str) -> Flag:
    """Whether a word was said; junk when nothing was said that anybody knows, so that noise is never a clean no."""
    return (word in words, None) if words & KNOWN else JUNK


def runtime(seconds: float | None) -> Figure:
    """A runtime; 65535 is an overflow, 0 and a day or more are not believed."""
    return figure(None if seconds == _OVERFLOW_S else seconds, RUNTIME_S)


def read_nut_values(values: Values) -> Reading:
    """A Reading of NUT variables (names and units: NUT's `nut-names`)."""
    words = nut_words(values.get("ups.status", ""))
    test = values.get("ups.test.result", "").lower()
    return Reading(
        words=words,
        charge_pct=_nut(values, "battery.charge", CHARGE_PCT),
        runtime_s=runtime(number(values["battery.runtime"])) if "battery.runtime" in values else UNSAID,
        load_pct=_nut(values, "ups.load", LOAD_PCT),
        input_v=_input(number(values["input.voltage"]), words) if "input.voltage" in values else UNSAID,
        battery_low=flag_of(words, "LB"),
        replace_battery=(True, None) if re.search(r"\b(error|failed)\b", test) else flag_of(words, "RB"),
        overloaded=flag_of(words, "OVER"),
        dates=tuple(values[name] for name in ("battery.date", "battery.mfr.date") if name in values),
        alarm=values.get("ups.alarm", ""),
    )


def read_apcupsd_values(values: Values) -> Reading:
    """A Reading of apcupsd's status records (`KEY: value unit`). SELFTEST BT: the battery failed its test."""
    words = apcupsd_words(values.get("STATUS", ""), values.get("STATFLAG", ""))
    return Reading(
        words=words,
        charge_pct=_apc(values, "BCHARGE", "Percent", CHARGE_PCT),
        runtime_s=_timeleft(values),
        load_pct=_apc(values, "LOADPCT", "Percent", LOAD_PCT),
        input_v=_input(_with_unit(values["LINEV"], "Volts"), words) if _says(values, "LINEV") else UNSAID,
        battery_low=flag_of(words, "LB"),
        replace_battery=(True, None) if values.get("SELFTEST", "").strip() == "BT" else flag_of(words, "RB"),
        overloaded=flag_of(words, "OVER"),
        dates=(values["BATTDATE"],) if "BATTDATE" in values else (),
    )


def _nut(values: Values, name: str, accepted: tuple[float, float]) -> Figure:
    return figure(number(values[name]), accepted) if name in values else UNSAID


def _input(volts: float | None, words: Words) -> Figure:
    """Mains voltage; exactly 0 is believed only from a supply on battery."""
    return (0.0, None) if volts == 0 and "OB" in words else figure(volts, INPUT_V)


def _says(values: Values, name: str) -> bool:
    return values.get(name, "N/A").strip() != "N/A"


def _apc(values: Values, name: str, unit: str, accepted: tuple[float, float]) -> Figure:
    return figure(_with_unit(values[name], unit), accepted) if _says(values, name) else UNSAID


def _timeleft(values: Values) -> Figure:
    if not _says(values, "TIMELEFT"):
        return UNSAID
    minutes = _with_unit(values["TIMELEFT"], "Minutes")
    return runtime(None if minutes is None else minutes * 60)


def _with_unit(text: str, unit: str) -> float | None:
    """The number before its unit ("9.3 Percent Load Capacity"); any other unit is not understood."""
    plain, _, rest = text.strip().partition(" ")
    return number(plain) if not rest or rest.strip().startswith(unit) else None
