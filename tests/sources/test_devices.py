"""Lists of what is really here, with services started for it; one kind that hangs costs only its own list."""

import time

import anyio
import psutil
import pytest
from services_pulse import pulse

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources import devices
from rigcheck.sources.devices import Supply, is_real, list_devices
from rigcheck.sources.mic_choice import Input


def die():
    import os

    os._exit(1)


def test_lists_this_computers_interfaces_without_their_addresses():
    found = anyio.run(list_devices).interfaces
    assert found.reason is None
    assert {one.name for one in found.items} <= set(psutil.net_if_stats())
    assert "lo" not in {one.name for one in found.items}
    up = [one for one in found.items if one.is_up]
    assert all(one.speed_mbps is None or one.speed_mbps > 0 for one in up)
    assert not any("." in str(value) for one in found.items for value in (one.addresses, one.speed_mbps))


@pytest.mark.svc
def test_lists_microphones_by_the_names_to_paste(tmp_path, monkeypatch):
    with pulse(tmp_path) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        found = anyio.run(list_devices).microphones
    assert {"pulse", "default"} <= {one.name for one in found.items}
    assert all(one.channels > 0 and one.rate_hz >= 8000 for one in found.items)


@pytest.mark.parametrize(
    ("name", "hostapi", "real"),
    [
        ("Wireless GO II RX: USB Audio (hw:1,0)", "ALSA", True),
        ("pulse", "ALSA", True),
        ("surround21", "ALSA", False),
        ("vdownmix", "ALSA", False),
        ("surround21", "Core Audio", True),
    ],
)
def test_converters_of_alsa_are_no_devices(name, hostapi, real):
    assert is_real(Input(0, name, hostapi, 2, 48_000)) is real


def test_what_crashes_or_hangs_costs_its_own_list(monkeypatch):
    monkeypatch.setattr(devices, "list_cameras", die)
    monkeypatch.setattr(devices, "list_microphones", _hang)
    monkeypatch.setattr(devices, "LIMIT_S", 6.0)
    started = time.monotonic()
    found = anyio.run(list_devices)
    assert time.monotonic() - started < 10
    assert (found.cameras.reason, found.cameras.items) == (Reason.CRASHED, ())
    assert (found.microphones.reason, found.microphones.params) == (Reason.TIMEOUT, {"seconds": 6.0})
    assert found.interfaces.items
    assert psutil.Process().children() == []


def _hang():
    time.sleep(60)


def test_supplies_of_daemons_and_system_are_one_list(monkeypatch):
    async def nut_answers(request):
        raise NotSeen(Reason.MISSING, {"asked": "no-such-ups", "candidates": ("ups", "rack")})

    async def apcupsd_hangs(request):
        raise NotSeen(Reason.TIMEOUT, {"url": "127.0.0.1:3551"})

    monkeypatch.setattr(devices.nut, "read_nut", nut_answers)
    monkeypatch.setattr(devices.apcupsd, "read_apcupsd", apcupsd_hangs)
    found = anyio.run(list_devices).supplies
    assert found.items[:2] == (Supply("nut", "ups@127.0.0.1:3493"), Supply("nut", "rack@127.0.0.1:3493"))
    assert found.reason is Reason.TIMEOUT


def test_daemons_that_do_not_run_serve_nothing():
    found = anyio.run(list_devices).supplies
    if any(one.origin != "os" for one in found.items):
        pytest.skip("this machine has a UPS daemon")
    assert found.reason is None
