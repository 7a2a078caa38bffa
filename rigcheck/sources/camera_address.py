"""Which camera a profile means: a stable name, a path, an index, a file or a URL, looked up among those that are there."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.secret import opened

SCHEMES = frozenset({"http", "https", "rtmp", "rtmps", "rtp", "rtsp", "rtsps", "srt", "tcp", "udp"})


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera of this computer. `path` stays the same when others are plugged in; `index` may not.

    `backend` is the OpenCV back end that knows it by this index: V4L2, MSMF, DSHOW or AVFOUNDATION.
    """

    name: str
    path: str
    index: int
    backend: str

    @property
    def is_virtual(self) -> bool:
        """OBS's own output offered as a camera; opened by OpenCV it reads black on Windows."""
        return "obs virtual camera" in self.name.lower() or "obs-camera" in self.name.lower()


@dataclass(frozen=True, slots=True)
class Address:
    """What to open: a local camera (`place` is its index, or its device path), a file or a URL; `name` is for people."""

    kind: Literal["device", "file", "url"]
    place: int | str
    backend: str
    name: str


def find_camera(device: str | int | None, cameras: Sequence[Camera]) -> Address:
    """The one camera that `device` means, or NotSeen.

    None is the first real camera. Names match exactly, else by a unique part, in any case; a name known to several
    back ends counts in the first of them. Reasons: none-here, missing and ambiguous (params `device`, `candidates`),
    virtual-camera, needs-obs.
    """
    if device is None:
        return _first(cameras)
    if isinstance(device, int) or device.isdecimal():
        return _by_index(int(device), cameras)
    if device.startswith("obs:"):
        raise NotSeen(Reason.NEEDS_OBS, {"device": device})
    if "://" in device:
        return _by_url(device)
    found = _matching(device, cameras)
    if not found and _is_path(device):
        return _by_path(device, cameras)
    return _only(device, found, cameras)


def _first(cameras: Sequence[Camera]) -> Address:
    real = [camera for camera in cameras if not camera.is_virtual]
    if not real:
        raise NotSeen(Reason.NONE_HERE)
    return _address(real[0])


def _by_index(index: int, cameras: Sequence[Camera]) -> Address:
    for camera in cameras:
        if camera.index == index:
            return _address(camera)
    raise _missing(str(index), cameras)


def _by_url(url: str) -> Address:
    if urlsplit(url).scheme.lower() not in SCHEMES:
        raise NotSeen(Reason.MISSING, {"device": plain_url(url), "candidates": ()})
    return Address("url", opened(url), "FFMPEG", plain_url(url))


def _by_path(path: str, cameras: Sequence[Camera]) -> Address:
    """A device node (also by a link to it) or a media file."""
    real = str(Path(path).resolve())
    for camera in cameras:
        if sys.platform == "linux" and real == f"/dev/video{camera.index}":
            return _address(camera)
    if not Path(real).is_file():  # nor is a device node that no camera is behind
        raise _missing(path, cameras)
    return Address("file", real, "FFMPEG", Path(path).name)


def _is_path(device: str) -> bool:
    return "/" in device or "\\" in device or Path(device).is_file()


def _matching(device: str, cameras: Sequence[Camera]) -> list[Camera]:
    """Cameras of that path, else of that name, else with that in their name; of several back ends the first one's."""
    wanted = device.casefold()
    found = (
        [camera for camera in cameras if camera.path.casefold() == wanted]
        or [camera for camera in cameras if camera.name.casefold() == wanted]
        or [camera for camera in cameras if wanted in camera.name.casefold()]
    )
    return [camera for camera in found if camera.backend == found[0].backend]


def _only(device: str, found: Sequence[Camera], cameras: Sequence[Camera]) -> Address:
    if not found:
        raise _missing(device, cameras)
    if len(found) > 1:
        raise NotSeen(Reason.AMBIGUOUS, {"device": device, "candidates": tuple(camera.path for camera in found)})
    return _address(found[0])


def _missing(device: str, cameras: Sequence[Camera]) -> NotSeen:
    names = tuple(dict.fromkeys(camera.name for camera in cameras))
    return NotSeen(Reason.MISSING, {"device": device, "candidates": names})


def _address(camera: Camera) -> Address:
    if camera.is_virtual:
        raise NotSeen(Reason.VIRTUAL, {"device": camera.name})
    return Address("device", camera.index, camera.backend, camera.name)


def plain_url(url: str) -> str:
    """The URL without what may be secret: user, password, query, and a path's last part (stream keys stand there)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rpartition('/')[0]}/..."


def list_cameras() -> tuple[Camera, ...]:
    """The cameras of this computer, as the system names them, none opened for capture. Runs in a worker."""
    from cv2_enumerate_cameras import enumerate_cameras, supported_backends  # noqa: PLC0415 - loads cv2: worker only

    return tuple(
        Camera(info.name or f"camera {info.index}", stable_path(info.path, Path("/dev/v4l")), info.index, name)
        for name, number in _backends()
        if number in supported_backends
        for info in sorted(enumerate_cameras(number), key=lambda info: info.index)
    )


def _backends() -> list[tuple[str, int]]:
    """This system's own back ends, the preferred one first: (name, OpenCV's number)."""
    import cv2  # noqa: PLC0415 - heavy, worker only

    names = {"win32": ("MSMF", "DSHOW"), "darwin": ("AVFOUNDATION",)}.get(sys.platform, ("V4L2",))
    return [(name, getattr(cv2, f"CAP_{name}")) for name in names]


def stable_path(path: str | None, links: Path) -> str:
    """A device node's link by serial number (`by-id`), else by socket (`by-path`), else the path itself."""
    if path is None or not path.startswith("/dev/"):
        return path or ""
    for folder in ("by-id", "by-path"):
        for link in sorted((links / folder).glob("*")):
            if link.resolve() == Path(path).resolve():
                return str(link)
    return path
