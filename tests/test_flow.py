"""The flow: equal requests once, equal resources in turn, deadlines, being on air, and that nothing takes a run down."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import ClassVar

import anyio
import pytest

from rigcheck import metrics as m
from rigcheck.assembly import next_start
from rigcheck.check import Check
from rigcheck.checks.host import ask_on_air
from rigcheck.errors import BadInputError, NotSeen
from rigcheck.flow import run
from rigcheck.model import Finding, Impact, Limit, Measurement, Message, Need, Reason, Report, Span, Stage, Status
from rigcheck.pair import Pair, PairRequest
from rigcheck.plan import Outcome, Run
from rigcheck.profile import CameraDevice, MicDevice, Profile, Setting, Show
from rigcheck.samples import HostState, OnAirRequest, OnAirState, Request, Sample

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 19, 48, tzinfo=UTC)
LIMITS = {"mic.loudness_lufs": Limit(Span(-18, -13), Span(-24, -10)), "host.cpu_pct": Limit(Span(None, 70))}


@dataclass(frozen=True, slots=True)
class Look(Request):
    """A request of the tests' own; its sample is a HostState whose CPU figure is the value to measure."""

    kind: ClassVar[str] = "look"
    device: str = "a"
    limit_s: float = 1.0

    @property
    def resource(self) -> str:
        return self.device

    @property
    def deadline_s(self) -> float:
        return self.limit_s


@dataclass(frozen=True, slots=True)
class Touch(Look):
    """The same, but it opens a device."""

    disturbs: ClassVar[bool] = True


Answer = Sample | Exception | Callable[[], Awaitable[Sample]]


@dataclass
class Fake:
    """The one seam: a Source that answers by role name, and keeps what it was asked and when."""

    answers: dict[str, Answer] = field(default_factory=dict)
    is_live: bool = True
    on_air: Answer = field(default_factory=OnAirState)
    asked: list[Request] = field(default_factory=list)
    busy: dict[str, int] = field(default_factory=dict)
    most_busy: dict[str, int] = field(default_factory=dict)
    name: str = "live"

    async def acquire(self, request: Request) -> Sample:
        self.asked.append(request)
        answer = (
            self.on_air if isinstance(request, OnAirRequest) else self.answers.get(request.name, HostState(cpu_pct=-15))
        )
        self.busy[request.resource] = self.busy.get(request.resource, 0) + 1
        self.most_busy[request.resource] = max(self.most_busy.get(request.resource, 0), self.busy[request.resource])
        try:
            await anyio.sleep(0.01)
            if isinstance(answer, Exception):
                raise answer
            return await answer() if callable(answer) else answer
        finally:
            self.busy[request.resource] -= 1


def loudness(state: HostState, setting: Setting, name: str) -> tuple[Measurement, ...]:
    del setting, name
    return (Measurement(m.MIC_LOUDNESS, state.cpu_pct), Measurement(m.MIC_PEAK, state.cpu_pct))


def look(setting: Setting, name: str) -> Request:
    return Look(name, device=str(setting.device("mic", name).device))


def touch(setting: Setting, name: str) -> Request:
    return Touch(name, device=str(setting.device("mic", name).device))


def check(name: str = "mic.level", **changes: object) -> Check:
    plain = Check(name, "mic", look, loudness, (m.MIC_LOUDNESS,), Impact.STOP)
    return replace(plain, **changes)


def on_air_value(state: OnAirState, setting: Setting, name: str) -> tuple[Measurement, ...]:
    return (Measurement(m.HOST_ON_AIR, bool(state.pushing)),)


ON_AIR = Check("host.on_air", "host", ask_on_air, on_air_value, (m.HOST_ON_AIR,), Impact.DEGRADE)


def room(**changes: object) -> Profile:
    return Profile(**{"mic": {"main": MicDevice("lav")}, **changes})


async def report(source: Fake, *checks: Check, profile: Profile | None = None, stage=Stage.HOST, **changes) -> Report:
    setting = Setting(profile or room(), stage, date(2026, 11, 22))
    return await run(Run("preflight", checks, setting, source, NOW, LIMITS, **changes))


def statuses(made: Report) -> list[tuple[str, str, Status]]:
    return [(f.check, f.device, f.status) for f in made.findings]


def only(made: Report) -> Finding:
    (found,) = made.findings
    return found


async def test_a_good_room_is_ok_and_every_metric_that_was_looked_for_is_there() -> None:
    made = await report(Fake(), check())
    assert made.status is Status.OK
    assert [(t.key, t.measurement.value) for t in made.taken] == [("mic.loudness_lufs", -15), ("mic.peak_dbfs", -15)]
    assert (made.command, made.source, made.started_at, made.stage) == ("preflight", "live", NOW, Stage.HOST)
    assert made.took_s < 5
    assert made.profile is None


async def test_equal_requests_are_acquired_once_and_measured_once() -> None:
    measured = []

    def count(*arguments: object) -> tuple[Measurement, ...]:
        measured.append(arguments)
        return loudness(*arguments)

    source = Fake()
    made = await report(source, check(measure=count), check("mic.peak", measure=count))
    assert len(source.asked) == 1
    assert len(measured) == 1
    assert len(made.findings) == 2


async def test_equal_resources_take_turns_different_ones_do_not() -> None:
    mics = {"main": MicDevice("lav"), "backup": MicDevice("lav"), "desk": MicDevice("desk")}
    source = Fake()
    began = anyio.current_time()
    await report(source, check(), profile=room(mic=mics))
    assert source.most_busy == {"lav": 1, "desk": 1}
    assert anyio.current_time() - began < 2


async def test_another_device_has_its_name_in_the_key_and_a_backup_counts_as_backup() -> None:
    mics = {"main": MicDevice("lav"), "backup": MicDevice("spare"), "desk": MicDevice("desk")}
    source = Fake({"backup": HostState(cpu_pct=-60), "desk": HostState(cpu_pct=-20)})
    made = await report(source, check(), profile=room(mic=mics))
    assert {t.key for t in made.taken if t.measurement.metric is m.MIC_LOUDNESS} == {
        "mic.loudness_lufs",
        "mic.loudness_lufs@backup",
        "mic.loudness_lufs@desk",
    }
    assert statuses(made)[0] == ("mic.level", "backup", Status.FAIL)
    assert [f.impact for f in made.findings if f.device == "backup"] == [Impact.BACKUP]
    assert made.status is Status.WARN
    assert (await report(source, check(), profile=room(mic=mics, require_backup=True))).status is Status.FAIL


async def test_a_second_look_is_at_the_devices_that_were_at_fault() -> None:
    source, mics = Fake(), {"main": MicDevice("lav"), "desk": MicDevice("desk")}
    of = frozenset({("mic.level", "desk"), ("mic.hum", "main")})
    made = await report(source, check(), profile=room(mic=mics), only=of)
    assert statuses(made) == [("mic.level", "desk", Status.OK)]
    assert [asked.name for asked in source.asked if isinstance(asked, Look)] == ["desk"]


async def test_an_only_device_is_main_whatever_it_is_called() -> None:
    made = await report(Fake({"backup": HostState(cpu_pct=-60)}), check(), profile=room(mic={"backup": MicDevice("x")}))
    assert made.taken[0].key == "mic.loudness_lufs"
    assert only(made).impact is Impact.STOP


@pytest.mark.parametrize(
    ("mic", "reason", "status"),
    [
        (MicDevice(), Reason.NONE_HERE, Status.SKIP),
        (MicDevice(layout="mono"), Reason.MISSING, Status.UNKNOWN),
    ],
    ids=["the room's own, if it has one", "of the profile"],
)
async def test_a_microphone_that_the_profile_tells_of_is_missing(
    mic: MicDevice, reason: Reason, status: Status
) -> None:
    made = await report(Fake({"main": NotSeen(Reason.NONE_HERE)}), check(), profile=room(mic={"main": mic}))
    assert [(f.status, f.reason) for f in made.findings] == [(status, reason)]
    assert made.status is Status.UNKNOWN  # nothing but skips is no verdict either


async def hang() -> Sample:
    await anyio.sleep(60)
    raise AssertionError


@pytest.mark.parametrize(
    ("answer", "reason", "status"),
    [
        (NotSeen(Reason.CRASHED), Reason.CRASHED, Status.UNKNOWN),
        (NotSeen(Reason.NO_CLAP), Reason.NO_CLAP, Status.SKIP),
        (RuntimeError("driver"), Reason.FAILED, Status.UNKNOWN),
        (hang, Reason.TIMEOUT, Status.UNKNOWN),
        (HostState(cpu_pct=float("nan")), Reason.JUNK, Status.UNKNOWN),
    ],
)
async def test_what_goes_wrong_with_one_device_costs_only_that(answer: Answer, reason: Reason, status: Status) -> None:
    mics = {"main": MicDevice("lav"), "desk": MicDevice("desk")}
    made = await report(Fake({"main": answer}), check(), profile=room(mic=mics))
    broken = next(f for f in made.findings if f.device == "main")
    assert (broken.status, broken.reason, broken.value) == (status, reason, None)
    assert next(f for f in made.findings if f.device == "desk").status is Status.OK
    assert {t.measurement.reason for t in made.taken if t.device == "main"} == {reason}


async def test_a_measure_that_breaks_costs_only_its_own_checks() -> None:
    def breaks(*_: object) -> tuple[Measurement, ...]:
        raise ZeroDivisionError

    made = await report(Fake(), check(measure=breaks), check("mic.peak"))
    assert statuses(made) == [("mic.level", "main", Status.UNKNOWN), ("mic.peak", "main", Status.OK)]
    assert made.findings[0].message == Message("reason.failed", {"error": "ZeroDivisionError"})


async def test_the_whole_run_has_a_limit_too() -> None:
    began = anyio.current_time()
    made = await report(Fake({"main": hang}), check(ask=lambda *_: Look("main", limit_s=50)), timeout_s=0.2)
    assert anyio.current_time() - began < 2
    assert only(made).reason is Reason.TIMEOUT


async def test_the_go_stage_is_limited_and_no_other() -> None:
    seen = []

    async def note() -> Sample:
        seen.append(anyio.current_effective_deadline() - anyio.current_time())
        return HostState(cpu_pct=-15)

    long = check(ask=lambda *_: Look("main", limit_s=50))
    await report(Fake({"main": note}), long, stage=Stage.GO)
    await report(Fake({"main": note}), long, stage=Stage.HOST)
    await report(Fake({"main": note}, is_live=False), long, stage=Stage.GO)
    assert seen[0] <= 9  # starting and telling have the rest of ten seconds
    assert min(seen[1:]) > 40


async def test_what_a_stage_lacks_is_skipped_with_the_word_and_nothing_is_asked() -> None:
    source = Fake()
    made = await report(source, check(needs=frozenset({Need.HOST})), stage=Stage.ROOM)
    assert only(made).reason is Reason.NEEDS_HOST
    assert source.asked == []
    assert made.status is Status.UNKNOWN


@pytest.mark.parametrize(
    ("on_air", "reason"),
    [
        (OnAirState(pushing=("OBS",)), Reason.ON_AIR),
        (OnAirState(unasked=("OBS",)), Reason.ON_AIR_UNKNOWN),
        (NotSeen(Reason.CRASHED), Reason.ON_AIR_UNKNOWN),
    ],
)
async def test_on_air_or_unknown_nothing_is_opened_without_an_explicit_wish(on_air: Answer, reason: Reason) -> None:
    source = Fake(on_air=on_air)
    checks = (ON_AIR, check(ask=touch), check("mic.peak"), check("mic.snr", ask=touch, needs=frozenset({Need.OBS})))
    made = await report(source, *checks)
    assert [type(request) for request in source.asked] == [OnAirRequest, Look]
    assert {f.check: f.reason for f in made.findings}["mic.level"] is reason
    assert {f.check: f.status for f in made.findings}["mic.peak"] is Status.OK
    wished = Fake(on_air=on_air)
    await report(wished, *checks, allow_on_air=True)
    assert Touch in [type(request) for request in wished.asked]


async def test_off_air_devices_are_opened_and_the_report_says_so() -> None:
    made = await report(Fake(), ON_AIR, check(ask=touch))
    assert made.on_air is False
    assert made.status is Status.OK


async def test_unknown_on_air_is_null() -> None:
    made = await report(Fake(on_air=NotSeen(Reason.CRASHED)), ON_AIR)
    assert made.on_air is None
    assert [t.key for t in made.taken] == ["host.on_air"]


async def test_a_replay_is_never_on_air() -> None:
    source = Fake(is_live=False, on_air=OnAirState(pushing=("OBS",)))
    made = await report(source, check(ask=touch))
    assert only(made).status is Status.OK
    assert only(made).via == "replay"
    assert OnAirRequest() not in source.asked


@pytest.mark.parametrize(
    ("device", "via"), [("obs:program", "obs-record"), ("obs:Lav 1", "obs-shot"), ("Lav 1", "device")]
)
async def test_what_was_not_seen_tells_through_what(device: str, via: str) -> None:
    source = Fake(answers={"main": NotSeen(Reason.TIMEOUT)})
    made = await report(source, check(), profile=room(mic={"main": MicDevice(device)}))
    assert (only(made).via, only(made).reason) == (via, Reason.TIMEOUT)


async def test_the_profiles_limit_wins_over_the_rooms_over_the_built_in_one() -> None:
    computed = Limit(Span(-16, -14), origin="profile")
    own = Limit(Span(0, 1), origin="profile")
    assert only(await report(Fake(), check())).limit == LIMITS["mic.loudness_lufs"]
    assert only(await report(Fake(), check(limit_of=lambda *_: computed))).limit == computed
    assert only(await report(Fake(), check(limit_of=lambda *_: None))).limit == LIMITS["mic.loudness_lufs"]
    limited = room(limits={"mic.loudness_lufs": own})
    assert only(await report(Fake(), check(limit_of=lambda *_: computed), profile=limited)).limit == own
    assert only(await report(Fake(), check(metrics=(m.MIC_PEAK,)))).limit is None


async def test_watchers_hear_of_every_acquisition() -> None:
    heard: list[object] = []

    class Watcher:
        def began(self, request: Request) -> None:
            heard.append(request.name)

        def ended(self, request: Request, outcome: Outcome) -> None:
            heard.append(outcome)

    unseen = NotSeen(Reason.LOST)
    await report(Fake({"main": unseen}), check(), watchers=(Watcher(),))
    assert heard == ["main", unseen]


async def test_cancelling_ends_the_acquisitions() -> None:
    source = Fake({"main": hang})
    with anyio.move_on_after(0.2):
        await report(source, check(ask=lambda *_: Look("main", limit_s=50)))
    assert source.busy == {"a": 0}


async def test_the_profile_is_named() -> None:
    made = await report(Fake(), check(), profile=room(name="beauty-3", camera={"main": CameraDevice()}))
    assert made.profile is not None
    assert made.profile.name == "beauty-3"


@pytest.mark.parametrize(
    ("starts", "now", "wanted"),
    [
        ("20:00", NOW, datetime(2026, 11, 22, 20, 0, tzinfo=UTC)),
        ("19:00", NOW, datetime(2026, 11, 22, 19, 0, tzinfo=UTC)),
        ("00:30", datetime(2026, 11, 22, 23, 50, tzinfo=UTC), datetime(2026, 11, 23, 0, 30, tzinfo=UTC)),
        (None, NOW, None),
    ],
)
async def test_the_show_is_the_next_one(starts: str | None, now: datetime, wanted: datetime | None) -> None:
    assert next_start(Profile(show=Show(starts=starts)), now) == wanted


async def test_watchers_hear_of_what_was_left_undone_on_air() -> None:
    heard: list[tuple[str, Outcome]] = []

    class Watcher:
        def began(self, request: Request) -> None:
            pass

        def ended(self, request: Request, outcome: Outcome) -> None:
            heard.append((request.kind, outcome))

    await report(Fake(on_air=OnAirState(pushing=("OBS",))), check(ask=touch), watchers=(Watcher(),))
    assert [kind for kind, _ in heard] == ["on_air", "look"]
    assert isinstance(heard[1][1], NotSeen)
    assert heard[1][1].reason is Reason.ON_AIR


async def test_a_recording_that_is_none_ends_the_run_as_what_it_is() -> None:
    source = Fake({"main": BadInputError(Message("error.replay.not-media", {"path": "x"}))}, is_live=False)
    with pytest.raises(BadInputError):
        await report(source, check())


async def test_a_recording_has_no_deadline() -> None:
    async def slow() -> Sample:
        await anyio.sleep(0.3)
        return HostState(cpu_pct=-15)

    made = await report(Fake({"main": slow}, is_live=False), check(ask=lambda *_: Look("main", limit_s=0.1)))
    assert only(made).status is Status.OK


def both(setting: Setting, name: str) -> PairRequest:
    return PairRequest(name, Look("main", device="a"), Look("backup", device="b"))


def difference(pair: Pair, setting: Setting, name: str) -> tuple[Measurement, ...]:
    del setting, name
    first, second = pair.first, pair.second
    assert isinstance(first, HostState)
    assert isinstance(second, HostState)
    return (Measurement(m.MIC_LOUDNESS, (second.cpu_pct or 0) - (first.cpu_pct or 0)),)


async def test_a_pair_is_measured_together_and_its_parts_are_acquired_once() -> None:
    source = Fake({"main": HostState(cpu_pct=10), "backup": HostState(cpu_pct=-5)})
    alone = check(ask=lambda *_: Look("main", device="a"))
    made = await report(source, alone, check(id="mic.match", ask=both, measure=difference))
    assert [f.value for f in made.findings if f.check == "mic.match"] == [-15]
    assert [request.name for request in source.asked].count("main") == 1


async def test_without_one_of_its_parts_there_is_no_pair() -> None:
    source = Fake({"main": HostState(cpu_pct=10), "backup": NotSeen(Reason.MISSING)})
    made = await report(source, check(id="mic.match", ask=both, measure=difference))
    assert [(f.status, f.reason) for f in made.findings] == [(Status.UNKNOWN, Reason.MISSING)]


async def test_a_pair_that_disturbs_is_left_alone_on_air() -> None:
    told: list[Request] = []

    class Listener:
        def began(self, request: Request) -> None:
            told.append(request)

        def ended(self, request: Request, outcome: Outcome) -> None:
            told.append(request)

    def touch_both(setting: Setting, name: str) -> PairRequest:
        return PairRequest(name, Touch("main", device="a"), Look("backup", device="b"))

    source = Fake(on_air=OnAirState(pushing=("OBS",)))
    made = await report(source, check(id="mic.match", ask=touch_both, measure=difference), watchers=(Listener(),))
    assert [(f.status, f.reason) for f in made.findings] == [(Status.SKIP, Reason.ON_AIR)]
    assert not [request for request in told if request.parts]
