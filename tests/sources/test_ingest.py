"""The show's ingest on real servers: how far it comes, what its certificate is worth, and that nothing is ever published."""

import socket
import subprocess
import time

import pytest
from services_https import authority, server_context
from services_pulse import need
from services_rtmp import KEY, Ingest, ingest, tls_door
from services_rude import rude, stay
from services_video import free_port

from rigcheck.errors import NotSeen
from rigcheck.ingest_state import IngestRequest, IngestState
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.ingest import read_ingest

pytestmark = pytest.mark.svc
SET, UNSET = Secret("env:RIGCHECK_TEST_KEY"), Secret("env:RIGCHECK_TEST_NO_KEY")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with ingest(tmp_path_factory.mktemp("nginx") / "a") as found:
        yield found


@pytest.fixture(autouse=True)
def key(monkeypatch):
    monkeypatch.setenv("RIGCHECK_TEST_KEY", KEY)


def look(url: str, **more) -> IngestState:
    return read_ingest(IngestRequest("main", url, **more))


def test_a_real_ingest_lets_us_in_and_sees_nobody_publish(server: Ingest):
    found = look(server.url, stream_key=SET)
    assert (found.outcome, found.said, found.certificate) == ("accepted", "", None)
    assert found.key_set is True
    assert found.dns_ms is not None
    assert found.connect_ms is not None
    assert found.handshake_ms is not None
    assert 0 < found.connect_ms < found.handshake_ms < 1500
    log = (server.folder / "logs" / "error.log").read_text(errors="replace")
    assert "connect: app='live'" in log
    assert "createStream" not in log
    assert "publish" not in log
    assert KEY.partition("?")[0] not in log
    assert server.asked == []


def test_a_key_is_only_looked_up(server: Ingest):
    found = look(server.url, stream_key=UNSET, main_key=SET)
    assert (found.key_set, found.main_key_set) == (False, True)
    assert look(server.url).key_set is None
    assert KEY not in repr(found)


def test_an_application_that_is_not_there(server: Ingest):
    assert look(server.url + "-not").outcome == "unknown-app"


def test_a_web_page_is_no_ingest(server: Ingest):
    found = look(f"rtmp://127.0.0.1:{server.web}/live")
    assert (found.outcome, found.said) == ("not-rtmp", "HTTP/1.1 400 Bad Request")
    assert found.handshake_ms is None


def test_nobody_there():
    assert look(f"rtmp://127.0.0.1:{free_port()}/live").outcome == "connection-refused"


def test_a_server_that_hangs(tmp_path):
    with ingest(tmp_path / "b") as server, server.hung():
        began_s = time.monotonic()
        assert look(server.url).outcome == "hung"
    assert time.monotonic() - began_s < 4


def test_no_such_name():
    found = look("rtmp://no-such-name.invalid/live")
    assert found.outcome in ("no-name", "no-resolver")
    assert found.connect_ms is None


def test_a_room_without_an_ingest():
    with pytest.raises(NotSeen) as unseen:
        look("")
    assert unseen.value.reason is Reason.NOT_IN_PROFILE


def over_tls(server: Ingest, context) -> IngestState:
    with tls_door(context, server.port) as port:
        return look(f"rtmps://127.0.0.1:{port}/live")


def test_tls_with_a_good_certificate(server: Ingest, tmp_path, monkeypatch):
    found = over_tls(server, server_context(authority(tmp_path, monkeypatch), "127.0.0.1"))
    assert (found.outcome, found.certificate) == ("accepted", "ok")
    assert found.certificate_days == pytest.approx(30, abs=0.1)
    assert found.tls_ms is not None
    assert found.handshake_ms is not None
    assert found.tls_ms < found.handshake_ms


@pytest.mark.parametrize(
    ("name", "good", "verdict"),
    [
        ("127.0.0.1", "expired", "expired"),
        ("127.0.0.1", "not-yet", "not-yet"),
        ("other.example", "ok", "other-name"),
        ("127.0.0.1", "ok", "untrusted"),
    ],
)
def test_certificate_faults_are_told_apart(server, tmp_path, monkeypatch, name, good, verdict):  # noqa: PLR0917 - pytest names them
    context = server_context(authority(tmp_path, monkeypatch), name, good=good)
    if verdict == "untrusted":
        authority(tmp_path, monkeypatch)
    found = over_tls(server, context)
    assert (found.outcome, found.certificate) == ("tls", verdict)
    assert found.connect_ms is not None
    assert found.handshake_ms is None


def test_tls_where_there_is_none(server: Ingest):
    found = look(f"rtmps://127.0.0.1:{server.port}/live")
    assert (found.outcome, found.certificate) == ("tls", "fault")
    with rude(stay) as port:
        assert look(f"rtmps://127.0.0.1:{port}/live").outcome == "tls"


def test_no_tls_where_there_is_some(server: Ingest, tmp_path, monkeypatch):
    context = server_context(authority(tmp_path, monkeypatch), "127.0.0.1")
    with tls_door(context, server.port) as port:
        assert look(f"rtmp://127.0.0.1:{port}/live").outcome in ("not-rtmp", "closed")


@pytest.fixture
def srt_listener():
    """A real SRT listener: ffmpeg's, where it has SRT."""
    need("ffmpeg")
    said = subprocess.run(["ffmpeg", "-hide_banner", "-protocols"], capture_output=True, text=True, check=True).stdout
    if "srt" not in said.split():
        pytest.skip("this ffmpeg has no SRT")
    port = free_port(socket.SOCK_DGRAM)
    command = ["ffmpeg", "-nostdin", "-v", "error", "-i", f"srt://127.0.0.1:{port}?mode=listener", "-f", "null", "-"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
            assert process.poll() is None, "a knock has ended it"
        finally:
            process.kill()


def test_an_srt_listener_answers_and_goes_on_waiting(srt_listener):
    for _ in range(50):
        found = look(f"srt://127.0.0.1:{srt_listener}?streamid=x")
        if found.outcome == "answered":
            break
        time.sleep(0.1)
    assert found.outcome == "answered"
    assert found.handshake_ms is not None
    assert look(f"srt://127.0.0.1:{srt_listener}").outcome == "answered"


def test_srt_where_nobody_listens():
    assert look(f"srt://127.0.0.1:{free_port(socket.SOCK_DGRAM)}").outcome == "connection-refused"


def test_srt_to_what_does_not_answer_or_is_something_else():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as mute:
        mute.bind(("127.0.0.1", 0))
        began_s = time.monotonic()
        assert look(f"srt://127.0.0.1:{mute.getsockname()[1]}").outcome == "timeout"
        assert time.monotonic() - began_s < 3
    with pytest.raises(NotSeen) as unseen:
        look("srt://127.0.0.1?mode=listener")
    assert unseen.value.reason is Reason.NOT_THIS_WAY


def test_it_survives_being_kept(server: Ingest):
    found = look(server.url, stream_key=SET)
    assert encode(decode("ingest", *encode(found))) == encode(found)
    assert KEY not in str(encode(found))
