"""What is logged: by default nobody sees it, with -v it stands on stderr, and what is secret stands nowhere."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from command import environment, rigcheck

SECRET = "tr0ub4dor & 3/ü"  # noqa: S105 - the one that must not be seen
ROOM = """
camera: {main: {device: /dev/video99}}
mic: {}
power: {}
obs: {url: "ws://127.0.0.1:9", password: "env:OBS_PASSWORD"}
"""
BROKEN = """
import logging
import rigcheck.sources.host
import rigcheck.sources.obs_client

def break_down(*_):
    import os
    logging.getLogger("a.library").warning("it is %s", os.environ["OBS_PASSWORD"])
    logging.getLogger("a.library").debug("the whole message")
    raise LookupError(f"no \\x1b[2J way to {os.environ['OBS_PASSWORD']} of ws://me:word@there\\nnor elsewhere")

async def break_down_slowly(*_):
    break_down()

rigcheck.sources.host.read_host = break_down
rigcheck.sources.obs_client._open = break_down_slowly
"""


@pytest.fixture
def broken(tmp_path: Path) -> dict[str, str]:
    """An environment in which asking OBS and the host fails, in the process itself and in a worker."""
    (tmp_path / "sitecustomize.py").write_text(BROKEN)
    (tmp_path / "room.yaml").write_text(ROOM)
    return {"PYTHONPATH": str(tmp_path), "OBS_PASSWORD": SECRET}


def look(home: Path, broken: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    only = ("--only", "host,obs", "--format", "json")
    return rigcheck(home, "preflight", "room.yaml", "--stage", "go", *only, *options, **broken)


def test_nobody_who_did_not_ask_sees_a_log(tmp_path: Path, broken: dict[str, str]) -> None:
    done = look(tmp_path, broken)
    assert done.stderr == ""
    assert [
        f["message"]["params"]["error"] for f in json.loads(done.stdout)["findings"] if f["check"] == "obs.link"
    ] == ["LookupError"]


def test_asked_for_it_tells_what_broke_in_lines(tmp_path: Path, broken: dict[str, str]) -> None:
    done = look(tmp_path, broken, "-v")
    lines = done.stderr.splitlines()
    assert any(line.endswith("DEBUG rigcheck.flow: acquiring obs@main") for line in lines)
    assert any(line.endswith("DEBUG rigcheck.sources.worker: break_down in a worker") for line in lines)
    assert sum(line == "  Traceback (most recent call last):" for line in lines) >= 2
    assert "  LookupError: no ?[2J way to *** of ws://***@there" in lines
    assert "  nor elsewhere" in lines
    assert any(line.endswith("WARNING a.library: it is ***") for line in lines)
    assert "the whole message" not in done.stderr
    assert set(json.loads(done.stdout)) == set(json.loads(look(tmp_path, broken).stdout))


def test_now_has_a_log_too(tmp_path: Path, broken: dict[str, str]) -> None:
    assert rigcheck(tmp_path, "now", "room.yaml", **broken).stderr == ""
    assert "  LookupError: no" in rigcheck(tmp_path, "now", "-v", "room.yaml", **broken).stderr


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_no_secret_is_anywhere(tmp_path: Path, broken: dict[str, str], options: tuple[str, ...]) -> None:
    done = look(tmp_path, broken, *options)
    for part in (SECRET, "tr0ub4dor", "word@"):
        assert part not in done.stdout + done.stderr


SPELLINGS = """
import logging, os, sys
from rigcheck.cli.log import show_log
from rigcheck.secret import hide
show_log()
hide(text := os.environ["TEXT"])
for spelt in eval(os.environ["SPELT"]):
    logging.getLogger("rigcheck.x").info("is %s", spelt)
logging.getLogger("rigcheck.x").info("has %s and %s", 1)
real, sys.stderr = sys.stderr, open("/dev/full", "w", buffering=1)
logging.getLogger("rigcheck.x").info("to nobody")
sys.stderr = real
"""


def test_however_it_is_spelt(tmp_path: Path) -> None:
    spelt = [
        SECRET,
        "tr0ub4dor%20%26%203%2F%C3%BC",
        "tr0ub4dor+%26+3%2F%C3%BC",
        json.dumps(SECRET),
        "x'" + SECRET + '"\n',
    ]
    done = subprocess.run(
        [sys.executable, "-c", SPELLINGS],
        env=environment(tmp_path, TEXT=SECRET, SPELT=repr(spelt)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")
    assert "tr0ub4dor" not in done.stderr
    assert [line.rpartition(": ")[2] for line in done.stderr.splitlines()] == [
        *["is ***"] * 3,
        'is "***"',
        "is x'***\"",
        "has %s and %s",
    ]
