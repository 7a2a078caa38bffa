"""Real uploads by programs nobody knows: to the show's ingest, to a trial's, to nobody, stuck, and the other way round."""

import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import anyio
import pytest

from rigcheck.samples import OnAirRequest, OnAirState
from rigcheck.sources import uploader
from rigcheck.sources.live import LiveSource
from rigcheck.sources.uploader import Upload, read_uploaders, sending_of, uploads_in

pytestmark = pytest.mark.skipif(shutil.which("ss") is None, reason="ss (iproute2) is not installed")

ENDS = ("a", "b")
LISTED = """\
0      0      192.168.1.7:53560 203.0.113.9:1935 users:(("encoder x",pid=7,fd=4))
\t bbr wscale:10,10 rto:204 mss:1448 bytes_sent:9000000 bytes_retrans:34518 bytes_acked:8965482 segs_out:6
100000 81920  [::ffff:10.0.0.1]:53561     [2001:db8::9%eth0]:443
\t cubic mss:1440 bytes_received:100000 segs_out:1
0      0      127.0.0.1:1 127.0.0.1:2 users:(("a",pid=1,fd=1),("b",pid=2,fd=1))
nonsense
"""


def test_what_the_tool_prints():
    found = uploads_in(LISTED)
    assert found == {
        ("192.168.1.7:53560", "203.0.113.9:1935"): Upload("encoder x", "203.0.113.9", 1935, 8965482, 0),
        ("[::ffff:10.0.0.1]:53561", "[2001:db8::9%eth0]:443"): Upload("", "2001:db8::9", 443, 0, 81920),
        ("127.0.0.1:1", "127.0.0.1:2"): Upload("a", "127.0.0.1", 2, 0, 0),
    }


def test_no_tool_no_verdict(monkeypatch):
    monkeypatch.setattr(uploader, "said", lambda *_: None)
    assert read_uploaders(OnAirRequest()) == ()


def upload(acked=0, queued=0):
    return {ENDS: Upload("x", "203.0.113.9", 1935, acked, queued)}


@pytest.mark.parametrize(
    ("before", "after", "sends"),
    [
        (upload(0), upload(5600), True),
        (upload(0), upload(5599), False),
        (upload(9, 70_000), upload(9, 70_000), True),
        (upload(9, 70_000), upload(9, 10), False),
        ({}, upload(9_000_000), False),
        (upload(9), {}, False),
    ],
)
def test_what_sends_is_told_by_two_looks(before, after, sends):
    assert bool(sending_of(before, after)) is sends


CLIENT = """
import socket, sys, time
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
while True:
    link.sendall(bytes(2000)) if sys.argv[2] == "send" else link.recv(65536)
    time.sleep(0.01)
"""


@contextmanager
def talking(way: str, serve) -> Iterator[int]:
    """A program of an unknown name, connected to a port where `serve` handles it."""
    is_there = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as door:

        def run():
            with suppress(OSError):
                guest, _ = door.accept()
                is_there.set()
                with guest:
                    serve(guest)

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        port = door.getsockname()[1]
        with subprocess.Popen([sys.executable, "-c", CLIENT, str(port), way]) as program:
            try:
                assert is_there.wait(20)
                time.sleep(0.5)
                yield port
            finally:
                program.kill()
                program.wait()
        thread.join(5)


def take(guest):
    while guest.recv(65536):
        pass


def take_nothing(guest):
    time.sleep(4)


def give(guest):
    while True:
        guest.sendall(bytes(2000))
        time.sleep(0.01)


def url(port):
    return f"rtmp://127.0.0.1:{port}/live"


def test_a_steady_upload_to_the_shows_ingest_is_a_show():
    with talking("send", take) as port:
        assert read_uploaders(OnAirRequest(ingests=(url(port),))) in (("python",), ("python3",), ("python3.11",))
        assert read_uploaders(OnAirRequest(ingests=(url(port),), trials=(url(port),))) != ()
        assert read_uploaders(OnAirRequest(trials=(url(port),))) == ()
        assert read_uploaders(OnAirRequest()) == ()
        found = anyio.run(LiveSource().acquire, OnAirRequest(ingests=("srt://127.0.0.1:9", url(port))))
    assert isinstance(found, OnAirState)
    assert any(name.startswith("python") for name in found.pushing)


def test_an_upload_that_is_stuck_is_one_all_the_same(monkeypatch):
    monkeypatch.setattr(uploader, "STUCK_BYTES", 2000)
    with socket.create_server(("127.0.0.1", 0)) as door, socket.socket() as link:
        link.connect(door.getsockname())
        link.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                link.send(bytes(65536))
        assert read_uploaders(OnAirRequest(ingests=(url(door.getsockname()[1]),))) != ()


def test_who_only_watches_is_not_on_air():
    with talking("receive", give) as port:
        assert read_uploaders(OnAirRequest(ingests=(url(port),))) == ()


def test_a_look_without_connections_costs_nothing():
    began = time.monotonic()
    read_uploaders(OnAirRequest(ingests=("rtmp://127.0.0.1:9/live",)))
    assert time.monotonic() - began < uploader.WATCHED_S


ELSEWHERE = """
import socket, subprocess, threading, time
for command in ("link set lo up", "addr add 10.9.9.9/32 dev lo"):
    subprocess.run(["ip", *command.split()], check=True)
door = socket.create_server(("10.9.9.9", 1935))
link = socket.create_connection(("10.9.9.9", 1935))
guest, _ = door.accept()
def run():
    while True:
        link.sendall(bytes(2000))
        guest.recv(65536)
        time.sleep(0.01)
threading.Thread(target=run, daemon=True).start()
from rigcheck.samples import OnAirRequest
from rigcheck.sources.uploader import read_uploaders
print(bool(read_uploaders(OnAirRequest())), read_uploaders(OnAirRequest(trials=("rtmp://10.9.9.9/live",))))
"""


def can_unshare() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rn", "true"], check=False).returncode == 0


@pytest.mark.skipif(not can_unshare(), reason="no network namespace to be had")
def test_rtmp_to_anywhere_is_a_show_unless_it_is_the_trials():
    command = ["unshare", "-rn", sys.executable, "-c", ELSEWHERE]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.stdout == "True ()\n", done.stderr
