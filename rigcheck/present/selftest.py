"""The selftest: one line a fault at 79 columns, with what was wrong below it, or all as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.cells import cell_len

from rigcheck import __version__
from rigcheck.errors import Exit
from rigcheck.i18n import Catalogue
from rigcheck.model import Finding, Impact, Params, Status
from rigcheck.present import Look
from rigcheck.present.fit import GAP, cut, pad, wrap
from rigcheck.present.json import SCHEMA, json_text
from rigcheck.present.page import STYLES, Line, paint
from rigcheck.selftest.proof import Proof, Row

CHECK, FAULT, SAYS = 19, 28, 7
"""Cells of the columns; what went red with it takes the rest."""


def exit_of_proof(proof: Proof) -> Exit:
    """Right or not: a selftest has nothing in between."""
    return Exit.OK if proof.is_right else Exit.FAIL


def proof_table(proof: Proof, words: Catalogue, look: Look) -> str:
    """The verdict, the matrix, the consequences that are as they should be, and the checks that have no fault."""
    rule: Line = (("-" * look.width, "dim"),)
    heads = [words.text(f"selftest.{name}") for name in ("check", "fault_head", "says", "others")]
    lines = [
        *_head(proof, words, look),
        rule,
        ((_columns(heads), "bold"),),
        *(line for row in proof.rows for line in _row(row, words, look)),
        rule,
        *_labelled("because", _consequences(proof.rows, words), words, look),
        *_labelled("unbroken", _excuses(proof, words), words, look),
    ]
    return paint(lines, color=look.color)


def _head(proof: Proof, words: Catalogue, look: Look) -> Iterator[Line]:
    wrong = [row for row in proof.rows if not row.is_right]
    lacking = [(each, word) for word in ("untested", "baseless", "spoilt") for each in getattr(proof, word)]
    name = "right" if proof.is_right else "wrong"
    count = len(proof.rows) if proof.is_right else len(wrong) + len(lacking)
    verdict = words.text(f"selftest.{name}", {"n": count})
    yield ((verdict, "bold green" if proof.is_right else STYLES[Status.FAIL]),)
    yield from (((line, ""),) for line in wrap(words.text("selftest.about"), look.width))
    for check, why in lacking:
        yield _problem(f"{check}: {words.text(f'selftest.{why}')}")


def _row(row: Row, words: Catalogue, look: Look) -> Iterator[Line]:
    said = words.text(f"status.{row.after.status}") if row.after else "-"
    called = words.text(f"selftest.fault.{row.fault.id}")
    before = _columns([row.fault.check, called])
    with_it = _with_it(row, words, look.width - CHECK - FAULT - SAYS - 3 * len(GAP))
    style = STYLES[row.after.status] if row.is_right and row.after else STYLES[Status.FAIL]
    yield (before + GAP, ""), (pad(said, SAYS), style), (GAP + with_it, "dim")
    yield from (_problem(text) for text in _problems(row, words))


def _columns(cells: list[str]) -> str:
    widths = (CHECK, FAULT, SAYS)
    return GAP.join(pad(cell, width) for cell, width in zip(cells, (*widths, 0), strict=False))


def _with_it(row: Row, words: Catalogue, width: int) -> str:
    """The first of what got worse, those that stop a show first, and how many more."""
    if not row.others:
        return ""
    first = ("*" if row.others[0] in row.astray else "") + row.others[0].check
    more = len(row.others) - 1
    return cut(words.text("selftest.more", {"item": first, "n": more}) if more else first, width)


def _problems(row: Row, words: Catalogue) -> Iterator[str]:
    """What was not as it should be, a line each."""
    was, good = row.before.status if row.before else None, row.fault.good
    if row.after is None or (was is None and good is not None):
        yield words.text("selftest.gone")
        return
    if was is not None and was is not good:
        wanted = words.text(f"status.{good or Status.SKIP}")
        yield words.text("selftest.was", {"status": words.text(f"status.{was}"), "wanted": wanted})
    if row.after.status is not row.fault.red:
        yield words.text("selftest.should", {"status": words.text(f"status.{row.fault.red}")})
    for finding in row.astray:
        said = {"check": finding.check, "status": words.text(f"status.{finding.status}")}
        yield words.text("selftest.astray", said)
    for check in row.idle:
        yield words.text("selftest.idle", {"check": check})


def _problem(text: str) -> Line:
    return ((f"  ! {text}", STYLES[Status.FAIL]),)


def _consequences(rows: Iterable[Row], words: Catalogue) -> Iterator[str]:
    """Per fault and reason the checks that go red with it as they should."""
    for row in rows:
        for why in dict.fromkeys(row.fault.also.values()):
            others = tuple(check for check, reason in row.fault.also.items() if reason == why)
            told: Params = {"check": row.fault.check, "others": others, "why": words.text(f"selftest.also.{why}")}
            yield words.text("selftest.also_line", told)


def _excuses(proof: Proof, words: Catalogue) -> Iterator[str]:
    for excuse in proof.excuses:
        why = words.text(f"selftest.excuse.{excuse.why}")
        yield words.text("selftest.excuse_line", {"check": excuse.check, "why": why})


def _labelled(label: str, texts: Iterable[str], words: Catalogue, look: Look) -> Iterator[Line]:
    """Texts under their label, each from the margin of a blank on."""
    told = [line for text in texts for line in _hung(text, look.width)]
    if told:
        yield ((words.text(f"selftest.{label}"), "bold"),)
        yield from (((line, "dim"),) for line in told)


def _hung(text: str, width: int) -> list[str]:
    first, *rest = wrap(text, width - 2 * cell_len(GAP))
    return [GAP + first, *(GAP * 2 + line for line in rest)]


def proof_json(proof: Proof, words: Catalogue) -> str:
    """Everything, the same in every language except the `text` fields."""
    return json_text(
        {
            "schema": SCHEMA,
            "rigcheck": __version__,
            "command": "selftest",
            "ok": proof.is_right,
            "exit_code": int(exit_of_proof(proof)),
            "rows": [_row_json(row, words) for row in proof.rows],
            "excused": [
                {"check": excuse.check, "why": _said(f"selftest.excuse.{excuse.why}", words)}
                for excuse in proof.excuses
            ],
            "untested": list(proof.untested),
            "baseless": list(proof.baseless),
            "spoilt": list(proof.spoilt),
        }
    )


def _row_json(row: Row, words: Catalogue) -> dict[str, Any]:
    fault = row.fault
    return {
        "check": fault.check,
        "device": row.device,
        "fault": _said(f"selftest.fault.{fault.id}", words),
        "room": fault.scene.id,
        "changes": list(fault.changes),
        "before": row.before.status if row.before else None,
        "after": row.after.status if row.after else None,
        "wanted": fault.red,
        "ok": row.is_right,
        "others": [_other_json(finding, row, words) for finding in row.others],
        "idle": list(row.idle),
    }


def _other_json(finding: Finding, row: Row, words: Catalogue) -> dict[str, Any]:
    why = row.fault.also.get(finding.check)
    return {
        "check": finding.check,
        "device": finding.device,
        "status": finding.status,
        "stops": finding.impact is Impact.STOP,
        "astray": finding in row.astray,
        "why": _said(f"selftest.also.{why}", words) if why else None,
    }


def _said(text_id: str, words: Catalogue) -> dict[str, str]:
    return {"id": text_id, "text": words.text(text_id)}
