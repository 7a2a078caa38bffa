"""A line at rest: connections counted and timed, certificates judged, and who else may answer in the ingest's place."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import anyio
import psutil
import pytest
from services_https import authority, server_context, web

from rigcheck.errors import NotSeen
from rigcheck.link_state import LinkRequest, LinkState
from rigcheck.model import Reason
from rigcheck.sources import link
from rigcheck.sources.link import read_link
from rigcheck.sources.live import LiveSource

LOOPBACK = next(name for name in psutil.net_if_stats() if name.lower().startswith("lo"))
linux = pytest.mark.skipif(sys.platform != "linux", reason="the socket options are Linux's")


def look(url, interface=None, *, is_router=False) -> LinkState:
    return read_link(LinkRequest("main", interface, is_router, url))


@contextmanager
def server(answer=b"", tls=None) -> Iterator[tuple[int, list[bytes]]]:
    """Accepts everybody, says `answer` to whoever says something; gives the port and what was heard."""
    heard: list[bytes] = []

    def serve(guest):
        with suppress(OSError), guest, tls.wrap_socket(guest, server_side=True) if tls else guest as talk:
            talk.settimeout(5)
            said = talk.recv(4096)
            heard.append(said)
            if said and answer:
                talk.sendall(answer)
                talk.recv(4096)

    def run():
        with suppress(OSError):
            while True:
                guest, _ = door.accept()
                threading.Thread(target=serve, args=(guest,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=run, daemon=True).start()
        yield door.getsockname()[1], heard
        door.shutdown(socket.SHUT_RDWR)


def test_a_guest_that_is_gone_before_tls_leaves_nothing_open(tmp_path, monkeypatch):
    """Of the tests' own servers: an open socket fails whichever test runs when it is found."""
    context = server_context(authority(tmp_path, monkeypatch), "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as door, warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        with socket.create_connection(door.getsockname()) as gone:
            guest, _ = door.accept()
            gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with guest, suppress(OSError):
            context.wrap_socket(guest, server_side=True)
    assert heard == []


def test_an_ingest_answers():
    with server(b"\x03" + bytes(3072)) as (port, heard):
        found = look(f"rtmp://127.0.0.1:{port}/live/sekrit")
        assert found.outcome == "answered"
        assert len(found.rtt_ms) == link.TRIES
        assert all(0 < took_ms < 1000 for took_ms in found.rtt_ms)
        assert (found.lost, found.portal, found.tls_ms, found.certificate) == (0, False, None, None)
        assert (found.interface, found.isolation, found.is_up) == (LOOPBACK, "system", True)
        assert found.dns_ms is not None
        greeting = max(heard, key=len)
    assert greeting[:1] == b"\x03"
    assert b"sekrit" not in b"".join(heard)


@pytest.mark.parametrize(
    ("answer", "portal"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", True), (b"<html>", True), (b"", None), (b"SSH-2.0", None)],
)
def test_who_answers_on_rtmps_port_is_told_by_its_first_words(monkeypatch, answer, portal):
    monkeypatch.setattr(link, "GREETING_LIMIT_S", 0.3)
    with server(answer) as (port, _):
        found = look(f"rtmp://127.0.0.1:{port}/live")
    assert (found.outcome, found.portal) == ("answered", portal)


def test_a_real_web_server_on_rtmps_port_is_a_portal():
    with web(lambda handler: handler.send_error(404)) as port:
        assert look(f"rtmp://127.0.0.1:{port}/live").portal is True


@pytest.mark.parametrize(
    ("name", "good", "verdict", "portal"),
    [
        ("127.0.0.1", "ok", "ok", False),
        ("portal.example", "ok", "other-name", True),
        ("127.0.0.1", "expired", "expired", False),
        ("127.0.0.1", "not-yet", "not-yet", False),
    ],
)
def test_certificates(tmp_path, monkeypatch, name, good, verdict, portal):  # noqa: PLR0917 - a row of the table
    ca = authority(tmp_path, monkeypatch)
    with server(b"", server_context(ca, name, good=good)) as (port, _):
        found = look(f"rtmps://127.0.0.1:{port}/live")
    assert (found.outcome, found.certificate, found.portal) == ("answered", verdict, portal)
    assert (found.tls_ms is not None) is (verdict == "ok")


def test_a_certificate_for_another_host_is_a_portals(tmp_path, monkeypatch):
    families = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", 1935))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: families)
    ca = authority(tmp_path, monkeypatch)
    with server(b"", server_context(ca, "login.example")) as (port, _):
        found = look(f"rtmps://ingest.example:{port}/live")
    assert (found.certificate, found.portal) == ("other-name", True)


def test_an_authority_nobody_knows_is_a_portals_only_outside_the_house(tmp_path, monkeypatch):
    import trustme

    authority(tmp_path, monkeypatch)
    stranger = server_context(trustme.CA(), "ingest.example", "127.0.0.1")
    with server(b"", stranger) as (port, _):
        found = look(f"rtmps://127.0.0.1:{port}/live")
        assert (found.certificate, found.portal) == ("untrusted", None)
        families = [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: families)
        found = look(f"rtmps://ingest.example:{port}/live")
        assert (found.certificate, found.portal) == ("untrusted", True)


def test_no_tls_where_there_should_be_is_a_fault():
    with server(b"HTTP/1.1 400 Bad Request\r\n\r\n") as (port, _):
        found = look(f"rtmps://127.0.0.1:{port}/live")
    assert (found.certificate, found.tls_ms, found.portal) == ("fault", None, None)


def test_a_server_that_never_shakes_hands_costs_its_limit(monkeypatch):
    monkeypatch.setattr(link, "TLS_LIMIT_S", 0.3)
    with server() as (port, _):
        began = time.monotonic()
        assert look(f"rtmps://127.0.0.1:{port}/live").certificate == "fault"
    assert time.monotonic() - began < 2


def test_nobody_there_is_refused():
    with server() as (port, _):
        pass
    found = look(f"rtmp://127.0.0.1:{port}/live")
    assert (found.outcome, found.rtt_ms, found.mtu_bytes, found.portal) == ("refused", (), None, None)


@contextmanager
def full_house(guests: int) -> Iterator[int]:
    """A port that takes `guests` connections, and lets further ones hang as a dead line does."""
    with ExitStack() as stack:
        door = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=guests - 1))
        yield door.getsockname()[1]


@linux
def test_no_answer_is_a_timeout_and_counts_as_lost(monkeypatch):
    monkeypatch.setattr(link, "CONNECT_LIMIT_S", 0.3)
    monkeypatch.setattr(link, "GREETING_LIMIT_S", 0.1)
    with full_house(2) as port:
        found = look(f"rtmp://127.0.0.1:{port}/live")
        assert found.outcome == "answered"
        assert (len(found.rtt_ms), found.lost) == (2, 3)
        found = look(f"rtmp://127.0.0.1:{port}/live")
        assert (found.outcome, found.rtt_ms, found.lost) == ("timeout", (), 1)


def test_no_url_no_connection(monkeypatch):
    monkeypatch.setattr(link, "_ELSEWHERE", "127.0.0.1")
    found = look(None)
    assert (found.outcome, found.dns_ms, found.rtt_ms, found.isolation) == (None, None, (), "system")


def test_an_ingest_without_tcp_is_only_looked_up():
    found = look("srt://127.0.0.1:9000?streamid=sekrit")
    assert found.outcome is None
    assert found.dns_ms is not None


def test_a_name_that_does_not_exist(monkeypatch):
    monkeypatch.setattr(link, "_ELSEWHERE", "127.0.0.1")
    assert look(f"rtmp://{'a' * 70}.example/live").outcome == "no-name"


@linux
def test_a_named_interface_is_bound():
    with server(b"\x03") as (port, _):
        found = look(f"rtmp://127.0.0.1:{port}/live", LOOPBACK)
    assert (found.interface, found.isolation, found.outcome) == (LOOPBACK, "bound", "answered")


def test_a_system_that_cannot_bind_says_so(monkeypatch):
    monkeypatch.setattr(link, "bind_to_line", lambda *_args: "system")
    with server(b"\x03") as (port, _):
        found = look(f"rtmp://127.0.0.1:{port}/live", LOOPBACK)
    assert (found.isolation, found.outcome) == ("system", "answered")


def test_a_routers_line_is_the_routers_to_choose(monkeypatch):
    monkeypatch.setattr(link, "_ELSEWHERE", "127.0.0.1")
    assert look(None, is_router=True).isolation == "router"


def test_an_interface_that_is_not_there_is_missing():
    with pytest.raises(NotSeen) as caught:
        look(None, "eth99")
    assert caught.value.reason is Reason.MISSING
    assert LOOPBACK in caught.value.params["candidates"]


def test_the_live_source_looks_in_a_worker():
    with server(b"\x03") as (port, _):
        found = anyio.run(LiveSource().acquire, LinkRequest("main", url=f"rtmp://127.0.0.1:{port}/live"))
    assert isinstance(found, LinkState)
    assert found.outcome == "answered"


# --- two lines in namespaces of their own ------------------------------------------------------------------------------

TWO_LINES = """
set -e
mount -t sysfs sysfs /sys  # that of this namespace
ip link set lo up
unshare -n sleep 40 & far=$!
until [ "$(readlink /proc/$far/ns/net)" != "$(readlink /proc/$$/ns/net)" ]; do sleep 0.02; done
trap 'kill $far' EXIT
there() { nsenter -t $far -n "$@"; }
for n in 1 2; do
  ip link add line$n type veth peer name far$n netns $far
  ip addr add 10.0.$n.1/24 dev line$n
  there ip addr add 10.0.$n.2/24 dev far$n
  there ip link set far$n up
  ip link set line$n up
  ip route add default via 10.0.$n.2 dev line$n metric $n
done
there ip link set lo up
there ip addr add 10.9.9.9/32 dev lo
ip link set line2 mtu 1452
nsenter -t $far -n PYTHON -c 'import socket
door = socket.create_server(("10.9.9.9", 1935))
while True:
    guest, _ = door.accept()
    guest.settimeout(1)
    guest.recv(4000) and guest.sendall(b"\\x03")' &
server=$!
trap 'kill $server $far' EXIT
PYTHON -c "$1"
"""
WORK = """
import time
from rigcheck.link_state import LinkRequest
from rigcheck.sources.link import read_link
import subprocess
def packets():
    rows = {row.split(":")[0].strip(): row.split(":")[1].split() for row in open("/proc/net/dev") if ":" in row}
    return [int(rows[f"line{n}"][9]) for n in (1, 2)]
url = "rtmp://10.9.9.9/live"
for _ in range(100):
    if read_link(LinkRequest("main", None, False, url)).outcome == "answered": break
    time.sleep(0.05)
for name in (None, "line1", "line2"):
    before = packets()
    found = read_link(LinkRequest("main", name, False, url))
    more = [now > then + 9 for now, then in zip(packets(), before)]
    print(name, found.interface, found.isolation, found.outcome, found.mtu_bytes, found.medium, found.portal, *more)
subprocess.run(["ip", "link", "set", "line2", "down"], check=True)
found = read_link(LinkRequest("main", "line2", False, url))
print(found.is_up, found.outcome)
subprocess.run(["ip", "link", "set", "line1", "down"], check=True)
found = read_link(LinkRequest("main", None, False, url))
print(found.interface, found.is_up, found.outcome)
"""


def can_unshare() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rnm", "true"], check=False).returncode == 0


@pytest.mark.skipif(sys.platform != "linux" or not can_unshare(), reason="no network namespace to be had")
def test_each_line_is_looked_at_over_its_own_interface():
    script = TWO_LINES.replace("PYTHON", sys.executable)
    command = ["unshare", "-rnm", "sh", "-c", script, "sh", WORK]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    )
    assert done.stdout.splitlines() == [
        "None line1 system answered 1500 virtual False True False",
        "line1 line1 bound answered 1500 virtual False True False",
        "line2 line2 bound answered 1452 virtual False False True",
        "False no-route",
        "None None no-route",
    ], done.stderr
