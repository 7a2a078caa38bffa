"""The battery test of a UPS: the room runs on battery for some seconds, by the UPS's own doing.

A failing battery drops its load in such a test. So it is done long before the show, with a full battery and a load that
it should carry, and after somebody has typed that he means it. A plug that a person pulls is the better drill.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import anyio

from rigcheck.drill_plan import Step
from rigcheck.drills.action import DrillError, Record
from rigcheck.drills.command import CommandError, shown
from rigcheck.drills.crew import Crew
from rigcheck.drills.upsd import STARTS, STOP, offered_tests, order_test
from rigcheck.drills.wants import faults_of, read_wants
from rigcheck.errors import NotSeen
from rigcheck.measure.power_reading import Reading, read_nut_values
from rigcheck.measure.power_words import condition
from rigcheck.model import Message
from rigcheck.profile import Profile, Secret, Show
from rigcheck.samples import PowerRequest
from rigcheck.sources.nut import read_nut

LEAST_CHARGE_PCT = 90.0
"""Our own rule: the battery is full but for the last percents, so that a power cut right after the test is survived."""
MOST_LOAD_PCT = 80.0
"""APC FA158934: at most 80 % of rated capacity."""
HOURS_BEFORE_SHOW = 12.0
"""Our own rule: an emptied battery takes up to 12 h to be full again, and a dropped room as long to be set right."""
BACK_WITHIN_S = 10.0
"""Our own rule: drivers read their UPS every 2 to 5 s, and pollfreq may make that longer."""
_TESTING = frozenset({"OB", "CAL", "TEST"})
_REFERENCE = re.compile(r"(env|file|keyring):.+")


def local_now() -> datetime:
    """The time on the wall: what a profile's hours are in."""
    return datetime.now().astimezone()


@dataclass(frozen=True, slots=True)
class UpsWants:
    """`ups_test: {ups: main, user: drill, password: env:NUT_PASSWORD}`: a user of upsd with those instant commands."""

    ups: str
    user: str
    password: str


@dataclass(slots=True)
class UpsTest:
    """Have a UPS test its battery; undone, the test is stopped and the room is on the mains.

    As a person types the go-ahead, it counts as begun when it is measured.
    """

    crew: Crew
    now: Callable[[], datetime] = local_now
    name: str = "ups_test"
    seen_by_person: bool = True

    def lint(self, step: Step, profile: Profile) -> tuple[Message, ...]:
        """No such UPS, none by NUT, no user, or a password written out."""
        return faults_of(_wants, step, profile)

    def changes(self, step: Step) -> Message:
        """Which UPS."""
        return Message("drill.ups-test.changes", {"ups": read_wants(step, UpsWants).ups})

    async def before(self, step: Step, profile: Profile) -> Record:
        """Look whether it may be tested. Raises DrillError where anything speaks against it, or does not speak."""
        wants, nut = _wants(step, profile)
        _refuse_near_show(profile.show, self.now())
        try:
            offered = await offered_tests(nut)
            reading = read_nut_values((await read_nut(PowerRequest(nut=nut))).values)
        except NotSeen as fault:
            raise _refused(wants.ups, nut, fault) from None
        start = next((test for test in STARTS if test in offered), None)
        if start is None or STOP not in offered:
            raise DrillError(Message("error.drill.ups-no-test", {"ups": wants.ups}))
        _refuse_weak(wants.ups, reading)
        said = {"charge_pct": reading.charge_pct[0], "load_pct": reading.load_pct[0]}
        how = {"start": start, "user": wants.user, "password": wants.password}
        return {"thing": f"ups:{nut}", "ups": wants.ups, "nut": nut, **how, **said}

    async def do(self, record: Record) -> None:
        """Have it confirmed, and begun. Raises DrillError where it is not."""
        what = {name: record[name] for name in ("ups", "charge_pct", "load_pct")}
        if not await self.crew.confirm(
            Message("drill.ups-test.confirm", {**what, "word": record["ups"]}), record["ups"]
        ):
            raise DrillError(Message("error.drill.unconfirmed", {"what": record["ups"]}))
        try:
            await order_test(record["nut"], record["start"], record["user"], Secret(record["password"]))
        except NotSeen as fault:
            raise _refused(record["ups"], record["nut"], fault) from None

    async def undo(self, record: Record) -> None:
        """Stop the test and wait for the mains. Raises CommandError.

        Who must not stop a test could not begin one: then it counts that the UPS itself says that all is well.
        """
        refused = await _stop(record)
        with anyio.move_on_after(BACK_WITHIN_S):
            while not await self.is_undone(record):  # noqa: ASYNC110 - a UPS has to be asked
                await anyio.sleep(0.5)
            return
        raise CommandError(refused or f"{record['nut']}: still on battery or testing")

    async def is_undone(self, record: Record) -> bool:
        """Whether the UPS says that it is on the mains and tests nothing. Raises CommandError where it is silent."""
        try:
            values = (await read_nut(PowerRequest(nut=record["nut"]))).values
        except NotSeen as fault:
            raise CommandError(_told(record, fault)) from None
        words = read_nut_values(values).words
        return "OL" in words and not words & _TESTING and "progress" not in values.get("ups.test.result", "").lower()

    def manual(self, record: Record) -> Message:
        """The very command; it asks for the password."""
        command = shown([("upscmd", "-u", record["user"], record["nut"], STOP)])
        return Message("drill.ups-test.manual", {"command": command, "ups": record["ups"]})


def _wants(step: Step, profile: Profile) -> tuple[UpsWants, str]:
    wants = read_wants(step, UpsWants)
    if not _REFERENCE.fullmatch(wants.password):
        raise DrillError(Message("error.drill.plain-secret", {"action": step.action}))
    device = profile.power.get(wants.ups)
    if device is None or device.nut is None:
        known = tuple(name for name, each in profile.power.items() if each.nut)
        raise DrillError(Message("error.drill.no-ups", {"ups": wants.ups, "known": known}))
    return wants, device.nut


def _refused(ups: str, nut: str, fault: NotSeen) -> DrillError:
    """With upsd's own word, where it answered."""
    return DrillError(Message("error.drill.ups", {"ups": ups, "nut": nut, "error": fault.params.get("error")}))


def _refuse_near_show(show: Show, now: datetime) -> None:
    hours = hours_to_show(show, now)
    if hours is None:
        raise DrillError(Message("error.drill.show-unknown", {"hours": HOURS_BEFORE_SHOW}))
    if hours < HOURS_BEFORE_SHOW:
        raise DrillError(Message("error.drill.show-near", {"hours": HOURS_BEFORE_SHOW, "left": round(hours, 1)}))


def hours_to_show(show: Show, now: datetime) -> float | None:
    """Hours until the show begins next, every day at its time; 0 while it lasts, None where no time is written."""
    if show.starts is None:
        return None
    hour, _, minute = show.starts.partition(":")
    today = now.replace(hour=int(hour), minute=int(minute), second=0, microsecond=0)
    begins = [today + timedelta(days=days) for days in (-2, -1, 0, 1)]
    if any(begin <= now < begin + timedelta(hours=show.hours) for begin in begins):
        return 0.0
    return min((begin - now) / timedelta(hours=1) for begin in begins if begin > now)


def _refuse_weak(ups: str, reading: Reading) -> None:
    """On the mains, nothing out of the ordinary, full, and not loaded too much; what it does not say speaks against it."""
    state, words = condition(reading.words)
    flags = (reading.replace_battery, reading.battery_low, reading.overloaded)
    if state != "normal" or "OL" not in reading.words or any(flag != (False, None) for flag in flags):
        said: dict[str, Any] = {"ups": ups, "words": words or tuple(sorted(reading.words))}
        raise DrillError(Message("error.drill.ups-unwell", said))
    charge, load = reading.charge_pct[0], reading.load_pct[0]
    if charge is None or charge < LEAST_CHARGE_PCT:
        raise DrillError(Message("error.drill.ups-charge", {"ups": ups, "charge": charge, "least": LEAST_CHARGE_PCT}))
    if load is None or load > MOST_LOAD_PCT:
        raise DrillError(Message("error.drill.ups-load", {"ups": ups, "load": load, "most": MOST_LOAD_PCT}))


async def _stop(record: Record) -> str:
    """Why the test could not be stopped; empty where it was."""
    try:
        await order_test(record["nut"], STOP, record["user"], Secret(record["password"]))
    except NotSeen as fault:
        return _told(record, fault)
    return ""


def _told(record: Record, fault: NotSeen) -> str:
    return f"{record['nut']}: {fault.params.get('error', fault.reason)}"
