"""The selftest's own faults: a check that cannot go red, one that goes red for another's, rooms and excuses gone bad."""

from dataclasses import replace

import pytest
from proving import fault_of, proved, row_of

from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS
from rigcheck.measure import mic
from rigcheck.model import Impact, Limit, Measurement, OneOf, Status
from rigcheck.samples import AudioClip
from rigcheck.selftest.fault import Excuse, Fault, Scene
from rigcheck.selftest.scene import GOOD, all_of_it, as_shipped, in_profile


def blinded(check_id: str) -> tuple[Check, ...]:
    """All checks, one of which measures the good value whatever it is shown."""

    def always_good(sample: object, setting: object, name: str) -> tuple[Measurement, ...]:
        return tuple(Measurement(metric, False) for metric in check.metrics)

    (check,) = (check for check in ALL_CHECKS if check.id == check_id)
    return tuple(replace(each, measure=always_good) if each is check else each for each in ALL_CHECKS)


def test_a_fault_that_is_seen_makes_a_right_row() -> None:
    row = row_of(fault_of("mic.muted"))
    assert row.is_right
    assert row.device == "main"
    assert row.others == ()


def test_the_main_device_is_found_by_whatever_name_it_has() -> None:
    assert row_of(fault_of("power.mains")).device == "ups"
    assert row_of(fault_of("backend.answers")).device == "coupons"
    assert row_of(fault_of("obs.spare")).device == "spare"


def test_a_check_that_cannot_go_red_is_found_out() -> None:
    row = row_of(fault_of("mic.muted"), blinded("mic.muted"))
    assert row.after is not None
    assert row.after.status is Status.OK
    assert not row.is_right


def test_a_measure_that_breaks_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mic, "dropouts", lambda *_: 0)
    assert not row_of(fault_of("mic.dropouts")).is_right
    monkeypatch.setattr(mic, "dropouts", lambda *_: 1 / 0)
    row = row_of(fault_of("mic.dropouts"))
    assert row.before is not None
    assert row.before.status is Status.UNKNOWN
    assert not row.is_right


def test_another_check_that_would_stop_the_show_is_found_out() -> None:
    black = fault_of("camera.black")
    row = row_of(replace(black, also={}))
    assert [finding.check for finding in row.astray] == ["light.subject"]
    assert not row.is_right
    assert row_of(black).is_right


def test_one_that_only_degrades_it_is_told_and_no_more() -> None:
    row = row_of(fault_of("camera.frozen"))
    assert [finding.check for finding in row.others] == ["camera.duplicates"]
    assert row.is_right


def test_a_consequence_that_does_not_come_is_found_out() -> None:
    row = row_of(replace(fault_of("mic.hum"), also={"mic.level": "black"}))
    assert row.idle == ("mic.level",)
    assert not row.is_right


def test_too_mild_a_verdict_is_found_out() -> None:
    mild = replace(fault_of("network.delay"), changes={"uplink@main": lambda trace: replace(trace, idle_rtt_ms=trace.idle_rtt_ms + 200)})  # fmt: skip
    row = row_of(mild)
    assert row.after is not None
    assert row.after.status is Status.WARN
    assert not row.is_right


def test_a_check_without_fault_or_excuse_is_named() -> None:
    proof = proved([fault_of("host.cpu")], [Excuse("host.gpu", "figure")])
    assert "host.cpu" not in proof.untested
    assert "mic.muted" in proof.untested
    assert proof.baseless == ("host.gpu",)
    assert not proof.is_right


def test_a_room_that_is_not_good_is_named() -> None:
    hot = Scene("hot", as_shipped, lambda seen: {**seen, "host@main": replace(seen["host@main"], temperature_c=99.0)})  # type: ignore[type-var] # a HostState  # fmt: skip
    proof = proved([replace(fault_of("host.cpu"), scene=hot)], ())
    assert proof.spoilt == ("hot host.temperature",)
    assert not proof.is_right


def test_a_check_that_looks_at_nothing_is_found_out() -> None:
    without = tuple(check for check in ALL_CHECKS if check.id != "host.cpu")
    row = row_of(fault_of("host.cpu"), without)
    assert (row.before, row.after) == (None, None)
    assert not row.is_right


def test_what_is_not_there_when_all_is_well_is_said_so_beforehand() -> None:
    """Frames lost of a stream that is not sent: a fault of nothing, were it not said."""
    sending = {"obs@main": lambda state: replace(state, sent=(0, 100), dropped=(0, 50))}
    fault = Fault("obs.dropped", GOOD, sending)
    assert not row_of(fault).is_right
    assert row_of(replace(fault, good=Status.SKIP)).is_right
    assert not row_of(replace(fault, good=None)).is_right


def test_what_a_fault_leaves_alone_is_measured_once_and_what_it_changes_anew() -> None:
    heard: list[int] = []

    def counted(clip: AudioClip, setting: object, name: str) -> tuple[Measurement, ...]:
        heard.append(id(clip))
        return mic.measure_mic(clip, setting, name)  # type: ignore[arg-type] # as the flow calls it

    checks = tuple(replace(check, measure=counted) if check.part == "mic" else check for check in ALL_CHECKS)
    proof = proved([fault_of("host.cpu"), fault_of("host.gpu"), fault_of("mic.hum")], (), checks)
    assert all(row.is_right for row in proof.rows)
    assert len(heard) == 2
    assert len(set(heard)) == 2


def test_a_room_s_own_limit_is_a_limit_in_the_selftest_too() -> None:
    limited = Scene(
        "limited",
        in_profile(lambda profile: replace(profile, limits={"host.on_air": Limit(OneOf((False,)))})),
        all_of_it,
    )
    going = Fault("host.on_air", limited, {"on_air@main": lambda state: replace(state, pushing=("obs",))})
    assert row_of(going).is_right
    assert proved([going], [Excuse("host.on_air", "state")]).baseless == ("host.on_air",)


def test_an_impact_counts_as_the_finding_has_it() -> None:
    """A backup line that is down stops no show."""
    down = Fault(
        "network.line", GOOD, {"link@backup": lambda state: replace(state, is_up=False, outcome="no-route")}, "backup"
    )
    row = row_of(down)
    assert row.after is not None
    assert row.after.impact is Impact.BACKUP
    assert row.is_right
