"""What one value alone cannot tell: known metrics and their kind of limit, known checks, a main device, drills' names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from rigcheck.loading.document import Node, shown_key
from rigcheck.loading.issue import Issue, Mark, issue_at
from rigcheck.loading.limits import load_limits
from rigcheck.loading.words import did_you_mean
from rigcheck.metrics import METRICS
from rigcheck.model import Limit, OneOf


def crossing_issues(root: Node, checks: Collection[str] | None) -> list[Issue]:
    """Every issue of this kind in a document. `checks` are the ids that a waiver may name; None: whatever looks like one."""
    return [
        *_unknown_metrics(root),
        *_wrong_kinds(root),
        *_unknown_checks(root, checks),
        *_no_main(root),
        *_twice(root),
    ]


def _unknown_metrics(root: Node) -> Iterator[Issue]:
    limits = root.entries.get("limits")
    known = METRICS.keys()
    for metric, mark in limits.keys.items() if limits else ():
        if metric in known:
            continue
        what = f"is not a metric{did_you_mean(metric, known)}"
        yield issue_at(mark, f"limits.{shown_key(metric)}", what)


def _wrong_kinds(root: Node) -> Iterator[Issue]:
    """Flags are limited by true and false, words by words, and numbers by a range."""
    limits = root.entries.get("limits")
    built_in = load_limits() if limits and limits.entries else {}
    for metric, node in limits.entries.items() if limits else ():
        wanted, what = _wanted(metric, built_in)
        for side in node.entries.values() if metric in METRICS else ():
            kinds = {type(value.value) for value in side.value} if isinstance(side.value, tuple) else set()
            if not kinds <= wanted:
                yield issue_at(side.mark, f"limits.{metric}", f"should be {what}")


def _wanted(metric: str, built_in: Mapping[str, Limit]) -> tuple[set[type], str]:
    """The types that a metric's limit is made of, and what that is in words."""
    if metric in METRICS and METRICS[metric].unit == "flag":
        return {bool}, "[true] or [false]: this metric is a flag"
    if metric in built_in and isinstance(built_in[metric].ok, OneOf):
        return {str}, "a list of the words allowed: this metric is a word"
    return {int, float, type(None)}, "[low, high]: this metric is a number"


def _unknown_checks(root: Node, checks: Collection[str] | None) -> Iterator[Issue]:
    waivers = root.entries.get("waivers")
    for number, node in enumerate(waivers.value if waivers and isinstance(waivers.value, tuple) else ()):
        check = node.entries.get("check")
        if check is None or not isinstance(check.value, str):
            continue
        if checks is None and not re.fullmatch(r"[a-z]+\.[a-z0-9_-]+", check.value):
            yield issue_at(
                check.mark, f"waivers[{number}].check", "should be the id of a check, such as light.evenness"
            )
        if checks is not None and check.value not in checks:
            what = f"is not a check{did_you_mean(check.value, checks)}"
            yield issue_at(check.mark, f"waivers[{number}].check", what)


def _no_main(root: Node) -> Iterator[Issue]:
    for section in ("camera", "mic"):
        node = root.entries.get(section)
        if node and node.entries and "main" not in node.entries:
            yield issue_at(node.mark, section, "should have a device called main: others are told apart from it")


def _twice(root: Node) -> Iterator[Issue]:
    """A drill is told, held and remembered by its name."""
    drills, first = root.entries.get("drills"), dict[str, Mark]()
    for number, node in enumerate(drills.value if drills and isinstance(drills.value, tuple) else ()):
        name = node.entries.get("name")
        if name is None or not isinstance(name.value, str):
            continue
        if name.value in first:
            what = f"is the name of two drills; first in line {first[name.value].line}: give each its own"
            yield issue_at(name.mark, f"drills[{number}].name", what)
        first.setdefault(name.value, name.mark)
