"""Cameras on the network are real servers; local ones, which a test machine lacks, are lists and staged captures."""

import time
from pathlib import Path

import anyio
import cv2
import numpy as np
import psutil
import pytest
from services_video import make_clip, mjpeg, mute_server, rtmp, rtsp, udp

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.samples import CameraRequest
from rigcheck.sources.camera import comes_too_fast, stamps, watch
from rigcheck.sources.camera_address import Address
from rigcheck.sources.camera_stream import Stream
from rigcheck.sources.live import LiveSource


@pytest.fixture(scope="module")
def clip_file(tmp_path_factory):
    return make_clip(tmp_path_factory.mktemp("clip") / "scene.mp4")


def look(device, seconds=2.0):
    return anyio.run(LiveSource().acquire, CameraRequest(device=device, seconds=seconds))


def unseen(device, seconds=2.0):
    with pytest.raises(NotSeen) as caught:
        look(device, seconds)
    return caught.value


def fps(clip):
    return (len(clip.t_s) - 1) / (clip.t_s[-1] - clip.t_s[0])


def assert_good(clip):
    assert (clip.width_px, clip.height_px, clip.clock) == (640, 360, "grab")
    assert fps(clip) == pytest.approx(30, abs=1)
    assert clip.frames.shape == (2, 360, 640, 3)
    assert clip.first_frame_ms > 0
    assert not clip.limited
    assert np.median(clip.change[1:]) > 0.001
    assert 60 < clip.mean.mean() < 200


@pytest.mark.svc
def test_mjpeg_over_http(clip_file):
    with mjpeg(clip_file) as (url, _):
        clip = look(url)
    assert_good(clip)
    assert clip.fourcc == "MJPG"


@pytest.mark.svc
def test_udp(clip_file):
    with udp(clip_file) as (url, _):
        assert_good(look(url))


@pytest.mark.svc
def test_rtmp(clip_file, tmp_path):
    with rtmp(clip_file, tmp_path / "nginx") as (url, _):
        clip = look(url)
    assert_good(clip)
    assert clip.fourcc == "h264"


@pytest.mark.svc
def test_rtsp(tmp_path):
    with rtsp(make_clip(tmp_path / "long.mp4", seconds=20)) as (url, _):
        clip = look(url)
    assert_good(clip)
    assert clip.fourcc == "h264"


@pytest.mark.svc
def test_a_file_is_paced_by_its_own_time_stamps(clip_file):
    clip = look(str(clip_file), seconds=2.0)
    assert (clip.width_px, clip.height_px, clip.clock) == (640, 360, "pts")
    assert fps(clip) == pytest.approx(30, abs=0.1)
    assert len(clip.t_s) in {60, 61}


def test_a_file_that_is_no_video_is_junk(tmp_path):
    file = tmp_path / "scene.mp4"
    file.write_bytes(b"not a video at all" * 100)
    assert unseen(str(file)).reason is Reason.JUNK


@pytest.mark.svc
def test_sender_that_dies_in_the_middle_is_lost(clip_file):
    with udp(clip_file) as (url, sender):

        async def cut():
            async with anyio.create_task_group() as group:

                async def kill():
                    await anyio.sleep(5)
                    sender.kill()

                group.start_soon(kill)
                with pytest.raises(NotSeen) as caught:
                    await LiveSource().acquire(CameraRequest(device=url, seconds=20.0))
                return caught.value

        started = time.monotonic()
        error = anyio.run(cut)
    assert error.reason is Reason.LOST
    assert time.monotonic() - started < 12


def test_nobody_there_is_unreachable():
    error = unseen("http://user:secret@127.0.0.1:9/live/key-123")
    assert error.reason is Reason.UNREACHABLE
    assert error.params["device"] == "http://127.0.0.1:9/live/..."


def test_silent_server_is_a_timeout():
    with mute_server() as url:
        started = time.monotonic()
        error = unseen(url)
    assert error.reason is Reason.TIMEOUT
    assert time.monotonic() - started < 11


def test_cancelling_leaves_no_process():
    async def limited(url):
        with anyio.move_on_after(2.5) as scope:
            await LiveSource().acquire(CameraRequest(device=url))
        return scope.cancelled_caught

    with mute_server() as url:
        assert anyio.run(limited, url)
    assert psutil.Process().children() == []


def test_no_camera_here():
    if list(Path("/dev").glob("video*")):
        pytest.skip("this machine has cameras")
    assert unseen(None).reason is Reason.NONE_HERE
    assert unseen(0).reason is Reason.MISSING
    assert unseen("/dev/video9").reason is Reason.MISSING


class Staged:
    """A capture that delivers one grey frame a call, in real time, until it is unplugged; like V4L2, it then refuses at once."""

    def __init__(self, frames, fourcc_stamp=None, interval_s=1 / 30, picture=None):
        self.left, self.interval_s, self.grabs = frames, interval_s, 0
        self.picture = np.full((90, 160, 2), 128, np.uint8) if picture is None else picture
        self.stamp = fourcc_stamp

    def grab(self):
        self.grabs += 1
        if self.left <= 0:
            return False
        self.left -= 1
        time.sleep(self.interval_s)
        return True

    def retrieve(self):
        return True, self.picture.copy()

    def get(self, prop):
        assert prop == cv2.CAP_PROP_POS_MSEC
        return (time.monotonic() if self.stamp is None else self.stamp) * 1000


def staged(capture, fourcc="YUYV", backend="V4L2"):
    return Stream(capture, Address("device", 0, backend, "Staged"), fourcc, 30.0, time.monotonic())


def test_raw_frames_are_read_by_stride_and_expanded():
    clip = watch(staged(Staged(100)), CameraRequest(seconds=1.0))
    assert clip.limited
    assert clip.fourcc == "YUYV"
    assert clip.mean[0] == pytest.approx((128 - 16) * 255 / 219, abs=0.6)
    assert clip.frames[0].mean() == pytest.approx((128 - 16) * 255 / 219, abs=1)
    assert len(clip.t_s) == pytest.approx(27, abs=6)  # a second of 30 fps, on a machine that others use too


def test_unplugged_in_the_middle_is_lost_without_spinning():
    capture = Staged(45)
    with pytest.raises(NotSeen) as caught:
        watch(staged(capture), CameraRequest(seconds=3.0))
    assert (caught.value.reason, caught.value.params) == (Reason.LOST, {"device": "Staged"})
    assert capture.grabs < 45 + 80


def test_open_and_never_a_picture_is_no_stream():
    with pytest.raises(NotSeen) as caught:
        watch(staged(Staged(0)), CameraRequest(seconds=1.0))
    assert caught.value.reason is Reason.NO_STREAM


def test_damaged_jpegs_are_missing_frames():
    good = cv2.imencode(".jpg", np.full((90, 160, 3), 90, np.uint8))[1].reshape(1, -1)

    class Torn(Staged):
        def retrieve(self):
            return True, good[:, :20].copy() if self.left % 3 == 0 else good.copy()

    clip = watch(staged(Torn(90), fourcc="MJPG"), CameraRequest(seconds=1.0))
    assert 17 <= len(clip.t_s) <= 22
    assert clip.mean[0] == pytest.approx(90, abs=1)


@pytest.mark.parametrize("stamp", [None, 0.0, 1e9])
def test_driver_stamps_are_used_only_on_our_clock(stamp):
    stream = staged(Staged(5, fourcc_stamp=stamp))
    assert abs(next(stamps(stream)) - time.monotonic()) < 0.5


@pytest.mark.parametrize(
    ("interval_s", "claimed", "too_fast"),
    [
        (0.002, 30.0, True),
        (1 / 30, 30.0, False),
        (1 / 30, 25.0, False),  # MJPEG claims 25 whatever it is
        (1 / 30, 90_000.0, False),
        (1 / 60, 60.0, False),
        (0.002, 0.0, True),
    ],
)
def test_backlog_is_told_from_the_live_stream(interval_s, claimed, too_fast):
    assert comes_too_fast(tuple(interval_s * n for n in range(10)), claimed) is too_fast
