"""Opening and asking for a mode, against a staged capture that answers as drivers do; who holds a node, for real."""

import errno
import os
import subprocess
import sys

import cv2
import pytest

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Mode
from rigcheck.sources import camera_stream
from rigcheck.sources.camera_address import Address
from rigcheck.sources.camera_stream import is_software, refuse_if_held
from rigcheck.sources.holder import holder_of, using_now

FULL_HD = Mode(1920, 1080, 30)
YUYV, MJPG = (cv2.VideoWriter.fourcc(*name) for name in ("YUYV", "MJPG"))


class Webcam:
    """Answers like a USB 2 webcam: each format has its own fastest rate for a size; what it cannot do it silently lowers."""

    def __init__(self, rates):
        self.rates, self.fourcc, self.size, self.asked_fps = rates, YUYV, [640, 480], 30.0

    def set(self, prop, value):
        if prop == cv2.CAP_PROP_FOURCC and value in self.rates:
            self.fourcc = value
        elif prop == cv2.CAP_PROP_FRAME_WIDTH:
            self.size[0] = value
        elif prop == cv2.CAP_PROP_FRAME_HEIGHT:
            self.size[1] = value
        elif prop == cv2.CAP_PROP_FPS:
            self.asked_fps = value

    def get(self, prop):
        return {
            cv2.CAP_PROP_FRAME_WIDTH: float(self.size[0]),
            cv2.CAP_PROP_FRAME_HEIGHT: float(self.size[1]),
            cv2.CAP_PROP_FPS: min(self.asked_fps, self.rates[self.fourcc]),
            cv2.CAP_PROP_FOURCC: float(self.fourcc),
        }[prop]


@pytest.mark.parametrize(
    ("rates", "fourcc", "fps"),
    [
        ({YUYV: 5.0, MJPG: 30.0}, "MJPG", 30.0),  # USB 2: raw is too slow
        ({YUYV: 60.0, MJPG: 60.0}, "YUYV", 30.0),  # USB 3: raw will do
        ({YUYV: 5.0}, "YUYV", 5.0),  # no JPEG: reported as delivered
    ],
)
def test_asks_for_raw_then_for_jpeg(rates, fourcc, fps):
    capture = Webcam(rates)
    camera_stream._ask(capture, FULL_HD)
    assert camera_stream._fourcc(capture) == fourcc
    assert capture.get(cv2.CAP_PROP_FPS) == fps
    assert capture.size == [1920, 1080]


def test_nothing_is_asked_without_a_mode():
    capture = Webcam({YUYV: 30.0})
    camera_stream._ask(capture, None)
    assert capture.size == [640, 480]


@pytest.mark.parametrize(("code", "text"), [(0, ""), (-1, ""), (YUYV, "YUYV"), (21, "")])
def test_fourcc_is_text_or_nothing(code, text):
    class Says:
        def get(self, prop):
            return float(code)

    assert camera_stream._fourcc(Says()) == text


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_the_program_that_has_a_node_open_is_named(tmp_path):
    node = tmp_path / "video0"
    node.touch()
    with node.open():
        assert holder_of(str(node)) is None  # this process itself
    command = ["sleep", "30"]
    with node.open() as shared, subprocess.Popen(command, stdin=shared) as other:
        assert holder_of(str(node)) == "sleep"
        with pytest.raises(NotSeen) as caught:
            refuse_if_held(str(node), "BRIO")
        other.kill()
    assert caught.value.reason is Reason.HELD
    assert caught.value.params == {"device": "BRIO", "holder": "sleep"}
    refuse_if_held(str(node), "BRIO")


@pytest.mark.parametrize(
    ("number", "reason"),
    [(errno.EACCES, Reason.DENIED), (errno.EBUSY, Reason.HELD), (errno.ENODEV, Reason.MISSING)],
)
def test_what_opening_the_node_says(number, reason, monkeypatch, tmp_path):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(NotSeen) as caught:
        refuse_if_held(str(tmp_path / "video0"), "BRIO")
    assert caught.value.reason is reason


def test_node_that_is_gone(tmp_path):
    with pytest.raises(NotSeen) as caught:
        refuse_if_held(str(tmp_path / "video0"), "BRIO")
    assert caught.value.reason is Reason.MISSING


def test_buffers_owned_by_another_program_mean_held(monkeypatch, tmp_path):
    """Other users' processes cannot be looked into; the driver's answer is what remains."""
    node = tmp_path / "video0"
    node.touch()

    def busy(*_):
        raise OSError(errno.EBUSY, "busy")

    monkeypatch.setattr("fcntl.ioctl", busy)
    with pytest.raises(NotSeen) as caught:
        refuse_if_held(str(node), "BRIO")
    assert caught.value.params == {"device": "BRIO", "holder": ""}


def test_software_cameras_are_known_by_their_place_in_sysfs(tmp_path):
    classes = tmp_path / "class"
    classes.mkdir()
    for number, place in (("0", "devices/pci0000:00/usb1/video4linux"), ("9", "devices/virtual/video4linux")):
        real = tmp_path / place / f"video{number}"
        real.mkdir(parents=True)
        (classes / f"video{number}").symlink_to(real)
    assert not is_software(Address("device", 0, "V4L2", "BRIO"), classes)
    assert is_software(Address("device", 9, "V4L2", "DroidCam"), classes)
    assert not is_software(Address("device", 9, "MSMF", "DroidCam"), classes)


@pytest.mark.parametrize(
    ("uses", "program"),
    [
        ({}, None),
        ({r"C:#Program Files#obs-studio#bin#64bit#obs64.exe": (133_700_000_000_000_000, 0)}, "obs64.exe"),
        ({"C:#Zoom#Zoom.exe": (133_700_000_000_000_000, 133_700_000_100_000_000)}, None),
        ({"Microsoft.WindowsCamera_8wekyb3d8bbwe": (0, 0)}, None),
    ],
)
def test_windows_registry_tells_who_uses_a_camera(uses, program):
    assert using_now(uses) == program
