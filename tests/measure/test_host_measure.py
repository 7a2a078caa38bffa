from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.measure.host import measure_host, measure_on_air
from rigcheck.metrics import METRICS
from rigcheck.model import Measurement, Reason, Stage
from rigcheck.profile import Profile, Setting
from rigcheck.samples import HostState, OnAirState

SETTING = Setting(Profile(), Stage.HOST, date(2026, 11, 20))
FULL = HostState(
    cpu_pct=31.5,
    gpu_pct=12.0,
    cpu_pressure_pct=0.4,
    memory_available_mb=8123.4,
    disk_free_gb=83.2,
    throttled=False,
    temperature_c=61.0,
    clock_offset_ms=-3.25,
    sleep_after_min=30.0,
    never_sleeps=False,
    reboot_pending=True,
    on_battery=False,
)


def measured(state: HostState) -> dict[str, Measurement]:
    found = measure_host(state, SETTING, "main")
    wanted = sorted(one for one in METRICS if one.startswith("host.") and one != "host.on_air")
    assert sorted(one.metric.id for one in found) == wanted
    return {one.metric.id.removeprefix("host."): one for one in found}


def test_every_figure_arrives_under_its_own_name():
    assert {name: one.value for name, one in measured(FULL).items()} == {
        "cpu_pct": 31.5,
        "gpu_pct": 12.0,
        "cpu_pressure_pct": 0.4,
        "memory_available_mb": 8123.4,
        "disk_free_gb": 83.2,
        "throttled": False,
        "temperature_c": 61.0,
        "clock_offset_ms": -3.25,
        "sleep_after_min": 30.0,
        "reboot_pending": True,
        "on_battery": False,
    }


def test_what_the_system_does_not_say():
    assert {(one.value, one.reason) for one in measured(HostState()).values()} == {(None, Reason.NOT_PUBLISHED)}


def test_a_computer_that_never_sleeps():
    found = measured(HostState(never_sleeps=True))["sleep_after_min"]
    assert (found.value, found.reason) == (None, Reason.NO_SLEEP)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("cpu_pct", 100.5),
        ("cpu_pct", float("nan")),
        ("gpu_pct", -1.0),
        ("cpu_pressure_pct", 101.0),
        ("memory_available_mb", -1.0),
        ("disk_free_gb", float("nan")),
        ("temperature_c", -40.0),
        ("temperature_c", 3000.0),
        ("clock_offset_ms", float("inf")),
        ("sleep_after_min", 0.0),
    ],
)
def test_what_cannot_be_is_junk(field, value):
    found = measured(HostState(**{field: value}))[field]
    assert (found.value, found.reason) == (None, Reason.JUNK)


@given(st.floats(), st.floats(), st.floats())
def test_no_figure_is_ever_outside_what_is_possible(cpu, memory, heat):
    found = measured(HostState(cpu_pct=cpu, memory_available_mb=memory, temperature_c=heat))
    assert found["cpu_pct"].value is None or 0 <= found["cpu_pct"].value <= 100
    assert found["memory_available_mb"].value is None or found["memory_available_mb"].value >= 0
    assert found["temperature_c"].value is None or 0 <= found["temperature_c"].value <= 150


@pytest.mark.parametrize(
    ("state", "value", "reason", "params"),
    [
        (OnAirState(), False, None, {}),
        (OnAirState(pushing=("ffmpeg",)), True, None, {"programs": ("ffmpeg",)}),
        (OnAirState(unasked=("OBS Studio",)), None, Reason.DENIED, {"programs": ("OBS Studio",)}),
        (OnAirState(pushing=("ffmpeg",), unasked=("OBS Studio",)), True, None, {"programs": ("ffmpeg",)}),
    ],
)
def test_on_air(state, value, reason, params):
    (found,) = measure_on_air(state, SETTING, "main")
    assert (found.metric.id, found.value, found.reason, found.params) == ("host.on_air", value, reason, params)
