import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import anyio
import pytest
from services_obs import ObsStudio
from services_video import free_port, mute_server
from websockets.sync.server import serve

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.samples import ObsAddress
from rigcheck.sources import obs_client
from rigcheck.sources.obs_client import VOLUME_METERS, ObsClient, connect, plain_url

pytestmark = [pytest.mark.svc, pytest.mark.anyio]


@pytest.fixture(scope="module")
def obs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ObsStudio]:
    with ObsStudio(tmp_path_factory.mktemp("obs")) as studio:
        yield studio


@pytest.fixture
def own(tmp_path: Path) -> Iterator[ObsStudio]:
    """One that may be broken."""
    with ObsStudio(tmp_path) as studio:
        yield studio


async def fault(address: ObsAddress) -> NotSeen:
    with pytest.raises(NotSeen) as caught:
        async with connect(address) as client:
            await client.ask("GetVersion")
    return caught.value


async def test_it_answers(obs: ObsStudio):
    async with connect(obs.address) as client:
        assert (await client.ask("GetVersion"))["obsVersion"].startswith("29.")
        assert await client.ask("SetCurrentProgramScene", {"sceneName": "Live"}) == {}


async def test_many_questions_are_one_round_trip(obs: ObsStudio):
    questions: list[tuple[str, dict[str, Any]]] = [("GetInputMute", {"inputName": "nobody"}), ("GetStats", {})] * 200
    async with connect(obs.address) as client:
        answers = await client.ask_all(questions)
        assert await client.ask_all([]) == []
    assert [answer is None for answer in answers] == [True, False] * 200


async def test_tasks_ask_in_turn(obs: ObsStudio):
    said: list[str] = []

    async def ask(client: ObsClient, name: str) -> None:
        said.append((await client.ask("GetSourceActive", {"sourceName": name})) and name)

    async with connect(obs.address) as client, anyio.create_task_group() as group:
        for name in ("Live", "Standby", "Music"):
            group.start_soon(ask, client, name)
    assert set(said) == {"Live", "Standby", "Music"}


async def test_what_obs_refuses(obs: ObsStudio):
    async with connect(obs.address) as client:
        for request, data, code in (("GetInputMute", {"inputName": "nobody"}, 600), ("NoSuchRequest", {}, 204)):
            with pytest.raises(NotSeen) as caught:
                await client.ask(request, data)
            assert (caught.value.reason, caught.value.params) == (Reason.REFUSED, {"request": request, "code": code})
        assert await client.ask("GetStats")  # the conversation goes on


async def test_events_that_come_between_answers_are_kept(obs: ObsStudio):
    async with connect(obs.address, VOLUME_METERS) as client:
        for _ in range(5):
            await client.ask("GetStats")
            await anyio.sleep(0.05)
        with anyio.fail_after(1):
            async for name, data in client.listen("InputVolumeMeters"):
                assert name == "InputVolumeMeters"
                assert "Music" in [meter["inputName"] for meter in data["inputs"]]
                break


async def test_without_a_wish_no_events_come(obs: ObsStudio):
    async with connect(obs.address) as client:
        with anyio.move_on_after(0.3):
            async for name, _ in client.listen():
                pytest.fail(name)


async def test_passwords(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    url = obs.address.url
    monkeypatch.setenv("RIG_WRONG", "not-it")
    started = time.monotonic()
    for password in (Secret("env:RIG_WRONG"), None):
        wrong = await fault(ObsAddress(url, password))
        assert (wrong.reason, wrong.params) == (Reason.DENIED, {"url": url})
    assert time.monotonic() - started < 1  # OBS says so; nobody waits for a time limit
    unset = await fault(ObsAddress(url, Secret("env:RIG_NO_SUCH")))
    assert (unset.reason, unset.params) == (Reason.DENIED, {"ref": "env"})
    nowhere = await fault(ObsAddress(url, Secret("keyring:rigcheck-no-such/room")))
    assert (nowhere.reason, nowhere.params) == (Reason.DENIED, {"ref": "keyring"})
    (tmp_path / "password").write_text(f"{obs.password}\n")
    async with connect(ObsAddress(url, Secret(f"file:{tmp_path}/password"))) as client:
        assert await client.ask("GetStats")


async def test_a_system_proxy_is_not_asked_for_it(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
    async with connect(obs.address) as client:
        assert await client.ask("GetStats")


async def test_nobody_there():
    for host in ("127.0.0.1", "localhost", "[::1]", "no-such-pc.invalid"):
        url = f"ws://{host}:{free_port()}"
        there = await fault(ObsAddress(url))
        assert (there.reason, there.params) == (Reason.UNREACHABLE, {"url": url})


async def test_it_hangs_and_comes_back(own: ObsStudio):
    own.hang()
    started = time.monotonic()
    hung = await fault(own.address)
    assert (hung.reason, hung.params) == (Reason.TIMEOUT, {"url": own.address.url})
    assert 1.5 < time.monotonic() - started < 3
    own.resume()
    async with connect(own.address) as client:
        assert await client.ask("GetStats")


async def test_it_hangs_in_the_middle(own: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(obs_client, "ASK_S", 0.5)
    started = time.monotonic()
    async with connect(own.address) as client:
        own.hang()
        await anyio.sleep(0.1)
        with pytest.raises(NotSeen) as caught:
            await client.ask("GetStats")
    assert (caught.value.reason, caught.value.params) == (
        Reason.TIMEOUT,
        {"url": own.address.url, "request": "GetStats"},
    )
    assert time.monotonic() - started < 2  # saying goodbye does not wait either


async def listen_on(client: ObsClient) -> None:
    async for _ in client.listen():
        pass


async def test_it_is_killed(own: ObsStudio):
    async with connect(own.address, VOLUME_METERS) as client:
        own.kill()
        with pytest.raises(NotSeen) as caught:
            await listen_on(client)
        assert caught.value.reason is Reason.LOST
        with pytest.raises(NotSeen) as caught:
            await client.ask("GetStats")
        assert caught.value.reason is Reason.LOST
    assert (await fault(own.address)).reason is Reason.UNREACHABLE


async def test_a_late_answer_is_not_taken_for_another(own: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    async with connect(own.address) as client:
        own.hang()
        await anyio.sleep(0.1)
        with anyio.move_on_after(0.3):
            await client.ask("GetStats")
        own.resume()
        assert "scenes" in await client.ask("GetSceneList")


async def test_somebody_who_never_says_a_word():
    with mute_server() as url:
        address = ObsAddress(f"ws://{url.removeprefix('http://').partition('/')[0]}")
        assert (await fault(address)).reason is Reason.TIMEOUT


@contextmanager
def server(*said: str, answer: str | None = None) -> Iterator[ObsAddress]:
    """A WebSocket server that says this, and the answer once it is spoken to."""

    def talk(line: Any) -> None:
        for text in said:
            line.send(text)
        line.recv()
        if answer is not None:
            line.send(answer)
            line.recv()

    logger = logging.getLogger("quiet")
    logger.setLevel(logging.CRITICAL)
    with serve(talk, "127.0.0.1", 0, logger=logger) as listener:
        thread = threading.Thread(target=listener.serve_forever)
        thread.start()
        try:
            yield ObsAddress(f"ws://127.0.0.1:{listener.socket.getsockname()[1]}")
        finally:
            listener.shutdown()
            thread.join()


async def test_the_protocol_before_5():
    """It speaks when it is spoken to, and tells its version without a password."""
    said = {"message-id": "1", "status": "ok", "obs-websocket-version": "4.9.1", "obs-studio-version": "27.2.4"}
    with server(answer=json.dumps(said)) as address:
        old = await fault(address)
    assert (old.reason, old.params) == (Reason.TOO_OLD, {"url": address.url, "version": "4.9.1"})


async def test_a_protocol_that_cannot_be_spoken():
    hello = {"op": 0, "d": {"obsWebSocketVersion": "4.99", "rpcVersion": 1}}
    with server(json.dumps(hello)) as address:
        assert (await fault(address)).params == {"url": address.url, "version": "4.99"}


@pytest.mark.parametrize(
    "said", ["", "no json", "[]", "{}", '{"op": 0}', '{"op": 0, "d": {}}', "5", '{"op": 0, "d": 7}']
)
async def test_another_service_is_no_obs(said: str):
    with server(said) as address:
        junk = await fault(address)
    assert (junk.reason, junk.params) == (Reason.JUNK, {"url": address.url})


class QuietHandler(BaseHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


async def test_who_hangs_up_in_mid_handshake_is_lost():
    def hang_up(listener: socket.socket) -> None:
        line, _ = listener.accept()
        with line:
            line.recv(4096)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=hang_up, args=(listener,))
        thread.start()
        assert (await fault(ObsAddress(f"ws://127.0.0.1:{listener.getsockname()[1]}"))).reason is Reason.LOST
        thread.join()


async def test_a_web_server_is_no_obs():
    with HTTPServer(("127.0.0.1", 0), QuietHandler) as web:
        thread = threading.Thread(target=web.handle_request)
        thread.start()
        assert (await fault(ObsAddress(f"ws://127.0.0.1:{web.server_port}"))).reason is Reason.JUNK
        thread.join()


async def test_it_can_be_cancelled_anywhere(obs: ObsStudio):
    for after_s in (0.0, 0.001, 0.002, 0.004, 0.008, 0.02, 0.1):
        started = time.monotonic()
        with anyio.move_on_after(after_s):
            async with connect(obs.address, VOLUME_METERS) as client:
                while True:
                    await client.ask("GetStats")
        assert time.monotonic() - started < after_s + 0.6
    assert obs.ask("GetStats")


async def test_no_secret_is_logged(obs: ObsStudio, caplog: pytest.LogCaptureFixture):
    key = "live_k3y_nobody_may_read"
    settings = {"server": "rtmp://127.0.0.1/live", "key": key}
    obs.ask("SetStreamServiceSettings", {"streamServiceType": "rtmp_custom", "streamServiceSettings": settings})
    with caplog.at_level(logging.DEBUG):
        async with connect(obs.address) as client:
            assert key in str(await client.ask("GetStreamServiceSettings"))
            assert obs.password not in repr(vars(client))
        await fault(ObsAddress(obs.address.url))
    assert "TEXT" not in caplog.text  # what websockets logs of each message, its beginning at least
    assert key not in caplog.text
    assert obs.password not in caplog.text


def test_only_scheme_host_and_port_of_an_address_are_shown():
    assert plain_url("ws://me:secret@192.0.2.7:4455/x?token=y") == "ws://192.0.2.7:4455"
    assert plain_url("wss://[2001:db8::1]:4455") == "wss://[2001:db8::1]:4455"
