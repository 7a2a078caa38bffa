"""A real OBS Studio on a screen of its own, with its own folders, port and password; nothing of the user's is touched."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import json
import os
import secrets
import signal
import subprocess
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

from services_pulse import RATE_HZ, need, tone
from services_video import free_port, nginx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from rigcheck.profile import Secret
from rigcheck.samples import ObsAddress

SIZE = (640, 360)
FPS = 30
AWKWARD = 'Logo "50% off" / 店铺 🛍 \\ <b>'
GREY, GREEN = 0xFF808080, 0xFF00FF00  # ABGR

GLOBAL_INI = """[General]
FirstRun=true
LastVersion=486539266
Pre19Defaults=false
Pre20Defaults=false
Pre21Defaults=false
Pre23Defaults=false
Pre24.1Defaults=false
EnableAutoUpdates=false
ConfirmOnExit=false

[Basic]
Profile=rig
ProfileDir=rig
SceneCollection=rig
SceneCollectionFile=rig
ConfigOnNewProfile=false

[BasicWindow]
PreviewEnabled=false
SysTrayEnabled=false

[OBSWebSocket]
FirstLoad=false
ServerEnabled=true
ServerPort={port}
AlertsEnabled=false
AuthRequired=true
ServerPassword={password}
"""
BASIC_INI = """[General]
Name=rig

[Output]
Mode=Simple
Reconnect=true
RetryDelay=2
MaxRetries=5

[SimpleOutput]
VBitrate=1000
ABitrate=128
StreamEncoder=x264
Preset=ultrafast
UseAdvanced=true
x264Settings=keyint=60 tune=zerolatency
FilePath={folder}/recordings
RecFormat=mkv
RecQuality=Stream

[Video]
BaseCX={width}
BaseCY={height}
OutputCX={width}
OutputCY={height}
FPSType=0
FPSCommon=30

[Audio]
SampleRate=48000
ChannelSetup=Stereo
"""


OWN_TMP = ["unshare", "-m", "sh", "-c", 'mount -t tmpfs tmp /tmp && exec "$0" "$@"']
"""Where a server of X cannot put its lock and its socket: in the lab's guest."""


def need_obs() -> None:
    """Skip where OBS or its screen is missing; in CI that is an error."""
    need("obs", "Xvfb")


class ObsStudio:
    """A running OBS: scenes Live (grey, a logo with an awkward name, a 997 Hz tone at -20 dBFS) and Standby (green).

    Entering it starts it and sets the variable with its password, so `address` works in this process; a child process
    that is given another environment needs `environment`. It is killed on leaving, stopped or not.
    """

    def __init__(self, folder: Path, size: tuple[int, int] = SIZE) -> None:
        need_obs()
        self.folder = folder
        self.size = size
        self.port = free_port()
        self.password = secrets.token_urlsafe(12)
        self.variable = f"RIGCHECK_TEST_OBS_{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._stack = contextlib.ExitStack()

    @property
    def address(self) -> ObsAddress:
        return ObsAddress(f"ws://127.0.0.1:{self.port}", Secret(f"env:{self.variable}"))

    @property
    def environment(self) -> dict[str, str]:
        return {self.variable: self.password}

    @property
    def config(self) -> Path:
        return self.folder / ".config" / "obs-studio"

    @property
    def recordings(self) -> Path:
        return self.folder / "recordings"

    @property
    def log(self) -> str:
        """What it has said so far."""
        return (self.folder / "obs.out").read_text(errors="replace")

    def __enter__(self) -> Self:
        self._write_config()
        os.environ.update(self.environment)
        self._stack.callback(os.environ.pop, self.variable, None)
        try:
            self.display = self._stack.enter_context(_screen())
            self.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None:
            self.kill()
        self._stack.close()

    def start(self, *options: str) -> None:
        """Start it (again); returns when it answers."""
        runtime = self.folder / "xdg"
        runtime.mkdir(mode=0o700, exist_ok=True)
        place = {"HOME": str(self.folder), "XDG_RUNTIME_DIR": str(runtime), "DISPLAY": self.display}
        quiet = {"LIBGL_ALWAYS_SOFTWARE": "1", "QT_QPA_PLATFORM": "xcb", "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        command = ["obs", "--multi", "--collection", "rig", "--profile", "rig", "--minimize-to-tray"]
        calm = ["--disable-updater", "--disable-missing-files-check", "--unfiltered_log", "--verbose"]
        with (self.folder / "obs.out").open("ab") as out:
            self.process = subprocess.Popen(
                [*command, *calm, *options], env=place | quiet, stdout=out, stderr=out, stdin=subprocess.DEVNULL
            )
        self._wait_until_it_answers()

    def ask(self, request: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
        """One request over a connection of its own, to provoke faults with. Raises RuntimeError where OBS refuses."""
        with connect(f"ws://127.0.0.1:{self.port}", proxy=None, max_size=2**26) as line:
            self._identify(line)
            line.send(json.dumps({"op": 6, "d": {"requestType": request, "requestId": "1", "requestData": data or {}}}))
            answer = json.loads(line.recv(10))["d"]
        if not answer["requestStatus"]["result"]:
            raise RuntimeError(f"{request}: {answer['requestStatus']}")
        return answer.get("responseData") or {}

    def wait_for(self, request: str, key: str, value: object, seconds: float = 10, **data: object) -> None:
        """Wait until the answer to a request with this data has that value."""
        for _ in range(int(seconds / 0.05)):
            if self.ask(request, data).get(key) == value:
                return
            time.sleep(0.05)
        raise TimeoutError(f"{request} {key} is not {value}")

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()  # also when it is stopped
        self.process.wait(5)

    def hang(self) -> None:
        """It accepts connections (its kernel does) and never answers."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)

    def _identify(self, line: Any) -> None:
        lock = json.loads(line.recv(5))["d"]["authentication"]
        inner = _hash(self.password + lock["salt"])
        identify = {"rpcVersion": 1, "authentication": _hash(inner + lock["challenge"]), "eventSubscriptions": 0}
        line.send(json.dumps({"op": 1, "d": identify}))
        assert json.loads(line.recv(5))["op"] == 2

    def _wait_until_it_answers(self) -> None:
        for _ in range(400):
            assert self.process is not None
            with contextlib.suppress(OSError, WebSocketException, RuntimeError):
                self.ask("GetVersion")
                self.ask("GetSceneList")  # refused until the collection is loaded
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.05)
        raise TimeoutError(self.log[-2000:])

    def _write_config(self) -> None:
        profile, scenes = self.config / "basic/profiles/rig", self.config / "basic/scenes"
        for folder in (profile, scenes, self.recordings):
            folder.mkdir(parents=True)
        (self.config / "global.ini").write_text(GLOBAL_INI.format(port=self.port, password=self.password))
        width, height = self.size
        (profile / "basic.ini").write_text(BASIC_INI.format(folder=self.folder, width=width, height=height))
        service = {"server": "", "key": "", "use_auth": False, "bwtest": False}
        (profile / "service.json").write_text(json.dumps({"type": "rtmp_custom", "settings": service}))
        (scenes / "rig.json").write_text(json.dumps(self._collection()))

    def _collection(self) -> dict[str, Any]:
        logo, sound = self.folder / "logo.ppm", self.folder / "tone.wav"
        logo.write_bytes(b"P6 32 32 255\n" + bytes([255, 0, 0]) * 32 * 32)
        write_wav(sound, dbfs=-20.0)
        size = {"width": self.size[0], "height": self.size[1]}
        media = {"local_file": str(sound), "looping": True, "is_local_file": True, "restart_on_activate": False}
        inputs = [
            _source("Backdrop", "color_source_v3", {"color": GREY, **size}),
            _source("Pause", "color_source_v3", {"color": GREEN, **size}),
            _source(AWKWARD, "image_source", {"file": str(logo)}),
            _source("Music", "ffmpeg_source", media),
        ]
        live, standby = _scene("Live", ("Backdrop", AWKWARD, "Music")), _scene("Standby", ("Pause",))
        return {
            "name": "rig",
            "current_scene": "Live",
            "current_program_scene": "Live",
            "scene_order": [{"name": "Live"}, {"name": "Standby"}],
            "current_transition": "Cut",
            "transition_duration": 300,
            "transitions": [],
            "groups": [],
            "modules": {},
            "sources": [*inputs, live, standby],
        }


def write_wav(path: Path, dbfs: float = -20.0, hz: float = 997.0) -> Path:
    """A second of a stereo sine of that RMS level, which can be looped."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(tone(hz, dbfs).tobytes())
    return path


def _hash(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _source(name: str, kind: str, settings: dict[str, Any]) -> dict[str, Any]:
    return {"id": kind, "versioned_id": kind, "name": name, "settings": settings, "enabled": True}


def _scene(name: str, members: tuple[str, ...]) -> dict[str, Any]:
    place = {"visible": True, "align": 5, "pos": {"x": 0.0, "y": 0.0}, "scale": {"x": 1.0, "y": 1.0}}
    items = [{"name": member, "id": index, **place} for index, member in enumerate(members, 1)]
    return _source(name, "scene", {"custom_size": False, "id_counter": len(items), "items": items})


@contextlib.contextmanager
def _screen() -> Iterator[str]:
    """A display that nobody else has; the X server picks its number."""
    told, tells = os.pipe()
    command = ["Xvfb", "-displayfd", str(tells), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"]
    own = [] if os.access("/tmp", os.W_OK) else OWN_TMP
    with subprocess.Popen(
        [*own, *command, "+extension", "GLX"], pass_fds=(tells,), stderr=subprocess.DEVNULL
    ) as server:
        os.close(tells)
        try:
            with os.fdopen(told) as line:
                yield f":{line.readline().strip()}"
        finally:
            server.kill()


@contextlib.contextmanager
def ingest(folder: Path) -> Iterator[str]:
    """The server address of a real nginx that takes any stream; it is gone on leaving."""
    need("nginx")
    port = free_port()
    with nginx(folder, port):
        yield f"rtmp://127.0.0.1:{port}/live"
