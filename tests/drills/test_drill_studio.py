"""Drills on a real OBS that streams through the relay to nginx, and a real UPS server: all kinds in one run of --all."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import obs_deeds
import pytest
from drill_rig import Rig, rig
from services_nut import Upsd
from services_obs import ObsStudio, write_wav

pytestmark = pytest.mark.svc
SIZE = (320, 180)
LIMITS = "within: {detect_s: 6, switch_s: 12, outage_s: 15, restore_s: 20}"
POWER = """
  - name: mains-lost
    covers: power
    before: [power.mains]
    fault: [{run: {argv: %s, undo: %s}}]
    within: {restore_s: 10}
"""
"""The outage allowed is none: the UPS has to carry the show."""
DRILLS = f"""
  - name: network-cut
    covers: network
    fault: [{{relay: stall}}]
    switch: [{{relay: pass}}]
    {LIMITS}
  - name: ingest-lost
    covers: ingest
    fault: [{{relay: cut}}]
    switch: [{{relay: pass}}]
    {LIMITS}
  - name: mic-lost
    covers: mic
    fault: [{{obs_mute: {{input: Music}}}}]
    switch: [{{obs_unmute: {{input: Lav 2}}}}]
    restore: [{{obs_unmute: {{input: Music}}}}]
    {LIMITS}
  - name: camera-lost
    covers: camera
    before: [far_end.picture, far_end.sound, obs.link]
    fault: [{{obs_input_off: {{input: Cam 1}}}}]
    switch: [{{obs_scene: {{scene: Spare}}}}]
    restore: [{{obs_scene: {{scene: Live}}}}, {{obs_input_on: {{input: Cam 1}}}}]
    {LIMITS}
  - name: content-fallback
    covers: content
    fault: [{{obs_input_off: {{input: Cam 1}}}}]
    switch: [{{obs_scene: {{scene: Standby}}}}]
    {LIMITS}
"""


def clip(path: Path, source: str) -> Path:
    made = ("-f", "lavfi", "-i", f"{source}=s={SIZE[0]}x{SIZE[1]}:r=30:d=4")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-g", "30", "-pix_fmt", "yuv420p")
    subprocess.run(["ffmpeg", "-v", "error", "-y", *made, *coded, str(path)], check=True, timeout=60)
    return path


def media(obs: ObsStudio, name: str, scene: str, path: Path) -> None:
    quiet = {"looping": True, "is_local_file": True, "restart_on_activate": False}
    obs_deeds.add(obs, name, "ffmpeg_source", scene, local_file=str(path), **quiet)


def dress(obs: ObsStudio, folder: Path) -> None:
    """Two cameras that move, a standby video, a second microphone that is muted; the music is in every scene."""
    item = obs.ask("GetSceneItemId", {"sceneName": "Live", "sourceName": "Backdrop"})["sceneItemId"]
    obs.ask("SetSceneItemEnabled", {"sceneName": "Live", "sceneItemId": item, "sceneItemEnabled": False})
    obs.ask("CreateScene", {"sceneName": "Spare"})
    media(obs, "Cam 1", "Live", clip(folder / "cam1.mp4", "testsrc2"))
    media(obs, "Cam 2", "Spare", clip(folder / "cam2.mp4", "testsrc"))
    media(obs, "Slate", "Standby", clip(folder / "slate.mp4", "testsrc"))
    media(obs, "Lav 2", "Live", write_wav(folder / "lav2.wav", hz=440.0))
    obs.ask("SetInputMute", {"inputName": "Lav 2", "inputMuted": True})
    for scene in ("Spare", "Standby"):
        obs.ask("CreateSceneItem", {"sceneName": scene, "sourceName": "Music"})


@pytest.fixture(scope="module")
def studio(tmp_path_factory) -> Iterator[tuple[Rig, ObsStudio]]:
    home = tmp_path_factory.mktemp("studio")
    with rig(home / "rig", encoder=False) as room, ObsStudio(home / "obs", size=SIZE) as obs, Upsd() as ups:
        dress(obs, home)
        room.env |= obs.environment
        cut, mended = (json.dumps(ups.setting("ups.status", status)) for status in ("OB DISCHRG", "OL"))
        seen = f'obs: {{url: "ws://127.0.0.1:{obs.port}", password: "env:{obs.variable}", scene: Live}}\n'
        devices = f'camera: {{}}\nmic: {{}}\npower: {{main: {{nut: "{ups.address}"}}}}\n'
        room.write(DRILLS, POWER % (cut, mended), more=seen + devices)
        yield room, obs


@contextlib.contextmanager
def streaming(obs: ObsStudio, server: str, **service: str) -> Iterator[None]:
    obs_deeds.set_service(obs, **{"kind": "rtmp_custom", "server": server, "key": "show", **service})
    obs.ask("StartStream")
    obs.wait_for("GetStreamStatus", "outputActive", value=True)
    try:
        yield
    finally:
        obs.ask("StopStream")
        obs.wait_for("GetStreamStatus", "outputActive", value=False)


def state(obs: ObsStudio) -> dict[str, object]:
    """Everything that the drills touch."""
    scene = obs.ask("GetCurrentProgramScene")["currentProgramSceneName"]
    items = {s: obs.ask("GetSceneItemList", {"sceneName": s})["sceneItems"] for s in ("Live", "Spare", "Standby")}
    shown = {s: [(i["sourceName"], i["sceneItemEnabled"]) for i in found] for s, found in items.items()}
    muted = {name: obs.ask("GetInputMute", {"inputName": name})["inputMuted"] for name in ("Music", "Lav 2")}
    service = obs.ask("GetStreamServiceSettings")["streamServiceSettings"]["server"]
    return {"scene": scene, "shown": shown, "muted": muted, "server": service}


@pytest.mark.timeout(300)
def test_all_drills_of_a_room_one_after_the_other(studio: tuple[Rig, ObsStudio]) -> None:
    room, obs = studio
    svg = room.home / "drills.svg"
    with streaming(obs, f"rtmp://{room.door}/open"):
        time.sleep(2)
        before = state(obs)
        done = room.run("run", "--all", "-p", room.profile, "--yes", "--format", "json", "--svg", svg, seconds=250)
        assert state(obs) == before
    made = json.loads(done.stdout)
    assert (done.returncode, made["status"]) == (0, "ok"), (done.stdout, done.stderr)
    names = [each["name"] for each in made["drills"]]
    assert names == ["content-fallback", "camera-lost", "mic-lost", "ingest-lost", "network-cut", "mains-lost"]
    assert all(each["ended"] == "done" and all(u["worked"] for u in each["undone"]) for each in made["drills"])
    outages = {f["device"]: f["value"] for f in made["findings"] if f["check"] == "drill.outage"}
    assert outages.pop("mains-lost") == 0
    assert all(0.3 < value < 15 for value in outages.values()), outages
    assert outages["mic-lost"] > 1.9  # so long silence is a pause for breath
    assert svg.read_text().startswith("<svg")
    assert not room.journal.exists()


def test_a_stream_to_a_platform_is_a_show(studio: tuple[Rig, ObsStudio]) -> None:
    room, obs = studio
    with streaming(obs, f"rtmp://{room.door}/open", kind="rtmp_common", service="Twitch"):
        done = room.run("run", "content-fallback", "-p", room.profile, "--yes")
        asked = room.terminal("run", "content-fallback", "-p", room.profile, "--during-show", "--yes")
        asked.expect_exact("Type during-show")
        asked.sendline("yes")  # --yes is not enough, nor is yes
        asked.expect_exact("was not typed")
    assert (done.returncode, "OBS Studio" in done.stderr) == (3, True), done.stderr
    assert not room.journal.exists()
    nobody = room.run("run", "content-fallback", "-p", room.profile, "--during-show", "--yes")
    assert nobody.returncode == 64


def test_what_obs_does_not_have_is_told_before_anything_begins(studio: tuple[Rig, ObsStudio]) -> None:
    room, _ = studio
    wrong = room.home / "wrong.yaml"
    wrong.write_text(room.profile.read_text().replace("scene: Standby}", "scene: Standbye}"))
    done = room.run("run", "content-fallback", "-p", wrong, "--yes")
    assert (done.returncode, "Standbye" in done.stderr, "Standby?" in done.stderr) == (78, True, True), done.stderr
