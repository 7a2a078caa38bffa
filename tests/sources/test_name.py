"""Names looked up within a limit, also where the name server never answers and the program wants to end."""

import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rigcheck.sources.name import look_up


def test_an_address_is_its_own_name():
    found = look_up("127.0.0.1", 1935)
    assert (found.addresses, found.fault) == (("127.0.0.1",), None)
    assert 0 <= found.took_ms < 1500


def knows_localhost() -> bool:
    try:
        return bool(socket.getaddrinfo("localhost", None))
    except OSError:
        return False


@pytest.mark.skipif(not knows_localhost(), reason="this machine has no localhost in its /etc/hosts")
def test_one_address_of_each_family():
    found = look_up("localhost", 1935)
    assert len(found.addresses) in (1, 2)
    assert set(found.addresses) <= {"127.0.0.1", "::1"}


def can_unshare() -> bool:
    unshare = shutil.which("unshare")
    return unshare is not None and subprocess.run([unshare, "-rnm", "true"], check=False).returncode == 0


SILENT = """
import socket, subprocess, sys, time
subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
subprocess.run(["mount", "--bind", sys.argv[1], "/etc/resolv.conf"], check=True)
names = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
names.bind(("127.0.0.1", 53))  # hears every question, answers none
import anyio
from rigcheck.link_state import LinkRequest, ReachRequest
from rigcheck.sources.live import LiveSource
request = {"reach": ReachRequest, "link": LinkRequest}[sys.argv[2]]("main", url="rtmp://ingest.example/live")
began = time.monotonic()
print(anyio.run(LiveSource().acquire, request).outcome, len(names.recv(500)) > 20, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux" or not can_unshare(), reason="no network namespace to be had")
@pytest.mark.parametrize("kind", ["reach", "link"])
def test_a_name_server_that_never_answers_holds_up_neither_the_answer_nor_the_end(tmp_path, kind):
    (tmp_path / "resolv.conf").write_text("nameserver 127.0.0.1\noptions timeout:15 attempts:2\n")
    command = ["unshare", "-rnm", sys.executable, "-c", SILENT, str(tmp_path / "resolv.conf"), kind]
    began = time.monotonic()
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=60, check=False, cwd=Path(__file__).resolve().parents[2]
    )
    assert done.stdout == "no-resolver True\n", done.stderr
    assert time.monotonic() - began < 8
