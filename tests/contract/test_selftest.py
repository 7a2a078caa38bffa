"""What every check owes the selftest: a fault of its own that turns it red and nothing else that stops a show."""

from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
import pytest
from proving import proved
from rich.cells import cell_len

from rigcheck.checks import ALL_CHECKS
from rigcheck.i18n import languages, load_catalogue
from rigcheck.model import Impact, Limit, OneOf, Span, Status
from rigcheck.present.selftest import CHECK, FAULT
from rigcheck.selftest.fault import Fault
from rigcheck.selftest.proof import Proof
from rigcheck.selftest.table import EXCUSES, FAULTS
from rigcheck.sources.replay import FixtureSource, open_replay

WORDS = {language: load_catalogue(language) for language in languages()}
IMPACTS = {check.id: check.impact for check in ALL_CHECKS}
EXCUSED = {excuse.check for excuse in EXCUSES}
each_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)


@pytest.fixture(scope="module")
def proof() -> Proof:
    return proved()


@pytest.mark.parametrize("check", IMPACTS)
def test_a_check_has_a_fault_of_its_own_or_an_excuse(check: str) -> None:
    assert (check in {fault.check for fault in FAULTS}) != (check in EXCUSED)


def test_faults_and_excuses_are_of_checks_that_there_are() -> None:
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)
    assert {fault.check for fault in FAULTS} | EXCUSED <= IMPACTS.keys()


@each_fault
def test_a_check_goes_red_for_its_own_fault_and_only_for_that(fault: Fault, proof: Proof) -> None:
    (row,) = (row for row in proof.rows if row.fault is fault)
    assert (row.before.status if row.before else None) is fault.good
    assert row.after is not None
    assert row.after.status is fault.red
    assert (row.astray, row.idle) == ((), ())


def test_nothing_is_left_out_and_every_room_is_good(proof: Proof) -> None:
    assert (proof.untested, proof.baseless, proof.spoilt) == ((), (), ())
    assert proof.is_right


def can_fail(limit: Limit) -> bool:
    """Whether any value is outside its warn range."""
    if limit.warn is None:
        return True
    if isinstance(limit.warn, Span):
        return (limit.warn.low, limit.warn.high) != (None, None)
    return isinstance(limit.warn, OneOf) and not set(limit.warn.values) >= {True, False}


WORDS_WARN = {"camera.levels", "camera.cadence"}
"""Whose limit names all of their words, so that none is left to fail."""


@pytest.mark.parametrize("check", sorted({fault.check for fault in FAULTS}))
def test_a_check_that_can_fail_fails_for_one_of_its_faults(check: str, proof: Proof) -> None:
    after = [row.after for row in proof.rows if row.fault.check == check and row.after is not None]
    fails = any(finding.status is Status.FAIL for finding in after)
    may_not = all(finding.status is Status.UNKNOWN or finding.estimate for finding in after)
    limits = [finding.limit for finding in after if finding.limit is not None]
    assert fails or may_not or check in WORDS_WARN or not any(map(can_fail, limits))


@each_fault
def test_a_consequence_is_of_a_check_that_stops_a_show(fault: Fault) -> None:
    assert {IMPACTS[check] for check in fault.also} <= {Impact.STOP}
    assert fault.check not in fault.also


@each_fault
@pytest.mark.parametrize("language", WORDS)
def test_a_fault_is_told_in_a_column_and_its_consequences_have_reasons(fault: Fault, language: str) -> None:
    words = WORDS[language]
    assert words.has(f"selftest.fault.{fault.id}")
    assert cell_len(words.text(f"selftest.fault.{fault.id}")) <= FAULT
    assert len(fault.check) <= CHECK
    assert all(words.has(f"selftest.also.{why}") for why in fault.also.values())


@pytest.mark.parametrize("language", WORDS)
def test_no_text_is_of_a_fault_or_an_excuse_that_there_is_not(language: str) -> None:
    told = {key.removeprefix("selftest.fault.") for key in WORDS[language].texts if key.startswith("selftest.fault.")}
    assert told == {fault.id for fault in FAULTS}
    whys = {key.split(".")[2] for key in WORDS[language].texts if key.startswith("selftest.excuse.")}
    assert whys == {excuse.why for excuse in EXCUSES}
    reasons = {key.split(".")[2] for key in WORDS[language].texts if key.startswith("selftest.also.")}
    assert reasons == {why for fault in FAULTS for why in fault.also.values()}


def parts_of(value: Any) -> list[bytes]:
    """Everything that a sample holds, its arrays by their bytes."""
    if not is_dataclass(value):
        return [repr(value).encode()]
    parts = [getattr(value, field.name) for field in fields(value)]
    return [part.tobytes() if isinstance(part, np.ndarray) else repr(part).encode() for part in parts]


@pytest.fixture(scope="module")
def room() -> FixtureSource:
    opened = open_replay("demo:good")
    assert isinstance(opened, FixtureSource)
    return opened


@each_fault
def test_a_fault_is_pure_and_leaves_the_good_sample_as_it_is(fault: Fault, room: FixtureSource) -> None:
    good = fault.scene.evidence(room.outcomes)
    for key, inject in fault.changes.items():
        was = parts_of(good.get(key))
        first, second = inject(good.get(key)), inject(good.get(key))
        assert parts_of(good.get(key)) == was
        assert parts_of(first) == parts_of(second) != was
