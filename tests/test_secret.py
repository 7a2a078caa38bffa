import subprocess
import sys
from pathlib import Path

import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.secret import opened, reveal


def denied(ref: str) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        reveal(Secret(ref))
    assert caught.value.reason is Reason.DENIED
    assert caught.value.params == {"ref": ref.partition(":")[0]}
    return caught.value


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RIG_KEY", " 口令 with spaces ")
    assert reveal(Secret("env:RIG_KEY")) == " 口令 with spaces "


def test_an_address_has_the_secrets_that_it_names(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CAM_PW", "a/b@c:1")
    assert opened("rtsp://me:env:CAM_PW@cam.lan:554/1?x=@") == "rtsp://me:a%2Fb%40c%3A1@cam.lan:554/1?x=@"
    assert opened("http://a/b?t=1&auth_key=env:CAM_PW&x=2") == "http://a/b?t=1&auth_key=a%2Fb%40c%3A1&x=2"
    assert (
        opened("srt://me:env:CAM_PW@a:1?passphrase=env:CAM_PW") == "srt://me:a%2Fb%40c%3A1@a:1?passphrase=a%2Fb%40c%3A1"
    )
    for same in ("rtsp://me@cam.lan/1", "rtsp://cam.lan/env:CAM_PW@1", "http://[::1]:80/"):
        assert opened(same) == same
    monkeypatch.delenv("CAM_PW")
    with pytest.raises(NotSeen) as caught:
        opened("rtsp://me:env:CAM_PW@cam.lan/1")
    assert (caught.value.reason, caught.value.params) == (Reason.DENIED, {"ref": "env"})


@pytest.mark.parametrize("text", ["", "x" * 5000])
def test_what_is_empty_or_endless_is_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str):
    monkeypatch.setenv("RIG_KEY", text)
    denied("env:RIG_KEY")
    (tmp_path / "key").write_text(text)
    denied(f"file:{tmp_path / 'key'}")


@pytest.mark.parametrize("written", [b"s3cret", b"s3cret\n", b"s3cret\r\n", b"\xef\xbb\xbfs3cret\n"])
def test_from_a_file_without_its_line_break(tmp_path: Path, written: bytes):
    (tmp_path / "key").write_bytes(written)
    assert reveal(Secret(f"file:{tmp_path / 'key'}")) == "s3cret"


def test_from_a_file_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "key").write_text("s3cret")
    assert reveal(Secret("file:~/key")) == "s3cret"


def test_what_is_not_there_is_denied(tmp_path: Path):
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00\x81")
    for ref in (
        "env:RIG_NO_SUCH",
        f"file:{tmp_path}/none",
        f"file:{tmp_path}",
        f"file:{tmp_path}/binary",
        "file:~no-one-here/x",
    ):
        fault = denied(ref)
        assert "RIG_NO_SUCH" not in str(fault)


def test_without_a_keyring_it_is_denied(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    denied("keyring:room/key")


def test_from_a_keyring(tmp_path: Path):
    """The optional package is replaced by a module of the same interface: no test machine has a desktop's keyring."""
    fake = "def get_password(service, name):\n    if service != 'room': raise RuntimeError('locked')\n    return f'{service}+{name}'\n"
    (tmp_path / "keyring.py").write_text(fake)
    asked = (
        "from rigcheck.secret import reveal; from rigcheck.profile import Secret; print(reveal(Secret('keyring:{}')))"
    )
    for place, said in (("room/key", "room+key"), ("room/a/b", "room+a/b")):
        done = subprocess.run(
            [sys.executable, "-c", asked.format(place)], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == said
    done = subprocess.run(
        [sys.executable, "-c", asked.format("locked/key")], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert "NotSeen" in done.stderr
