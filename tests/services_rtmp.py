"""A real nginx with its RTMP module as an ingest: one key is right, its stat page counts, its worker can hang or die; and TLS before it."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from services_pulse import lack, need
from services_video import free_port

MODULE = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
KEY = "sk-9c1e-live?sign=a%2Fb"
"""A stream key as platforms make them: with a query."""
CONFIG = """load_module {module};
daemon off; worker_processes 1; {user}
pid {folder}/nginx.pid; error_log {folder}/logs/error.log info; events {{ worker_connections 64; }}
rtmp {{ access_log off; server {{ listen {host}:{port}; chunk_size 4096; ping 5s; ping_timeout 5s; notify_method get;
  application live {{ live on; record off; {hook} }}
  application open {{ live on; record off; {more} }} }} }}
http {{ access_log off; client_body_temp_path {folder}/b; proxy_temp_path {folder}/p; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen {host}:{web}; location /stat {{ rtmp_stat all; }} location /control {{ rtmp_control all; }} }} }}
"""


@dataclass
class Ingest:
    """A running ingest. Application `live` wants KEY (asked of a web hook), `open` takes any."""

    folder: Path
    host: str
    port: int
    web: int
    asked: list[str] = field(default_factory=list)  # the names that publishers came with
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"rtmp://{self.host}:{self.port}/live"

    @property
    def open_url(self) -> str:
        return f"rtmp://{self.host}:{self.port}/open"

    @property
    def stat(self) -> str:
        return f"http://{self.host}:{self.web}/stat"

    @property
    def drop_url(self) -> str:
        return f"http://{self.host}:{self.web}/control/drop/publisher"

    def worker(self) -> int:
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return int(children.split()[0])

    def start(self, *inside: str) -> None:
        """Start it; `inside` is the beginning of the command line (a network namespace)."""
        command = [*inside, "nginx", "-p", str(self.folder), "-c", str(self.folder / "nginx.conf")]
        self.process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
        wait_for_listener(self.port, f"/proc/{self.process.pid}/net/tcp")

    def kill(self) -> None:
        """As a crash: master first, so that nothing starts the worker again."""
        assert self.process is not None
        with contextlib.suppress(IndexError, ProcessLookupError, FileNotFoundError):
            worker = self.worker()
            self.process.kill()
            os.kill(worker, signal.SIGKILL)
        self.process.kill()
        self.process.wait(5)

    @contextlib.contextmanager
    def hung(self) -> Iterator[None]:
        """The worker stands still: the kernel goes on taking what fits into its buffers."""
        worker = self.worker()
        os.kill(worker, signal.SIGSTOP)
        try:
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(worker, signal.SIGCONT)


@contextlib.contextmanager
def ingest(folder: Path, host: str = "127.0.0.1", *inside: str, more: str = "") -> Iterator[Ingest]:
    """Run it. `inside`: the beginning of the command line (a network namespace); `more`: words for `open`, in nginx's own."""
    need("nginx")
    if not MODULE.exists():
        lack("libnginx-mod-rtmp")
    (folder / "logs").mkdir(parents=True)
    found = Ingest(folder, host, free_port(), free_port())
    with _door_keeper(found.asked) as keeper:
        hook = f"on_publish {keeper};" if not inside else ""
        user = "user root;" if os.geteuid() == 0 else ""
        text = CONFIG.format(
            module=MODULE, folder=folder, host=host, port=found.port, web=found.web, hook=hook, user=user, more=more
        )
        (folder / "nginx.conf").write_text(text)
        found.start(*inside)
        try:
            yield found
        finally:
            found.kill()


@contextlib.contextmanager
def _door_keeper(asked: list[str]) -> Iterator[str]:
    """The web hook that nginx asks whether somebody may publish."""

    class Hook(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            words = parse_qs(urlsplit(self.path).query)
            asked.append(words["name"][0])
            self.send_response(200 if words["name"][0] == KEY.partition("?")[0] else 403)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/on_publish"
    finally:
        server.shutdown()
        server.server_close()


def wait_for_listener(port: int, table: str) -> None:
    """Until the port is listened on in the network namespace that the table is of."""
    for _ in range(100):
        with contextlib.suppress(OSError):
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
            if any(row[1].endswith(f":{port:04X}") and row[3] == "0A" for row in rows):
                return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port}")


@contextlib.contextmanager
def tls_door(context: ssl.SSLContext, port: int) -> Iterator[int]:
    """A port that speaks TLS and passes everything on to another on this computer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, context, port), daemon=True).start()
        yield listener.getsockname()[1]


def _serve(listener: socket.socket, context: ssl.SSLContext, port: int) -> None:
    with contextlib.suppress(OSError):
        while True:
            guest, _ = listener.accept()
            threading.Thread(target=_pass_on, args=(guest, context, port), daemon=True).start()


def _pass_on(guest: socket.socket, context: ssl.SSLContext, port: int) -> None:
    """One thread a direction would share an SSL object, so it is all done in turn."""
    with (
        contextlib.suppress(OSError),
        guest,
        context.wrap_socket(guest, server_side=True) as near,
        socket.create_connection(("127.0.0.1", port)) as far,
    ):
        while _carry(near, far) and _carry(far, near):
            pass


def _carry(one: socket.socket, other: socket.socket) -> bool:
    """Pass on what has come; False where there will be no more."""
    one.settimeout(0.01)
    other.settimeout(5)
    with contextlib.suppress(TimeoutError, ssl.SSLWantReadError):
        data = one.recv(65536)
        other.sendall(data)
        return bool(data)
    return True
