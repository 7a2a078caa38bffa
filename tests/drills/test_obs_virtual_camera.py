"""OBS's virtual camera needs a driver that test computers lack: here a server that speaks OBS's protocol has one."""

import json
import logging
import threading
import time

import anyio
import pytest
from websockets.sync.server import serve

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.obs_actions import OBS_ACTIONS
from rigcheck.i18n import languages, load_catalogue
from rigcheck.profile import ObsPc, Profile

ACTION = {action.name: action for action in OBS_ACTIONS}["obs_virtual_camera"]
LAG_S = 0.2


class Camera:
    """Says yes at once, and does it a moment later; refuses what it is doing already, as OBS does."""

    def __init__(self, *, is_on: bool) -> None:
        self.is_on, self.jams = is_on, False

    def talk(self, line):
        line.send(json.dumps({"op": 0, "d": {"obsWebSocketVersion": "5.0.1", "rpcVersion": 1}}))
        line.recv()
        line.send(json.dumps({"op": 2, "d": {"negotiatedRpcVersion": 1}}))
        for message in line:
            said = json.loads(message)["d"]
            answer = {"requestType": said["requestType"], "requestId": said["requestId"], **self.answer(said)}
            line.send(json.dumps({"op": 7, "d": answer}))

    def answer(self, said):
        wish = {"StartVirtualCam": True, "StopVirtualCam": False}.get(said["requestType"])
        if wish is None:
            return {"requestStatus": {"result": True, "code": 100}, "responseData": {"outputActive": self.is_on}}
        if wish is self.is_on:
            return {"requestStatus": {"result": False, "code": 500 if wish else 501}}
        if not self.jams:
            threading.Timer(LAG_S, setattr, (self, "is_on", wish)).start()
        return {"requestStatus": {"result": True, "code": 100}}


@pytest.fixture
def camera():
    made = Camera(is_on=True)
    quiet = logging.getLogger("quiet")
    quiet.setLevel(logging.CRITICAL)
    with serve(made.talk, "127.0.0.1", 0, logger=quiet) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        made.url = f"ws://127.0.0.1:{listener.socket.getsockname()[1]}"
        yield made
        listener.shutdown()
        thread.join()


def before(camera, do):
    room = Profile(obs={"main": ObsPc(url=camera.url)})
    return json.loads(json.dumps(anyio.run(ACTION.before, Step("obs_virtual_camera", do), room)))


@pytest.mark.parametrize("was", [True, False])
@pytest.mark.parametrize("do", ["start", "stop"])
def test_it_is_done_undone_and_undone_again(camera, was, do):
    camera.is_on = was
    record = before(camera, do)
    anyio.run(ACTION.do, record)
    assert camera.is_on is (do == "start")
    for _ in range(2):
        anyio.run(ACTION.undo, record)
        assert camera.is_on is was
        assert anyio.run(ACTION.is_undone, record)


def test_one_that_says_yes_and_does_nothing_is_found_out(camera):
    record = before(camera, "stop")
    camera.jams = True
    began_s = time.monotonic()
    with pytest.raises(DrillError) as told:
        anyio.run(ACTION.do, record)
    assert told.value.message.id == "error.drill.obs-unchanged"
    assert time.monotonic() - began_s < 8


def test_a_password_in_its_address_is_shown_to_nobody(camera):
    camera.url = camera.url.replace("ws://", "ws://user:hunter2@")
    record = before(camera, "stop")
    manual = ACTION.manual(record)
    assert "hunter2" not in load_catalogue("en").text(manual.id, manual.params)
    assert "hunter2" not in record["thing"]


@pytest.mark.parametrize("was", [True, False])
def test_what_a_person_does_is_told(camera, was):
    camera.is_on = was
    manual = ACTION.manual(before(camera, "stop"))
    text = load_catalogue("en").text(manual.id, manual.params)
    assert text == f"in OBS ({camera.url}), press {'Start' if was else 'Stop'} Virtual Camera"
    assert all(load_catalogue(language).has(manual.id) for language in languages())
