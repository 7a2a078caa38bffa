"""One judge: limits, estimates, waivers, the order of severity."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rigcheck.check import Check
from rigcheck.judge import Case, Verdict, counted, find, judge, overall, worst_first
from rigcheck.model import (
    Finding,
    Impact,
    Limit,
    Measurement,
    Message,
    Metric,
    OneOf,
    Reason,
    Role,
    Span,
    Status,
    Value,
    Waiver,
)

LEVEL = Metric("mic.loudness_lufs", "LUFS")
PEAK = Metric("mic.true_peak_dbtp", "dBTP")
MUTED = Metric("mic.muted", "flag")
LIMIT = Limit(ok=Span(-18, -13), warn=Span(-24, -10))
TODAY = date(2026, 11, 22)


def status_of(value: Value, limit: Limit | None = LIMIT, *, estimate: bool = False) -> Status:
    return judge(Measurement(LEVEL, value, estimate=estimate), limit).status


@pytest.mark.parametrize(
    ("value", "status", "side", "off_by"),
    [
        (-13, Status.OK, "ok", 0),
        (-18.0, Status.OK, "ok", 0),
        (-18.5, Status.WARN, "low", -0.5),
        (-24, Status.WARN, "low", -6),
        (-10, Status.WARN, "high", 3),
        (-31.0, Status.FAIL, "low", -13),
        (0, Status.FAIL, "high", 13),
    ],
)
def test_bounds_are_inclusive_and_the_distance_is_from_ok(
    value: float, status: Status, side: str, off_by: float
) -> None:
    assert judge(Measurement(LEVEL, value), LIMIT) == Verdict(status, side, off_by)


def test_open_ends_and_no_warn_band() -> None:
    assert status_of(5, Limit(Span(None, 4))) is Status.FAIL
    assert status_of(-1e9, Limit(Span(None, 4))) is Status.OK
    assert status_of(1e9, Limit(Span(4, None))) is Status.OK
    assert status_of(3, Limit(Span(4, None), Span(2, None))) is Status.WARN
    assert status_of(3, None) is Status.OK


@pytest.mark.parametrize(
    ("value", "status"),
    [(False, Status.OK), (True, Status.FAIL)],
)
def test_flags(value: bool, status: Status) -> None:
    verdict = judge(Measurement(MUTED, value), Limit(OneOf((False,))))
    assert (verdict.status, verdict.side, verdict.off_by) == (status, "ok" if status is Status.OK else "bad", None)


def test_words_have_a_warn_band_too() -> None:
    limit = Limit(OneOf(("full",)), OneOf(("full", "washed")))
    assert [judge(Measurement(LEVEL, word), limit).status for word in ("full", "washed", "crushed")] == [
        Status.OK,
        Status.WARN,
        Status.FAIL,
    ]


@pytest.mark.parametrize(
    ("value", "limit"),
    [("loud", LIMIT), (True, LIMIT), (1, Limit(OneOf((True,)))), (1.0, Limit(OneOf((True, False))))],
)
def test_a_value_of_the_wrong_kind_is_unknown(value: Value, limit: Limit) -> None:
    assert judge(Measurement(LEVEL, value), limit) == Verdict(Status.UNKNOWN, "none", None, Reason.JUNK)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf"), None])
@pytest.mark.parametrize("limit", [LIMIT, None, Limit(Span(None, None))])
def test_no_number_is_never_ok(value: float | None, limit: Limit | None) -> None:
    assert status_of(value, limit) is Status.UNKNOWN


@pytest.mark.parametrize("reason", list(Reason))
def test_none_is_skip_or_unknown_by_its_reason(reason: Reason) -> None:
    verdict = judge(Measurement(LEVEL, None, reason), LIMIT)
    assert verdict == Verdict(Status.UNKNOWN if reason.is_blind else Status.SKIP, "none", None, reason)


def test_blind_and_absent_are_told_apart() -> None:
    assert Reason.TIMEOUT.is_blind
    assert Reason.HELD.is_blind
    assert not Reason.NO_CHART.is_blind
    assert not Reason.ON_AIR_UNKNOWN.is_blind


def test_an_estimate_warns_at_most() -> None:
    assert status_of(-40, estimate=True) is Status.WARN
    assert status_of(-15, estimate=True) is Status.OK


@given(
    center=st.floats(-100, 100),
    inner=st.floats(0, 10),
    outer=st.floats(0, 10),
    steps=st.lists(st.floats(0, 50), min_size=2, max_size=8),
    sign=st.sampled_from([-1, 1]),
)
def test_judging_is_monotonic_from_inside_out(
    center: float, inner: float, outer: float, steps: list[float], sign: int
) -> None:
    limit = Limit(Span(center - inner, center + inner), Span(center - inner - outer, center + inner + outer))
    severities = [status_of(center + sign * step, limit).severity for step in sorted(steps)]
    assert severities == sorted(severities)


def check(*metrics: Metric, given: Metric | None = None) -> Check:
    return Check(
        id="mic.level",
        section="mic",
        ask=lambda *_: pytest.fail("judging asks for nothing"),
        measure=lambda *_: (),
        metrics=metrics,
        impact=Impact.STOP,
        given=given,
        who=Role.TECH,
        minutes=1,
    )


def finding(subject: Check, *measured: Measurement, waivers: tuple[Waiver, ...] = (), today: date = TODAY) -> Finding:
    limits = {LEVEL.id: LIMIT, PEAK.id: Limit(Span(None, -1))}
    case = Case(subject, "main", "device", Impact.STOP, {m.metric.id: m for m in measured}, limits)
    return find(case, waivers, today)


def test_a_finding_says_what_who_and_how_long() -> None:
    found = finding(check(LEVEL), Measurement(LEVEL, -31.0))
    assert (found.status, found.value, found.off_by, found.limit) == (Status.FAIL, -31.0, -13.0, LIMIT)
    assert found.message.id == "mic.level.low"
    assert found.advice is not None
    assert (found.advice.message.id, found.advice.who, found.advice.minutes) == ("mic.level.low.do", Role.TECH, 1)


def test_the_worst_metric_speaks_and_the_first_of_equals() -> None:
    both = check(LEVEL, PEAK)
    assert finding(both, Measurement(LEVEL, -15), Measurement(PEAK, 0)).metric is PEAK
    assert finding(both, Measurement(LEVEL, -40), Measurement(PEAK, 0)).metric is LEVEL
    assert finding(both, Measurement(LEVEL, -15), Measurement(PEAK, -3)).metric is LEVEL


def test_a_metric_that_was_not_measured_at_all_is_unknown() -> None:
    found = finding(check(LEVEL))
    assert (found.status, found.reason, found.value) == (Status.UNKNOWN, Reason.FAILED, None)
    assert found.message == Message("reason.failed", {})
    assert found.advice is not None
    assert found.advice.message.id == "reason.failed.do"


def test_a_skip_needs_no_advice() -> None:
    found = finding(check(LEVEL), Measurement(LEVEL, None, Reason.NO_CHART))
    assert (found.status, found.advice) == (Status.SKIP, None)


@pytest.mark.parametrize(
    ("sign", "level", "status"),
    [
        (Measurement(PEAK, None, Reason.NO_HUM), -31, Status.SKIP),
        (Measurement(PEAK, None, Reason.NO_HUM), -15, Status.OK),
        (Measurement(PEAK, 50), -31, Status.FAIL),
        (None, -31, Status.FAIL),
    ],
)
def test_a_fault_may_need_its_sign(sign: Measurement | None, level: float, status: Status) -> None:
    measured = [Measurement(LEVEL, level)] + ([sign] if sign else [])
    assert finding(check(LEVEL, given=PEAK), *measured).status is status


def test_a_waived_fault_keeps_its_status_is_not_counted_and_comes_back_the_day_after() -> None:
    waiver = Waiver("mic.level", until=TODAY, why="pack on order")
    loud = Measurement(LEVEL, 0)
    waived = finding(check(LEVEL), loud, waivers=(waiver,))
    assert (waived.status, waived.waiver, waived.counted) == (Status.FAIL, waiver, Status.OK)
    assert finding(check(LEVEL), loud, waivers=(waiver,), today=date(2026, 11, 23)).waiver is None
    assert finding(check(LEVEL), Measurement(LEVEL, -15), waivers=(waiver,)).waiver is None
    assert finding(check(LEVEL), loud, waivers=(Waiver("mic.hum", TODAY),)).waiver is None


def with_status(status: Status, impact: Impact = Impact.STOP, name: str = "mic.level") -> Finding:
    return Finding(name, status, impact, "main", "device", LEVEL, None, Message("x"))


def test_the_run_is_as_bad_as_its_worst() -> None:
    order = [Status.SKIP, Status.OK, Status.WARN, Status.UNKNOWN, Status.FAIL]
    assert sorted(Status, key=lambda s: s.severity) == order
    for worst in order[1:]:
        assert overall([with_status(Status.OK), with_status(worst)], require_backup=False) is worst


def test_nothing_but_skips_is_unknown() -> None:
    assert overall([with_status(Status.SKIP)], require_backup=False) is Status.UNKNOWN
    assert overall([], require_backup=False) is Status.UNKNOWN


@pytest.mark.parametrize("status", [Status.FAIL, Status.UNKNOWN])
def test_a_lost_reserve_warns_unless_it_is_required(status: Status) -> None:
    lost = with_status(status, Impact.BACKUP)
    assert counted(lost, require_backup=False) is Status.WARN
    assert counted(lost, require_backup=True) is status
    assert counted(with_status(Status.OK, Impact.BACKUP), require_backup=False) is Status.OK


def test_worst_first_then_what_viewers_lose_then_the_order_of_checks() -> None:
    rows = [
        with_status(Status.OK, name="a"),
        with_status(Status.FAIL, Impact.DEGRADE, "a"),
        with_status(Status.FAIL, Impact.STOP, "c"),
        with_status(Status.FAIL, Impact.STOP, "b"),
        with_status(Status.UNKNOWN, Impact.STOP, "a"),
    ]
    ordered = worst_first(rows, {"a": 0, "b": 1, "c": 2})
    assert [(f.check, f.status, f.impact) for f in ordered] == [
        ("b", Status.FAIL, Impact.STOP),
        ("c", Status.FAIL, Impact.STOP),
        ("a", Status.FAIL, Impact.DEGRADE),
        ("a", Status.UNKNOWN, Impact.STOP),
        ("a", Status.OK, Impact.STOP),
    ]
