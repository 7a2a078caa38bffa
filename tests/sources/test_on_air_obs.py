"""Being on air as a real OBS says it. Other programs of this computer may run too: only OBS is looked at."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import anyio
import pytest
from services_obs import ObsStudio, ingest
from services_video import free_port

from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import Secret
from rigcheck.samples import ObsAddress, OnAirRequest, OnAirState
from rigcheck.sources import on_air
from rigcheck.sources.live import LiveSource
from rigcheck.sources.obs_output import is_streaming

OBS = "OBS Studio"
HERE = ObsAddress("ws://127.0.0.1:4455")
THERE = ObsAddress("ws://192.0.2.7:4455")
NOBODY = OnAirState()
RUNS = OnAirState(unasked=(OBS, "vMix"))
PUSHES = OnAirState(pushing=(OBS,), unasked=("vMix",))


@pytest.fixture
def obs(tmp_path: Path) -> Iterator[ObsStudio]:
    with ObsStudio(tmp_path) as studio:
        yield studio


def look(address: ObsAddress) -> OnAirState:
    found = anyio.run(LiveSource().acquire, OnAirRequest(obs=address))
    assert isinstance(found, OnAirState)
    return found


def is_unsure(state: OnAirState) -> bool:
    return (OBS in state.unasked, OBS in state.pushing, state.obs_answers) == (True, False, False)


def set_server(obs: ObsStudio, server: str) -> None:
    settings = {"server": server, "key": "room"}
    obs.ask("SetStreamServiceSettings", {"streamServiceType": "rtmp_custom", "streamServiceSettings": settings})


@pytest.mark.svc
def test_an_obs_at_rest_is_not_on_air(obs: ObsStudio):
    found = look(obs.address)
    assert found.obs_answers
    assert OBS not in (*found.pushing, *found.unasked)


@pytest.mark.svc
def test_recording_is_not_on_air(obs: ObsStudio):
    obs.ask("StartRecord")
    obs.wait_for("GetRecordStatus", "outputActive", value=True)
    assert OBS not in look(obs.address).pushing


@pytest.mark.svc
def test_streaming_is_on_air_and_so_is_reconnecting(obs: ObsStudio, tmp_path: Path):
    with ingest(tmp_path / "nginx") as server:
        set_server(obs, server)
        obs.ask("StartStream")
        obs.wait_for("GetStreamStatus", "outputActive", value=True)
        found = look(obs.address)
        assert found.obs_answers
        assert OBS in found.pushing
        assert OBS not in found.unasked
    obs.wait_for("GetStreamStatus", "outputReconnecting", value=True)
    assert OBS in look(obs.address).pushing


@pytest.mark.svc
def test_an_obs_that_runs_and_cannot_be_asked(obs: ObsStudio, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("RIG_WRONG", "x")
    url = obs.address.url
    for password in (Secret("env:RIG_WRONG"), Secret("env:RIG_NO_SUCH"), None):
        assert is_unsure(look(ObsAddress(url, password)))
    assert is_unsure(look(ObsAddress(f"ws://127.0.0.1:{free_port()}")))  # its server is off, or on another port
    obs.hang()
    assert is_unsure(look(obs.address))


@pytest.mark.svc
def test_no_obs_at_all_is_not_on_air(monkeypatch: pytest.MonkeyPatch):
    """In a process list without one: another test's OBS may run on this computer now."""
    monkeypatch.setattr(on_air, "call_in_worker", nobody)
    assert look(ObsAddress(f"ws://127.0.0.1:{free_port()}")) == NOBODY


async def nobody(*_: object) -> OnAirState:
    return NOBODY


def together(seen: OnAirState, said: bool | NotSeen, address: ObsAddress) -> dict[str, object]:
    return asdict(anyio.run(on_air._together, seen, said, address))


def test_an_answer_counts_more_than_the_process_list():
    vmix = OnAirState(unasked=("vMix",), obs_answers=True)
    assert together(RUNS, False, HERE) == asdict(vmix)
    assert together(RUNS, True, HERE) == asdict(replace(vmix, pushing=(OBS,)))
    assert together(NOBODY, True, THERE) == asdict(OnAirState(pushing=(OBS,), obs_answers=True))


def test_a_connection_to_an_ingest_counts_more_than_an_answer():
    """Two OBS on one computer have one name."""
    assert together(PUSHES, False, HERE) == asdict(replace(PUSHES, obs_answers=True))


def test_the_answer_of_another_computer_says_nothing_of_the_obs_here():
    assert together(RUNS, False, THERE) == asdict(replace(RUNS, obs_answers=True))


@pytest.mark.parametrize("reason", [Reason.UNREACHABLE, Reason.TIMEOUT, Reason.DENIED, Reason.LOST, Reason.TOO_OLD])
def test_an_obs_of_another_computer_that_does_not_answer(reason: Reason):
    assert together(NOBODY, NotSeen(reason), THERE) == asdict(OnAirState(unasked=(OBS,)))


def test_on_this_computer_somebody_who_answers_wrongly_is_there():
    assert together(NOBODY, NotSeen(Reason.TIMEOUT), HERE) == asdict(OnAirState(unasked=(OBS,)))
    assert together(NOBODY, NotSeen(Reason.UNREACHABLE), HERE) == asdict(NOBODY)
    assert together(NOBODY, NotSeen(Reason.DENIED, {"ref": "env"}), HERE) == asdict(NOBODY)
    assert together(PUSHES, NotSeen(Reason.TIMEOUT), HERE) == asdict(PUSHES)


def output(*, active: bool, service: bool) -> dict[str, object]:
    return {"outputActive": active, "outputFlags": {"OBS_OUTPUT_SERVICE": service}}


@pytest.mark.parametrize(
    ("stream", "outputs", "wanted"),
    [
        ((False, False), [], False),
        ((True, False), [], True),
        ((True, True), [], True),
        ((False, True), [], True),
        ((False, False), [output(active=True, service=True)], True),  # a plug-in's, to a second platform
        ((False, False), [output(active=True, service=False), output(active=False, service=True)], False),
    ],
)
def test_what_is_streaming(stream: tuple[bool, bool], outputs: list[dict[str, object]], wanted: bool):
    assert is_streaming({"outputActive": stream[0], "outputReconnecting": stream[1]}, outputs) is wanted


def test_a_process_list_that_fails_is_told(monkeypatch: pytest.MonkeyPatch):
    async def broken(*_: object) -> OnAirState:
        raise NotSeen(Reason.CRASHED)

    monkeypatch.setattr(on_air, "call_in_worker", broken)
    with pytest.raises(NotSeen) as caught:
        look(ObsAddress(f"ws://127.0.0.1:{free_port()}"))
    assert caught.value.reason is Reason.CRASHED
