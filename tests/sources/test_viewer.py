"""A plain look at every kind of far end, for real: HLS, HTTP-FLV, SRT, OBS; and those that cannot be looked at."""

import functools
import subprocess
import sys
import threading
import time
from base64 import b64encode
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import anyio
import numpy as np
import pytest
from services_https import web
from services_live import ENCODE
from services_obs import ObsStudio
from services_pulse import need
from services_video import free_port

from rigcheck.errors import NotSeen
from rigcheck.measure.outage import silences, spells
from rigcheck.model import Reason
from rigcheck.sources.viewer import beside, look_at_viewer, sightings_of, watch_stream
from rigcheck.sources.viewer_look import Look, likeness, read_slates, thumb
from rigcheck.viewer_state import ViewerRequest, ViewerTrace

PICTURE = ("-re", "-f", "lavfi", "-i", "testsrc2=s=320x180:r=30", "-re", "-f", "lavfi", "-i", "sine=440")
CODED = ENCODE[:-2]


def look(url: str, seconds: float = 3.0) -> ViewerTrace:
    return anyio.run(look_at_viewer, ViewerRequest(url=url, seconds=seconds))


class pushing:  # noqa: N801 - reads as a with statement
    def __init__(self, *output: str) -> None:
        need("ffmpeg")
        self.command = ["ffmpeg", "-v", "error", "-nostdin", *PICTURE, *CODED, *output]

    def __enter__(self) -> None:
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait(5)


def sound_and_whole(trace: ViewerTrace, seconds: float) -> None:
    assert spells(trace, from_start=True) == []
    assert trace.t_s.size == pytest.approx(30 * (trace.until_s - trace.from_s), rel=0.1)
    assert np.median(trace.sound_dbfs) == pytest.approx(-21, abs=6)
    assert trace.until_s - trace.from_s >= seconds


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.svc
def test_hls_comes_in_segments_and_is_shown_evenly(tmp_path):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=tmp_path))
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    hls = (
        "-f",
        "hls",
        "-hls_time",
        "1",
        "-hls_list_size",
        "4",
        "-hls_flags",
        "delete_segments",
        f"{tmp_path}/live.m3u8",
    )
    with pushing(*hls):
        while not (tmp_path / "live.m3u8").exists():
            time.sleep(0.1)
        trace = look(f"http://127.0.0.1:{server.server_port}/live.m3u8")
    server.shutdown()
    server.server_close()
    assert trace.buffered_s is not None
    assert 0.5 < trace.buffered_s < 4
    assert spells(trace, from_start=True) == []


@pytest.mark.svc
def test_http_flv_is_looked_at():
    url = f"http://127.0.0.1:{free_port()}/live.flv"
    with pushing("-f", "flv", "-listen", "1", url):
        time.sleep(1)
        sound_and_whole(look(url), 3)


@pytest.mark.svc
def test_a_reader_that_is_slow_to_load_has_not_crashed(tmp_path, monkeypatch):
    """As on a cold computer: the interpreter of that one program takes longer to start than a reader may be silent."""
    slow = "import sys, time\nif any('viewer_reader' in word for word in sys.orig_argv):\n    time.sleep(4)\n"
    (tmp_path / "sitecustomize.py").write_text(slow)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    port = free_port()
    began_s = time.monotonic()
    with pushing("-f", "flv", "-listen", "1", f"http://127.0.0.1:{port}"):
        sound_and_whole(look(f"http://127.0.0.1:{port}/live.flv", 2), 2)
    assert time.monotonic() - began_s > 6


@pytest.mark.svc
def test_srt_is_looked_at_through_ffmpeg_and_its_address_is_in_no_command_line():
    port = free_port()
    with pushing("-f", "mpegts", f"srt://127.0.0.1:{port}?mode=listener"):
        time.sleep(1)
        url = f"srt://127.0.0.1:{port}?mode=caller&latency=20000"
        watched: list[bytes] = []
        spy = threading.Thread(target=_watch_processes, args=(watched,), daemon=True)
        spy.start()
        sound_and_whole(look(url), 3)
    assert watched
    assert not any(b"mode=caller" in line for line in watched)


def _watch_processes(watched: list[bytes]) -> None:
    for _ in range(10):
        done = subprocess.run(["ps", "-eo", "args"], capture_output=True, check=False)
        watched += [line for line in done.stdout.splitlines() if b"rigcheck" in line or b"ffmpeg" in line]
        time.sleep(0.3)


@pytest.mark.svc
def test_obs_shows_its_programme_by_single_pictures_and_its_meters(tmp_path):
    with ObsStudio(tmp_path) as obs:
        trace = anyio.run(look_at_viewer, ViewerRequest(obs=obs.address, seconds=3.0))
        obs.ask("SetInputMute", {"inputName": "Music", "inputMuted": True})
        muted = anyio.run(look_at_viewer, ViewerRequest(obs=obs.address, seconds=3.0))
        obs.kill()
        with pytest.raises(NotSeen) as gone:
            anyio.run(look_at_viewer, ViewerRequest(obs=obs.address, seconds=1.0))
    assert trace.via == "obs-shot"
    assert 10 <= trace.t_s.size <= 17
    assert trace.mean.mean() == pytest.approx(128, abs=4)
    assert np.median(trace.sound_dbfs) == pytest.approx(-20, abs=3)
    assert [spell.cause for spell in spells(trace, from_start=True)] == ["frozen"]
    assert silences(muted, from_start=True) != []
    assert gone.value.reason is Reason.UNREACHABLE


def test_what_only_a_person_sees_cannot_be_looked_at():
    with pytest.raises(NotSeen) as unseen:
        anyio.run(look_at_viewer, ViewerRequest())
    assert unseen.value.reason is Reason.NOT_THIS_WAY


@pytest.mark.parametrize("program", ["/bin/true", "/nowhere/python"])
def test_a_reader_that_dies_at_once_or_cannot_be_started_is_told_as_crashed(monkeypatch, program):
    monkeypatch.setattr("rigcheck.sources.viewer.sys", SimpleNamespace(executable=program))
    with pytest.raises(NotSeen) as unseen:
        look("rtmp://127.0.0.1:9/" + "x" * 200_000)  # more than a pipe takes from who has no reader
    assert unseen.value.reason is Reason.CRASHED


def test_a_reader_ends_with_whoever_asked_for_it():
    command = [sys.executable, "-m", "rigcheck.sources.viewer_reader"]
    wish = b'{"url": "rtmp://127.0.0.1:9/live/x", "slate": null, "every_frame": true}\n'
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None
        reader.stdin.write(wish)
        reader.stdin.flush()
        assert reader.stdout.readline().startswith(b'["h"')
        reader.stdin.close()
        assert reader.wait(15) == 0


def shapes(seed: int, level: float = 120, deviation: float = 40) -> np.ndarray:
    cells = np.random.default_rng(seed).normal(level, deviation, (9, 16))
    return np.clip(np.kron(cells, np.ones((20, 20))), 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    ("seen", "alike"),
    [
        (shapes(1), True),
        (
            np.clip(shapes(1).astype(int) + np.random.default_rng(9).integers(-8, 9, (180, 320)), 0, 255).astype(
                np.uint8
            ),
            True,
        ),
        (shapes(2), False),
        (shapes(2, 12, 8), False),
        (np.full((180, 320), 120, np.uint8), False),
    ],
    ids=["itself", "coded", "other", "dark", "flat"],
)
def test_a_standby_picture_is_alike_to_itself_alone(seen, alike):
    known = np.stack([thumb(shapes(1)), thumb(shapes(1, 14, 8))])
    assert (likeness(thumb(seen), known) >= 0.85) is alike


def test_plain_pictures_are_alike_by_their_level():
    green, grey = np.full((180, 320), 150, np.uint8), np.full((180, 320), 128, np.uint8)
    assert likeness(thumb(green), thumb(green)[None]) == 1
    assert likeness(thumb(grey), thumb(green)[None]) < 0.85


def test_a_frame_is_told_in_four_numbers():
    first, second = np.full((720, 1280), 16, np.uint8), np.full((720, 1280), 126, np.uint8)
    tell = Look()
    mean, dark, change, slate = tell.at(first, limited=True)
    assert (mean, dark) == (0, 1)
    assert np.isnan([change, slate]).all()
    mean, dark, change, _ = tell.at(second, limited=True)
    assert (mean, dark, change) == pytest.approx((110 * 255 / 219, 0, 110 / 219))
    assert tell.at(second, limited=True)[2] == 0
    tell.forget()
    assert np.isnan(tell.at(second, limited=True)[2])


def test_what_is_no_picture_is_no_standby_picture(tmp_path):
    (tmp_path / "words.mp4").write_text("no video")
    assert read_slates(tmp_path / "words.mp4") is None
    assert read_slates(tmp_path / "absent.mp4") is None


def test_a_far_end_is_opened_with_the_password_that_its_address_names(monkeypatch):
    """Its percent signs are read again by FFmpeg, and nothing of it is in what is told."""
    heard = []

    def answer(handler):
        heard.append(handler.headers.get("authorization"))
        handler.send_response(401)
        handler.send_header("WWW-Authenticate", 'Basic realm="live"')
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    monkeypatch.setenv("FAR_PW", "a:b@c/d")
    with web(answer) as port:

        async def main() -> None:
            url = f"http://li:env:FAR_PW@127.0.0.1:{port}/room.flv"
            with anyio.move_on_after(8):
                async with beside(functools.partial(watch_stream, url, None, sightings_of(url))):
                    while not any(heard):  # noqa: ASYNC110 - a server in another thread sets no event
                        await anyio.sleep(0.05)

        anyio.run(main)
    assert "Basic " + b64encode(b"li:a:b@c/d").decode() in heard


def test_a_far_end_whose_password_is_not_there_says_so(monkeypatch):
    monkeypatch.delenv("FAR_PW", raising=False)
    with pytest.raises(NotSeen) as unseen:
        look("rtmp://li:env:FAR_PW@127.0.0.1:9/live/x")
    assert (unseen.value.reason, unseen.value.params) == (Reason.DENIED, {"ref": "env"})
