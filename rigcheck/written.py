"""Short forms: how a value is written in a profile where its fields would be longer (`1920x1080@30`, `[x, y, w, h]`)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

JsonSchema = dict[str, Any]


class Unreadable(ValueError):  # noqa: N818 - says what is wrong with a value; the error of the program is ProfileError
    """A value is not written as it should be. `at` leads from the value to the part of it that is wrong."""

    def __init__(self, what: str, *at: str | int) -> None:
        super().__init__(what)
        self.at = at


@dataclass(frozen=True, eq=False)
class Written:
    """Annotation of a type: `unpack` turns the written form into the fields (or passes it on), or raises Unreadable.

    The two hooks are pydantic's protocol for annotations, so the frozen values need not know pydantic.
    `schema` describes the written form in JSON Schema, made from the type's own where it is a function; None keeps that.
    """

    unpack: Callable[[Any], Any]
    schema: Mapping[str, Any] | Callable[[JsonSchema], JsonSchema] | None = None

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[[Any], Any]) -> JsonSchema:  # noqa: ANN401 - any type can be annotated
        """Unpack before the type's own validation."""
        function = {"type": "no-info", "function": self.unpack}
        return {"type": "function-before", "function": function, "schema": handler(source)}

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> JsonSchema:  # noqa: ANN401 - pydantic's own values, passed through
        """The schema of what people write, not of the fields."""
        if isinstance(self.schema, Mapping):
            return dict(self.schema)
        made: JsonSchema = handler(core)
        return self.schema(handler.resolve_ref_schema(made)) if self.schema else made


def text_like(pattern: str, what: str) -> Written:
    """A text that fully matches `pattern`; `what` completes "should be ..."."""
    compiled = re.compile(pattern)

    def unpack(raw: object) -> object:
        if not isinstance(raw, str) or not compiled.fullmatch(raw):
            raise Unreadable(f"should be {what}")
        return raw

    return Written(unpack, {"type": "string", "pattern": f"^(?:{pattern})$", "description": what})


NAMED = "USER:env:NAME@HOST"
"""How a URL names the password that it needs; a value of its query stands as `auth_key=env:NAME`."""
REFERENCE = r"env:[A-Za-z_]\w*"
"""The only reference to a secret that can stand within a URL."""
_SECRETIVE = "(?:pass|passw(?:or)?d|passphrase|pwd|secret|token|key|auth|sig|sign|signature)"
"""How names of secrets end."""
_LOGIN = re.compile(r"[^/\s]+://[^/?#:@]*:([^/?#]+)@")
_QUERY = re.compile(  # cameras have their `user=admin&password=...` in the path, too
    rf"[?&;/]([^=&;/?#]*{_SECRETIVE})=([^&;#]+)", re.IGNORECASE
)


def url_of(*schemes: str, instead: str = NAMED) -> Written:
    """A URL of one of the schemes; a secret is no part of it, but named: in the URL, or `instead` in a field beside it."""
    like = text_like(
        rf"(?:{'|'.join(schemes)})://[^\s]+", f"a URL that begins with {' or '.join(f'{s}://' for s in schemes)}"
    )
    return Written(lambda raw: like.unpack(address(raw, instead)), like.schema)


def host_like(pattern: str, what: str) -> Written:
    """A text like `text_like`'s, of a host and perhaps its port."""
    like = text_like(pattern, what)
    return Written(lambda raw: _with_port(like.unpack(raw)), like.schema)


def address(raw: object, instead: str = NAMED) -> object:
    """The value as it is. Raises Unreadable for a URL with a secret or with a port that is none."""
    return _with_port(_without_secret(raw, instead)) if isinstance(raw, str) and "://" in raw else raw


def _with_port(raw: str) -> str:
    """A URL, or a host, as it is. Raises Unreadable where what stands as its port is none."""
    try:
        port = urlsplit(raw if "://" in raw else f"//{raw}").port
    except ValueError:  # no number, too large, or an IPv6 address without its brackets
        port = 0
    if port == 0:
        raise Unreadable("should have HOST or HOST:PORT in it, with a PORT from 1 to 65535, and IPv6 as [HOST]")
    return raw


def _without_secret(raw: str, instead: str) -> str:
    """A URL as it is. Raises Unreadable for one with a secret in it, or with a named one where that has a field.

    Which values of a query are secret is told from their names (`auth_key`, `txSecret`, `passphrase`): our own rule,
    because the platforms' signed addresses have no mark in common.
    """
    login = _LOGIN.match(raw)
    found = [("a password", NAMED, login[1])] if login else []
    found += [(name, f"{name}=env:NAME", value) for name, value in _QUERY.findall(raw)]
    for what, named, value in found:
        if instead != NAMED or not re.fullmatch(REFERENCE, value):
            way = named if instead == NAMED else instead
            raise Unreadable(f"has {what} in it, which is a secret: write {way}, never the secret itself")
    return raw


def is_secretive(name: str) -> bool:
    """Whether a name says that its value is a secret: our own rule, the same as within a URL."""
    return re.fullmatch(f".*{_SECRETIVE}", name, re.IGNORECASE | re.DOTALL) is not None


def one_of(named: Mapping[str, object]) -> None:
    """Raises Unreadable unless exactly one of the named values is set (neither None nor False)."""
    if sum(value not in (None, False) for value in named.values()) != 1:
        *most, last = named
        raise Unreadable(f"should have exactly one of {', '.join(most)} or {last}")


def _month_or_day(raw: object) -> object:
    found = re.fullmatch(r"(\d{4}-\d{2})(-\d{2})?", raw) if isinstance(raw, str) else None
    try:
        date.fromisoformat(f"{found[1]}{found[2] or '-01'}" if found else "")
    except ValueError:
        raise Unreadable("should be a month such as 2023-05 or a day such as 2023-05-17") from None
    return raw


MONTH_OR_DAY = Written(_month_or_day, {"type": "string", "pattern": r"^\d{4}-\d{2}(-\d{2})?$"})
CLOCK = text_like(r"([01]?[0-9]|2[0-3]):[0-5][0-9]", "a time of day such as 20:00")
NAME = text_like(r"[\w-]{1,40}", "a name of at most 40 letters, digits, - or _, without spaces")


def as_tuples(raw: object) -> object:
    """Lists as tuples, deep: past an unpacking function pydantic judges Python values, where a list is no tuple."""
    if isinstance(raw, dict):
        return {key: as_tuples(value) for key, value in raw.items()}
    return tuple(map(as_tuples, raw)) if isinstance(raw, list) else raw
