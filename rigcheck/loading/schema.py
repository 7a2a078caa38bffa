"""JSON Schema of a profile as people write it, for editors; and which keys it knows where, for "did you mean"."""

from __future__ import annotations

import json
from functools import cache
from inspect import getdoc
from pathlib import Path
from typing import Any

import rigcheck
from rigcheck import later, model, profile, uplink, value
from rigcheck.later import LATER_METRICS
from rigcheck.metrics import METRICS

Schema = dict[str, Any]
_DATA = Path(rigcheck.__file__).parent / "data"
PROFILE_SCHEMA = _DATA / "profile.schema.json"
"""The schema as shipped: `rigcheck profile schema` wrote it, editors read it."""
REPORT_SCHEMA = _DATA / "report.schema.json"
"""The schema of the JSON report as shipped."""


def profile_schema() -> Schema:
    """JSON Schema (draft 2020-12) of the YAML, short forms included."""
    from rigcheck.loading.shape import shape  # noqa: PLC0415 - pydantic, for whoever asks for the schema

    made = _without_titles(shape().json_schema())
    made["properties"]["extends"] = {
        "type": "string",
        "description": "Another profile, relative to this one; this one wins.",
    }
    made["properties"]["limits"]["propertyNames"] = {"enum": sorted(METRICS.keys() | LATER_METRICS)}
    for name, part in made["$defs"].items():  # said by newer releases of pydantic only
        part["additionalProperties"] = part.get("additionalProperties", False)
        part["description"] = getdoc(
            next(getattr(home, name) for home in (profile, value, uplink, later, model) if hasattr(home, name))
        )
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "rigcheck profile",
        "description": "A room.",
    }
    return {**made, **head}


def profile_schema_text() -> str:
    """The schema as it is printed and shipped; sorted, because the order differs between releases of pydantic."""
    return json.dumps(profile_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def keys_at(place: tuple[str | int, ...]) -> set[str]:
    """The keys that a mapping at a place may have."""
    spots = [_schema()]
    for piece in place:
        spots = [below for spot in spots for below in _below(spot, piece)]
    return {key for spot in spots for part in _parts(spot) for key in part.get("properties", {})}


@cache
def _schema() -> Schema:
    return profile_schema()


def _parts(spot: Schema) -> list[Schema]:
    """A schema with its references followed and its alternatives apart."""
    if "$ref" in spot:
        return _parts(_schema()["$defs"][spot["$ref"].rpartition("/")[2]])
    return [part for choice in spot["anyOf"] for part in _parts(choice)] if "anyOf" in spot else [spot]


def _below(spot: Schema, piece: str | int) -> list[Schema]:
    """The schemas of a key or position; empty where there can be none."""
    found = []
    for part in _parts(spot):
        named = part.get("properties", {})
        others = [
            part.get("items" if isinstance(piece, int) else "additionalProperties"),
            *part.get("patternProperties", {}).values(),
        ]
        found += [named[piece]] if piece in named else [below for below in others if isinstance(below, dict)]
    return found


def _without_titles(made: Any) -> Any:  # noqa: ANN401 - any JSON
    """Titles that pydantic makes up from field names say nothing."""
    if isinstance(made, dict):
        return {
            key: _without_titles(value) for key, value in made.items() if key != "title" or not isinstance(value, str)
        }
    return [_without_titles(value) for value in made] if isinstance(made, list) else made
