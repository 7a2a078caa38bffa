"""Supplies by the kernel's own drivers: a laptop's battery and mains, a UPS on a GPIO line, a mouse over HID."""

from __future__ import annotations

import contextlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import finding
from lab_drivers import loaded, run, wait_for
from lab_room import ask, write_room

pytestmark = pytest.mark.lab
SUPPLIES = Path("/sys/class/power_supply")
PARAMETERS = Path("/sys/module/test_power/parameters")
SOUND = {"ac_online": "on", "usb_online": "off", "battery_status": "full", "battery_capacity": "100"}


@pytest.fixture(scope="module")
def _laptop() -> Iterator[None]:
    with loaded("test_power"):
        yield


@pytest.fixture
def laptop(_laptop: None) -> None:
    """On its mains, its battery full."""
    turn(**SOUND, battery_present="true")


def turn(**parameters: str) -> None:
    for name, value in parameters.items():
        (PARAMETERS / name).write_text(value)


def look(folder: Path) -> dict[str, Any]:
    return ask(folder, "power", write_room(folder, power="{pc: {os: true}}"))


def test_a_laptop_on_its_mains_is_well(tmp_path: Path, laptop: None) -> None:
    made = look(tmp_path)
    assert made["measurements"]["power.on_mains"] is True
    assert made["measurements"]["power.charge_pct"] == 100
    assert finding(made, "power.mains", "pc")["status"] == "ok"


def test_mains_lost_are_seen_at_once(tmp_path: Path, laptop: None) -> None:
    turn(ac_online="off", battery_status="discharging", battery_capacity="80")
    made = look(tmp_path)
    assert made["measurements"]["power.on_mains"] is False
    assert finding(made, "power.mains", "pc")["status"] == "fail"
    turn(**SOUND)
    assert look(tmp_path)["measurements"]["power.on_mains"] is True


def test_a_low_battery_is_low_whatever_its_driver_calls_it(tmp_path: Path, laptop: None) -> None:
    """This driver calls its level normal, always."""
    turn(ac_online="off", battery_status="discharging", battery_capacity="6")
    made = look(tmp_path)
    assert made["measurements"]["power.battery_low"] is True
    assert finding(made, "power.battery", "pc")["status"] == "fail"


def test_a_battery_that_does_not_charge_is_still_on_mains(tmp_path: Path, laptop: None) -> None:
    turn(battery_status="not-charging", battery_capacity="60")
    made = look(tmp_path)
    assert made["measurements"]["power.on_mains"] is True
    assert finding(made, "power.charge", "pc")["status"] != "ok"


def test_an_empty_bay_is_no_reserve(tmp_path: Path, laptop: None) -> None:
    turn(battery_present="false")
    made = look(tmp_path)
    assert {f["message"]["id"] for f in made["findings"]} == {"reason.none-here"}


def test_a_mouses_battery_is_not_the_hosts(tmp_path: Path, laptop: None) -> None:
    """The kernel calls it a battery, and programs that go by names take it for the host's."""
    with mouse(charge_pct=3):
        (kept,) = [one for one in SUPPLIES.iterdir() if one.name.startswith("hid-")]
        assert ((kept / "type").read_text(), (kept / "scope").read_text()) == ("Battery\n", "Device\n")
        assert (kept / "capacity").read_text() == "3\n"
        made = look(tmp_path)
        assert made["measurements"]["power.charge_pct"] == 100
        assert made["measurements"]["power.battery_low"] is False


def test_a_ups_is_seen_beside_and_its_silence_is_not_taken_for_mains(tmp_path: Path, laptop: None) -> None:
    """This driver's UPS says what it is and no more of itself."""
    turn(battery_present="false")
    with ups() as line:
        line.write_text("pull-up")
        wait_for(lambda: (SUPPLIES / "back-ups" / "online").read_text() == "1\n")
        seen = look(tmp_path)
        assert finding(seen, "power.charge", "pc")["message"]["id"] != "reason.none-here"
        turn(ac_online="off", usb_online="off")
        assert look(tmp_path)["measurements"]["power.on_mains"] is False
    gone = look(tmp_path)
    assert {f["message"]["id"] for f in gone["findings"]} == {"reason.none-here"}


def test_without_its_driver_there_is_no_supply(tmp_path: Path, laptop: None) -> None:
    """The last test here: the driver takes ten seconds to go."""
    run("modprobe", "-r", "test_power")
    made = look(tmp_path)
    assert {f["message"]["id"] for f in made["findings"]} == {"reason.none-here"}


CREATE, INPUT = 11, 12
"""UHID_CREATE2 and UHID_INPUT2 of uhid.h."""
MOUSE = bytes.fromhex(
    "05010902a101 850109 01a100 0509190129031500250195037501 8102 950175058103 0501093009311581257f750895028106 c0"
    "8502 05060920 15002564 75089501 8102 c0"
)
"""Three buttons, two axes (report 1), and a battery strength of 0-100 (report 2; HID usage tables, 0x06/0x20)."""


@contextlib.contextmanager
def mouse(charge_pct: int) -> Iterator[None]:
    """A wireless mouse that has just said what is left in its battery."""
    texts = b"".join(text.ljust(size, b"\0") for text, size in ((b"Rig Mouse", 128), (b"", 64), (b"rig-1", 64)))
    numbers = struct.pack("=HHIIII", len(MOUSE), 5, 0x1234, 0x5678, 1, 0)  # bus 5: Bluetooth
    handle = os.open("/dev/uhid", os.O_RDWR)
    try:
        os.write(handle, struct.pack("=I", CREATE) + texts + numbers + MOUSE.ljust(4096, b"\0"))
        wait_for(lambda: any(one.name.startswith("hid-") for one in SUPPLIES.iterdir()))
        os.write(handle, struct.pack("=IH", INPUT, 2) + bytes([2, charge_pct]).ljust(4096, b"\0"))
        yield
    finally:
        os.close(handle)


@contextlib.contextmanager
def ups() -> Iterator[Path]:
    """A UPS on a line of the simulated GPIO chip: what is written to the path pulls the line."""
    with loaded("gpio-charger"):
        (line,) = Path("/sys/devices/platform/gpio-sim").glob("gpiochip*/sim_gpio0")
        wait_for((SUPPLIES / "back-ups").exists)
        yield line / "pull"
