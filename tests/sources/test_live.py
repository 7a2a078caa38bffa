"""Every kind of request has its function, and a live source is light until it is asked."""

import socket
import subprocess
import sys
import time

import anyio
import pytest
from services_receiver import receiving

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import HostRequest, OnAirRequest, PowerRequest, Request
from rigcheck.sources.live import ACQUIRE, WORD_LIMIT_S, LiveSource
from rigcheck.uplink_state import UplinkRequest

OTHERS = {"SyncRequest", "PairRequest", "ChecklistRequest", "DrilledRequest"}
"""Answered from their parts, by a person, and from the room's history."""


def test_every_kind_of_request_can_be_acquired():
    kinds = {kind.__name__ for kind in Request.__subclasses__() if kind.__module__.startswith("rigcheck.")}
    assert {kind.__name__ for kind in ACQUIRE} == kinds - OTHERS


def test_loading_it_loads_no_device_library():
    heavy = {"cv2", "av", "sounddevice", "psutil", "rigcheck.sources.camera", "rigcheck.sources.mic"}
    code = f"import sys, rigcheck.sources.live; print(sorted({heavy!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("request_", [HostRequest(seconds=0.2), OnAirRequest()], ids=["host", "on_air"])
def test_this_computer_is_read(request_):
    sample = anyio.run(LiveSource().acquire, request_)
    assert sample.kind == request_.kind


def test_power_goes_where_the_request_says():
    assert anyio.run(LiveSource().acquire, PowerRequest(silent="SANTAK")).origin == "silent"
    for request_ in (PowerRequest(nut="ups@127.0.0.1:9"), PowerRequest(apcupsd="127.0.0.1:9")):
        with pytest.raises(NotSeen) as caught:
            anyio.run(LiveSource().acquire, request_)
        assert caught.value.reason is Reason.UNREACHABLE


def test_the_rooms_on_a_shared_line_hear_whether_this_one_is_on_air():
    async def look() -> tuple[object, object]:
        async with receiving() as far:
            line = UplinkRequest(engines=("http",), http=far.url, shared=True, site="floor-2", room="beauty-3")
            state = await LiveSource().acquire(OnAirRequest(line=line))
            return state, far.receiver.turns.sites["floor-2"].words["beauty-3"].on_air

    state, word = anyio.run(look)
    assert word is (True if state.pushing else None if state.unasked else False)


def test_a_far_end_that_does_not_answer_keeps_nobody_waiting():
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        line = UplinkRequest(engines=("http",), http=f"http://127.0.0.1:{door.getsockname()[1]}", shared=True)
        began_s = time.monotonic()
        anyio.run(LiveSource().acquire, OnAirRequest(line=line))
        assert time.monotonic() - began_s < WORD_LIMIT_S + 6
