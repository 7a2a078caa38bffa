import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest
from services_nut import wait_for

from rigcheck.samples import OnAirRequest
from rigcheck.sources.on_air import program_of, pushes, read_on_air, state_of

FFMPEG = shutil.which("ffmpeg")
service = pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
linux = pytest.mark.skipif(sys.platform != "linux", reason="a program is renamed by copying it")


NOTHING: dict[str, object] = {"pushing": (), "unasked": (), "obs_answers": False}


def now(*processes: subprocess.Popen[bytes]) -> dict[str, object]:
    """The verdict on these processes alone: other programs of this computer may really be on air."""
    pids = {process.pid for process in processes}
    return asdict(state_of(process for process in psutil.process_iter(["name"]) if process.pid in pids))


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[bytes]]:
    quiet = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=quiet, stdout=quiet, stderr=quiet) as process:
        try:
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def renamed(folder: Path, name: str) -> str:
    """A program that does nothing, under another program's name."""
    program = folder / name
    shutil.copy("/bin/sleep", program)
    return str(program)


def listens(port: int) -> bool:
    return any(link.laddr.port == port and link.status == "LISTEN" for link in psutil.net_connections("tcp"))


SOURCE = ("-nostdin", "-loglevel", "quiet", "-re", "-f", "lavfi", "-i", "testsrc=size=160x90:rate=10")


@pytest.mark.svc
@service
def test_a_real_push_to_a_real_listener():
    port = free_port()
    url = f"rtmp://127.0.0.1:{port}/live/sekrit"
    listener = (FFMPEG, "-nostdin", "-loglevel", "quiet", "-listen", "1", "-i", url, "-f", "null", "-")
    with ExitStack() as stack:
        server = stack.enter_context(running(*listener))
        wait_for(lambda: listens(port))
        assert now(server) == NOTHING  # who only listens does not push
        push = stack.enter_context(running(FFMPEG, *SOURCE, "-c:v", "flv", "-f", "flv", url))
        wait_for(lambda: now(server, push) == NOTHING | {"pushing": ("ffmpeg",)})
        everything = read_on_air(OnAirRequest())
        assert "ffmpeg" in everything.pushing
        assert "sekrit" not in repr(everything)
        push.send_signal(signal.SIGSTOP)  # hung is still on air
        assert now(push) == NOTHING | {"pushing": ("ffmpeg",)}
        push.kill()
        wait_for(lambda: now(push) == NOTHING)  # a zombie, not yet waited for
        push.wait()
        assert now(push) == NOTHING


@pytest.mark.svc
@service
def test_an_ffmpeg_that_records_is_nothing(tmp_path):
    out = tmp_path / "out.flv"
    with running(FFMPEG, *SOURCE, "-c:v", "flv", str(out)) as recorder:
        wait_for(out.exists)
        assert now(recorder) == NOTHING


@linux
def test_a_pusher_that_cannot_be_asked(tmp_path):
    with running(renamed(tmp_path, "obs"), "30") as obs, running(renamed(tmp_path, "kwailive.exe"), "30") as companion:
        wait_for(lambda: now(obs, companion) == NOTHING | {"unasked": ("OBS Studio", "快手直播伴侣")})
        assert {"OBS Studio", "快手直播伴侣"} <= set(read_on_air(OnAirRequest()).unasked)
    assert now(obs, companion) == NOTHING


AS_OBS = """
import ctypes, socket, sys, time
ctypes.CDLL(None).prctl(15, b"obs")
link = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
time.sleep(30)
"""


@linux
def test_a_pusher_connected_to_an_ingest_port(monkeypatch):
    """A process that calls itself obs holds a real connection; a free port stands in for 1935."""
    with socket.create_server(("127.0.0.1", 0)) as ingest:
        port = ingest.getsockname()[1]
        with running(sys.executable, "-c", AS_OBS, str(port)) as obs:
            link, _ = ingest.accept()
            with link:
                assert now(obs) == NOTHING | {"unasked": ("OBS Studio",)}
                monkeypatch.setattr("rigcheck.sources.on_air.INGEST_PORTS", frozenset({port}))
                assert now(obs) == NOTHING | {"pushing": ("OBS Studio",)}


def test_ourselves_with_a_push_url_are_nobody():
    with running(sys.executable, "-c", "import time; time.sleep(30)", "rtmp://example.invalid/live/key") as process:
        wait_for(lambda: "rtmp://example.invalid/live/key" in psutil.Process(process.pid).cmdline())
        assert now(process) == NOTHING


def test_it_is_quick():
    read_on_air(OnAirRequest())
    began = time.process_time()
    read_on_air(OnAirRequest())
    assert time.process_time() - began < 0.15


@pytest.mark.parametrize(
    ("name", "program"),
    [
        ("obs64.exe", "OBS Studio"),
        ("OBS", "OBS Studio"),
        ("obsidian", None),
        ("直播伴侣.exe", "抖音直播伴侣"),
        ("直播伴侣 Launcher.exe", None),
        ("TikTok LIVE Studio.exe", "TikTok LIVE Studio"),
        ("Uninstall TikTok LIVE Studio.exe", None),
        ("某某直播助手.exe", "某某直播助手"),
        ("ffmpeg.exe", "ffmpeg"),
        ("ffmpeg-linux-x86_64-v7.0.2", "ffmpeg"),
        ("ffprobe", None),
        ("gst-launch-1.0", "gst-launch"),
        ("python3", None),
        ("rigcheck", None),
        ("WeChatAppEx.exe", None),
        ("", None),
    ],
)
def test_names(name, program):
    assert program_of(name) == program


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("ffmpeg -re -i a.mp4 -c copy -f flv rtmp://h/live/k", True),
        ("ffmpeg -re -i a.mp4 -f flv -rtmp_live live rtmps://h:443/live/k", True),
        ("ffmpeg -i a.mp4 -shortest srt://h:9000?mode=caller", True),
        ("ffmpeg -i a.mp4 -f tee [f=flv]rtmp://a/k|[f=flv]rtmp://b/k", True),
        ("ffmpeg -i a.mp4 -f tee out.mkv|rtmp://b/k", True),
        ("ffmpeg -i rtmp://h/live/k -c copy rtmp://other/k", True),
        ("ffmpeg -listen 1 -i rtmp://h/live/k -c copy -f flv rtmp://other/k", True),
        ("ffmpeg -i rtmp://h/live/k -c copy out.flv", False),
        ("ffmpeg -i a.mp4 -c copy -f flv -listen 1 rtmp://127.0.0.1/live/cam", False),
        ("ffmpeg -i a.mp4 -f mpegts srt://0.0.0.0:9000?mode=listener", False),
        ("ffmpeg -rtmp_tcurl rtmp://h/app -i rtmp://h/app/k out.mp4", False),
        ("ffmpeg -i a.mp4 -metadata comment=rtmp://x b.mp4", False),
        ("ffmpeg", False),
        ("", False),
        ("gst-launch-1.0 videotestsrc ! flvmux ! rtmp2sink location=rtmp://h/k", True),
        ("gst-launch-1.0 rtmpsrc location=rtmp://h/k ! fakesink", False),
    ],
)
def test_command_lines(command, expected):
    assert pushes(command.split()) is expected
