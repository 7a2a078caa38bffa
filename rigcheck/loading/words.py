"""Pydantic's findings in the words of the trade. Never repeats a value: it may be a secret."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

from rigcheck.loading.document import Node
from rigcheck.loading.scalar import looks_like_number

_KINDS = {
    "string_type": "text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "float_type": "a number",
    "tuple_type": "a list [a, b]",
    "list_type": "a list [a, b]",
    "dict_type": "a mapping (key: value)",
    "dataclass_type": "a mapping (key: value)",
}
_FURTHER = {"missing": "is missing"}
_BOUNDS = {
    "greater_than": "more than {gt:g}",
    "greater_than_equal": "at least {ge:g}",
    "less_than": "less than {lt:g}",
    "less_than_equal": "at most {le:g}",
    "string_too_short": "at least {min_length} letters long",
    "string_too_long": "at most {max_length} letters long",
}


def in_words(error: Any, node: Node) -> str:  # noqa: ANN401 - pydantic's ErrorDetails
    """What is wrong with the value at `node`; completes "camera.main.rotate: ..."."""
    kind, context = error["type"], error.get("ctx", {})
    if kind == "value_error":
        return str(context["error"])
    if kind == "literal_error":
        return _one_of(re.findall(r"[^\s',]+", context["expected"].replace(" or ", " ")), node)
    if kind in _KINDS:
        return f"should be {_KINDS[kind]}, not {_kind_of(node)}{_hint(kind, node.value)}"
    wanted = "a day such as 2026-12-31" if kind.startswith("date_") else _BOUNDS.get(kind, "").format(**context)
    return f"should be {wanted}" if wanted else _FURTHER.get(kind, "is not what it should be")


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """`: did you mean "x"?`, or nothing where no known word is near."""
    near = get_close_matches(wrong, list(known), n=1, cutoff=0.6)
    return f': did you mean "{near[0]}"?' if near else ""


def _one_of(allowed: list[str], node: Node) -> str:
    meant = did_you_mean(node.value, allowed) if isinstance(node.value, str) else ""
    return f"should be {'one of ' if len(allowed) > 1 else ''}{', '.join(allowed)}{meant}"


def _kind_of(node: Node) -> str:
    kinds: dict[type, str] = {
        str: "text",
        float: "a decimal number",
        bool: "true or false",
        type(None): "empty",
        tuple: "a list",
        dict: "a mapping",
    }
    return kinds.get(type(node.value), "a number")


def _hint(kind: str, value: object) -> str:
    """What people do most often when a number or a flag turns out to be text."""
    if kind == "string_type":
        return " (put it in quotes)" if isinstance(value, int | float) else ""
    if not isinstance(value, str):
        return ""
    if kind in ("int_type", "float_type") and looks_like_number(value):
        return " (digits in quotes, or with leading zeros, are text)"
    return " (on, off, yes, no are text)" if kind == "bool_type" else ""
