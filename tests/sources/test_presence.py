"""Cameras and interfaces looked up in the system's lists; nothing is opened."""

import socket
from types import SimpleNamespace

import anyio
import psutil
import pytest

from rigcheck.errors import NotSeen
from rigcheck.link_state import LineRequest, LineState, Presence, PresenceRequest
from rigcheck.model import Reason
from rigcheck.sources import presence
from rigcheck.sources.camera_address import Camera
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.live import LiveSource
from rigcheck.sources.presence import read_line, read_presence

BRIO = Camera("Logitech BRIO", "/dev/v4l/by-id/brio", 0, "V4L2")


def cards(monkeypatch, **states: bool) -> None:
    address = SimpleNamespace(family=socket.AF_INET)
    link = SimpleNamespace(family=psutil.AF_LINK)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: {name: SimpleNamespace(isup=up) for name, up in states.items()})
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {name: [address, link] for name, up in states.items() if up})


def test_a_listed_camera_is_there_under_its_own_name(monkeypatch):
    monkeypatch.setattr(presence, "list_cameras", lambda: (BRIO,))
    assert read_presence(PresenceRequest("main", "brio")).called == "Logitech BRIO"
    assert read_presence(PresenceRequest("main")).called == "Logitech BRIO"
    with pytest.raises(NotSeen) as caught:
        read_presence(PresenceRequest("main", "C920"))
    assert caught.value.reason is Reason.MISSING


def test_the_live_source_looks_without_a_device_library_of_its_own():
    with pytest.raises(NotSeen) as caught:
        anyio.run(LiveSource().acquire, PresenceRequest("main", "no such camera"))
    assert caught.value.reason is Reason.MISSING


def test_an_interface_is_up_or_down_or_missing(monkeypatch):
    cards(monkeypatch, eth0=True, wwan0=False)
    up, down = read_line(LineRequest("main", "eth0")), read_line(LineRequest("main", "wwan0"))
    assert (up.is_up, up.addresses, down.is_up, down.addresses) == (True, 1, False, 0)
    with pytest.raises(NotSeen) as caught:
        read_line(LineRequest("main", "eth9"))
    assert caught.value.reason is Reason.MISSING
    assert caught.value.params == {"asked": "eth9", "candidates": ("eth0", "wwan0")}


def test_this_computers_loopback_is_up():
    name = next(name for name in psutil.net_if_stats() if name.lower().startswith("lo"))
    found = anyio.run(LiveSource().acquire, LineRequest("main", name))
    assert isinstance(found, LineState)
    assert found.is_up
    assert found.addresses >= 1


def test_both_can_be_kept_and_read_again():
    assert decode("presence", *encode(Presence("BRIO"))).called == "BRIO"
    line = decode("line", *encode(LineState(True, 2)))
    assert (line.is_up, line.addresses) == (True, 2)
