"""Every kind of request has its function, and a live source is light until it is asked."""

import subprocess
import sys

import anyio
import pytest

from rigcheck import link_state, samples
from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import HostRequest, OnAirRequest, PowerRequest, Request, SyncRequest
from rigcheck.sources.live import ACQUIRE, LiveSource


def test_every_kind_of_request_can_be_acquired():
    named = [*vars(samples).values(), *vars(link_state).values()]
    kinds = {kind for kind in named if isinstance(kind, type) and issubclass(kind, Request)}
    assert set(ACQUIRE) == kinds - {Request, SyncRequest}  # which is made of the camera's and the microphone's


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
