"""The platform facts of the package: read strictly, every figure with its source, damage is a bug."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import rigcheck
from rigcheck.loading.package import read_package_yaml
from rigcheck.platform import Fact, Origin, Platform, Rate
from rigcheck.push_plan import Mark

PLATFORMS = Path(rigcheck.__file__).parent / "data" / "platforms.yaml"

_NUMBERS = ("max_fps", "keyint_s", "keyint_most_s", "pause_s", "idle_s", "hours")
_FIGURES: dict[str, tuple[type, ...]] = {
    **dict.fromkeys(_NUMBERS, (int, float)),
    **dict.fromkeys(("max_kbps", "bframes", "audio_kbps"), (int,)),
    **dict.fromkeys(("profile", "orientation"), (str,)),
    **dict.fromkeys(("locked", "key_each_show"), (bool,)),
    **dict.fromkeys(("codecs", "protocols", "simulcast_forbidden_in", "audio_hz"), (list,)),
}
"""What a fact's value may be, by its name."""
_WORDS = {"profile": ("baseline", "main", "high"), "orientation": ("portrait", "landscape")}
_SIZE = re.compile(r"(\d{3,4})x(\d{3,4})")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


class FactError(RuntimeError):
    """The package's own file of facts is damaged; `place` says where."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"the package is damaged: platforms.yaml: {place}: {what}")


def load_platforms(path: Path = PLATFORMS) -> dict[str, Platform]:
    """All platforms by id, in the order of the file. Raises FactError where the file is not as it must be."""
    document = read_package_yaml(path)
    _keys("", document, {"sources", "platforms"}, wanted=("sources", "platforms"))
    origins = {name: _origin(name, entry) for name, entry in document["sources"].items()}
    platforms = {name: _platform(name, entry, origins) for name, entry in document["platforms"].items()}
    _no_name_twice(platforms)
    return platforms


def _origin(name: str, entry: Any) -> Origin:  # noqa: ANN401 - YAML holds anything
    place = f"sources.{name}"
    _keys(place, entry, {"mark", "page", "date"}, wanted=("mark", "page", "date"))
    _must(place, entry["mark"] in get_args(Mark), "mark is not one")
    _must(place, isinstance(entry["page"], str) and bool(entry["page"]), "page should be text")
    _must(place, isinstance(entry["date"], str) and bool(_DAY.fullmatch(entry["date"])), "date should be 2026-11-22")
    return Origin(entry["mark"], entry["page"], entry["date"])


def _platform(name: str, entry: Any, origins: Mapping[str, Origin]) -> Platform:  # noqa: ANN401 - as above
    place = f"platforms.{name}"
    _keys(place, entry, {"name", "aliases", "rates", "hints", *_FIGURES}, wanted=("name",))
    _must(place, isinstance(entry["name"], str), "name should be text")
    facts = {key: _fact(f"{place}.{key}", key, entry[key], origins) for key in entry if key in _FIGURES}
    rates = [_rate(f"{place}.rates", row, origins) for row in entry.get("rates", ())]
    hints = [_hint(f"{place}.hints", row, origins) for row in entry.get("hints", ())]
    aliases = tuple(entry.get("aliases", ()))
    return Platform(name, entry["name"], aliases, rates=tuple(rates), hints=tuple(hints), **facts)


def _fact(place: str, key: str, entry: Any, origins: Mapping[str, Origin]) -> Fact[Any]:  # noqa: ANN401 - as above
    _keys(place, entry, {"value", "source"}, wanted=("value", "source"))
    value = entry["value"]
    is_kind = isinstance(value, _FIGURES[key]) and (isinstance(value, bool) == (_FIGURES[key] == (bool,)))
    _must(place, is_kind, "value is of the wrong kind")
    _must(place, not isinstance(value, int | float) or isinstance(value, bool) or value >= 0, "value is negative")
    _must(place, key not in _WORDS or value in _WORDS[key], "value is none of its words")
    return Fact(_frozen(key, value), _from(place, entry, origins))


def _frozen(key: str, value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, list):
        return tuple(value)
    return float(value) if key in _NUMBERS else value


def _rate(place: str, row: Any, origins: Mapping[str, Origin]) -> Fact[Rate]:  # noqa: ANN401 - as above
    _keys(place, row, {"size", "fps", "kbps", "source"}, wanted=("size", "fps", "kbps", "source"))
    size = _SIZE.fullmatch(str(row["size"]))
    if size is None:
        raise FactError(place, "size should be WIDTHxHEIGHT")
    _must(place, all(isinstance(row[key], int) and row[key] > 0 for key in ("fps", "kbps")), "should be whole numbers")
    return Fact(Rate(int(size[1]), int(size[2]), float(row["fps"]), row["kbps"]), _from(place, row, origins))


def _hint(place: str, row: Any, origins: Mapping[str, Origin]) -> Fact[str]:  # noqa: ANN401 - as above
    _keys(place, row, {"text", "source"}, wanted=("text", "source"))
    return Fact(str(row["text"]), _from(place, row, origins))


def _from(place: str, entry: Mapping[str, Any], origins: Mapping[str, Origin]) -> Origin:
    _must(place, entry["source"] in origins, "source is not one of the sources")
    return origins[entry["source"]]


def _keys(place: str, entry: Any, known: set[str], *, wanted: tuple[str, ...]) -> None:  # noqa: ANN401 - as above
    _must(place, isinstance(entry, dict), "should be a mapping")
    _must(place, entry.keys() <= known, f"has unknown keys {sorted(entry.keys() - known)}")
    _must(place, all(key in entry for key in wanted), f"should have {', '.join(wanted)}")


def _no_name_twice(platforms: Mapping[str, Platform]) -> None:
    seen: dict[str, str] = {}
    for platform in platforms.values():
        for name in (platform.id, *(alias.replace("-", "_") for alias in platform.aliases)):
            _must(f"platforms.{platform.id}", seen.setdefault(name, platform.id) == platform.id, f"{name} is taken")


def _must(place: str, is_so: bool, what: str) -> None:
    if not is_so:
        raise FactError(place, what)
