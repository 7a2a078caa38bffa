"""The chain of `rigcheck now`: the first broken link in the first line, the links one a line, then who does what.

JSON: {"schema": 1, "rigcheck", "command": "now", "started_at", "took_s", "source", "profile", "room", "on_air",
"links": [{"link", "status": "ok" | "broken" | "unknown" | "skip", "seen": {"id", "params", "text"}}], "first_broken": link | null,
"plan": {"covers", "origin": "drill:NAME" | "backup.KIND" | "push.backup" | "obs.spare" | null} | null,
"steps": [{"who", "text", "at", "within_s", "kind": "mend" | "backup" | "generic"}],
"status": "ok" | "fail" | "unknown", "exit_code"}. Only `text` depends on the language, and not where it is a profile's
own; a `who` of the profile is as people are called there, ours are the role words (tech, host).
"""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from rigcheck import __version__
from rigcheck.chain.link import LINKS, Chain, ChainReport, Link, LinkStatus, Plan, Step
from rigcheck.i18n import Catalogue
from rigcheck.model import Message
from rigcheck.present import Look
from rigcheck.present.fit import GAP, pack, pad, wrap
from rigcheck.present.json import SCHEMA, json_text, params_json, profile_json, utc_text
from rigcheck.present.page import LABEL, Line, paint
from rigcheck.present.wording import person_text

STYLES = {
    LinkStatus.OK: "green",
    LinkStatus.BROKEN: "bold red",
    LinkStatus.UNKNOWN: "magenta",
    LinkStatus.SKIP: "dim",
}
NARROWEST = 40
_BLANK: Line = (("", ""),)


def chain_json(report: ChainReport, words: Catalogue) -> str:
    """The report as one JSON object (above)."""
    chain = report.chain
    first = chain.first_broken
    return json_text(
        {
            "schema": SCHEMA,
            "rigcheck": __version__,
            "command": "now",
            "started_at": utc_text(report.started_at),
            "took_s": round(report.took_s, 2),
            "source": report.source,
            "profile": profile_json(report.profile),
            "room": report.room,
            "on_air": chain.on_air,
            "links": [_link_json(link, words) for link in chain.links],
            "first_broken": first.id if first else None,
            "plan": {"covers": chain.plan.cover, "origin": chain.plan.origin} if chain.plan else None,
            "steps": _steps_json(chain.plan, words) if chain.plan else [],
            "status": chain.status,
            "exit_code": int(chain.exit_code),
        }
    )


def _link_json(link: Link, words: Catalogue) -> dict[str, Any]:
    seen = {"id": link.seen.id, "params": params_json(link.seen.params), "text": _said(link.seen, words)}
    return {"link": link.id, "status": link.status, "seen": seen}


def _steps_json(plan: Plan, words: Catalogue) -> list[dict[str, Any]]:
    kinds = [*("mend" for _ in plan.mend), *("backup" if plan.origin else "generic" for _ in plan.steps)]
    return [
        {"who": step.who, "text": _said(step.text, words), "at": step.at, "within_s": step.within_s, "kind": kind}
        for kind, step in zip(kinds, (*plan.mend, *plan.steps), strict=True)
    ]


def _said(text: Message | str, words: Catalogue) -> str:
    return text if isinstance(text, str) else words.text(text.id, text.params)


def chain_table(report: ChainReport, words: Catalogue, look: Look) -> str:
    """The report for people, at most `look.width` columns (never under 40), without a final newline."""
    width, chain = max(NARROWEST, look.width), report.chain
    took = words.text("table.took", {"seconds": f"{report.took_s:.1f}"})
    code = words.text("table.exit", {"code": int(chain.exit_code)})
    lines = [*_head(report, words, width), *_links(chain, words, width)]
    if chain.plan is not None:
        lines += _todo(chain.plan, words, width)
    return paint([*lines, ((f"{took}   {code}", "dim"),)], color=look.color)


def _head(report: ChainReport, words: Catalogue, width: int) -> list[Line]:
    verdict, style = _verdict(report.chain, words)
    air = {True: "on_air", False: "off_air", None: "on_air_unknown"}[report.chain.on_air]
    about = [*([report.room] if report.room else []), words.text(f"now.{air}")]
    first, *rest = pack([verdict, *about], width, "   ")
    head: Line = ((first[: len(verdict)], style), (first[len(verdict) :], ""))
    return [head, *(((line, ""),) for line in rest), (("-" * width, "dim"),)]


def _verdict(chain: Chain, words: Catalogue) -> tuple[str, str]:
    """What the first line says, and its style."""
    first = chain.first_broken
    if first is not None:
        return words.text("now.broken_at", {"link": words.text(f"now.link.{first.id}")}), "bold red"
    if all(link.status is not LinkStatus.OK for link in chain.links):
        return words.text("now.nothing_seen"), "bold magenta"
    if chain.unseen:
        return words.text("now.not_all_seen", {"count": len(chain.unseen)}), "bold magenta"
    is_idle = any(link.seen.id == "now.uplink.idle" for link in chain.links)
    return words.text(
        "now.not_streaming" if is_idle else "now.nothing_broken"
    ), "bold yellow" if is_idle else "bold green"


def _links(chain: Chain, words: Catalogue, width: int) -> list[Line]:
    names = {link: words.text(f"now.link.{link}") for link in LINKS}
    column = max(map(cell_len, names.values())) + len(GAP)
    lines: list[Line] = []
    for link in chain.links:
        status = pad(words.text(f"now.status.{link.status}"), LABEL - 1) + " "
        first, *rest = wrap(_said(link.seen, words), width - LABEL - column)
        lines.append(((status, STYLES[link.status]), (pad(names[link.id], column), ""), (first, "")))
        lines += [((" " * (LABEL + column) + line, ""),) for line in rest]
    return lines


def _todo(plan: Plan, words: Catalogue, width: int) -> list[Line]:
    """What may mend it, then what stands in: the steps are numbered through, each with who does it."""
    steps = (*plan.mend, *plan.steps)
    called = [person_text(step.who, words) for step in steps]
    column = max(map(cell_len, called)) + len(GAP)
    numbered = [
        _step(number, pad(who, column), step, words, width)
        for number, (who, step) in enumerate(zip(called, steps, strict=True), 1)
    ]
    at = len(plan.mend)
    mend = [_heading(words.text("now.todo.mend"), width), *numbered[:at]] if plan.mend else []
    blocks = (*mend, _heading(_origin(plan, words), width), *numbered[at:])
    return [*(line for block in blocks for line in block), _BLANK]


def _heading(text: str, width: int) -> list[Line]:
    return [_BLANK, *(((line, "bold"),) for line in wrap(text, width))]


def _step(number: int, who: str, step: Step, words: Catalogue, width: int) -> list[Line]:
    label = pad(f"{number}", len("10")) + GAP
    indent = cell_len(label + who)
    facts = {"text": _said(step.text, words), "at": step.at, "seconds": step.within_s}
    first, *rest = wrap(words.text("now.numbered", facts), max(width - indent, NARROWEST // 2))
    return [((label, "bold"), (who, "cyan"), (first, "")), *(((" " * indent + line, ""),) for line in rest)]


def _origin(plan: Plan, words: Catalogue) -> str:
    """Where the steps come from; behind what may mend it, they are for when that did not help."""
    after = "else" if plan.mend else "now"
    if plan.origin is None:
        return words.text(f"now.todo.{after}_none", {"cover": words.text(f"now.cover.{plan.cover}")})
    if plan.origin.startswith("drill:"):
        return words.text(f"now.todo.{after}_drill", {"name": plan.origin.removeprefix("drill:")})
    return words.text(f"now.todo.{after}_backup")
