"""A UPS told to test its battery, through NUT's real server and driver: never unasked, near a show, or when weak."""

import ast
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import services_nut
import services_ups
from deeds_client import Yes, elsewhere
from services_nut import Upsd, wait_for
from services_ups import Device, TestableUpsd

import rigcheck.drills
from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError
from rigcheck.drills.command import CommandError
from rigcheck.drills.journal import NAME, Journal
from rigcheck.drills.rollback import Rollback
from rigcheck.drills.ups_test import UpsTest, hours_to_show
from rigcheck.drills.upsd import order_test
from rigcheck.errors import NotSeen
from rigcheck.model import Reason
from rigcheck.profile import PowerDevice, Profile, Secret, Show

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.svc,
]
service = pytest.mark.skipif(
    not services_ups.AVAILABLE, reason="NUT's upsd and blazer_ser are not installed (Debian: nut-server)"
)
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8)))
SAID = "se cret\\"
"""What the UPS lets somebody in for: with all that has to be quoted."""
WANTS = {"ups": "main", "user": "drill", "password": "env:RIG_UPS"}


@pytest.fixture
def device():
    with Device() as made:
        yield made


@pytest.fixture
def upsd(device, monkeypatch):
    monkeypatch.setenv("RIG_UPS", SAID)
    with TestableUpsd(device) as server:
        yield server


def room(server, **show) -> Profile:
    return Profile(
        show=Show(**{"starts": "05:00", "hours": 2, **show}), power={"main": PowerDevice(nut=server.address)}
    )


def action(crew=None) -> UpsTest:
    return UpsTest(crew or Yes(), now=lambda: NOON)


async def refused(server, wants=WANTS, **show):
    with pytest.raises(DrillError) as caught:
        await action().before(Step("ups_test", wants), room(server, **show))
    return caught.value.message


@service
async def test_it_runs_on_battery_until_it_is_undone_in_another_process(upsd, device):
    crew = Yes()
    record = json.loads(json.dumps(await action(crew).before(Step("ups_test", WANTS), room(upsd))))
    assert SAID not in json.dumps(record)
    assert device.orders == []
    await action(crew).do(record)
    ((word, message),) = crew.heard
    assert (word, message.params["charge_pct"], message.params["load_pct"]) == ("main", 100.0, 35.0)
    upsd.wait_until("OB CAL")
    assert device.orders == ["T"]
    assert not await action().is_undone(record)
    for _ in range(2):
        assert elsewhere("undo", "ups_test", record) == {"said": None}
        assert elsewhere("is_undone", "ups_test", record) == {"said": True}
    assert device.orders == ["T", "CT", "CT"]


@service
async def test_undone_after_a_deed_that_never_came_to_be_it_is_on_the_mains(upsd, device):
    record = await action().before(Step("ups_test", WANTS), room(upsd))
    await action().undo(record)
    assert await action().is_undone(record)
    assert "T" not in device.orders


@service
async def test_not_confirmed_nothing_is_begun(upsd, device):
    for crew in (Yes(types=False), Yes(is_there=False, types=False)):
        record = await action(crew).before(Step("ups_test", WANTS), room(upsd))
        with pytest.raises(DrillError) as caught:
            await action(crew).do(record)
        assert caught.value.message.id == "error.drill.unconfirmed"
    assert device.orders == []


@service
@pytest.mark.parametrize("user", ["half", "nobody", "stranger"])
async def test_a_user_who_must_not_begins_nothing_and_leaves_nothing_to_undo(upsd, device, tmp_path, monkeypatch, user):
    monkeypatch.setenv("RIG_UPS", {"half": "y", "nobody": "z"}.get(user, "x"))
    rollback = Rollback(Journal(tmp_path / NAME, "d", None, ""), {"ups_test": action()})
    with pytest.raises(DrillError) as caught:
        await rollback.do(Step("ups_test", {**WANTS, "user": user}), room(upsd))
    assert (caught.value.message.id, caught.value.message.params["error"]) == ("error.drill.ups", "ACCESS-DENIED")
    await rollback.undo()
    assert [undone.worked for undone in rollback.outcomes] == [True]
    assert "T" not in device.orders


@service
async def test_the_server_gone_the_undo_fails_and_the_manual_sentence_has_the_command(upsd, device, tmp_path):
    rollback = Rollback(Journal(tmp_path / NAME, "d", None, ""), {"ups_test": action()})
    await rollback.do(Step("ups_test", WANTS), room(upsd))
    upsd.kill()
    await rollback.undo()
    (told,) = rollback.outcomes
    assert not told.worked
    assert "unreachable" in told.error
    assert told.manual.params["command"] == f"upscmd -u drill {upsd.address} test.battery.stop"
    assert (tmp_path / NAME).exists()
    assert SAID not in (tmp_path / NAME).read_text()


@service
async def test_a_battery_that_stays_in_use_is_not_undone(upsd, device, monkeypatch):
    monkeypatch.setattr("rigcheck.drills.ups_test.BACK_WITHIN_S", 1.0)
    record = await action().before(Step("ups_test", WANTS), room(upsd))
    device.flags = 0b10000000  # the mains are gone for real
    upsd.wait_until("OB")
    with pytest.raises(CommandError, match="still on battery"):
        await action().undo(record)


@service
@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"volts": 26.0}, "error.drill.ups-charge"),
        ({"load": 85}, "error.drill.ups-load"),
        ({"flags": 0b10000000}, "error.drill.ups-unwell"),
        ({"flags": 0b00100000}, "error.drill.ups-unwell"),
    ],
    ids=str,
)
async def test_weak_loaded_or_not_on_plain_mains_it_is_not_tested(upsd, device, state, message):
    had = upsd.ask("LIST VAR room1")
    for name, value in state.items():
        setattr(device, name, value)
    wait_for(lambda: upsd.ask("LIST VAR room1") != had)
    assert (await refused(upsd)).id == message


@service
async def test_near_a_show_or_not_knowing_when_it_is_not_tested(upsd):
    message = await refused(upsd, starts="20:00")
    assert (message.id, message.params["left"]) == ("error.drill.show-near", 8.0)
    assert (await refused(upsd, starts=None)).id == "error.drill.show-unknown"


@pytest.mark.skipif(
    not services_nut.AVAILABLE, reason="NUT's upsd and dummy-ups are not installed (Debian: nut-server)"
)
async def test_a_ups_without_such_commands_is_not_told_any_other():
    """NUT's dummy offers `load.off` and nothing else."""
    with Upsd() as server:
        assert "load.off" in server.ask("LIST CMD room1")
        assert (await refused(server)).id == "error.drill.ups-no-test"
        server.kill()
        message = await refused(server)
        assert (message.id, message.params["error"]) == ("error.drill.ups", None)


@service
async def test_nothing_else_is_ever_sent_whatever_a_record_says(upsd, device):
    for command in ("load.off", "shutdown.return", "test.battery.stop\nINSTCMD room1 load.off"):
        with pytest.raises(NotSeen) as caught:
            await order_test(upsd.address, command, "drill", Secret("env:RIG_UPS"))
        assert caught.value.reason is Reason.DENIED
    with pytest.raises(NotSeen):
        await order_test(upsd.address, "test.battery.stop", "drill\nINSTCMD room1 load.off", Secret("env:RIG_UPS"))
    assert device.orders == []


def test_no_code_of_a_drill_knows_the_commands_that_switch_the_room_off():
    words = {
        node.value
        for path in Path(rigcheck.drills.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " not in node.value
    }
    assert "test.battery.stop" in words
    assert not [word for word in words if word.startswith(("load.", "shutdown."))]


@pytest.mark.parametrize(
    ("starts", "hours", "left"),
    [("20:00", 4, 8.0), ("05:00", 2, 17.0), ("12:00", 1, 0.0), ("10:30", 2, 0.0), ("23:00", 20, 0.0), (None, 4, None)],
)
def test_hours_until_the_next_show(starts, hours, left):
    assert hours_to_show(Show(starts=starts, hours=hours), NOON) == left


def test_hours_until_a_show_of_two_days_that_still_lasts():
    assert hours_to_show(replace(Show(starts="13:00"), hours=48), NOON) == 0.0


@pytest.mark.parametrize(
    ("wants", "message"),
    [
        ({**WANTS, "password": "hunter2"}, "error.drill.plain-secret"),
        ({**WANTS, "ups": "second"}, "error.drill.no-ups"),
        ({**WANTS, "ups": "laptop"}, "error.drill.no-ups"),
        ({"ups": "main"}, "error.drill.wants"),
    ],
)
def test_lint_tells_what_is_missing_and_no_password(wants, message):
    profile = Profile(power={"main": PowerDevice(nut="ups@127.0.0.1"), "laptop": PowerDevice(os=True)})
    (found,) = action().lint(Step("ups_test", wants), profile)
    assert found.id == message
    assert "hunter2" not in str(found)
    assert action().lint(Step("ups_test", WANTS), profile) == ()
