"""Drills on real devices: a camera pulled out under a running OBS, a transmitter that dies, mains that fail.

What viewers get is read from a real nginx; every drill is run by the command, and undone by it.
"""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import obs_deeds
import pytest
from command import command, environment, finding
from lab_drill import LIMITS, made_by, seconds, shell
from lab_drivers import PLATFORM, Scene, Vivid, fed, loaded, loops, run, webcam, yuyv
from lab_room import ask, write_room
from lab_sound import Card, sound_card, write_tone
from services_obs import ObsStudio
from services_rtmp import ingest

pytestmark = pytest.mark.lab
CANVAS = (320, 180)
LAPTOP = "{pc: {os: true}}"
ENCODER = {"VBitrate": "500", "x264Settings": "keyint=30 tune=zerolatency"}
POWER = "/sys/module/test_power/parameters"
MAINS = f"{POWER}/ac_online"


def plugged(driver: str, device: str) -> str:
    """A fault that pulls a device out of its driver, and that plugs it in again; said as the step of a drill."""
    place = PLATFORM / "drivers" / driver
    out, back = f"echo {device} > {place}/unbind", f"[ -e {place}/{device} ] || echo {device} > {place}/bind"
    return f"{{run: {{argv: {shell(out)}, undo: {shell(back)}, check: {shell(f'[ -e {place}/{device} ]')}}}}}"


@dataclass
class Studio:
    """An OBS whose cameras and microphones are the lab's, on air to a server on this machine."""

    obs: ObsStudio
    camera: Vivid
    server: str
    lav: subprocess.Popen[bytes]

    def hold(self, folder: Path, drill: str, **parts: str) -> dict[str, Any]:
        """The JSON report of that drill, run on a room of these parts."""
        seen = f'obs: {{url: "{self.obs.address.url}", password: "env:{self.obs.variable}", scene: Live}}\n'
        more = f'{seen}far_end: {{url: "{self.server}/show"}}\ndrills:\n{drill}\n    {LIMITS}\n'
        room = write_room(folder, more=more, **parts)
        words = command("drill", "run", "--all", "-p", room, "--yes", "--format", "json")
        return made_by(words, environment(folder, **self.obs.environment))


def moving() -> Scene:
    """A bar that wanders over a grey table."""
    tables = [np.full((360, 640), 110, np.uint8) for _ in range(28)]
    for number, table in enumerate(tables):
        table[60:300, 20 * number : 20 * number + 80] = 190
    return Scene([yuyv(table) for table in tables], fps=15)


@contextlib.contextmanager
def device_news() -> Iterator[None]:
    """The system's device manager, by which OBS learns of cameras that come and go; the guest has none of its own."""
    if Path("/run/udev/control").exists():
        yield
        return
    Path("/run/udev").mkdir(exist_ok=True)
    with subprocess.Popen(["/lib/systemd/systemd-udevd"], stderr=subprocess.DEVNULL) as manager:
        try:
            yield
        finally:
            manager.terminate()


@pytest.fixture(scope="module")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    home = tmp_path_factory.mktemp("studio")
    (home / "obs").mkdir()
    with contextlib.ExitStack() as stack:
        enter = stack.enter_context
        enter(device_news())
        camera, card = enter(webcam()), enter(sound_card(microphones=2))
        run("v4l2-ctl", "-d", camera.node, "-v", "width=640,height=360,pixelformat=YUYV", "-p", "30")
        camera.set(horizontal_movement=5)  # to the right: only what moves can be seen to stand
        (spare,) = enter(loops("Spare cam"))
        enter(fed(spare, moving(), home))
        server = enter(ingest(home / "server"))
        lav = enter(card.playing(write_tone(home / "lav.wav", 48_000, -20.0, times=8)))
        enter(card.playing(write_tone(home / "table.wav", 48_000, -26.0, times=8), microphone=1))
        obs = enter(ObsStudio(home / "obs", CANVAS))
        enter(obs_stopped_first(obs))
        dress(obs, camera, spare, card)
        obs_deeds.set_service(obs, server=server.open_url, key="show")
        obs.ask("StartStream")
        obs.wait_for("GetStreamStatus", "outputActive", value=True)
        time.sleep(3)
        yield Studio(obs, camera, server.open_url, lav)


@contextlib.contextmanager
def obs_stopped_first(obs: ObsStudio) -> Iterator[None]:
    """Drivers are not unloaded under it."""
    try:
        yield
    finally:
        obs.kill()


def dress(obs: ObsStudio, camera: Vivid, spare: str, card: Card) -> None:
    """Live: the camera and both microphones, the second muted. Spare: the second camera, and the same sound."""
    for name in ("Backdrop", "Music"):
        item = obs.ask("GetSceneItemId", {"sceneName": "Live", "sourceName": name})["sceneItemId"]
        obs.ask("SetSceneItemEnabled", {"sceneName": "Live", "sceneItemId": item, "sceneItemEnabled": False})
    obs.ask("CreateScene", {"sceneName": "Spare"})
    for name, scene, node in (("Cam 1", "Live", str(camera.node)), ("Cam 2", "Spare", spare)):
        whole = {"device_id": node, "input": 0, "resolution": (640 << 16) + 360, "framerate": -1}
        obs_deeds.add(obs, name, "v4l2_input", scene, **whole)
        fit(obs, scene, name)
    for name, number in (("Lav 1", 0), ("Table mic", 1)):
        obs_deeds.add(obs, name, "alsa_input_capture", "Live", device_id=f"hw:{card.number},0,{number}", rate=48_000)
        obs.ask("CreateSceneItem", {"sceneName": "Spare", "sourceName": name})
    obs.ask("SetInputMute", {"inputName": "Table mic", "inputMuted": True})
    for name, value in ENCODER.items():
        obs_deeds.set_parameter(obs, f"SimpleOutput/{name}", value)


def fit(obs: ObsStudio, scene: str, name: str) -> None:
    item = obs.ask("GetSceneItemId", {"sceneName": scene, "sourceName": name})["sceneItemId"]
    box = {"boundsType": "OBS_BOUNDS_STRETCH", "boundsWidth": CANVAS[0], "boundsHeight": CANVAS[1]}
    obs.ask("SetSceneItemTransform", {"sceneName": scene, "sceneItemId": item, "sceneItemTransform": box})


@pytest.mark.timeout(300)
def test_a_camera_that_is_pulled_out(tmp_path: Path, studio: Studio) -> None:
    """OBS goes on with nothing of it, the spare camera takes over, and OBS finds the camera again by itself."""
    drill = f"""  - name: camera-unplugged
    covers: camera
    before: [far_end.picture]
    fault: [{plugged("vivid", studio.camera.device)}]
    switch: [{{obs_scene: {{scene: Spare}}}}]
    restore: [{{obs_scene: {{scene: Live}}}}]"""
    made = studio.hold(tmp_path, drill)
    assert 0.3 < seconds(made, "outage") < 40
    assert studio.camera.node.exists()
    assert studio.obs.ask("GetCurrentProgramScene")["currentProgramSceneName"] == "Live"
    assert "reconnected" in studio.obs.log


@pytest.mark.timeout(300)
def test_a_transmitter_that_dies(tmp_path: Path, studio: Studio) -> None:
    """Its receiver goes on delivering silence, which no list of devices shows; the table's microphone takes over."""
    drill = f"""  - name: lav-dead
    covers: mic
    before: [far_end.sound]
    fault: [{{process_stop: {{name: aplay, pid: {studio.lav.pid}}}}}]
    switch: [{{obs_unmute: {{input: Table mic}}}}]
    restore: [{{process_continue: {{name: aplay, pid: {studio.lav.pid}}}}}]"""
    made = studio.hold(tmp_path, drill)
    assert 1.9 < seconds(made, "outage") < 40  # shorter silence is a pause for breath
    assert studio.obs.ask("GetInputMute", {"inputName": "Table mic"})["inputMuted"] is True


@pytest.mark.timeout(300)
def test_mains_that_fail_are_not_seen_by_viewers(tmp_path: Path, studio: Studio) -> None:
    with loaded("test_power"):
        run("sh", "-c", f"echo off > {POWER}/usb_online; echo off > {MAINS}")
        lost = ask(tmp_path, "power", write_room(tmp_path, power=LAPTOP))
        assert (
            finding(lost, "power.mains", "pc")["status"] == "fail"
        )  # so would the drill's own look, were it not undone
        run("sh", "-c", f"echo on > {MAINS}")
        drill = f"""  - name: mains-lost
    covers: power
    before: [far_end.picture, power.mains]
    fault: [{{run: {{argv: {shell(f"echo off > {MAINS}")}, undo: {shell(f"echo on > {MAINS}")}}}}}]"""
        made = studio.hold(tmp_path, drill, power=LAPTOP)
        assert seconds(made, "outage") == 0
        assert Path(MAINS).read_text().strip() == "on"
