"""Frozen values as JSON and back, read strictly by their own annotations: nothing is guessed, nothing is converted."""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import annotated_types
import numpy as np

from rigcheck.model import legible

Json = Any
T = TypeVar("T")
LARGEST_INT = 2**53
"""JSON numbers beyond this are not exact everywhere."""
_ODD_FLOATS = {str(odd): odd for odd in (math.nan, math.inf, -math.inf)}


class UnfitError(ValueError):
    """A value is not what its annotation wants; `where` names the field."""

    def __init__(self, where: str) -> None:
        super().__init__(where)
        self.where = where


def plain(value: Any) -> Json:  # noqa: ANN401 - any frozen value
    """The value as JSON has it. Numbers that JSON lacks (nan, inf) become words, broken text gets question marks."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {plain(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic | datetime):
        return plain(value.isoformat() if isinstance(value, datetime) else value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return legible(value) if isinstance(value, str) else value


def hints_of(owner: type[Any]) -> dict[str, Any]:
    """The fields of a dataclass and their annotations."""
    hints = typing.get_type_hints(owner, include_extras=True)
    return {field.name: hints[field.name] for field in dataclasses.fields(owner)}


def read_as(hint: Any, value: Json, where: str) -> Any:  # noqa: ANN401 - as annotated; one return a form of annotation
    """What `plain` wrote, as the annotation wants it. Raises UnfitError: no number from a text, no flag from a number."""
    origin, choices = get_origin(hint), get_args(hint)
    if origin is None:
        return _read_single(hint, value, where)
    if origin in (Union, types.UnionType):
        return _read_one_of(choices, value, where)
    if origin is Annotated:
        return _bounded(read_as(choices[0], value, where), choices[1:], where)
    if origin is Literal:
        return wanted(value, isinstance(value, str | int) and value in choices, where)
    if origin is tuple:
        return _read_tuple(choices, value, where)
    return {name: read_as(choices[1], entry, where) for name, entry in _mapping(value, where).items()}


def _read_single(hint: Any, value: Json, where: str) -> Any:  # noqa: ANN401 - as annotated
    if hint is Any:
        return value
    if dataclasses.is_dataclass(hint):
        return read_record(typing.cast("type[Any]", hint), value, where)
    if issubclass(hint, Enum):
        return hint(wanted(value, isinstance(value, str) and value in [word.value for word in hint], where))
    return _READ[hint](value, where)


def read_record(owner: type[Any], value: Json, where: str) -> Any:  # noqa: ANN401 - an `owner`
    """A dataclass of exactly its own fields."""
    hints = hints_of(owner)
    strays = _mapping(value, where).keys() ^ hints.keys()
    wanted(value, not strays, min(map(str, strays), default=where))
    return owner(**{name: read_as(hint, value[name], name) for name, hint in hints.items()})


def wanted(value: T, fits: bool, where: str) -> T:
    """The value where it fits. Raises UnfitError where it does not."""
    if not fits:
        raise UnfitError(where)
    return value


def read_figure(value: Json, where: str) -> float:
    """A finite number that is not negative. Raises UnfitError."""
    number = read_as(float, value, where)
    return float(wanted(number, 0 <= number < math.inf, where))


def _mapping(value: Json, where: str) -> dict[str, Json]:
    names = wanted(value, isinstance(value, dict), where)
    return {_read_text(name, where): entry for name, entry in names.items()}


def _read_one_of(choices: tuple[Any, ...], value: Json, where: str) -> Any:  # noqa: ANN401 - as annotated
    """The value's very own type first: 5 stays an int where a float would do as well."""
    if value is None:
        return wanted(None, types.NoneType in choices, where)
    for choice in sorted((c for c in choices if c is not types.NoneType), key=lambda c: c is not type(value)):
        try:
            return read_as(choice, value, where)
        except UnfitError:
            continue
    raise UnfitError(where)


def _bounded(value: Any, rules: tuple[Any, ...], where: str) -> Any:  # noqa: ANN401 - as annotated
    for rule in rules:
        if isinstance(rule, annotated_types.Ge):
            wanted(value, value >= rule.ge, where)
        elif isinstance(rule, annotated_types.Gt):
            wanted(value, value > rule.gt, where)
        elif isinstance(rule, annotated_types.Le):
            wanted(value, value <= rule.le, where)
    return value


def _read_tuple(choices: tuple[Any, ...], value: Json, where: str) -> tuple[Any, ...]:
    wanted(value, isinstance(value, list), where)
    hints = (choices[0],) * len(value) if choices[-1] is Ellipsis else choices
    wanted(value, len(value) == len(hints), where)
    return tuple(read_as(hint, entry, where) for hint, entry in zip(hints, value, strict=True))


def _read_float(value: Json, where: str) -> float:
    if isinstance(value, str) and value in _ODD_FLOATS:
        return _ODD_FLOATS[value]
    return float(wanted(value, _is_int(value) or (isinstance(value, float) and math.isfinite(value)), where))


def _read_int(value: Json, where: str) -> int:
    return int(wanted(value, _is_int(value), where))


def _is_int(value: Json) -> bool:
    return type(value) is int and abs(value) <= LARGEST_INT


def _read_flag(value: Json, where: str) -> bool:
    return bool(wanted(value, isinstance(value, bool), where))


def _read_text(value: Json, where: str) -> str:
    """Half of a surrogate pair is no text: printing it would fail."""
    return str(wanted(value, isinstance(value, str) and not any("\ud800" <= c <= "\udfff" for c in value), where))


def _read_time(value: Json, where: str) -> datetime:
    """ISO 8601 with its offset: a time without one is nobody's."""
    try:
        time = datetime.fromisoformat(_read_text(value, where))
    except ValueError as error:  # also UnfitError
        raise UnfitError(where) from error
    return wanted(time, time.tzinfo is not None, where)


_READ: dict[Any, Callable[[Json, str], Any]] = {
    float: _read_float,
    int: _read_int,
    bool: _read_flag,
    str: _read_text,
    datetime: _read_time,
}
