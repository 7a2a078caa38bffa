"""The receiver on a real port: what it tells its guests, and what guests of every kind can not do to it."""

import json
import socket

import anyio
import pytest
from services_receiver import eventually, receiving

from rigcheck.receiver import conversation, http, ledger, server
from rigcheck.receiver.protocol import ID_CHARS

pytestmark = pytest.mark.anyio


async def test_it_counts_what_arrives_and_tells_it_meanwhile():
    async with receiving() as far, far.ask("/test", seconds=10, bytes=10**6) as test:
        assert test.status == 101
        told = json.loads(await test.line())
        assert told["address"] == "127.0.0.1"
        assert len(told["id"]) == ID_CHARS
        async with far.ask("/upload", test=told["id"]) as upload:
            await upload.stream.send(bytes(30_000))
            lines = [await upload.line(), await upload.line()]  # before the upload has ended
            await upload.stream.send(bytes(12_345))
            await upload.stream.send_eof()
            lines += (await upload.rest()).decode().split("\n")
    assert lines[-2:] == ["end", ""]
    counts = [line.split(" ") for line in lines[:-2]]
    times = [float(at) for at, _ in counts if float(at) > 0]
    assert sum(int(count) for _, count in counts) == 42_345
    assert times == sorted(times)
    assert 0.08 < times[1] - times[0] < 0.5


async def test_lines_come_back_as_they_were():
    async with receiving() as far, far.ask("/test", seconds=10, bytes=1) as test:
        await test.line()
        await test.stream.send(b"17\nabc\n")
        assert [await test.line(), await test.line()] == ["17", "abc"]


async def test_a_datagram_comes_back_only_to_who_has_a_test():
    async with receiving() as far, far.ask("/test", seconds=10, bytes=1) as test:
        id_ = json.loads(await test.line())["id"].encode()
        async with await anyio.create_connected_udp_socket("127.0.0.1", far.port) as udp:
            await udp.send(b"0" * ID_CHARS + b"stranger")
            await udp.send(id_ + b"x" * 100)  # too long to be a probe
            await udp.send(id_ + b"00000007")
            with anyio.fail_after(5):
                assert await udp.receive() == id_ + b"00000007"  # as long as it came: nothing to amplify
            with anyio.move_on_after(0.2) as silence:
                await udp.receive()
            assert silence.cancelled_caught


def test_datagrams_are_counted():
    book = ledger.Ledger(lambda: 0.0)
    trial = book.open(10, 1)
    trial.datagrams_left = 3
    assert [book.echoes(trial.id.encode() + b"x") for _ in range(4)] == [True, True, True, False]


async def test_a_test_ends_with_its_connection():
    async with receiving() as far:
        async with far.ask("/test", seconds=10, bytes=1) as test:
            told = json.loads(await test.line())
        await eventually(lambda: not far.receiver.ledger.tests)
        async with far.ask("/upload", test=told["id"]) as upload:
            assert upload.status == 404


async def test_a_test_ends_with_its_time():
    async with receiving() as far, far.ask("/test", seconds=0.3, bytes=10**9) as test:
        told = json.loads(await test.line())
        async with far.ask("/upload", test=told["id"]) as upload:
            with anyio.fail_after(3):
                assert not (await upload.rest()).endswith(b"end\n")
                await test.rest()
    assert not far.receiver.ledger.tests


async def test_no_more_is_swallowed_than_was_asked_for():
    async with receiving() as far, far.ask("/test", seconds=10, bytes=100_000) as test:
        told = json.loads(await test.line())
        async with far.ask("/upload", test=told["id"]) as upload:
            try:
                for _ in range(200):
                    await upload.stream.send(bytes(65_536))
            except anyio.BrokenResourceError:
                pass
            else:
                pytest.fail("13 MB were taken")
        left = next(iter(far.receiver.ledger.tests.values())).bytes_left
    assert -65_536 <= left <= 0


async def test_a_test_has_one_upload_at_a_time():
    async with receiving() as far, far.ask("/test", seconds=10, bytes=1000) as test:
        told = json.loads(await test.line())
        async with far.ask("/upload", test=told["id"]), far.ask("/upload", test=told["id"]) as second:
            assert second.status == 409


async def test_a_download_is_as_long_as_allowed(monkeypatch):
    async with receiving() as far, far.ask("/test", seconds=10, bytes=1) as test:
        told = json.loads(await test.line())
        far.receiver.ledger.find(told["id"]).down_left = 150_000
        async with far.ask("/download", test=told["id"], bytes=100_000, upgrade=False) as first:
            assert len(await first.rest()) == 100_000
        async with far.ask("/download", test=told["id"], bytes=100_000, upgrade=False) as second:
            assert len(await second.rest()) == 50_000
        async with far.ask("/download", test=told["id"], bytes=1, upgrade=False) as third:
            assert third.status == 403


async def test_a_person_with_a_browser_is_told_what_this_is():
    async with receiving() as far:
        async with far.ask("/", upgrade=False) as guest:
            assert guest.status == 200
            assert b"rigcheck receiver" in await guest.rest()
        async with far.ask("/test", upgrade=False, seconds=1, bytes=1) as guest:
            assert guest.status == 426
    assert not far.receiver.ledger.tests


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ([], 401),
        (["Authorization: Bearer wrong"], 401),
        (["Authorization: Bearer"], 401),
        (["Authorization: Bearer s\u00e9cret"], 101),
    ],
)
async def test_a_token_lets_in_and_nothing_else_does(headers, status):
    async with receiving("s\u00e9cret") as far, far.ask("/test", *headers, seconds=1, bytes=1) as guest:
        assert guest.status == status


async def test_without_the_token_not_even_a_word_is_heard():
    async with receiving("secret") as far:
        for path in ("/", "/address", "/word", "/turn", "/upload", "/download", "/nonsense"):
            async with far.ask(path, site="s", room="r") as guest:
                assert guest.status == 401
        assert not far.receiver.turns.sites


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),  # somebody who speaks TLS
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", 400),
        (b"POST /test HTTP/1.1\r\n\r\n", 400),
        (b"GET http://elsewhere/ HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nbroken header\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nA: b\x00c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nContent-Length: 5\r\n\r\n", 400),
        (b"GET /?" + b"&".join(b"a%d=1" % n for n in range(50)) + b" HTTP/1.1\r\n\r\n", 400),
        (b"GET /elsewhere HTTP/1.1\r\n\r\n", 404),
        (b"GET /test?seconds=nan&bytes=5 HTTP/1.1\r\n\r\n", 400),
        (b"GET /test?seconds=-1&bytes=5 HTTP/1.1\r\n\r\n", 400),
        (b"GET /test?seconds=inf&bytes=5 HTTP/1.1\r\n\r\n", 400),
        (b"GET /test HTTP/1.1\r\n\r\n", 400),
        (b"GET /upload?test=%ff HTTP/1.1\r\n\r\n", 404),
        (b"GET /turn?site=a&room=" + b"x" * 300 + b"&seconds=3 HTTP/1.1\r\n\r\n", 400),
        (b"GET /turn?site=a&room=%0a&seconds=3 HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"A: " + b"x" * 5000, 431),
        (b"x" * 10_000, 431),
    ],
)
async def test_garbage_gets_a_status_and_nothing_more(sent, status):
    async with receiving() as far:
        async with far.raw() as stream:
            await stream.send(sent)
            with anyio.fail_after(5):
                assert int((await stream.receive()).split(b" ")[1]) == status
        await still_serves(far)


async def still_serves(far):
    async with far.ask("/test", seconds=1, bytes=1) as guest:
        assert guest.status == 101
    await eventually(lambda: not far.receiver.guests)


async def test_a_guest_that_never_finishes_its_request_is_shown_out(monkeypatch):
    monkeypatch.setattr(http, "HEAD_LIMIT_S", 0.3)
    async with receiving() as far:
        async with far.raw() as slow:
            await slow.send(b"GET / HTTP/1.1\r\n")
            with anyio.fail_after(3):
                for letter in b"X-Slow: a":
                    await slow.send(bytes([letter]))
                    await anyio.sleep(0.02)
                assert b" 408 " in await slow.receive()
        await still_serves(far)


async def test_a_guest_that_falls_silent_is_shown_out(monkeypatch):
    monkeypatch.setattr(conversation, "IDLE_S", 0.3)
    async with receiving() as far, far.ask("/test", seconds=60, bytes=1000) as test:
        told = json.loads(await test.line())
        async with far.ask("/upload", test=told["id"]) as upload:
            with anyio.fail_after(3):
                assert (await upload.rest()).endswith(b"end\n")
        with anyio.fail_after(3):
            await test.rest()


async def test_an_endless_line_ends_the_test():
    async with receiving() as far:
        async with far.ask("/test", seconds=60, bytes=1000) as test:
            await test.line()
            await test.stream.send(b"x" * 5000)
            with anyio.fail_after(3):
                await test.rest()
        await still_serves(far)


async def test_a_guest_that_breaks_off_costs_nobody_anything():
    async with receiving() as far, far.ask("/test", seconds=60, bytes=10**6) as test:
        told = json.loads(await test.line())
        async with far.ask("/upload", test=told["id"]) as upload:
            await upload.stream.send(bytes(1000))
            raw = upload.stream.extra(anyio.abc.SocketAttribute.raw_socket)  # noqa: S610 - anyio's attributes, no Django
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        await eventually(lambda: not next(iter(far.receiver.ledger.tests.values())).is_uploading)
        async with far.ask("/upload", test=told["id"]) as again:
            assert again.status == 101


async def test_connections_are_bounded_and_come_free_again(monkeypatch):
    monkeypatch.setattr(server, "MOST_PER_ADDRESS", 2)
    async with receiving() as far:
        first, second = (far.ask("/test", seconds=9, bytes=1) for _ in range(2))
        async with first, second, far.raw() as third:
            assert b" 503 " in await third.receive()
        await eventually(lambda: not far.receiver.guests)
        await still_serves(far)


async def test_tests_are_bounded_too(monkeypatch):
    monkeypatch.setattr(ledger, "MOST_TESTS", 1)
    async with receiving() as far:
        first, second = (far.ask("/test", seconds=9, bytes=1) for _ in range(2))
        async with first, second as guest:
            assert guest.status == 503


async def test_a_mistake_of_ours_costs_one_connection_only(monkeypatch, caplog):
    async def break_down(talk):
        raise RuntimeError("a bug")

    monkeypatch.setattr(server, "_SERVED", {**server._SERVED, "/address": break_down})
    async with receiving() as far:
        async with far.raw() as guest:
            await guest.send(b"GET /address HTTP/1.1\r\n\r\n")
            with pytest.raises(anyio.EndOfStream):
                await guest.receive()
        await still_serves(far)
    assert "a bug" in caplog.text


async def test_addresses_are_told_as_people_write_them():
    class Stream:
        def __init__(self, host):
            self.host = host

        def extra(self, _):
            return (self.host, 1)

    assert server._address_of(Stream("::ffff:203.0.113.5")) == "203.0.113.5"
    assert server._address_of(Stream("fe80::1%eth0")) == "fe80::1"
