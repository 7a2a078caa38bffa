"""The built-in limits: one table in the package, each limit with its source."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rigcheck
from rigcheck.limit import limit_of
from rigcheck.loading.package import read_package_yaml
from rigcheck.model import Limit

LIMITS = Path(rigcheck.__file__).parent / "data" / "limits.yaml"


def load_limits() -> dict[str, Limit]:
    """The limits that hold where neither the profile nor the room has another, by metric id."""
    return {metric: limit_of(_sides(entry), "built-in") for metric, entry in read_package_yaml(LIMITS).items()}


def load_limit_sources() -> dict[str, str]:
    """Where each built-in limit comes from, by metric id: a standard and its clause, or our own rule and its reason."""
    return {metric: str(entry["source"]) for metric, entry in read_package_yaml(LIMITS).items()}


def _sides(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "source"}
