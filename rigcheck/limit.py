"""How a limit is written: `{ok: [low, high], warn: [low, high]}` for numbers, lists of allowed values for the rest."""

from __future__ import annotations

from typing import Annotated, Any

from rigcheck.model import Limit, OneOf, Span
from rigcheck.written import Unreadable, Written

_BOUND = {"type": ["number", "null"]}
_ALLOWED: dict[str, Any] = {
    "anyOf": [
        {"type": "array", "items": _BOUND, "minItems": 2, "maxItems": 2},
        {"type": "array", "items": {"type": "boolean"}, "minItems": 1},
        {"type": "array", "items": {"type": "string"}, "minItems": 1},
    ]
}
LIMIT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["ok"],
    "properties": {"ok": _ALLOWED, "warn": _ALLOWED},
    "additionalProperties": False,
    "description": "Inside ok is ok, inside warn is warn, else fail. Bounds are inclusive, null is open; warn contains ok.",
}


def limit_of(raw: object, origin: str) -> Limit:
    """The limit that is written. Raises Unreadable, leading to the part that is wrong."""
    if not isinstance(raw, dict) or "ok" not in raw:
        raise Unreadable("should be {ok: [low, high], warn: [low, high]}; warn may be left out")
    for key in raw.keys() - {"ok", "warn"}:
        raise Unreadable("is not a key of a limit, which has ok and warn", key)
    ok = _allowed(raw["ok"], "ok")
    warn = _allowed(raw["warn"], "warn") if raw.get("warn") is not None else None
    if warn is not None and not _contains(warn, ok):
        raise Unreadable("should contain ok: what is ok cannot be outside warn", "warn")
    return Limit(ok, warn, origin)


def _allowed(raw: object, at: str) -> Span | OneOf:
    if isinstance(raw, list) and len(raw) == len(("low", "high")) and all(map(_is_bound, raw)):
        if None not in raw and raw[0] > raw[1]:
            raise Unreadable("should be [low, high], with low first", at)
        return Span(*raw)
    if isinstance(raw, list) and raw and any(all(isinstance(value, kind) for value in raw) for kind in (bool, str)):
        return OneOf(tuple(raw))
    raise Unreadable("should be [low, high] with null for open, or a list of the words or flags allowed", at)


def _is_bound(raw: object) -> bool:
    return raw is None or (isinstance(raw, int | float) and not isinstance(raw, bool))


def _contains(outer: Span | OneOf, inner: Span | OneOf) -> bool:
    if isinstance(outer, OneOf) or isinstance(inner, OneOf):
        return isinstance(outer, OneOf) and isinstance(inner, OneOf) and set(inner.values) <= set(outer.values)
    low_holds = outer.low is None or (inner.low is not None and inner.low >= outer.low)
    return low_holds and (outer.high is None or (inner.high is not None and inner.high <= outer.high))


def _of_profile(raw: object) -> Limit:
    return limit_of(raw, "profile")


WrittenLimit = Annotated[Limit, Written(_of_profile, LIMIT_SCHEMA)]
