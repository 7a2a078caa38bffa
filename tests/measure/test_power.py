from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.measure.battery_date import battery_date
from rigcheck.measure.power import measure_power
from rigcheck.measure.power_words import KNOWN, condition
from rigcheck.metrics import METRICS
from rigcheck.model import Measurement, Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import PowerRequest, PowerState
from rigcheck.sources.powerfile import read_power_file

TODAY = date(2026, 11, 20)
SETTING = Setting(Profile(), Stage.HOST, TODAY)
GOOD = {
    "ups.status": "OL CHRG",
    "battery.charge": "98",
    "battery.runtime": "1800",
    "ups.load": "35.5",
    "input.voltage": "230.4",
    "battery.date": "2025-11-20",
}
APC = {"STATUS": "ONLINE", "BCHARGE": "100.0 Percent", "TIMELEFT": "48.5 Minutes", "LOADPCT": "12.0 Percent"}


def nut(**changes: str | None) -> dict[str, Measurement]:
    """Measurements of a good NUT device with some variables (dots written as underscores) changed or taken away."""
    changed = {name.replace("_", "."): value for name, value in changes.items()}
    values = {name: value for name, value in (GOOD | changed).items() if value is not None}
    return measured(PowerState(origin="nut", values=values))


def apc(**values: str) -> dict[str, Measurement]:
    return measured(PowerState(origin="apcupsd", values=APC | values))


def system(*supplies: dict[str, str]) -> dict[str, Measurement]:
    return measured(PowerState(origin="os", values={}, supplies=supplies))


def measured(state: PowerState) -> dict[str, Measurement]:
    found = measure_power(state, SETTING, "main")
    assert sorted(one.metric.id for one in found) == sorted(id_ for id_ in METRICS if id_.startswith("power."))
    return {one.metric.id.removeprefix("power."): one for one in found}


def values(found: dict[str, Measurement]) -> dict[str, object]:
    return {name: one.value if one.value is not None else one.reason for name, one in found.items()}


def test_a_good_nut_device():
    assert values(nut()) == {
        "on_mains": True,
        "charge_pct": 98.0,
        "runtime_s": 1800.0,
        "load_pct": 35.5,
        "input_v": 230.4,
        "battery_low": False,
        "replace_battery": False,
        "overloaded": False,
        "stale": False,
        "battery_age_days": 365,
        "condition": "normal",
    }


@pytest.mark.parametrize(
    ("status", "flags", "word", "culprits"),
    [
        ("OL", (True, False, False, False), "normal", ()),
        ("OB DISCHRG", (False, False, False, False), "normal", ()),
        ("LB OL CHRG", (True, True, False, False), "normal", ()),
        ("OL LB OVER RB BOOST", (True, True, True, True), "caution", ("BOOST",)),
        ("ALARM OL RB", (True, False, True, False), "caution", ("ALARM",)),
        ("OL DISCHRG", (True, False, False, False), "caution", ("DISCHRG",)),
        ("HB OL", (True, False, False, False), "caution", ("HB",)),
        ("OL HE", (True, False, False, False), "normal", ()),
        ("OL PURPLE", (True, False, False, False), "caution", ("PURPLE",)),
        ("ALARM OL FSD", (True, False, False, False), "bad", ("ALARM", "FSD")),
        ("OL BYPASS", (True, False, False, False), "bad", ("BYPASS",)),
        ("OFF", (None, False, False, False), "bad", ("OFF",)),
        ("BOOST BYPASS", (None, False, False, False), "bad", ("BOOST", "BYPASS")),
    ],
)
def test_status_is_a_set_of_words(status, flags, word, culprits):
    found = nut(ups_status=status)
    names = ("on_mains", "battery_low", "replace_battery", "overloaded")
    assert tuple(found[name].value for name in names) == flags
    assert found["condition"].value == word
    assert found["condition"].params["words"] == culprits


@pytest.mark.parametrize(("volts", "on_mains"), [("228.0", True), ("0.0", False), (None, None), ("junk", None)])
def test_contradictory_words_leave_it_to_the_voltage(volts, on_mains):
    found = nut(ups_status="OL DISCHRG OB", input_voltage=volts)
    assert found["on_mains"].value is on_mains
    assert found["condition"].value == "bad"
    assert found["condition"].params["words"] == ("OB", "OL")


@pytest.mark.parametrize("status", [None, "", "  ", "asdf", "online"])
def test_a_status_that_says_nothing_is_unknown(status):
    found = nut(ups_status=status)
    for name in ("on_mains", "battery_low", "replace_battery", "overloaded"):
        assert (found[name].value, found[name].reason) == (None, Reason.JUNK)
    assert found["condition"].value in (None, "caution")


@pytest.mark.parametrize(
    ("variable", "metric", "text", "value"),
    [
        ("battery_charge", "charge_pct", "0", 0.0),
        ("battery_charge", "charge_pct", "087", 87.0),
        ("battery_charge", "charge_pct", "100", 100.0),
        ("battery_charge", "charge_pct", "1000", None),
        ("battery_charge", "charge_pct", "-197.6", None),
        ("battery_charge", "charge_pct", "98,5", None),
        ("battery_charge", "charge_pct", "", None),
        ("battery_charge", "charge_pct", "nan", None),
        ("battery_charge", "charge_pct", "\N{ARABIC-INDIC DIGIT NINE}8", None),
        ("ups_load", "load_pct", "0", 0.0),
        ("ups_load", "load_pct", "150.00", 150.0),
        ("ups_load", "load_pct", "520", None),
        ("ups_load", "load_pct", "46" + 253 * "0", None),
        ("ups_load", "load_pct", "1e1", None),
        ("battery_runtime", "runtime_s", "1", 1.0),
        ("battery_runtime", "runtime_s", "01480", 1480.0),
        ("battery_runtime", "runtime_s", "86399", 86399.0),
        ("battery_runtime", "runtime_s", "86400", None),
        ("battery_runtime", "runtime_s", "65535", None),
        ("battery_runtime", "runtime_s", "0", None),
        ("battery_runtime", "runtime_s", "-60", None),
        ("battery_runtime", "runtime_s", "36:00", None),
        ("battery_runtime", "runtime_s", "3932100", None),
        ("input_voltage", "input_v", "119.0", 119.0),
        ("input_voltage", "input_v", "606.62", None),
        ("input_voltage", "input_v", "-159357104", None),
        ("input_voltage", "input_v", "0.0", None),
        ("input_voltage", "input_v", "5.0", None),
    ],
)
def test_numbers_are_taken_as_they_are_or_not_at_all(variable, metric, text, value):
    found = nut(**{variable: text})[metric]
    assert found.value == value
    assert found.reason == (Reason.JUNK if value is None else None)


def test_no_input_voltage_is_real_on_battery():
    assert nut(ups_status="OB DISCHRG", input_voltage="0.0")["input_v"].value == 0.0


def test_what_is_not_published_is_absent_and_not_junk():
    found = measured(PowerState(origin="nut", values={"ups.status": "OL"}))
    absent = ("charge_pct", "runtime_s", "load_pct", "input_v", "battery_age_days")
    assert {found[name].reason for name in absent} == {Reason.NOT_PUBLISHED}


@pytest.mark.parametrize(
    ("result", "replace"),
    [("Done and passed", False), ("Done and error", True), ("Test failed", True), ("No test initiated", False)],
)
def test_a_failed_self_test_asks_for_a_battery(result, replace):
    assert nut(ups_test_result=result)["replace_battery"].value is replace


@pytest.mark.parametrize("values", [{}, {"ups.status": "WAIT"}, {"ups.status": "OL WAIT", "battery.charge": "100"}])
def test_a_daemon_without_its_device_is_stale(values):
    found = measured(PowerState(origin="nut", values=values, bought="2026-01"))
    assert found["stale"].value is True
    assert found["battery_age_days"].value == 323
    rest = set(found) - {"stale", "battery_age_days"}
    assert {(found[name].value, found[name].reason) for name in rest} == {(None, Reason.STALE)}


@pytest.mark.parametrize(
    ("text", "day", "guessed"),
    [
        ("2021-04-01", date(2021, 4, 1), False),
        ("2014/01/15", date(2014, 1, 15), False),
        ("2023-05", date(2023, 5, 1), False),
        ("05/14/23", date(2023, 5, 14), False),
        ("11/27/09", date(2009, 11, 27), False),
        ("08/08/2015", date(2015, 8, 8), False),
        ("05/03/20", date(2020, 3, 5), True),
        ("13/11/15", date(2013, 11, 15), True),
        ("11172014", date(2014, 11, 17), False),
        ("20250131", date(2025, 1, 31), False),
        *((text, None, False) for text in ("2001/09/25", "1980/00/01", "4158/00/03", "2065/165/165", "CPS", "?", "1")),
        *(
            (text, None, False)
            for text in ("", "not set", "10/25/93", "2026-11-21", "\N{FULLWIDTH DIGIT TWO}025-01-01", "2025-02-30")
        ),
    ],
)
def test_battery_dates(text, day, guessed):
    assert battery_date(text, TODAY) == (None if day is None else (day, guessed))


def test_age_is_the_best_date_there_is():
    assert nut(battery_date="2001/09/25", battery_mfr_date="2025/11/19")["battery_age_days"].value == 366
    fallback = PowerState(origin="nut", values=GOOD | {"battery.date": "CPS"}, bought="2026-11-01")
    assert measured(fallback)["battery_age_days"].value == 19
    assert nut(battery_date="05/03/20")["battery_age_days"].estimate
    assert nut(battery_date="CPS")["battery_age_days"].reason is Reason.NOT_PUBLISHED


def test_the_alarm_text_comes_along_clean():
    found = nut(ups_status="ALARM OL", ups_alarm="Input\x1b[31m bad " + 200 * "!")["condition"]
    assert found.params["alarm"] == "Input[31m bad " + 66 * "!"


def test_apcupsd_words_and_flags_together():
    assert values(apc(STATUS="ONLINE", STATFLAG="0x05000008", LINEV="121.0 Volts", BATTDATE="2021-04-01")) == {
        "on_mains": True,
        "charge_pct": 100.0,
        "runtime_s": 2910.0,
        "load_pct": 12.0,
        "input_v": 121.0,
        "battery_low": False,
        "replace_battery": False,
        "overloaded": False,
        "stale": False,
        "battery_age_days": 2059,
        "condition": "normal",
    }


@pytest.mark.parametrize(
    ("status", "flag", "expected"),
    [
        ("TRIM ONLINE ", "0x0500000A", {"on_mains": True, "condition": "caution"}),
        ("ONLINE SLAVE ", "0x05000408", {"on_mains": True, "condition": "normal"}),
        ("ONLINE REPLACEBATT", "", {"on_mains": True, "replace_battery": True, "condition": "normal"}),
        ("ONBATT LOWBATT", "0x05000050", {"on_mains": False, "battery_low": True}),
        ("", "0x05000010", {"on_mains": False}),
        ("ONLINE", "0x05000010", {"on_mains": None, "condition": "bad"}),
        ("ONLINE", "0xZZ", {"on_mains": True, "condition": "normal"}),
        ("ONLINE OVERLOAD", "", {"overloaded": True}),
        ("ONLINE NOBATT", "", {"on_mains": True, "condition": "bad"}),
        ("SHUTTING DOWN", "", {"on_mains": None, "condition": "bad"}),
        ("COMMLOST", "0x05000100", {"on_mains": None, "stale": True}),
        ("ONLINE", "0x05000108", {"on_mains": None, "stale": True}),
        ("", "", {"on_mains": None, "battery_low": None, "condition": None}),
    ],
)
def test_apcupsd_states(status, flag, expected):
    found = apc(STATUS=status, STATFLAG=flag)
    assert {name: found[name].value for name in expected} == expected


def test_apcupsd_figures_need_their_unit():
    found = apc(TIMELEFT="48.5 Seconds", LOADPCT="9.3 Percent Load Capacity", BCHARGE="N/A", LINEV="12,5 Volts")
    assert found["runtime_s"].reason is Reason.JUNK
    assert found["load_pct"].value == 9.3
    assert found["charge_pct"].reason is Reason.NOT_PUBLISHED
    assert found["input_v"].reason is Reason.JUNK
    assert apc(TIMELEFT="1092.25 Minutes")["runtime_s"].reason is Reason.JUNK
    assert apc(SELFTEST="BT")["replace_battery"].value is True
    assert apc(SELFTEST="OK")["replace_battery"].value is False


BATTERY = {"type": "Battery", "capacity": "37", "status": "Discharging", "capacity_level": "Normal"}
ENERGY = {
    "energy_now": "18500000",
    "energy_full": "50000000",
    "energy_full_design": "52000000",
    "power_now": "10000000",
}
MAINS = {"type": "Mains", "online": "0"}


def test_a_laptop_on_battery():
    found = system(BATTERY | ENERGY, MAINS)
    assert values(found) == {
        "on_mains": False,
        "charge_pct": 37.0,
        "runtime_s": 6660.0,
        "load_pct": Reason.NOT_PUBLISHED,
        "input_v": Reason.NOT_PUBLISHED,
        "battery_low": False,
        "replace_battery": Reason.NOT_PUBLISHED,
        "overloaded": Reason.NOT_PUBLISHED,
        "stale": False,
        "battery_age_days": Reason.NOT_PUBLISHED,
        "condition": "normal",
    }


@pytest.mark.parametrize(
    ("supplies", "expected"),
    [
        ([BATTERY | {"status": "Charging"}, MAINS | {"online": "1"}], {"on_mains": True, "condition": "normal"}),
        ([BATTERY, MAINS | {"online": "1"}], {"on_mains": True, "condition": "caution"}),  # a weak adapter
        ([BATTERY | {"status": "Not charging"}], {"on_mains": True, "condition": "normal"}),
        ([BATTERY], {"on_mains": False}),
        ([BATTERY | {"status": "Unknown"}], {"on_mains": None, "condition": None}),
        ([BATTERY | {"status": "Unknown"}, MAINS], {"on_mains": False}),
        ([BATTERY | {"status": "Charging"}, MAINS], {"on_mains": None, "condition": "bad"}),
        ([BATTERY | {"status": "Full"}, MAINS | {"online": "junk"}], {"on_mains": None}),
        ([BATTERY | {"type": "UPS"}], {"on_mains": False, "charge_pct": 37.0}),
        ([BATTERY, BATTERY | {"scope": "Device", "capacity": "3"}], {"charge_pct": 37.0}),
        ([BATTERY, BATTERY | {"present": "0", "capacity": "0"}], {"charge_pct": 37.0}),
        ([BATTERY | ENERGY, BATTERY | ENERGY | {"energy_now": "50000000"}], {"charge_pct": 68.5, "runtime_s": 12330.0}),
        ([BATTERY, BATTERY | {"capacity": "80"}], {"charge_pct": 37.0}),
        ([BATTERY, BATTERY | {"capacity": "junk"}], {"charge_pct": None}),
        ([BATTERY | {"charge_now": "2000000", "current_now": "-1000000"}], {"runtime_s": 7200.0}),
        ([BATTERY | {"time_to_empty_now": "1234"}], {"runtime_s": 1234.0}),
        ([BATTERY | {"capacity_level": "Critical"}], {"battery_low": True}),
        ([{"type": "Battery", "capacity": "9", "status": "Full"}], {"battery_low": True}),
        ([BATTERY | {"health": "Dead"}], {"replace_battery": True}),
        ([BATTERY | {"health": "Good"}], {"replace_battery": False}),
        ([BATTERY | ENERGY | {"energy_full_design": "70000000"}], {"condition": "caution"}),
        ([BATTERY | {"manufacture_year": "2025", "manufacture_month": "11"}], {"battery_age_days": 384}),
    ],
)
def test_supplies_of_the_system(supplies, expected):
    found = system(*supplies)
    assert {name: found[name].value for name in expected} == expected


def test_a_silent_ups_only_grows_old():
    found = measured(PowerState(origin="silent", values={"name": "SANTAK TG1000"}, bought="2023-05"))
    assert found.pop("battery_age_days").value == (TODAY - date(2023, 5, 1)).days
    assert {(one.value, one.reason) for one in found.values()} == {(None, Reason.NOT_PUBLISHED)}


TEXT = st.text(max_size=30) | st.from_regex(r"-?[0-9]{1,6}([.,:][0-9]{1,3})?")
NUT_NAMES = (
    "ups.status",
    "battery.charge",
    "battery.runtime",
    "ups.load",
    "input.voltage",
    "battery.date",
    "ups.alarm",
)
APC_NAMES = ("STATUS", "STATFLAG", "BCHARGE", "TIMELEFT", "LOADPCT", "LINEV", "BATTDATE", "SELFTEST")
OS_NAMES = ("type", "status", "online", "capacity", "energy_now", "power_now", "capacity_level", "manufacture_year")
RANGES = {"charge_pct": (0, 100), "load_pct": (0, 150), "runtime_s": (1, 86399), "input_v": (0, 300)}


def is_sane(found: dict[str, Measurement]) -> None:
    for name, (low, high) in RANGES.items():
        assert found[name].value is None or low <= found[name].value <= high
    assert found["battery_age_days"].value is None or found["battery_age_days"].value >= 0
    assert all(len(word) <= 16 and word.isprintable() for word in found["condition"].params.get("words", ()))


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(NUT_NAMES, TEXT)))
def test_junk_from_nut_is_never_green(said):
    found = measured(PowerState(origin="nut", values=said))
    is_sane(found)
    words = set(said.get("ups.status", "").split())
    assert found["on_mains"].value is not True or "OL" in words
    assert found["condition"].value != "normal" or words <= KNOWN
    assert found["battery_low"].value is not False or words & KNOWN


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(APC_NAMES, TEXT)))
def test_junk_from_apcupsd_is_never_green(said):
    found = measured(PowerState(origin="apcupsd", values=said))
    is_sane(found)
    assert found["on_mains"].value is not True or "ONLINE" in said.get("STATUS", "") or "STATFLAG" in said


@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(OS_NAMES, TEXT)), max_size=3))
def test_junk_from_the_system_is_never_green(said):
    found = system(*said)
    is_sane(found)
    assert found["on_mains"].value is not True or any(one.get("online") in ("1", "2") for one in said)


@given(st.frozensets(st.sampled_from(sorted(KNOWN)) | st.text(min_size=1, max_size=5)))
def test_a_word_more_never_makes_it_better(words):
    rank = {None: 0, "normal": 0, "caution": 1, "bad": 2}
    assert rank[condition(words | {"PURPLE"})[0]] >= rank[condition(words)[0]]
    assert condition(words | {"FSD"})[0] == "bad"


def test_every_real_dump(material: Path):
    dumps = sorted((material / "nut").rglob("*.dev"))
    assert len(dumps) == 366
    seen: dict[str, list[object]] = {}
    for path in dumps:
        state = read_power_file(path, PowerRequest())
        assert state is not None, path
        assert not any("#BAD" in value or "#COMMENT" in value for value in state.values.values()), path
        found = measured(state)
        is_sane(found)
        for name, one in found.items():
            seen.setdefault(name, []).append(one.value if one.value is not None else one.reason)
    # counted by hand in the dumps: 15 OB, 4 OFF, 1 BOOST BYPASS, 5 without status, 1 OL OB without a voltage
    assert counts(seen["on_mains"], True, False, Reason.JUNK) == [340, 15, 11]
    assert counts(seen["condition"], "normal", "caution", "bad", Reason.JUNK) == [333, 10, 18, 5]
    assert counts(seen["battery_low"], True) == [6]
    assert counts(seen["replace_battery"], True) == [3]
    assert counts(seen["overloaded"], True) == [1]
    assert counts(seen["charge_pct"], Reason.JUNK) == [4]
    assert counts(seen["runtime_s"], Reason.JUNK, Reason.NOT_PUBLISHED) == [7, 166]
    assert counts(seen["input_v"], Reason.JUNK, Reason.NOT_PUBLISHED) == [11, 69]
    assert counts(seen["load_pct"], Reason.JUNK) == [4]


def counts(values: list[object], *wanted: object) -> list[int]:
    return [sum(value is one or (isinstance(one, str) and value == one) for value in values) for one in wanted]
