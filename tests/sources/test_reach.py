"""How far a connection comes, told apart: answered, refused, silent, no answer, no such name, nobody to ask for names."""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import anyio
import pytest
from services_https import authority, server_context
from services_rtmp import tls_door
from services_rude import greet, rude, send, stay

from rigcheck.errors import NotSeen
from rigcheck.link_state import Reach, ReachRequest
from rigcheck.model import Reason
from rigcheck.sources import reach
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.reach import read_reach


def look(url: str) -> Reach:
    return anyio.run(read_reach, ReachRequest("push", url))


@contextmanager
def listener(backlog: int = 8) -> Iterator[tuple[socket.socket, int]]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(backlog)
        yield server, server.getsockname()[1]


@contextmanager
def full_house() -> Iterator[int]:
    """A port whose queue is full: the kernel lets further connections hang, as a dead line does."""
    with listener(0) as (_, port):
        guests = [socket.socket() for _ in range(4)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(("127.0.0.1", port))
        try:
            yield port
        finally:
            for guest in guests:
                guest.close()


def test_a_camera_answers_and_hears_not_a_byte():
    with listener() as (server, port):
        found = look(f"rtsp://127.0.0.1:{port}/live")
        guest, _ = server.accept()
        with guest:
            guest.settimeout(2)
            assert _heard(guest) == b""
    assert found.outcome == "answered"
    assert found.connect_ms is not None
    assert 0 <= found.connect_ms < 1000
    assert found.dns_ms is not None


def _heard(guest: socket.socket) -> bytes:
    try:
        return guest.recv(100)
    except ConnectionResetError:  # closed without a word
        return b""


def test_an_rtmp_server_that_greets_has_answered():
    with rude(greet) as port:
        found = look(f"rtmp://127.0.0.1:{port}/live")
    assert found.outcome == "answered"
    assert found.connect_ms is not None


def test_an_rtmp_server_is_never_told_more_than_a_greeting():
    heard: list[bytes] = []

    def listen(guest: socket.socket) -> None:
        greet(guest)
        heard.append(guest.recv(100))

    with rude(listen) as port:
        assert look(f"rtmp://127.0.0.1:{port}/live").outcome == "answered"
        for _ in range(50):
            if heard:
                break
            time.sleep(0.02)
    assert heard == [b""]


@pytest.mark.parametrize("scheme", ["rtmp", "rtmps"])
def test_a_server_that_takes_the_call_and_stays_silent_has_not_answered(scheme):
    with rude(stay) as port:
        began = time.monotonic()
        found = look(f"{scheme}://127.0.0.1:{port}/live")
    assert found.outcome == "silent"
    assert found.connect_ms is not None
    assert time.monotonic() - began < reach.GREETING_LIMIT_S + 0.7


def hang_up(guest: socket.socket) -> None:
    guest.recv(65536)


WEB = b"HTTP/1.1 400 Bad Request\r\n\r\n"
STUB = b"\x03" + bytes(700)


@pytest.mark.parametrize("scheme", ["rtmp", "rtmps"])
@pytest.mark.parametrize("deeds", [(hang_up,), (send(WEB), stay), (send(STUB),)], ids=["hangs-up", "web", "half"])
def test_what_answers_something_else_is_no_rtmp_server(scheme, deeds):
    with rude(*deeds) as port:
        assert look(f"{scheme}://127.0.0.1:{port}/live").outcome == "no-rtmp"


@pytest.mark.parametrize(
    ("name", "good", "outcome"),
    [("127.0.0.1", "ok", "answered"), ("127.0.0.1", "expired", "untrusted"), ("other.example", "ok", "untrusted")],
)
def test_rtmps_is_greeted_behind_a_certificate_that_holds(tmp_path, monkeypatch, name, good, outcome):
    context = server_context(authority(tmp_path, monkeypatch), name, good=good)
    with rude(greet) as inner, tls_door(context, inner) as port:
        assert look(f"rtmps://127.0.0.1:{port}/live").outcome == outcome


def test_nobody_there_is_refused():
    with listener() as (_, port):
        pass
    assert look(f"rtmp://127.0.0.1:{port}/live").outcome == "refused"


def test_no_answer_is_a_timeout_within_its_limit():
    with full_house() as port:
        began = time.monotonic()
        assert look(f"rtmp://127.0.0.1:{port}/live").outcome == "timeout"
    assert time.monotonic() - began < reach.CONNECT_LIMIT_S + 0.7


def test_a_name_that_does_not_exist():
    assert look("rtmp://rigcheck-test.invalid/live").outcome in ("no-name", "no-resolver")  # offline, nobody can say
    assert look(f"rtmp://{'a' * 70}.example/live").outcome == "no-name"


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (socket.gaierror(socket.EAI_NONAME, ""), "no-name"),
        (socket.gaierror(socket.EAI_AGAIN, ""), "no-resolver"),
        (socket.gaierror(socket.EAI_FAIL, ""), "no-resolver"),
    ],
)
def test_name_servers_errors_are_told_apart(monkeypatch, error, outcome):
    def fail(*_args: object, **_options: object) -> None:
        raise error

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert look("rtmp://ingest.example/live").outcome == outcome


def answer_late(*_args: object, **_options: object) -> list[object]:
    time.sleep(4)
    return []


def test_a_name_server_that_hangs_costs_its_limit_only(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer_late)
    began = time.monotonic()
    assert look("rtmp://ingest.example/live").outcome == "no-resolver"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize("error", ["ENETUNREACH", "EHOSTUNREACH", "ETIMEDOUT", "EPERM"])
def test_errors_of_the_way_there(monkeypatch, error):
    async def fail(*_args: object) -> None:
        raise OSError("All connection attempts failed") from OSError(getattr(errno, error), "")

    monkeypatch.setattr(anyio, "connect_tcp", fail)
    if error == "EPERM":
        with pytest.raises(NotSeen) as caught:
            look("rtmp://127.0.0.1/live")
        assert (caught.value.reason, caught.value.params) == (Reason.FAILED, {"error": "EPERM"})
    else:
        assert look("rtmp://127.0.0.1/live").outcome == ("timeout" if error == "ETIMEDOUT" else "no-route")


def test_of_two_addresses_one_that_answers_is_enough(monkeypatch):
    with rude(greet) as port:
        families = [(socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"), (socket.AF_INET, "127.0.0.2")]
        found = [(family, 1, 6, "", (host, port)) for family, host in families]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: found)
        assert anyio.run(read_reach, ReachRequest("push", f"rtmp://ingest.example:{port}/live")).outcome == "answered"


@pytest.mark.parametrize("url", ["srt://127.0.0.1:9000", "udp://127.0.0.1:5000", "rtmp:///live", "nonsense"])
def test_what_has_no_tcp_door_cannot_be_asked(url):
    with pytest.raises(NotSeen) as caught:
        look(url)
    assert caught.value.reason is Reason.NOT_THIS_WAY


@pytest.mark.parametrize(
    "sample",
    [Reach("answered", 3.5, 12.25), Reach("silent", 3.5, 1.0), Reach("no-name")],
    ids=lambda sample: sample.outcome,
)
def test_it_can_be_kept_and_read_again(sample):
    again = decode("reach", *encode(sample))
    assert isinstance(again, Reach)
    assert (again.outcome, again.dns_ms, again.connect_ms) == (sample.outcome, sample.dns_ms, sample.connect_ms)
