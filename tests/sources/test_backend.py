"""A shop's service asked for real: every way in which it may answer, and not answer, in the time it is given."""

import socket
import threading
import time
from base64 import b64encode
from contextlib import contextmanager, suppress

import anyio
import pytest
from services_https import authority, server_context, web

from rigcheck.backend_state import BackendRequest, BackendState
from rigcheck.sources import backend
from rigcheck.sources.backend import read_backend
from rigcheck.sources.live import LiveSource


def ask(url, limit_s=3.0) -> BackendState:
    return anyio.run(read_backend, BackendRequest("coupons", url, limit_s))


def say(status=200, body=b"ok", **headers):
    def answer(handler):
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@contextmanager
def listener(serve=None):
    """A port on which one guest is served by `serve`; None: nobody ever accepts."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        if serve is not None:

            def run():
                guest, _ = server.accept()
                with guest, suppress(OSError):
                    serve(guest)

            threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1]


@pytest.mark.parametrize("status", [200, 204, 301, 404, 503])
def test_its_status_is_told_whatever_it_is(status):
    with web(say(status, b"" if status == 204 else b"ok")) as port:
        found = ask(f"http://127.0.0.1:{port}/coupons")
    assert (found.outcome, found.status) == ("answered", status)
    assert 0 < found.latency_ms < 3000


def test_a_slow_answer_is_timed():
    def slowly(handler):
        time.sleep(0.4)
        say()(handler)

    with web(slowly) as port:
        assert 400 <= ask(f"http://127.0.0.1:{port}/").latency_ms < 2500


def test_redirects_are_followed_without_cookies():
    seen = []

    def answer(handler):
        seen.append((handler.path, handler.headers.get("cookie")))
        if handler.path == "/end":
            say(200)(handler)
        else:
            say(302, b"", Location="/end", Set_Cookie="session=1; Path=/")(handler)

    with web(answer) as port:
        assert ask(f"http://127.0.0.1:{port}/").status == 200
    assert seen == [("/", None), ("/end", None)]


def test_a_redirect_in_circles_ends():
    asked = []

    def answer(handler):
        asked.append(handler.path)
        say(302, b"", Location=f"/{len(asked)}")(handler)

    with web(answer) as port:
        assert ask(f"http://127.0.0.1:{port}/").outcome == "redirects"
    assert len(asked) == backend.MOST_HOPS + 1


@pytest.mark.parametrize("location", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://[bad"])
def test_a_redirect_to_nowhere_is_broken(location):
    with web(say(302, b"", Location=location)) as port:
        assert ask(f"http://127.0.0.1:{port}/").outcome in ("broken", "no-name")


def test_a_huge_answer_is_not_waited_for():
    sent = []

    def pour(handler):
        handler.send_response(200)
        handler.end_headers()
        for _ in range(4000):
            handler.wfile.write(bytes(65536))
            sent.append(65536)

    with web(pour) as port:
        found = ask(f"http://127.0.0.1:{port}/")
    assert (found.outcome, found.status) == ("answered", 200)
    assert sum(sent) < 40_000_000


def drip(guest):
    guest.recv(1000)
    guest.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(60):
        time.sleep(0.1)
        guest.sendall(b".")


def hang(guest):
    guest.recv(1000)
    time.sleep(6)


@pytest.mark.parametrize("serve", [None, hang, drip], ids=["never-accepts", "hangs", "drips"])
def test_no_answer_in_time_is_a_timeout(serve):
    with listener(serve) as port:
        began = time.monotonic()
        assert ask(f"http://127.0.0.1:{port}/", 0.8).outcome == "timeout"
        assert time.monotonic() - began < 2.5


def hang_up(guest):
    guest.recv(1000)


def babble(guest):
    guest.recv(1000)
    guest.sendall(b"\x03\x00\x01 this is no HTTP\r\n\r\n")


def endless(guest):
    guest.recv(1000)
    guest.sendall(b"HTTP/1.1 200 OK\r\n" + b"x-a: " + b"a" * 400_000)


@pytest.mark.parametrize("serve", [hang_up, babble, endless])
def test_what_is_no_http_is_broken(serve):
    with listener(serve) as port:
        assert ask(f"http://127.0.0.1:{port}/").outcome == "broken"


def test_nobody_there_is_refused():
    with listener() as port:
        pass
    assert ask(f"http://127.0.0.1:{port}/").outcome == "connection-refused"


def test_a_name_that_does_not_exist():
    assert ask(f"http://{'a' * 70}.example/").outcome == "no-name"
    assert ask("http://rigcheck-test.invalid/").outcome in ("no-name", "no-resolver")  # offline, nobody can say


def answer_late(*_args: object, **_options: object) -> list[object]:
    time.sleep(4)
    return []


def test_a_name_server_that_hangs_costs_its_limit_only(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", answer_late)
    began = time.monotonic()
    assert ask("https://coupons.example/").outcome == "no-resolver"
    assert time.monotonic() - began < 3


def test_a_certificate_is_held_against_the_systems_authorities(tmp_path, monkeypatch):
    ca = authority(tmp_path, monkeypatch)
    with web(say(), server_context(ca, "127.0.0.1")) as port:
        assert ask(f"https://127.0.0.1:{port}/").status == 200
        assert ask(f"http://127.0.0.1:{port}/").outcome == "broken"


@pytest.mark.parametrize(("name", "good"), [("shop.example", "ok"), ("127.0.0.1", "expired"), ("127.0.0.1", "not-yet")])
def test_a_wrong_certificate_is_a_tls_fault(tmp_path, monkeypatch, name, good):
    ca = authority(tmp_path, monkeypatch)
    with web(say(), server_context(ca, name, good=good)) as port:
        assert ask(f"https://127.0.0.1:{port}/").outcome == "tls"


def test_plain_http_where_tls_should_be_is_a_tls_fault():
    with web(say()) as port:
        assert ask(f"https://127.0.0.1:{port}/").outcome == "tls"


def test_a_proxy_of_the_environment_is_not_taken(monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with web(say()) as port:
        assert ask(f"http://127.0.0.1:{port}/").status == 200


def test_no_credentials_of_this_computer_are_sent(tmp_path, monkeypatch):
    heard = []

    def answer(handler):
        heard.append(handler.headers.get("authorization"))
        say()(handler)

    (tmp_path / "netrc").write_text("machine 127.0.0.1 login li password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with web(answer) as port:
        ask(f"http://127.0.0.1:{port}/")
    assert heard == [None]


def test_the_password_that_its_address_names_is_sent(monkeypatch):
    heard = []

    def answer(handler):
        heard.append(handler.headers.get("authorization"))
        say()(handler)

    monkeypatch.setenv("SHOP_PW", "a:b@c")
    with web(answer) as port:
        assert ask(f"http://li:env:SHOP_PW@127.0.0.1:{port}/").status == 200
    assert heard == ["Basic " + b64encode(b"li:a:b@c").decode()]


def test_the_live_source_asks_it():
    with web(say()) as port:
        found = anyio.run(LiveSource().acquire, BackendRequest("coupons", f"http://127.0.0.1:{port}/"))
    assert isinstance(found, BackendState)
    assert found.status == 200
