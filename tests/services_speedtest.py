"""speedtest-cli's servers on loopback, for the program as it is: the vendor's pages by CONNECT, the uploads in the open."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme
from services_https import server_context

CONFIG = """<?xml version="1.0" encoding="UTF-8"?>
<settings>
 <client ip="192.0.2.7" lat="30.2" lon="120.1" isp="Example Net" isprating="3.7" rating="0" ispdlavg="0" ispulavg="0" country="CN"/>
 <server-config threadcount="2" ignoreids="" notonmap="" forcepingid="" preferredserverid=""/>
 <download testlength="2" initialtest="250K" mintestsize="250K" threadsperurl="1"/>
 <upload testlength="{seconds}" ratio="{ratio}" initialtest="0" mintestsize="32K" threads="2" maxchunksize="512K"
  maxchunkcount="{chunks}" threadsperurl="2"/>
</settings>"""
SERVERS = """<?xml version="1.0" encoding="UTF-8"?><settings><servers>
<server url="http://127.0.0.1:{port}/speedtest/upload.php" lat="30.3" lon="120.2" name="Hangzhou" country="China" cc="CN"
 sponsor="Example" id="1" host="127.0.0.1:{port}"/></servers></settings>"""


@dataclass(slots=True)
class Habits:
    """What the double does, and what it saw."""

    kbps: float = 20_000.0  # at which it takes uploads, all together
    seconds: int = 6  # of upload that its configuration asks for
    ratio: int = 4  # 262144 bytes the smallest upload
    chunks: int = 200
    status: int = 200  # of the latency page
    dies_after: int | None = None  # bytes, after which it hangs up on everything
    silent: bool = False  # takes connections and says nothing
    taken: int = 0
    heard: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    due_s: float = 0.0

    def take(self, count: int) -> None:
        """Count what came, as slowly as a line of that rate would bring it."""
        with self.lock:
            self.taken += count
            self.due_s = max(self.due_s, time.monotonic()) + count * 8 / 1000 / self.kbps
            wait_s = self.due_s - time.monotonic()
        time.sleep(max(wait_s, 0.0))

    @property
    def is_dead(self) -> bool:
        return self.dies_after is not None and self.taken >= self.dies_after


class Double(ThreadingHTTPServer):
    """All of its servers in one, on a port of its own."""

    daemon_threads = True

    def __init__(self, habits: Habits, tls: ssl.SSLContext) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.habits, self.tls = habits, tls

    def handle_error(self, *_: object) -> None:
        """Clients are ended in the middle."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: Double
    protocol_version = "HTTP/1.0"

    def do_CONNECT(self) -> None:
        self.server.habits.heard.append(f"CONNECT {self.path}")
        if self.server.habits.silent:
            time.sleep(20)
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with suppress(OSError, ssl.SSLError):
            inner = self.server.tls.wrap_socket(self.connection, server_side=True)
            self.connection, self.rfile, self.wfile = inner, inner.makefile("rb"), inner.makefile("wb")
            self.handle_one_request()
            self.wfile.flush()
            inner.close()

    def do_GET(self) -> None:
        habits = self.server.habits
        habits.heard.append(f"GET {self.path.partition('?')[0]}")
        if "config" in self.path:
            self._say(CONFIG.format(seconds=habits.seconds, ratio=habits.ratio, chunks=habits.chunks))
        elif "servers" in self.path:
            self._say(SERVERS.format(port=self.server.server_address[1]))
        else:
            self._say("test=test", habits.status)

    def do_POST(self) -> None:
        habits = self.server.habits
        habits.heard.append("POST")
        due, got = int(self.headers["Content-Length"]), 0
        while got < due - 64:  # its bodies are some bytes short of what it announces
            chunk = b"" if habits.is_dead else self.rfile.read1(16_384)
            if not chunk:
                self.connection.close()
                return
            got += len(chunk)
            habits.take(len(chunk))
        self._say(f"size={got}")

    def _say(self, text: str, status: int = 200) -> None:
        with suppress(OSError):
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def speedtest_servers(folder: Path, habits: Habits) -> Iterator[tuple[str, Path]]:
    """The double: its address as a proxy, and the certificate of its authority."""
    authority = trustme.CA()
    trusted = folder / "speedtest-ca.pem"
    authority.cert_pem.write_to_path(str(trusted))
    with Double(habits, server_context(authority, "www.speedtest.net")) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", trusted
        finally:
            server.shutdown()
            thread.join(5)
