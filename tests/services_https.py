"""Servers with certificates of a test's own authority, on loopback."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import trustme

WHEN = {"ok": (-30, 30), "expired": (-30, -1), "not-yet": (1, 30)}
"""Days from now between which a certificate is good."""


def authority(folder: Path, monkeypatch) -> trustme.CA:
    """A certificate authority that this process trusts, and no other."""
    ca = trustme.CA()
    ca.cert_pem.write_to_path(str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(folder / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(folder))
    return ca


class _Closing(ssl.SSLSocket):
    """Closed also where its guest was gone before TLS began: `wrap_socket` of Python 3.11 then leaves it open."""

    def __del__(self) -> None:
        self.close()


def server_context(ca: trustme.CA, *names: str, good: str = "ok") -> ssl.SSLContext:
    """A server's side of TLS, its certificate made out to `names`."""
    now = datetime.now(UTC)
    begins, ends = (now + timedelta(days=days) for days in WHEN[good])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sslsocket_class = _Closing
    ca.issue_cert(*names, not_before=begins, not_after=ends).configure_cert(context)
    return context


@contextmanager
def web(answer: Callable[[BaseHTTPRequestHandler], None], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    """A web server whose every GET is answered by `answer`; gives its port."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.close_connection = True
            with suppress(OSError):  # the client has heard enough
                answer(self)

        def log_message(self, *_: object) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: object) -> None:  # a client that does not trust us hangs up
            pass

    with Server(("127.0.0.1", 0), Handler) as server:
        if tls is not None:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)
