"""What a profile's YAML may hold: the fields of Profile, checked by pydantic."""

from __future__ import annotations

from dataclasses import Field, field, fields, make_dataclass
from functools import cache
from typing import Any, get_type_hints

from pydantic import ConfigDict, TypeAdapter

from rigcheck.profile import Profile

_NOT_WRITTEN = ("name", "path", "sha256")  # filled in by the loader
_CONFIG = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True, allow_inf_nan=False)


@cache
def shape() -> TypeAdapter[Any]:
    """The validator of a whole document, built on first use (tens of milliseconds).

    `strict` together with JSON input is what YAML means: lists become tuples and texts dates, but "5" and true never
    become numbers.
    """
    written = _written_fields(Profile, leave_out=_NOT_WRITTEN)
    return TypeAdapter(
        make_dataclass("Room", written, frozen=True, namespace={"__pydantic_config__": _CONFIG, "__doc__": "A room."})
    )


def profile_of(document: Any) -> Profile:  # noqa: ANN401 - an instance of the class that shape() makes
    """The profile in a validated document."""
    own = {each.name: getattr(document, each.name) for each in fields(Profile) if each.name not in _NOT_WRITTEN}
    return Profile(**own)


def _written_fields(kind: type[Any], leave_out: tuple[str, ...] = ()) -> list[tuple[str, Any, Any]]:
    hints = get_type_hints(kind, include_extras=True)
    return [(each.name, hints[each.name], _like(each)) for each in fields(kind) if each.name not in leave_out]


def _like(each: Field[Any]) -> Any:  # noqa: ANN401 - dataclasses.field() is typed as what it stands for
    return field(default=each.default, default_factory=each.default_factory)  # one of the two is MISSING
