"""`rigcheck receiver` as its own process: it listens, says so, ends cleanly, and says what it cannot do."""

import signal
import socket
import subprocess
from contextlib import contextmanager

import pytest
from command import command, environment, rigcheck


@contextmanager
def receiver(home, *arguments, **changes):
    child = subprocess.Popen(
        command("receiver", *arguments),
        env=environment(home, **changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def listening(child):
    """The port in the line that says so."""
    while "listening on" not in (line := child.stderr.readline()):
        assert line, "it ended"
    return int(line.split(":")[1].split(" ")[0])


def head(port, *headers):
    with socket.create_connection(("127.0.0.1", port), timeout=5) as guest:
        guest.sendall("\r\n".join(["GET / HTTP/1.1", *headers, "", ""]).encode())
        return guest.recv(1000).split(b"\r\n")[0]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_serves_until_a_signal_and_ends_cleanly(tmp_path, number, code):
    with receiver(tmp_path, "--listen", "127.0.0.1:0") as child:
        port = listening(child)
        assert b"200" in head(port)
        with socket.create_connection(("127.0.0.1", port)) as guest:  # one that stays does not hold it up
            guest.sendall(b"GET /te")
            child.send_signal(number)
            out, err = child.communicate(timeout=10)
    assert child.returncode == code
    assert out == ""
    assert "Traceback" not in err
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


def test_several_places_are_one_receiver(tmp_path):
    with receiver(tmp_path, "--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0") as child:
        ports = {listening(child), listening(child)}
        assert len(ports) == 2
        assert all(b"200" in head(port) for port in ports)


def test_its_token_comes_by_reference_and_is_never_shown(tmp_path):
    with receiver(tmp_path, "--listen", "127.0.0.1:0", "--token", "env:TOKEN", TOKEN="s3cret") as child:  # noqa: S106 - a secret of this test
        port = listening(child)
        assert b"401" in head(port)
        assert b"401" in head(port, "Authorization: Bearer s3cre")
        assert b"200" in head(port, "Authorization: Bearer s3cret")
        with open(f"/proc/{child.pid}/cmdline", "rb") as file:  # noqa: PTH123 - no file of ours
            assert b"s3cret" not in file.read()
        child.send_signal(signal.SIGINT)
        _, err = child.communicate(timeout=10)
    assert "s3cret" not in err


def test_without_a_token_it_says_so(tmp_path):
    with receiver(tmp_path, "--listen", "127.0.0.1:0", "--lang", "zh-Hans") as child:
        assert "令牌" in child.stderr.readline()


@pytest.mark.parametrize("token", ["my-own-t0ken", "env:NOT_SET", "file:/nowhere"])
def test_a_token_that_cannot_be_read_is_refused_and_not_repeated(tmp_path, token):
    done = rigcheck(tmp_path, "receiver", "--listen", "127.0.0.1:0", "--token", token)
    assert done.returncode == 64
    assert "t0ken" not in done.stderr
    assert "env:NAME" in done.stderr


def test_a_port_in_use_is_told(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        done = rigcheck(tmp_path, "receiver", "--listen", place)
    assert done.returncode == 64
    assert place in done.stderr
    assert "already" in done.stderr


@pytest.mark.parametrize(
    ("place", "word"), [("192.0.2.1:8080", "this computer"), ("nonsense:port", "HOST:PORT"), ("h:70000", "HOST:PORT")]
)
def test_a_place_that_is_none_is_told(tmp_path, place, word):
    done = rigcheck(tmp_path, "receiver", "--listen", place)
    assert done.returncode == 64
    assert word in done.stderr
    assert "Traceback" not in done.stderr
