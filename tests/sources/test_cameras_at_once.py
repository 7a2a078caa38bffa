"""Several cameras at once: real streams that run side by side, and a camera that stays dark beside another one."""

import errno
import os
import struct
import time
from datetime import date
from pathlib import Path

import anyio
import pytest
from services_video import make_clip, mjpeg

from rigcheck.errors import NotSeen
from rigcheck.i18n import load_catalogue
from rigcheck.measure.overlap import measure_overlap
from rigcheck.model import Reason, Stage
from rigcheck.pair import Pair
from rigcheck.present.about import reason_id
from rigcheck.profile import CameraDevice, Mode, Profile, Setting
from rigcheck.samples import CameraClip, CameraRequest
from rigcheck.sources import live
from rigcheck.sources.camera import read_camera
from rigcheck.sources.camera_address import Address
from rigcheck.sources.camera_stream import lacks_bandwidth
from rigcheck.sources.live import LiveSource
from rigcheck.value import is_local

BRIO = Address("device", 4, "V4L2", "BRIO")


@pytest.mark.svc
def test_two_streams_are_open_at_once_and_say_so(tmp_path: Path) -> None:
    clips: dict[str, CameraClip] = {}

    async def look() -> None:
        source = LiveSource()

        async def one(name: str, url: str) -> None:
            request = CameraRequest(name=name, device=url, mode=Mode(640, 360, 30), seconds=4.0)
            found = await source.acquire(request)
            assert isinstance(found, CameraClip)
            clips[name] = found

        async with anyio.create_task_group() as group:
            group.start_soon(one, "main", first)
            group.start_soon(one, "close", second)

    scene = make_clip(tmp_path / "scene.mp4", seconds=20)
    with mjpeg(scene) as (first, _), mjpeg(scene) as (second, _):
        started_s = time.monotonic()
        anyio.run(look)
    for clip in clips.values():
        assert clip.began_s is not None
        assert started_s + 1 < clip.began_s < time.monotonic() - clip.t_s[-1]
    devices = {name: CameraDevice(name) for name in clips}
    setting = Setting(Profile(camera=devices), Stage.HOST, date(2026, 11, 22))
    (found,) = measure_overlap(Pair(clips["close"], clips["main"]), setting, "main")
    assert found.value == pytest.approx(100, abs=5)


@pytest.mark.parametrize(
    ("device", "here"),
    [(None, True), (0, True), ("BRIO", True), ("/dev/video0", True), ("rtsp://10.0.0.9/a", False), ("obs:Cam", False)],
)
def test_what_is_plugged_into_this_computer(device: str | int | None, here: bool) -> None:
    assert is_local(device) is here


@pytest.mark.parametrize("reason", [Reason.NO_STREAM, Reason.NO_BANDWIDTH, Reason.FAILED, Reason.HELD])
def test_a_camera_that_stays_dark_tells_beside_which(monkeypatch: pytest.MonkeyPatch, reason: Reason) -> None:
    async def device(request: CameraRequest) -> CameraClip:
        if request.name == "close":
            raise NotSeen(reason, {"device": "BRIO"})
        await anyio.sleep_forever()
        raise AssertionError

    monkeypatch.setattr(live, "_camera", device)
    caught: list[NotSeen] = []

    async def look() -> None:
        source = LiveSource()
        async with anyio.create_task_group() as group:
            group.start_soon(source.acquire, CameraRequest(name="main", device=0))
            await anyio.wait_all_tasks_blocked()
            with pytest.raises(NotSeen) as error:
                await source.acquire(CameraRequest(name="close", device="BRIO"))
            caught.append(error.value)
            group.cancel_scope.cancel()
        with pytest.raises(NotSeen) as error:  # alone again
            await source.acquire(CameraRequest(name="close", device="BRIO"))
        caught.append(error.value)

    anyio.run(look)
    beside, alone = caught
    assert beside.params == {"device": "BRIO", **({} if reason is Reason.HELD else {"beside": ("main",)})}
    assert alone.params == {"device": "BRIO"}


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("reason", [Reason.NO_STREAM, Reason.NO_BANDWIDTH, Reason.FAILED])
def test_the_words_name_usb_bandwidth_where_another_one_ran(reason: Reason, language: str) -> None:
    words = load_catalogue(language)
    said = {
        beside: words.text(f"{reason_id(reason, {}, 'camera', words)}.do", {"beside": beside} if beside else {})
        for beside in (("main",), ())
    }
    assert "USB" in said["main",]
    assert ("USB" in said[()]) is (reason is Reason.NO_BANDWIDTH)
    assert not any(mark in text for text in said.values() for mark in "[]{}")


def node(monkeypatch: pytest.MonkeyPatch, number: int | None, tmp_path: Path) -> list[tuple[int, bytes]]:
    """A node whose driver answers VIDIOC_STREAMON with an error number, as there is no camera here; what it was asked."""
    asked: list[tuple[int, bytes]] = []
    place, real_open = tmp_path / "node", os.open
    place.touch()

    def ioctl(handle: int, code: int, argument: bytes) -> int:
        asked.append((code, bytes(argument)))
        if code == 0x40045612 and number is not None:
            raise OSError(number, os.strerror(number))
        return 0

    monkeypatch.setattr("fcntl.ioctl", ioctl)
    monkeypatch.setattr("os.open", lambda path, *rest: real_open(place if path == "/dev/video4" else path, *rest))
    return asked


@pytest.mark.parametrize(("number", "lacks"), [(errno.ENOSPC, True), (errno.EIO, False), (None, False)])
def test_the_driver_says_that_the_bus_is_full(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int | None, lacks: bool
) -> None:
    asked = node(monkeypatch, number, tmp_path)
    assert lacks_bandwidth(BRIO) is lacks
    assert [code for code, _ in asked] == [0xC0145608, 0x40045612]
    assert struct.unpack("=III", asked[0][1][:12]) == (2, 1, 1)


def test_only_a_v4l2_camera_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked = node(monkeypatch, errno.ENOSPC, tmp_path)
    for address in (Address("url", "rtsp://a", "FFMPEG", "a"), Address("device", 4, "MSMF", "BRIO")):
        assert not lacks_bandwidth(address)
    assert not lacks_bandwidth(Address("device", 77, "V4L2", "gone"))
    assert asked == []


@pytest.mark.parametrize(("number", "wanted"), [(errno.ENOSPC, Reason.NO_BANDWIDTH), (errno.EIO, Reason.NO_STREAM)])
def test_a_camera_without_pictures_is_asked_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, number: int, wanted: Reason
) -> None:
    from contextlib import contextmanager

    from rigcheck.sources import camera

    @contextmanager
    def dark(*_: object):
        raise NotSeen(Reason.NO_STREAM, {"device": "BRIO"})
        yield

    node(monkeypatch, number, tmp_path)
    monkeypatch.setattr(camera, "list_cameras", lambda: ())
    monkeypatch.setattr(camera, "find_camera", lambda *_: BRIO)
    monkeypatch.setattr(camera, "open_stream", dark)
    with pytest.raises(NotSeen) as caught:
        read_camera(CameraRequest(device="BRIO"))
    assert (caught.value.reason, caught.value.params) == (wanted, {"device": "BRIO"})
