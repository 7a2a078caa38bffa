"""The relay as a drill uses it: a process of its own, found by its file, turned, and turned back by whoever comes after."""

import contextlib
import json
import signal
import socket
import stat
import sys
from dataclasses import replace
from pathlib import Path

import anyio
import pytest
from services_receiver import eventually
from services_relay import NOWHERE, Sink, relay_process, sink
from services_video import free_port

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.journal import NAME, Journal, read_journal
from rigcheck.drills.relay_action import RELAY
from rigcheck.drills.relay_door import find_doors, run_relay
from rigcheck.drills.relay_way import PASS, Way
from rigcheck.drills.rollback import Rollback
from rigcheck.errors import NotSeen, UnwritableError
from rigcheck.i18n import languages, load_catalogue
from rigcheck.profile import Profile
from rigcheck.sources.line import Address

pytestmark = pytest.mark.anyio
ROOM = Profile()
CUT = Step("relay", "cut")


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path


@contextlib.asynccontextmanager
async def encoder(port: int, far: Sink):
    """Something flows through the relay, and has come out."""
    async with await anyio.connect_tcp("127.0.0.1", port) as near:
        await near.send(b"x")
        await eventually(lambda: far.data == b"x")
        yield near


async def way() -> Way:
    (door,) = find_doors()
    return (await door.ask()).way


async def test_a_fault_is_done_seen_and_undone_any_number_of_times(state):
    async with sink() as far:
        with relay_process(state, far.port) as (_, port):
            async with encoder(port, far) as near:
                record = await RELAY.before(CUT, ROOM)
                assert await RELAY.is_undone(record)  # after a deed that never came to be
                await RELAY.undo(record)
                assert await RELAY.is_undone(record)
                await RELAY.do(record)
                assert await way() == Way("cut")
                assert not await RELAY.is_undone(record)
                with anyio.fail_after(1), pytest.raises((anyio.BrokenResourceError, anyio.EndOfStream)):
                    await near.receive()
            await RELAY.undo(record)
            await RELAY.undo(record)
            assert await RELAY.is_undone(record)
            assert await way() == PASS


async def test_what_it_was_before_is_what_it_is_afterwards(state):
    async with sink() as far:
        with relay_process(state, far.port):
            (door,) = find_doors()
            await door.ask(Way("delay", delay_ms=100))
            record = await RELAY.before(CUT, ROOM)  # nothing flows, but the way is not the usual one any more
            await RELAY.do(record)
            await RELAY.undo(record)
            assert await way() == Way("delay", delay_ms=100)


async def test_where_nothing_flows_there_is_nothing_to_rehearse(state):
    async with sink() as far:
        with relay_process(state, far.port) as (_, port):
            with pytest.raises(DrillError) as told:
                await RELAY.before(CUT, ROOM)
            assert told.value.message.id == "error.drill.relay-idle"
            assert told.value.message.params["listen"] == f"127.0.0.1:{port}"
            await RELAY.before(Step("relay", "pass"), ROOM)


async def test_no_relay_and_several_are_told_apart(state):
    with pytest.raises(DrillError) as told:
        await RELAY.before(CUT, ROOM)
    assert told.value.message.id == "error.drill.relay-absent"
    async with sink() as far:
        with relay_process(state, far.port) as (_, one), relay_process(state, far.port) as (_, two):
            with pytest.raises(DrillError) as told:
                await RELAY.before(Step("relay", "pass"), ROOM)
            assert told.value.message.id == "error.drill.relay-several"
            assert set(told.value.message.params["known"]) == {f"127.0.0.1:{one}", f"127.0.0.1:{two}"}
            named = Step("relay", {"mode": "pass", "listen": f"127.0.0.1:{two}"})
            assert (await RELAY.before(named, ROOM))["listen"] == f"127.0.0.1:{two}"


async def test_a_relay_that_was_killed_leaves_a_file_that_misleads_nobody(state):
    async with sink() as far:
        with relay_process(state, far.port) as (process, port):
            async with encoder(port, far):
                record = await RELAY.before(CUT, ROOM)
                await RELAY.do(record)
            process.kill()
            process.wait()
            assert len(find_doors()) == 1
            with pytest.raises(DrillError):
                await RELAY.undo(record)
            with pytest.raises(DrillError):
                await RELAY.is_undone(record)
        with relay_process(state, far.port, port):  # as the manual says
            assert await RELAY.is_undone(record)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_relay_that_is_stopped_takes_its_file_with_it(state, number):
    with relay_process(state, free_port()) as (process, _):
        process.send_signal(number)
        process.wait(5)
        assert not list((state / "rigcheck").iterdir())


async def test_the_file_is_for_its_owner_alone_and_the_token_is_needed(state):
    with relay_process(state, free_port()):
        (path,) = (state / "rigcheck").iterdir()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        said = json.loads(path.read_text())
        path.write_text(json.dumps(said | {"token": "guessed"}))
        (door,) = find_doors()
        with pytest.raises(NotSeen):
            await door.ask(Way("cut"))


JUNK = [b"\n", b"POST / HTTP/1.1\r\n\r\n", b"[1]\n", b'{"token": 5}\n', b"x" * 5000, b"\xff\n", b""]


async def test_who_says_something_else_gets_no_answer(state):
    with relay_process(state, free_port()):
        (door,) = find_doors()
        for junk in JUNK:
            with socket.create_connection(("127.0.0.1", door.port), 5) as guest:
                guest.sendall(junk)
                guest.settimeout(5)
                with contextlib.suppress(ConnectionResetError):
                    assert guest.recv(100) == b""
        assert (await door.ask()).way == PASS


def test_the_token_is_in_no_record_and_no_command_line(state):
    with relay_process(state, free_port()) as (process, _):
        (door,) = find_doors()
        record = anyio.run(RELAY.before, Step("relay", "pass"), ROOM)
        assert door.token not in json.dumps(record)
        assert door.token not in Path(f"/proc/{process.pid}/cmdline").read_text()


UNDO = """
import sys
from dataclasses import replace
from pathlib import Path
import anyio
from rigcheck.drills.journal import read_journal
from rigcheck.drills.relay_action import RELAY
from rigcheck.drills.rollback import Rollback

made = Rollback(read_journal(Path(sys.argv[1])), {"relay": RELAY})
anyio.run(made.undo)
print([undone.worked for undone in made.outcomes])
"""


async def test_another_process_undoes_it_from_the_journal_alone(state):
    journal = Journal(state / NAME, "network-cut", None, "2026-11-22T08:00:00Z")
    async with sink() as far:
        with relay_process(state, far.port) as (_, port):
            async with encoder(port, far):
                await Rollback(journal, {"relay": RELAY}).do(CUT, ROOM)
            done = await anyio.run_process([sys.executable, "-c", UNDO, str(journal.path)], stderr=None)
            assert done.stdout.decode().strip() == "[True]"
            assert read_journal(journal.path) is None
            assert await way() == PASS


async def test_where_the_relay_died_the_record_stays_with_what_a_person_does(state):
    journal = Journal(state / NAME, "network-cut", None, "2026-11-22T08:00:00Z")
    async with sink() as far:
        with relay_process(state, far.port) as (process, port):
            async with encoder(port, far):
                made = Rollback(journal, {"relay": RELAY})
                await made.do(CUT, ROOM)
            process.kill()
            await made.undo()
    (undone,) = made.outcomes
    assert not undone.worked
    assert read_journal(journal.path) is not None
    assert undone.manual is not None
    command = f"rigcheck drill relay --listen 127.0.0.1:{port} --to 127.0.0.1:{far.port}"
    for language in languages():
        assert command in load_catalogue(language).text(undone.manual.id, undone.manual.params)


WANTS = ["pass", "cut", "stall", "black-hole", {"mode": "delay", "ms": 500}, {"mode": "throttle", "kbps": 800}]


@pytest.mark.parametrize("wants", WANTS, ids=str)
def test_every_way_is_told_in_every_language(wants):
    step = Step("relay", wants)
    assert RELAY.lint(step, ROOM) == ()
    for language in languages():
        words = load_catalogue(language)
        told = words.text(RELAY.changes(step).id, RELAY.changes(step).params)
        assert words.has(RELAY.changes(step).id)
        assert "?" not in told
    for number in ("500", "800"):
        assert (number in told) == (number in str(wants))


@pytest.mark.parametrize("wants", [None, "explode", {"mode": "delay"}, {"mode": "cut", "listne": "x"}], ids=str)
async def test_what_it_does_not_know_is_refused_before_anything(wants):
    step = Step("relay", wants)
    assert [message.id for message in RELAY.lint(step, ROOM)] == ["error.drill.relay-wants"]
    with pytest.raises(DrillError):
        await RELAY.before(step, ROOM)


async def test_a_state_folder_that_cannot_be_written_is_told(state):
    (state / "rigcheck").write_text("a file")
    with pytest.raises(UnwritableError):
        await run_relay(NOWHERE, NOWHERE, lambda _: None)


async def test_a_relay_answers_at_its_door_from_beginning_to_end():
    places = []
    async with sink() as far, anyio.create_task_group() as group:
        group.start_soon(run_relay, NOWHERE, Address("127.0.0.1", far.port), places.append)
        await eventually(lambda: bool(places))
        (door,) = find_doors()
        assert (door.listen, door.to) == (places[0].url, f"127.0.0.1:{far.port}")
        async with await anyio.connect_tcp("127.0.0.1", places[0].port) as near:
            await near.send(b"12345")
            await eventually(lambda: far.data == b"12345")
            state = await door.ask(Way("stall"))
            assert (state.way, state.links, state.passed) == (Way("stall"), 1, 5)
        for wrong in (replace(door, token="guessed"), replace(door, port=far.port)):  # noqa: S106 - it opens nothing
            with pytest.raises(NotSeen):
                await wrong.ask(PASS)
        assert (await door.ask()).way == Way("stall")
        group.cancel_scope.cancel()
    assert find_doors() == []
