"""The selftest's run over the shipped good room, as the command does it."""

from collections.abc import Sequence

import anyio

from rigcheck.check import Check
from rigcheck.checks import ALL_CHECKS
from rigcheck.cli.evidence import find_evidence
from rigcheck.cli.options import Options
from rigcheck.cli.probe import run_of
from rigcheck.i18n import load_catalogue
from rigcheck.selftest.fault import Excuse, Fault
from rigcheck.selftest.proof import Proof, Row, prove
from rigcheck.selftest.table import EXCUSES, FAULTS
from rigcheck.sources.replay import FixtureSource


def proved(
    faults: Sequence[Fault] = FAULTS, excuses: Sequence[Excuse] = EXCUSES, checks: tuple[Check, ...] = ALL_CHECKS
) -> Proof:
    options = Options(replay="demo:good")
    words = load_catalogue("en")
    evidence = find_evidence(options, words)
    assert isinstance(evidence.source, FixtureSource)
    return anyio.run(prove, run_of("selftest", checks, evidence, options, words), evidence.source, faults, excuses)


def fault_of(fault_id: str) -> Fault:
    (found,) = (fault for fault in FAULTS if fault.id == fault_id)
    return found


def row_of(fault: Fault, checks: tuple[Check, ...] = ALL_CHECKS) -> Row:
    (row,) = proved([fault], (), checks).rows
    return row
