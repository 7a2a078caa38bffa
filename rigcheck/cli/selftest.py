"""`rigcheck selftest`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rigcheck.cli.flags import Lang, NoColor, Output, TextFormat

if TYPE_CHECKING:
    from rigcheck.cli.options import Options
    from rigcheck.i18n import Catalogue
    from rigcheck.model import Params
    from rigcheck.selftest.fault import Fault
    from rigcheck.selftest.proof import Proof, Told

ROOM = "demo:good"
_CLEAR = "\r\x1b[K"


def selftest(
    *,
    format_: TextFormat = "table",
    output: Output = None,
    lang: Lang = None,
    no_color: NoColor = False,
) -> int:
    """Every known fault, one at a time, in good evidence: does each check go red for its own, and only for that?

    Exits 0 where all do, 2 where one does not.
    """
    from rigcheck.cli.language import speak
    from rigcheck.cli.options import Options
    from rigcheck.cli.output import look_of, write_text
    from rigcheck.errors import UsageError
    from rigcheck.model import Message
    from rigcheck.present.selftest import exit_of_proof, proof_json, proof_table

    formats = ("table", "json")
    if format_ not in formats:
        raise UsageError(Message("error.usage.unknown-format", {"name": format_, "known": formats}))
    words = speak(lang)
    options = Options(replay=ROOM, format=format_, output=output, no_color=no_color)
    with _counting(words) as told:
        proof = _prove(options, words, told)
    text = proof_json(proof, words) if format_ == "json" else proof_table(proof, words, look_of(options))
    write_text(text, options)
    return int(exit_of_proof(proof))


def _prove(options: Options, words: Catalogue, told: Told) -> Proof:
    """The run that `preflight --replay demo:good` would be, over all checks there are, once for every fault."""
    from functools import partial
    from typing import cast

    from rigcheck.checks import ALL_CHECKS
    from rigcheck.cli.evidence import find_evidence
    from rigcheck.cli.probe import run_of
    from rigcheck.cli.session import run_session
    from rigcheck.selftest.proof import prove
    from rigcheck.selftest.table import EXCUSES, FAULTS
    from rigcheck.sources.replay import FixtureSource

    evidence = find_evidence(options, words)
    plan = run_of("selftest", ALL_CHECKS, evidence, options, words)
    return run_session(partial(prove, plan, cast("FixtureSource", evidence.source), FAULTS, EXCUSES, told))


@contextmanager
def _counting(words: Catalogue) -> Iterator[Told]:
    """On a terminal a line that counts the faults, gone when all are done."""
    from rigcheck.selftest.table import FAULTS

    is_shown = sys.stderr.isatty()
    left = iter(range(1, len(FAULTS) + 1))

    def told(fault: Fault) -> None:
        if is_shown:
            counts: Params = {"n": next(left), "all": len(FAULTS), "check": fault.check}
            sys.stderr.write(_CLEAR + words.text("selftest.progress", counts))
            sys.stderr.flush()

    try:
        yield told
    finally:
        if is_shown:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
