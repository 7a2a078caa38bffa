"""Every way in which a server can let us down has its own outcome, in bounded time; what it says is told without the key."""

import http.server
import socket
import threading
import time

import pytest
from services_rude import admit, greet, host, pour, rude, say, send, status, stay

from rigcheck.errors import NotSeen
from rigcheck.sources.rtmp import Rtmp, TurnedAway, place_of
from rigcheck.sources.rtmp_chunk import Kind, Message, pack
from rigcheck.sources.rtmp_wire import connect

KEY = "sk-secret?sign=1/2"
NOISE = bytes(range(7, 255)) * 40


def knock(port: int, *, publish: bool = False, key: str = KEY) -> TurnedAway | None:
    """How a server turns us away; None where it does not."""
    wire, _ = connect("127.0.0.1", port, 1.0)
    with wire:
        talk = Rtmp(wire, place_of(f"rtmp://127.0.0.1:{port}/live", key))
        try:
            talk.shake_hands()
            talk.connect()
            if publish:
                talk.publish(5000)
        except TurnedAway as no:
            return no
    return None


def test_a_place_is_read_from_its_url_as_encoders_read_it():
    place = place_of("rtmp://user:pw@Host.example/live/sub?vhost=a", "k1")
    assert (place.host, place.port, place.app, place.stream) == ("host.example", 1935, "live/sub?vhost=a", "k1")
    assert place.url == "rtmp://Host.example/live/sub?vhost=a"
    assert "k1" not in repr(place)
    place = place_of("rtmps://host:1936/live/name", has_stream=True)
    assert (place.port, place.is_tls, place.app, place.stream) == (1936, True, "live", "name")
    with pytest.raises(NotSeen):
        place_of("srt://host:9000")


@pytest.mark.parametrize(
    ("deeds", "outcome", "limit_s"),
    [
        ((), "closed", 0.5),
        ((stay,), "hung", 2.5),
        ((send(b"\x03" + bytes(100)), stay), "hung", 2.5),
        ((send(b"SSH-2.0-OpenSSH_9.2\r\n"), stay), "not-rtmp", 0.5),
        ((greet,), "unknown-app", 0.5),
        ((greet, stay), "hung", 3.0),
        ((greet, send(NOISE), stay), "not-rtmp", 1.0),
        ((greet, pour(pack(Message(Kind.DATA, bytes(30_000)), 5))), "not-rtmp", 1.5),
        ((greet, pour(bytes([3]) + bytes(11))), "not-rtmp", 1.5),
        ((greet, send(pack(Message(Kind.COMMAND, b"\x02\x00\x07onSta"), 3)), stay), "not-rtmp", 1.0),
        ((greet, say("close")), "refused", 0.5),
    ],
    ids=[
        *("closes at once", "never answers", "stops half-way", "other protocol", "hangs up on the application"),
        *("silent", "noise", "endless messages", "endless empty ones", "half a command", "close"),
    ],
)
def test_odd_servers_each_have_their_outcome(deeds, outcome, limit_s):
    with rude(*deeds) as port:
        began_s = time.monotonic()
        no = knock(port)
    assert no is not None
    assert no.outcome == outcome
    assert time.monotonic() - began_s < limit_s + 0.7


def test_a_web_server_is_told_by_its_own_words():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        no = knock(server.server_port)
    finally:
        server.shutdown()
        server.server_close()
    assert no is not None
    assert no.outcome == "not-rtmp"


def rejected(code: str, description: str):
    return say("_error", 1.0, None, {"level": "error", "code": code, "description": description})


@pytest.mark.parametrize(
    ("code", "description", "outcome"),
    [
        ("NetConnection.Connect.InvalidApp", "", "unknown-app"),
        ("NetConnection.Connect.Rejected", "[ Server.Reject ] : Invalid application name(/x).", "unknown-app"),
        ("NetConnection.Connect.Rejected", "too many connections", "refused"),
        ("NetConnection.Connect.Failed", "", "refused"),
    ],
)
def test_a_no_to_connect_is_told_apart_by_its_words(code, description, outcome):
    with rude(greet, rejected(code, description)) as port:
        no = knock(port)
    assert no is not None
    assert (no.outcome, no.said) == (outcome, description or code)


@pytest.mark.parametrize(
    "said", ["bad signature 5f2a%2F9c81d0", "bad signature 5f2a/9c81d0", "bad signature x+1c==", "time 65"]
)
def test_a_signature_within_the_key_is_no_more_told_than_the_key(said):
    with rude(host(status("error", "NetStream.Publish.Denied", said))) as port:
        no = knock(port, publish=True, key="room?txTime=65&txSecret=5f2a%2F9c81d0&more=x+1c==")
    assert no is not None
    assert no.said == ("time 65" if said == "time 65" else "bad signature ***")


@pytest.mark.parametrize(
    ("answers", "outcome", "said"),
    [
        ((), "wrong-key", ""),
        ((status("error", "NetStream.Publish.BadName"),), "wrong-key", "NetStream.Publish.BadName"),
        ((status("error", "NetStream.Publish.Denied", f"no such key {KEY}"),), "wrong-key", "no such key ***"),
        ((status("error", "NetStream.Publish.BadName", "Already publishing"),), "refused", "Already publishing"),
        (
            (("_error", 5.0, None, {"level": "error", "description": "sk-secret expired\nx"}),),
            "wrong-key",
            "*** expired",
        ),
        ((("close", 0.0),), "wrong-key", ""),
    ],
)
def test_a_no_to_the_key_is_told_without_the_key(answers, outcome, said):
    with rude(host(*answers)) as port:
        no = knock(port, publish=True)
    assert no is not None
    assert (no.outcome, no.said) == (outcome, said)


def test_a_yes_survives_what_does_not_matter():
    """An answer in AMF3's clothes, pings, an unknown message type, and errors of the calls nobody waits for."""
    ping = pack(Message(Kind.CONTROL, b"\x00\x06\x00\x00\x00\x09"), 2, 128)
    odd = pack(Message(99, b"?"), 6, 128)
    heard = []

    def listen(guest: socket.socket) -> None:
        heard.append(guest.recv(65536))

    with rude(admit, send(ping + odd), listen, stay) as port:
        assert knock(port) is None
    with rude(host(status("status", "NetStream.Publish.Start")), stay) as port:
        assert knock(port, publish=True) is None


def test_a_ping_is_answered_and_acknowledgements_are_kept():
    ping = pack(Message(Kind.CONTROL, b"\x00\x06\x00\x00\x00\x09"), 2, 128)
    ack = pack(Message(Kind.ACKNOWLEDGED, (123_456).to_bytes(4, "big")), 2, 128)
    heard: list[bytes] = []

    def send_and_hear(guest: socket.socket) -> None:
        guest.sendall(ping + ack)
        heard.append(guest.recv(100))

    with rude(host(status("status", "NetStream.Publish.Start")), send_and_hear, stay) as port:
        wire, _ = connect("127.0.0.1", port, 1.0)
        with wire:
            talk = Rtmp(wire, place_of(f"rtmp://127.0.0.1:{port}/live", KEY))
            talk.shake_hands()
            talk.connect()
            talk.publish(5000)
            assert talk.acknowledged is None
            wire.rest(time.monotonic() + 2, to_give=False)
            talk.listen()
            time.sleep(0.1)
            assert talk.acknowledged == 123_456
    assert heard
    assert heard[0].endswith(b"\x00\x07\x00\x00\x00\x09")


def test_a_stream_that_is_ended_by_the_server_is_heard():
    end = status("error", "NetStream.Publish.BadName", "kicked")
    with rude(host(status("status", "NetStream.Publish.Start"), end), stay) as port:
        wire, _ = connect("127.0.0.1", port, 1.0)
        with wire:
            talk = Rtmp(wire, place_of(f"rtmp://127.0.0.1:{port}/live", KEY))
            talk.shake_hands()
            talk.connect()
            with pytest.raises(TurnedAway, match="kicked"):
                _publish_and_listen(talk)


def _publish_and_listen(talk: Rtmp) -> None:
    talk.publish(5000)
    for _ in range(20):
        talk.listen()
        time.sleep(0.05)


def test_what_a_server_says_is_cut_to_a_line():
    with rude(greet, rejected("x", "no\x1b[31m" + "!" * 1000)) as port:
        no = knock(port)
    assert no is not None
    assert no.said.startswith("no?[31m!")
    assert len(no.said) <= 120
