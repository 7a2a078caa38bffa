"""`rigcheck now` on real services: an OBS that streams to a real server, one link broken at a time. Fakes nothing."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command import rigcheck
from services_obs import AWKWARD, ObsStudio
from services_rtmp import ingest
from services_rude import greet, rude, stay
from services_video import free_port, nginx

pytestmark = pytest.mark.svc
MOST_S = 5.5
ROOM = """
room: beauty-3
camera: {{main: {{device: "obs:Backdrop"}}, backup: {{device: "HD Pro Webcam C920"}}}}
mic: {{main: {{device: "obs:Music"}}, backup: {{device: AT2020USB}}}}
power: {{}}
obs: {{url: "{url}", password: "{password}", profile: rig, collection: rig, scene: Live, inputs: [{awkward}]}}
push: {{url: "rtmp://127.0.0.1:{port}/live"}}
backup:
  camera: {{device: backup, obs_input: Pause}}
  mic: {{device: backup, obs_input: Table mic}}
  content: {{obs_scene: Standby, notice: back in a minute}}
drills:
  - name: ingest-lost
    covers: ingest
    switch: [{{ask: switch the router to the second line, who: 技术, at: rack, deadline_s: 30}}]
    crew: {{主播: 继续讲解}}
"""


@dataclass
class Rig:
    """A room whose OBS streams to a server of its own."""

    folder: Path
    obs: ObsStudio
    port: int

    def room(self, **changes: Any) -> Path:
        address = self.obs.address
        assert address.password is not None
        facts = {
            "url": address.url,
            "password": address.password.ref,
            "awkward": json.dumps(AWKWARD, ensure_ascii=False),
            "port": self.port,
        }
        path = self.folder / "room.yaml"
        path.write_text(ROOM.format(**{**facts, **changes}), encoding="utf-8")
        return path

    def now(self, **changes: Any) -> dict[str, Any]:
        """What the command says, within its time. On a busy machine a look may fall on an encoder that is late."""
        for _ in range(3):
            began = time.monotonic()
            done = rigcheck(self.folder, "now", self.room(**changes), "--format", "json", **self.obs.environment)
            assert time.monotonic() - began < MOST_S
            made: dict[str, Any] = json.loads(done.stdout)
            assert made["took_s"] < MOST_S
            assert (made["exit_code"], done.stderr) == (done.returncode, "")
            if status(made)["encoder"] != "broken":
                break
        return made

    @contextlib.contextmanager
    def asked(self, request: str, data: dict[str, Any], back: dict[str, Any]) -> Iterator[None]:
        """Something set otherwise in OBS, and set back."""
        self.obs.ask(request, data)
        time.sleep(0.4)
        try:
            yield
        finally:
            self.obs.ask(request, back)
            time.sleep(0.4)


def status(made: dict[str, Any]) -> dict[str, str]:
    return {link["link"]: link["status"] for link in made["links"]}


def seen(made: dict[str, Any], link: str) -> str:
    (found,) = (each["seen"]["id"] for each in made["links"] if each["link"] == link)
    return str(found)


@contextlib.contextmanager
def streaming(rig: Rig) -> Iterator[subprocess.Popen[bytes]]:
    """The server; OBS streams to it from here on."""
    settings = {"server": f"rtmp://127.0.0.1:{rig.port}/live", "key": "room3", "use_auth": False, "bwtest": False}
    service = {"streamServiceType": "rtmp_custom", "streamServiceSettings": settings}
    folder = rig.folder / f"nginx-{time.monotonic_ns()}"
    folder.mkdir()
    with nginx(folder, rig.port) as server:
        rig.obs.ask("SetStreamServiceSettings", service)
        rig.obs.ask("StartStream")
        rig.obs.wait_for("GetStreamStatus", "outputActive", value=True)
        time.sleep(1.0)
        try:
            yield server
        finally:
            with contextlib.suppress(RuntimeError):
                rig.obs.ask("StopStream")
            rig.obs.wait_for("GetStreamStatus", "outputActive", value=False)


@pytest.fixture(scope="module")
def rig(tmp_path_factory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("now")
    (folder / "obs").mkdir()
    with ObsStudio(folder / "obs") as obs:
        yield Rig(folder, obs, free_port())


def test_a_room_on_air_in_which_all_works_is_left_as_it_was(rig: Rig) -> None:
    with streaming(rig):
        before = rig.obs.ask("GetStreamStatus")
        made = rig.now()
        after = rig.obs.ask("GetStreamStatus")
        assert rig.obs.ask("GetRecordStatus")["outputActive"] is False
    unseen = {"power", "camera", "far_end"}
    assert status(made) == {link: "skip" if link in unseen else "ok" for link in status(made)}
    assert (made["first_broken"], made["exit_code"], made["on_air"], made["steps"]) == (None, 0, True, [])
    assert after["outputDuration"] > before["outputDuration"]  # the same stream, not another one
    assert not list(rig.obs.recordings.iterdir())


def test_the_scene_switched_away(rig: Rig) -> None:
    away, back = {"sceneName": "Standby"}, {"sceneName": "Live"}
    with rig.asked("SetCurrentProgramScene", away, back):
        made = rig.now()
    assert (made["first_broken"], seen(made, "scene"), made["exit_code"]) == ("scene", "now.scene.other", 2)
    assert status(made)["input"] == "ok"
    assert [step["kind"] for step in made["steps"]] == ["mend", "backup", "backup"]


def test_an_input_muted(rig: Rig) -> None:
    name = {"inputName": "Music"}
    with rig.asked("SetInputMute", {**name, "inputMuted": True}, {**name, "inputMuted": False}):
        made = rig.now()
    assert (made["first_broken"], seen(made, "input")) == ("input", "now.input.muted")
    assert made["plan"] == {"covers": "mic", "origin": "backup.mic"}


def test_an_input_hidden_in_its_scene(rig: Rig) -> None:
    place = {"sceneName": "Live", "sceneItemId": 1}
    hide, show = {**place, "sceneItemEnabled": False}, {**place, "sceneItemEnabled": True}
    with rig.asked("SetSceneItemEnabled", hide, show):
        made = rig.now()
    assert (made["first_broken"], seen(made, "input")) == ("input", "now.input.hidden")
    assert made["plan"] == {"covers": "camera", "origin": "backup.camera"}


def test_an_input_that_has_another_name_now(rig: Rig) -> None:
    old, new = AWKWARD, "Logo (2)"
    with rig.asked("SetInputName", {"inputName": old, "newInputName": new}, {"inputName": new, "newInputName": old}):
        made = rig.now()
    assert (made["first_broken"], seen(made, "input")) == ("input", "now.input.missing")
    assert made["links"][2]["seen"]["params"] == {"name": AWKWARD}


def test_a_camera_that_is_unplugged(rig: Rig) -> None:
    room = rig.room()
    room.write_text(room.read_text(encoding="utf-8").replace('"obs:Backdrop"', "Logitech BRIO"), encoding="utf-8")
    done = rigcheck(rig.folder, "now", room, "--format", "json", **rig.obs.environment)
    made = json.loads(done.stdout)
    assert (made["first_broken"], seen(made, "camera"), done.returncode) == ("camera", "now.camera.missing", 2)


def test_the_server_dies_under_the_stream(rig: Rig) -> None:
    with streaming(rig) as server:
        server.kill()
        server.wait()
        rig.obs.wait_for("GetStreamStatus", "outputReconnecting", value=True)
        made = rig.now()
    assert (made["first_broken"], seen(made, "ingest")) == ("ingest", "now.ingest.refused")
    assert seen(made, "uplink") == "now.uplink.reconnecting"
    assert made["plan"] == {"covers": "ingest", "origin": "drill:ingest-lost"}
    assert [(step["who"], step["text"]) for step in made["steps"]] == [
        ("技术", "switch the router to the second line"),
        ("主播", "继续讲解"),
    ]


def test_a_target_that_refuses_before_the_show(rig: Rig) -> None:
    made = rig.now(port=free_port())
    assert (made["first_broken"], seen(made, "ingest"), made["on_air"]) == (
        "ingest",
        "now.ingest.refused",
        made["on_air"],
    )
    assert seen(made, "uplink") == "now.uplink.idle"


def test_a_target_that_does_not_answer(rig: Rig) -> None:
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        guests = [socket.socket() for _ in range(4)]
        for guest in guests:
            guest.setblocking(False)
            guest.connect_ex(full.getsockname())
        made = rig.now(port=full.getsockname()[1])
        for guest in guests:
            guest.close()
    assert (made["first_broken"], seen(made, "ingest")) == ("ingest", "now.ingest.timeout")


def test_a_target_that_answers_before_the_show(rig: Rig) -> None:
    with nginx_at(rig):
        made = rig.now()
    assert (made["first_broken"], seen(made, "ingest"), made["exit_code"]) == (None, "now.ingest.answers", 0)


def test_a_target_that_takes_the_call_and_stays_silent(rig: Rig) -> None:
    with rude(stay) as port:
        made = rig.now(port=port)
    assert (made["first_broken"], seen(made, "ingest"), made["exit_code"]) == ("ingest", "now.ingest.silent", 2)


def test_a_server_whose_worker_stands_still(tmp_path) -> None:
    with ingest(tmp_path / "server") as server:
        room = tmp_path / "hung.yaml"
        room.write_text(f'room: hung\ncamera: {{}}\nmic: {{}}\npower: {{}}\npush: {{url: "{server.url}"}}\n')
        well = json.loads(rigcheck(tmp_path, "now", room, "--format", "json").stdout)
        with server.hung():
            made = json.loads(rigcheck(tmp_path, "now", room, "--format", "json").stdout)
        assert server.asked == []  # nobody published
    assert (well["first_broken"], seen(well, "ingest"), well["exit_code"]) == (None, "now.ingest.answers", 0)
    assert (made["first_broken"], seen(made, "ingest"), made["exit_code"]) == ("ingest", "now.ingest.silent", 2)
    assert made["took_s"] < MOST_S


def test_a_wrong_password_is_no_broken_link_and_no_whole_chain(rig: Rig) -> None:
    with nginx_at(rig):
        room = rig.room()
        done = rigcheck(rig.folder, "now", room, "--format", "json", **{rig.obs.variable: "wrong"})
    made = json.loads(done.stdout)
    assert [status(made)[link] for link in ("input", "scene", "encoder")] == ["unknown"] * 3
    assert seen(made, "input") == "reason.denied"
    assert (status(made)["ingest"], made["first_broken"]) == ("ok", None)
    assert (made["status"], done.returncode) == ("unknown", 3)
    assert "wrong" not in done.stdout + done.stderr


@contextlib.contextmanager
def nginx_at(rig: Rig) -> Iterator[None]:
    folder = rig.folder / f"nginx-{time.monotonic_ns()}"
    folder.mkdir()
    with nginx(folder, rig.port):
        yield


def test_an_obs_that_hangs(rig: Rig) -> None:
    rig.obs.hang()
    try:
        made = rig.now()
    finally:
        rig.obs.resume()
    assert (made["first_broken"], seen(made, "input"), made["exit_code"]) == ("input", "now.obs.hangs", 2)
    assert [status(made)[link] for link in ("scene", "encoder")] == ["unknown"] * 2


def test_an_obs_that_was_killed(rig: Rig) -> None:
    rig.obs.kill()
    try:
        made = rig.now()
    finally:
        rig.obs.start()
    assert (made["first_broken"], seen(made, "input")) == ("input", "now.obs.gone")
    assert [step["kind"] for step in made["steps"]] == ["mend", "generic"]


def test_the_screen_names_the_link_in_its_first_line(rig: Rig) -> None:
    rig.obs.kill()
    try:
        shown = {
            lang: rigcheck(rig.folder, "now", rig.room(), "--lang", lang, **rig.obs.environment).stdout
            for lang in ("en", "zh-Hans", "zh-Hant")
        }
    finally:
        rig.obs.start()
    assert shown["en"].startswith("BROKEN AT: OBS input   beauty-3")
    assert shown["zh-Hans"].splitlines()[0].startswith("断在")
    assert shown["zh-Hant"].splitlines()[0].startswith("斷在")


def test_a_room_without_anything_to_see_exits_3(tmp_path) -> None:
    room = tmp_path / "bare.yaml"
    room.write_text("room: bare\ncamera: {}\nmic: {}\npower: {}\n")
    done = rigcheck(tmp_path, "now", room)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("NOTHING COULD BE SEEN   bare")


def test_a_supply_that_does_not_answer_in_time_exits_3(tmp_path) -> None:
    room = tmp_path / "frozen.yaml"
    with rude(greet) as port, socket.create_server(("127.0.0.1", 0)) as upsd:
        room.write_text(
            "room: frozen\ncamera: {}\nmic: {}\n"
            f'power: {{ups: {{nut: "ups@127.0.0.1:{upsd.getsockname()[1]}"}}}}\n'
            f'push: {{url: "rtmp://127.0.0.1:{port}/live"}}\n'
        )
        done = rigcheck(tmp_path, "now", room)
    assert (done.returncode, done.stderr) == (3, "")
    assert done.stdout.startswith("NOTHING SEEN BROKEN; LINKS NOT SEEN: 1   frozen")


def test_a_recorded_room_is_walked_too(tmp_path) -> None:
    done = rigcheck(tmp_path, "now", "--replay", "demo:good", "--format", "json")
    made = json.loads(done.stdout)
    assert (made["source"], status(made)["power"], done.returncode) == ("replay:good", "ok", 0)


def test_the_report_can_go_to_a_file(tmp_path) -> None:
    done = rigcheck(tmp_path, "now", "--replay", "demo:good", "--format", "json", "--output", tmp_path / "now.json")
    assert done.stdout == ""
    assert json.loads((tmp_path / "now.json").read_text())["command"] == "now"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--timeout", "6"], 64),
        (["--format", "junit"], 64),
        (["--lang", "xx"], 64),
        (["missing-room"], 78),
        (["--replay", "/no/such/recording"], 78),
    ],
)
def test_wrong_usage_and_bad_input(tmp_path, arguments, code) -> None:
    done = rigcheck(tmp_path, "now", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert len(done.stderr.splitlines()) == 1


def test_a_short_limit_is_kept(rig: Rig) -> None:
    done = rigcheck(rig.folder, "now", rig.room(), "--timeout", "0.5", "--format", "json", **rig.obs.environment)
    made = json.loads(done.stdout)
    assert made["took_s"] < 2.5
    assert status(made)["scene"] == "unknown"
