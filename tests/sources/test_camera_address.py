"""Lists of cameras as Linux, Windows and macOS give them (synthesised), and real files and links."""

import sys

import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.sources.camera_address import Address, Camera, find_camera, plain_url, stable_path

BRIO_PATH = r"\\?\usb#vid_046d&pid_085e&mi_00#7&2a3b&0&0000#{e5323777-f976-4f5b-9b55-b94699c46e44}\global"
CAM_1, CAM_2 = BRIO_PATH.replace("046d", "1bcf"), BRIO_PATH.replace("046d", "1bcf").replace("7&2a3b", "8&11")
WINDOWS = (
    Camera("OBS Virtual Camera", "", 0, "MSMF"),
    Camera("Logitech BRIO", BRIO_PATH, 1, "MSMF"),
    Camera("USB Camera", CAM_1, 2, "MSMF"),
    Camera("USB Camera", CAM_2, 3, "MSMF"),
    Camera("Logitech BRIO", BRIO_PATH, 0, "DSHOW"),
    Camera("OBS Virtual Camera", "", 1, "DSHOW"),
    Camera("Cam Link 4K", "", 2, "DSHOW"),
)
LINUX = (
    Camera("Logitech BRIO", "/dev/v4l/by-id/usb-046d_Logitech_BRIO_A1-video-index0", 0, "V4L2"),
    Camera("HD Webcam: HD Webcam", "/dev/video2", 2, "V4L2"),
)
MACOS = (
    Camera("FaceTime HD Camera", "0x1420000005ac8600", 0, "AVFOUNDATION"),
    Camera("iPhone", "6B29FC40-CA47", 1, "AVFOUNDATION"),
)


def refused(device, cameras):
    with pytest.raises(NotSeen) as caught:
        find_camera(device, cameras)
    return caught.value.reason, caught.value.params


@pytest.mark.parametrize(
    ("cameras", "device", "place", "backend"),
    [
        (WINDOWS, None, 1, "MSMF"),  # not OBS's own
        (WINDOWS, "Logitech BRIO", 1, "MSMF"),
        (WINDOWS, "brio", 1, "MSMF"),
        (WINDOWS, CAM_2, 3, "MSMF"),
        (WINDOWS, "cam link", 2, "DSHOW"),  # known to DirectShow alone
        (WINDOWS, 1, 1, "MSMF"),
        (LINUX, None, 0, "V4L2"),
        (LINUX, "hd webcam", 2, "V4L2"),
        (LINUX, "2", 2, "V4L2"),
        (LINUX, "/dev/v4l/by-id/usb-046d_Logitech_BRIO_A1-video-index0", 0, "V4L2"),
        (LINUX, "/dev/video2", 2, "V4L2"),
        (MACOS, "iphone", 1, "AVFOUNDATION"),
        (MACOS, "0x1420000005ac8600", 0, "AVFOUNDATION"),
    ],
)
def test_finds(cameras, device, place, backend):
    found = find_camera(device, cameras)
    assert (found.kind, found.place, found.backend) == ("device", place, backend)


@pytest.mark.parametrize(
    ("cameras", "device", "reason"),
    [
        ((), None, Reason.NONE_HERE),
        (WINDOWS[:1], None, Reason.NONE_HERE),
        (WINDOWS, "OBS Virtual Camera", Reason.VIRTUAL),
        (WINDOWS, 0, Reason.VIRTUAL),
        (WINDOWS, "obs:Cam 1", Reason.NEEDS_OBS),
        (WINDOWS, "obs:program", Reason.NEEDS_OBS),
        (LINUX, 1, Reason.MISSING),
        (LINUX, "/dev/video7", Reason.MISSING),
        (LINUX, "/no/such/file.mp4", Reason.MISSING),
        (LINUX, "gopher://host/x", Reason.MISSING),
        (LINUX, "/dev/null", Reason.MISSING),
    ],
)
def test_refuses(cameras, device, reason):
    assert refused(device, cameras)[0] is reason


def test_missing_names_the_cameras_there_are():
    reason, params = refused("Elgato", WINDOWS)
    assert reason is Reason.MISSING
    assert params == {
        "device": "Elgato",
        "candidates": ("OBS Virtual Camera", "Logitech BRIO", "USB Camera", "Cam Link 4K"),
    }


def test_two_of_one_name_are_told_apart_by_path():
    reason, params = refused("USB Camera", WINDOWS)
    assert reason is Reason.AMBIGUOUS
    assert params["candidates"] == (CAM_1, CAM_2)


@pytest.mark.parametrize("url", ["rtsp://10.0.0.9:554/h264/ch1", "RTMP://host/live/key", "udp://127.0.0.1:5055"])
def test_urls(url):
    assert find_camera(url, ()) == Address("url", url, "FFMPEG", plain_url(url))


def test_a_camera_is_opened_with_the_password_that_its_address_names(monkeypatch):
    monkeypatch.setenv("CAM_PW", "geheim")
    found = find_camera("rtsp://me:env:CAM_PW@10.0.0.9/h264/ch1", ())
    assert found == Address("url", "rtsp://me:geheim@10.0.0.9/h264/ch1", "FFMPEG", "rtsp://10.0.0.9/h264/...")


def test_a_file_is_a_camera(tmp_path):
    file = tmp_path / "scene.mp4"
    file.touch()
    assert find_camera(str(file), LINUX) == Address("file", str(file), "FFMPEG", "scene.mp4")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:pass@10.0.0.9:554/h264/ch1?token=1", "rtsp://10.0.0.9:554/h264/..."),
        ("rtmp://push.example/live/stream-key", "rtmp://push.example/live/..."),
        ("http://[::1]:8090/cam.mjpg", "http://[::1]:8090/..."),
    ],
)
def test_secrets_of_a_url_are_not_shown(url, shown):
    assert plain_url(url) == shown


@pytest.mark.skipif(sys.platform == "win32", reason="links of udev")
def test_stable_path_prefers_the_serial_number(tmp_path):
    node = "/dev/null"
    assert stable_path(node, tmp_path) == node
    for folder in ("by-path", "by-id"):
        (tmp_path / folder).mkdir()
        link = tmp_path / folder / f"usb-{folder}-video-index0"
        link.symlink_to(node)
        assert stable_path(node, tmp_path) == str(link)
    assert stable_path("/dev/zero", tmp_path) == "/dev/zero"
    assert stable_path("0x1420000005ac8600", tmp_path) == "0x1420000005ac8600"
    assert stable_path(None, tmp_path) == ""
