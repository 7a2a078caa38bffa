"""Network cameras on loopback: real programs serve a generated picture as MJPEG over HTTP, RTSP, RTMP and UDP."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from services_pulse import lack, need

SIZE = (640, 360)
FPS = 30


def make_clip(path: Path, seconds: int = 4, source: str = "testsrc2") -> Path:
    """An H.264 file of a moving test picture, 640x360 at 30 fps, a key frame a second."""
    need("ffmpeg")
    made = f"{source}=s={SIZE[0]}x{SIZE[1]}:r={FPS}:d={seconds}"
    encode = ["-c:v", "libx264", "-preset", "ultrafast", "-g", str(FPS), "-bf", "0", "-pix_fmt", "yuv420p"]
    subprocess.run(
        ["ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", made, *encode, str(path)], check=True, timeout=60
    )
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def _ffmpeg(clip: Path, *output: str) -> Iterator[subprocess.Popen[bytes]]:
    """ffmpeg playing the clip in real time, over and over, into `output`."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-re", "-stream_loop", "-1", "-i", str(clip), *output]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


@contextlib.contextmanager
def mjpeg(clip: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(URL, server) of an MJPEG camera for one client."""
    port = free_port()
    url = f"http://127.0.0.1:{port}/cam.mjpg"
    encode = ["-c:v", "mjpeg", "-q:v", "4", "-f", "mpjpeg", "-listen", "1", url]
    with _ffmpeg(clip, *encode) as server:
        wait_for_listener(port)
        yield url, server


@contextlib.contextmanager
def udp(clip: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(URL to listen on, sender) of an MPEG-TS multicast-like sender."""
    url = f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}"
    with _ffmpeg(clip, "-c:v", "copy", "-f", "mpegts", f"{url}?pkt_size=1316") as sender:
        yield url, sender


@contextlib.contextmanager
def rtmp(clip: Path, folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(URL, publisher) of a stream on a real nginx with its RTMP module."""
    port = free_port()
    url = f"rtmp://127.0.0.1:{port}/live/cam"
    with nginx(folder, port), _ffmpeg(clip, "-c:v", "copy", "-f", "flv", url) as publisher:
        time.sleep(1.0)  # the first key frame is on the server
        yield url, publisher


@contextlib.contextmanager
def nginx(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A real nginx whose RTMP module takes streams at rtmp://127.0.0.1:PORT/live."""
    need("nginx")
    module = Path("/usr/lib/nginx/modules/ngx_rtmp_module.so")
    (folder / "logs").mkdir(parents=True)
    config = folder / "nginx.conf"
    config.write_text(
        f"load_module {module};\ndaemon off; master_process off; worker_processes 1;\n"
        f"pid {folder}/nginx.pid; error_log {folder}/logs/error.log info; events {{ worker_connections 64; }}\n"
        f"rtmp {{ server {{ listen 127.0.0.1:{port}; application live {{ live on; record off; }} }} }}\n"
    )
    with subprocess.Popen(["nginx", "-p", str(folder), "-c", str(config)], stderr=subprocess.DEVNULL) as server:
        try:
            wait_for_listener(port)
            yield server
        finally:
            server.kill()


RTSP_SERVER = """
import sys, gi
gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer
Gst.init(None)
server = GstRtspServer.RTSPServer(address="127.0.0.1", service=sys.argv[1])
factory = GstRtspServer.RTSPMediaFactory(shared=True)
factory.set_launch(
    "( filesrc location=%s ! qtdemux ! h264parse config-interval=1 ! rtph264pay name=pay0 pt=96 )" % sys.argv[2])
server.get_mount_points().add_factory("/cam", factory)
server.attach(None)
GLib.MainLoop().run()
"""


@contextlib.contextmanager
def rtsp(clip: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """(URL, server) of the clip, played once per client, on GStreamer's RTSP server (the system's python3 has its bindings)."""
    port = free_port()
    check = ["/usr/bin/python3", "-c", "import gi; gi.require_version('GstRtspServer', '1.0')"]
    if not Path(check[0]).exists() or subprocess.run(check, capture_output=True, check=False, timeout=20).returncode:
        lack("gir1.2-gst-rtsp-server-1.0 and python3-gi")
    command = [check[0], "-c", RTSP_SERVER, str(port), str(clip)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as server:
        try:
            wait_for_listener(port)
            yield f"rtsp://127.0.0.1:{port}/cam", server
        finally:
            server.kill()


@contextlib.contextmanager
def mute_server() -> Iterator[str]:
    """URL of a server that accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept_all, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/cam.mjpg"


def _accept_all(listener: socket.socket) -> None:
    kept = []
    with contextlib.suppress(OSError):
        while True:
            kept.append(listener.accept())


def wait_for_listener(port: int) -> None:
    """Wait, without connecting (some servers take one client only), until the port is listened on."""
    wanted = f":{port:04X}"
    for _ in range(100):
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        if any(line.split()[1].endswith(wanted) and line.split()[3] == "0A" for line in lines):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nobody listens on {port}")
