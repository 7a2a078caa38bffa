import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import PowerRequest
from rigcheck.sources.supply import read_supply, read_sysfs, supplies_of

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads Linux' power_supply class")
ASKED = PowerRequest(os=True, bought="2025-01")


def put(root: Path, name: str, **attributes: str) -> None:
    folder = root / name
    folder.mkdir()
    for attribute, text in attributes.items():
        (folder / attribute).write_text(text + "\n")


@linux
def test_a_laptop(tmp_path):
    put(tmp_path, "BAT0", type="Battery", status="Discharging", capacity="37", energy_now="18500000", model_name="X")
    put(tmp_path, "AC", type="Mains", online="0")
    state = read_supply(ASKED, tmp_path)
    assert (state.origin, state.bought, dict(state.values)) == ("os", "2025-01", {})
    assert state.supplies == (
        {"name": "AC", "type": "Mains", "online": "0"},
        {"name": "BAT0", "type": "Battery", "status": "Discharging", "capacity": "37", "energy_now": "18500000"},
    )


@linux
def test_a_ups_under_any_name(tmp_path):
    put(tmp_path, "hid-back-ups", type="UPS", status="Full", capacity="100")
    assert read_supply(ASKED, tmp_path).supplies[0]["type"] == "UPS"


@linux
@pytest.mark.parametrize(
    "attributes",
    [
        {"type": "Battery", "scope": "Device", "capacity": "55", "status": "Discharging"},
        {"type": "Battery", "present": "0"},
        {"type": "Mains", "online": "1"},
        {},
    ],
)
def test_a_mouse_an_empty_bay_a_mere_plug_are_no_reserve(tmp_path, attributes):
    put(tmp_path, "hidpp_battery_0", **attributes)
    with pytest.raises(NotSeen) as caught:
        read_supply(ASKED, tmp_path)
    assert caught.value.reason is Reason.NONE_HERE


def test_no_power_supply_class_at_all(tmp_path):
    assert read_sysfs(tmp_path / "none") == ()


def test_an_attribute_that_cannot_be_read_is_left_out(tmp_path):
    put(tmp_path, "BAT0", type="Battery", capacity="9" * 500)
    (tmp_path / "BAT0" / "status").mkdir()  # open() fails as on a driver that answers ENODEV
    (supply,) = read_sysfs(tmp_path)
    assert supply == {"name": "BAT0", "type": "Battery", "capacity": "9" * 64}


def test_a_silent_ups():
    state = read_supply(PowerRequest(silent="SANTAK TG1000", bought="2023-05"))
    assert (state.origin, dict(state.values), state.bought) == ("silent", {"name": "SANTAK TG1000"}, "2023-05")


@pytest.mark.parametrize(
    ("battery", "expected"),
    [
        (None, ()),
        (
            SimpleNamespace(percent=83.5, secsleft=7200, power_plugged=False),
            (
                {
                    "name": "battery",
                    "type": "Battery",
                    "capacity": "83.5",
                    "status": "Discharging",
                    "time_to_empty_now": "7200",
                },
                {"name": "mains", "type": "Mains", "online": "0"},
            ),
        ),
        (
            SimpleNamespace(percent=100, secsleft=-2, power_plugged=True),
            (
                {"name": "battery", "type": "Battery", "capacity": "100"},
                {"name": "mains", "type": "Mains", "online": "1"},
            ),
        ),
        (
            SimpleNamespace(percent=50, secsleft=-1, power_plugged=None),
            ({"name": "battery", "type": "Battery", "capacity": "50"},),
        ),
    ],
)
def test_windows_and_macos_through_psutil(battery, expected):
    assert supplies_of(battery) == expected
