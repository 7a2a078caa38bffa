"""An iperf3 server on loopback, for as long as it is needed."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def iperf3_server(*options: str) -> Iterator[str]:
    """HOST:PORT of a real server."""
    if shutil.which("iperf3") is None:
        pytest.skip("iperf3 is not installed (.ci/setup test installs it)")
    port = free_port()
    command = ["iperf3", "-s", "-B", "127.0.0.1", "-p", str(port), *options]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(port)
            yield f"127.0.0.1:{port}"
        finally:
            server.kill()


def _wait_for(port: int) -> None:
    """Until it listens; a connection would count as a test, so the system is asked."""
    wanted = f":{port:04X}"
    for _ in range(100):
        lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        if any(line[1].endswith(wanted) and line[3] == "0A" for line in lines):
            return
        time.sleep(0.05)
    raise TimeoutError(f"no iperf3 server on port {port}")
