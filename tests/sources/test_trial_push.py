"""A trial push to a real nginx: the rate, the queue and every pause as they are, and each way to fail with its own name."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import services_net as net
from services_https import authority, server_context
from services_pulse import need
from services_rtmp import KEY, Ingest, ingest, tls_door
from services_rude import host, rude, send, status
from services_video import free_port

from rigcheck import metrics as m
from rigcheck.errors import NotSeen
from rigcheck.ingest_state import PushRequest, PushTrace
from rigcheck.measure.push import measure_push
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.push_plan import Target
from rigcheck.sources.codec import decode, encode
from rigcheck.sources.push_clip import make_clip
from rigcheck.sources.rtmp_chunk import Kind
from rigcheck.sources.rtmp_stat import fetch
from rigcheck.sources.trial_push import HUNG_S, push_trial
from rigcheck.uplink import Ingest as Show

pytestmark = pytest.mark.svc
SMALL = Target(360, 640, 30.0, 1200, 96)
KBPS = SMALL.video_kbps + SMALL.audio_kbps
RIGHT, WRONG = Secret("env:RIGCHECK_TEST_PUSH_KEY"), Secret("env:RIGCHECK_TEST_OTHER_KEY")


@pytest.fixture(autouse=True)
def keys(monkeypatch):
    monkeypatch.setenv("RIGCHECK_TEST_PUSH_KEY", KEY)
    monkeypatch.setenv("RIGCHECK_TEST_OTHER_KEY", "nobody-knows-me")


@pytest.fixture
def server(tmp_path):
    with ingest(tmp_path / "nginx") as found:
        yield found


def request(server: Ingest, **changes) -> PushRequest:
    return replace(PushRequest("main", server.url, RIGHT, target=SMALL, seconds=5.0), **changes)


def measured(trace: PushTrace):
    return {one.metric: one for one in measure_push(trace, None, "main")}


def when_publishing(server: Ingest, deed: Callable[[], object], after_s: float) -> None:
    """As soon as somebody has published for so long, do it."""
    while not server.asked:
        time.sleep(0.02)
    time.sleep(after_s)
    deed()


def test_a_line_that_holds_is_measured_as_the_server_counts_it(server):
    trace = push_trial(request(server, seconds=7.0, stat=server.stat))
    found = measured(trace)
    assert (trace.outcome, trace.counted, trace.received_by, trace.reconnects) == ("held", "acknowledged", "stat", 0)
    assert trace.asked_kbps == pytest.approx(KBPS, rel=0.02)
    assert found[m.INGEST_SUSTAINED].value == pytest.approx(trace.asked_kbps, rel=0.05)
    assert found[m.INGEST_RECEIVED].value == pytest.approx(trace.asked_kbps, rel=0.05)
    assert found[m.INGEST_QUEUE].value < 500  # on a busy machine
    assert 60 <= len(trace.t_s) <= 71
    assert server.asked == [KEY.partition("?")[0]]
    log = (server.folder / "logs" / "error.log").read_text(errors="replace")
    assert "deleteStream" in log


def test_without_a_page_the_servers_acknowledgements_count(server):
    trace = push_trial(request(server, url=server.open_url))
    assert trace.received_by == "rtmp"
    assert measured(trace)[m.INGEST_RECEIVED].value == pytest.approx(trace.asked_kbps, rel=0.05)


def test_pushing_costs_little_beside_encoding(server):
    trace = push_trial(request(server, target=Target(720, 1280, 30.0, 2500, 128), seconds=4.0))
    assert trace.push_cpu_s / 4.0 < trace.encode_cpu_s / trace.gop_s


def test_what_the_server_gets_is_what_the_plan_says(server):
    """Seen by ffprobe through the server: codecs, size, rate, a key frame every 2 s."""
    need("ffprobe")
    answers: list[bytes] = []

    def probe() -> None:
        time.sleep(0.3)
        command = ["ffprobe", "-v", "error", "-of", "json", "-show_streams", "-show_packets", "-read_intervals", "%+5"]
        url = f"{server.url}/{KEY.partition('?')[0]}"
        answers.append(subprocess.run([*command, url], capture_output=True, timeout=30, check=False).stdout)

    watcher = threading.Thread(target=when_publishing, args=(server, probe, 0.0))
    watcher.start()
    push_trial(request(server, seconds=9.0))
    watcher.join()
    seen = json.loads(answers[0])
    video, audio = (next(s for s in seen["streams"] if s["codec_type"] == kind) for kind in ("video", "audio"))
    assert (video["codec_name"], video["profile"], video["width"], video["height"]) == ("h264", "High", 360, 640)
    assert video["r_frame_rate"] == "30/1"
    assert (audio["codec_name"], audio["sample_rate"], audio["channels"]) == ("aac", "48000", 2)
    frames = [packet for packet in seen["packets"] if packet["codec_type"] == "video"]
    times = np.array([float(packet["pts_time"]) for packet in frames])
    assert np.diff(times) == pytest.approx(1 / 30, abs=0.002)
    keys = times[[packet["flags"].startswith("K") for packet in frames]]
    assert np.diff(keys) == pytest.approx(2.0, abs=0.002)


def test_a_wrong_key_and_an_unknown_application(server):
    refused = push_trial(request(server, stream_key=WRONG))
    assert (refused.outcome, len(refused.t_s)) == ("wrong-key", 0)
    assert push_trial(request(server, url=server.url + "-not")).outcome == "unknown-app"


def test_a_key_that_is_in_use(server):
    other = threading.Thread(target=push_trial, args=(request(server, seconds=4.0),))
    other.start()
    while not server.asked:
        time.sleep(0.02)
    time.sleep(0.3)
    trace = push_trial(request(server))
    other.join()
    assert trace.outcome == "refused"
    assert "publishing" in trace.said.lower()


def test_a_server_that_says_yes_and_hangs_up(monkeypatch):
    """As node-media-server does on a wrong signature."""
    with rude(host(status("status", "NetStream.Publish.Start")), send(b""), send(b"")) as port:
        place = PushRequest("main", f"rtmp://127.0.0.1:{port}/live", RIGHT, target=SMALL)
        assert push_trial(place).outcome == "wrong-key"


def test_nobody_there():
    trace = push_trial(PushRequest("main", f"rtmp://127.0.0.1:{free_port()}/live", RIGHT, target=SMALL))
    assert trace.outcome == "connection-refused"
    assert measured(trace)[m.INGEST_SUSTAINED].reason is Reason.NOT_STREAMING


def test_a_server_killed_in_mid_push(server):
    watcher = threading.Thread(target=when_publishing, args=(server, server.kill, 2.5))
    watcher.start()
    began_s = time.monotonic()
    trace = push_trial(request(server, seconds=9.0))
    watcher.join()
    assert trace.outcome == "lost"
    assert time.monotonic() - began_s < 9
    assert measured(trace)[m.INGEST_TRIAL].params["what"] == ("lost",)


def test_a_dropped_publisher_comes_back_once_and_the_gap_is_a_stall(server):
    def drop() -> None:
        fetch(f"{server.drop_url}?app=live&name={KEY.partition('?')[0]}")

    watcher = threading.Thread(target=when_publishing, args=(server, drop, 2.5))
    watcher.start()
    trace = push_trial(request(server, seconds=8.0))
    watcher.join()
    assert (trace.outcome, trace.reconnects) == ("held", 1)
    assert trace.stalls_ms.max() == pytest.approx(2100, abs=300)
    assert server.asked == [KEY.partition("?")[0]] * 2


def test_a_push_over_tls_is_counted_as_well(server, tmp_path, monkeypatch):
    context = server_context(authority(tmp_path, monkeypatch), "127.0.0.1")
    with tls_door(context, server.port) as port:
        trace = push_trial(request(server, url=f"rtmps://127.0.0.1:{port}/live"))
        assert (trace.outcome, trace.counted) == ("held", "acknowledged")
        assert measured(trace)[m.INGEST_SUSTAINED].value == pytest.approx(trace.asked_kbps, rel=0.05)
        assert measured(trace)[m.INGEST_RECEIVED].value == pytest.approx(trace.asked_kbps, rel=0.05)
        monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
        monkeypatch.setenv("SSL_CERT_DIR", "/dev/null")
        assert push_trial(request(server, url=f"rtmps://127.0.0.1:{port}/live")).outcome == "tls"


def test_a_server_that_hangs_is_noticed_although_the_system_takes_its_bytes(server):
    """On loopback the kernel takes megabytes for a program that reads nothing: seconds of stream."""

    def hang() -> None:
        with server.hung():
            time.sleep(HUNG_S + 1.5)

    watcher = threading.Thread(target=when_publishing, args=(server, hang, 2.0))
    watcher.start()
    trace = push_trial(request(server, seconds=12.0))
    watcher.join()
    assert trace.outcome == "hung"
    assert trace.stalls_ms.max() == pytest.approx(HUNG_S * 1000, abs=500)
    assert trace.t_s[-1] < 9


def test_a_pause_is_measured(server):
    """The server stands still for 1.2 s, and goes on."""

    def pause() -> None:
        with server.hung():
            time.sleep(1.2)

    watcher = threading.Thread(target=when_publishing, args=(server, pause, 2.0))
    watcher.start()
    trace = push_trial(request(server, seconds=6.0))
    watcher.join()
    assert trace.outcome == "held"
    assert trace.stalls_ms.max() == pytest.approx(1200, abs=150)


@pytest.mark.parametrize(
    "show",
    [
        Show("rtmp://elsewhere.example/live", RIGHT),
        Show("rtmp://127.0.0.1:1/live/", None),
    ],
    ids=["the same key elsewhere", "the same place, whose key is not known"],
)
def test_the_shows_own_key_is_never_pushed_with(show):
    place = PushRequest("main", "rtmp://127.0.0.1:1/live", RIGHT, show=(show,), target=SMALL)
    with pytest.raises(NotSeen) as unseen:
        push_trial(place)
    assert unseen.value.reason is Reason.LIVE_KEY


def test_a_key_of_its_own_is_pushed_with_and_an_unset_one_is_not(server):
    shows = (Show(server.url, WRONG), Show("rtmp://x.example/live", Secret("env:RIGCHECK_TEST_UNSET")))
    assert push_trial(request(server, show=shows, seconds=3.0)).outcome == "held"
    with pytest.raises(NotSeen) as unseen:
        push_trial(request(server, stream_key=Secret("env:RIGCHECK_TEST_UNSET")))
    assert unseen.value.reason is Reason.DENIED


@pytest.mark.parametrize(("url", "reason"), [("", Reason.NOT_IN_PROFILE), ("srt://h:1", Reason.NOT_THIS_WAY)])
def test_where_no_trial_can_be(url, reason):
    with pytest.raises(NotSeen) as unseen:
        push_trial(PushRequest("main", url, target=SMALL))
    assert unseen.value.reason is reason
    assert PushRequest("main", url).disturbs is bool(url)


def test_an_interface_that_is_not_there(server):
    with pytest.raises(NotSeen) as unseen:
        push_trial(request(server, interface="nosuch0"))
    assert unseen.value.reason is Reason.MISSING


def test_it_survives_being_kept(server):
    trace = push_trial(request(server, seconds=3.0))
    kept = decode("push", *encode(trace))
    assert measured(kept) == measured(trace)
    assert KEY not in str(encode(trace))


def test_a_clip_goes_round_without_a_gap():
    clip = make_clip(SMALL)
    feed = clip.endless(10.0)
    packets = [next(feed) for _ in range(1000)]
    for kind, step_s in ((Kind.VIDEO, 1 / 30), (Kind.AUDIO, 1024 / 48_000)):
        times = np.array([packet.at_s for packet in packets if packet.kind is kind])
        assert np.diff(times) == pytest.approx(step_s, abs=0.0015)  # FLV has whole milliseconds
    assert all(one.at_s <= other.at_s for one, other in pairwise(packets))
    assert packets[0].at_s == 10.0
    assert [packet.body[1] for packet in clip.heads[1:]] == [0, 0]


@contextmanager
def far_ingest(folder: Path, mbps: float) -> Iterator[tuple[net.Lines, Ingest]]:
    """A real nginx behind a shaped line, in namespaces of its own."""
    if net.WHY_NOT:
        pytest.skip(net.WHY_NOT)
    with net.Lines() as lines:
        lines.shape(net.MAIN, mbps)
        with ingest(folder / "far", net.FAR, *lines._inside(lines.far)) as server:
            yield lines, server


def push_over(lines: net.Lines, server: Ingest, **changes) -> PushTrace:
    asked = {"url": server.open_url + "/trial", "target": {"width_px": 360, "height_px": 640, "video_kbps": 3000}}
    command = [*lines._inside(lines.room), sys.executable, str(Path(net.__file__).with_name("push_client.py"))]
    done = subprocess.run([*command, json.dumps(asked | changes)], capture_output=True, timeout=60, check=True)
    trace = pickle.loads(done.stdout)  # noqa: S301 - from our own child
    assert isinstance(trace, PushTrace)
    return trace


def test_a_line_below_the_plan_shows_its_real_rate_and_a_growing_queue(tmp_path):
    """2 Mbit/s for 3.16: TCP's share of it gets through, and the push falls behind by a third of the time."""
    with far_ingest(tmp_path, 2.0) as (lines, server):
        trace = push_over(lines, server, seconds=9.0, interface=net.MAIN)
    found = measured(trace)
    assert (trace.outcome, trace.isolation) == ("held", "bound")
    assert found[m.INGEST_SUSTAINED].value == pytest.approx(2000 * net.PAYLOAD, rel=0.05)
    assert found[m.INGEST_RECEIVED].value == pytest.approx(2000 * net.PAYLOAD, rel=0.07)
    assert trace.acknowledged.sum() == pytest.approx(trace.received[-1, 1], abs=60_000)  # sent and not arrived: more
    assert trace.queue_ms[-1] == pytest.approx(9000 * (1 - 2000 * net.PAYLOAD / trace.asked_kbps), rel=0.15)


def test_a_line_above_the_plan_holds_it(tmp_path):
    with far_ingest(tmp_path, 6.0) as (lines, server):
        trace = push_over(lines, server, seconds=7.0)
    assert trace.outcome == "held"
    assert measured(trace)[m.INGEST_SUSTAINED].value == pytest.approx(trace.asked_kbps, rel=0.05)


def test_a_line_that_is_cut_stalls_for_as_long_as_it_is(tmp_path):
    with far_ingest(tmp_path, 6.0) as (lines, server):
        cut = threading.Timer(4.5, lines.cut, [net.MAIN])
        cut.start()
        trace = push_over(lines, server, seconds=14.0)
        cut.join()
    assert trace.outcome == "hung"
    assert trace.stalls_ms.max() == pytest.approx(HUNG_S * 1000, abs=500)


def test_nothing_is_left_on_the_line_when_a_push_is_over(tmp_path):
    """A slow line's queue is dropped, not sent on."""
    with far_ingest(tmp_path, 1.0) as (lines, server):
        push_over(lines, server, seconds=5.0)
        time.sleep(0.1)  # what had left already
        before = lines.sent(net.MAIN)
        time.sleep(1.0)
        assert lines.sent(net.MAIN) - before < 20_000


def test_the_key_is_in_no_process_list(server):
    """While a push runs, in a process of its own."""
    asked = json.dumps({"url": server.url, "target": {"width_px": 360, "height_px": 640}, "seconds": 2.0})
    code = (
        "import json,sys;from rigcheck.sources.trial_push import push_trial;from rigcheck.ingest_state import PushRequest;"
        "from rigcheck.push_plan import Target;from rigcheck.profile import Secret;a=json.loads(sys.argv[1]);"
        "push_trial(PushRequest(url=a['url'],stream_key=Secret('env:RIGCHECK_TEST_PUSH_KEY'),seconds=2.0,"
        "target=Target(**a['target'])))"
    )
    with subprocess.Popen([sys.executable, "-c", code, asked], env=os.environ) as child:
        while not server.asked:
            assert child.poll() is None
            time.sleep(0.02)
        words = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert not [word for word in words if KEY.partition("?")[0].encode() in word]
        assert child.wait(20) == 0
