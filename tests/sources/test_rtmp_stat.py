"""The server's own count, from a page that may be anything."""

import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rigcheck.sources.rtmp_stat import MOST_BYTES, StatError, StatWatch, bytes_received, fetch

PAGE = b"""<?xml version="1.0" encoding="utf-8" ?>
<rtmp><nginx_version>1.22.1</nginx_version><bytes_in>999</bytes_in>
<server><application><name>live</name><live>
<stream><name>main</name><time>5000</time><bytes_in>1234567</bytes_in>
  <client><id>7</id><name>main</name><bytes_in>5</bytes_in></client></stream>
<stream><name>other</name><bytes_in>42</bytes_in></stream>
</live></application>
<application><name>open</name><live><stream><name>main</name><bytes_in>8</bytes_in></stream></live></application></server>
</rtmp>"""


def test_each_stream_of_each_application_has_its_own_count():
    assert bytes_received(PAGE, "live", "main") == 1_234_567
    assert bytes_received(PAGE, "open", "main") == 8
    assert bytes_received(PAGE, "live", "nobody") is None


BOMB = b"""<!DOCTYPE rtmp [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><rtmp>&b;</rtmp>"""
OUTSIDE = b"""<!DOCTYPE rtmp [<!ENTITY x SYSTEM "file:///etc/passwd">]><rtmp>&x;</rtmp>"""


@pytest.mark.parametrize(
    "page",
    [b"", b"<html>no", b"\xff\xfe\x00", BOMB, OUTSIDE, b"<a>" * 1000, PAGE[:-20]],
    ids=["empty", "cut", "binary", "bomb", "outside", "deep", "cut page"],
)
def test_anything_else_is_refused(page):
    with pytest.raises(StatError):
        bytes_received(page, "live", "main")


def test_numbers_that_are_none_do_not_count():
    assert bytes_received(PAGE.replace(b"1234567", b"-1"), "live", "main") is None
    assert bytes_received(PAGE.replace(b"1234567", "١٢".encode()), "live", "main") is None


@contextmanager
def page(*answers: tuple[int, bytes]) -> Iterator[str]:
    """A server with one answer after another, the last again and again."""
    left = list(answers)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            code, body = left.pop(0) if len(left) > 1 else left[0]
            self.send_response(code)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/stat?x=1"
    finally:
        server.shutdown()
        server.server_close()


def test_a_page_is_fetched_and_nothing_else_is():
    with page((200, PAGE)) as url:
        assert fetch(url) == PAGE
    for code, body in ((404, PAGE), (302, b""), (200, b"x" * (MOST_BYTES + 1))):
        with page((code, body)) as url, pytest.raises(StatError):
            fetch(url)
    with pytest.raises(StatError):
        fetch(url)


def test_a_stream_that_begins_anew_goes_on_counting():
    counts = [b"100", b"250", b"30", b"70"]
    with page(*((200, PAGE.replace(b"1234567", count)) for count in counts)) as url:
        began_s = time.monotonic()
        with StatWatch(url, "live?x=y", "main?key=z", began_s, 5) as watch:
            while len(watch.seen) < len(counts):
                assert time.monotonic() < began_s + 8
                time.sleep(0.05)
    assert [count for _, count in watch.seen[:4]] == [100, 250, 280, 320]
    assert 0.4 < watch.seen[0][0] < 2


def test_a_page_that_fails_is_only_a_gap():
    with page((500, b""), (200, b"junk"), (200, PAGE)) as url:
        began_s = time.monotonic()
        with StatWatch(url, "live", "main", began_s, 5) as watch:
            while not watch.seen:
                assert time.monotonic() < began_s + 8
                time.sleep(0.05)
    assert watch.seen[0][1] == 1_234_567
