"""Where an address leads."""

import pytest

from rigcheck.address import host_of, place_of, with_port


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("rtmp://127.0.0.1:1935/live", "loopback"),
        ("rtmp://127.8.9.1/live", "loopback"),
        ("srt://[::1]:9000", "loopback"),
        ("rtmp://LOCALHOST/live", "loopback"),
        ("rtmp://0.0.0.0/live", "loopback"),
        ("rtmp://192.168.1.5/live", "private"),
        ("rtmp://172.31.0.1/live", "private"),
        ("srt://[fe80::1%eth0]:9000", "private"),
        ("rtmp://nas/live", "private"),
        ("rtmp://relay.lan./live", "private"),
        ("rtmp://172.32.0.1/live", "public"),
        ("rtmp://8.8.8.8/live", "public"),
        ("rtmps://live.example.com:443/app", "public"),
        ("rtmp://localhost.example.com/app", "public"),
        ("//live.example.com/app", "public"),
    ],
)
def test_where_an_address_leads(url: str, place: str) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("rtmp://user:pw@Live.Example.com:1935/app?x=@y", "live.example.com"),
        ("srt://[2001:DB8::1]:9000", "2001:db8::1"),
        ("rtmp://[broken", ""),
        ("", ""),
    ],
)
def test_the_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


@pytest.mark.parametrize(
    ("url", "moved"),
    [
        ("http://far.example:8080/up", "http://far.example:8081/up"),
        ("https://far.example", "https://far.example:8081"),
        ("http://[2001:db8::1]:8080", "http://[2001:db8::1]:8081"),
    ],
)
def test_the_same_place_at_another_port(url, moved):
    assert with_port(url, 8081) == moved
