"""Words by language: a catalogue is a folder of YAML files under `locale/`, whose dotted keys are message ids.

A text may have named blanks, `{value}`, and optional pieces, `[ on {device}]`, which are left out where one of their
blanks cannot be filled. Nothing but a plain name is a blank, and filling never fails: words are not worth a crash.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rigcheck.errors import UsageError
from rigcheck.model import Message, Params, Value

LOCALE = Path(__file__).parent / "locale"
ENGLISH = "en"
VARIABLES = ("RIGCHECK_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
"""Environment variables that name a language, strongest first."""

_BLANK = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPTIONAL = re.compile(r"\[([^\[\]]*\{[^\[\]]*)\]")
_TRADITIONAL = frozenset({"hant", "tw", "hk", "mo"})
_NOTHING: Params = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All texts of one language, by message id; several lines (the steps of an advice) are a tuple."""

    language: str
    texts: Mapping[str, str | tuple[str, ...]]

    def has(self, message_id: str) -> bool:
        """Whether there is a text."""
        return message_id in self.texts

    def text(self, message_id: str, params: Params = _NOTHING) -> str:
        """The text with its blanks filled; several lines become one; an unknown id is its own text."""
        return self._join("join.sentences", self.lines(message_id, params))

    def lines(self, message_id: str, params: Params = _NOTHING) -> list[str]:
        """The text line by line."""
        found = self.texts.get(message_id, message_id)
        return [self._fill(line, params) for line in ((found,) if isinstance(found, str) else found)]

    def listed(self, items: Iterator[str] | tuple[str, ...] | list[str]) -> str:
        """Items in a row, as the language writes them."""
        return self._join("join.list", list(items))

    def _join(self, separator_id: str, items: list[str]) -> str:
        separator = self.texts.get(separator_id, " ")
        return (separator if isinstance(separator, str) else " ").join(items)

    def _fill(self, text: str, params: Params) -> str:
        shown = {name: self._shown(value) for name, value in params.items()}

        def keep(optional: re.Match[str]) -> str:
            return optional[1] if all(shown.get(name) for name in _BLANK.findall(optional[1])) else ""

        return _BLANK.sub(lambda blank: shown.get(blank[1]) or "?", _OPTIONAL.sub(keep, text))

    def _shown(self, value: Value | tuple[str, ...]) -> str:
        if isinstance(value, tuple | list):
            return self.listed([str(item) for item in value])
        if value is None:
            return ""
        return f"{value:.6g}" if isinstance(value, float) else str(value)


def languages() -> tuple[str, ...]:
    """The languages there are: a folder each."""
    return tuple(sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir() and any(folder.glob("*.yaml"))))


def load_catalogue(language: str) -> Catalogue:
    """The catalogue of one of `languages()`."""
    from rigcheck.loading import read_package_yaml  # noqa: PLC0415 - choosing a language needs no YAML

    texts: dict[str, str | tuple[str, ...]] = {}
    for path in sorted((LOCALE / language).glob("*.yaml")):
        texts.update(_flat("", read_package_yaml(path)))
    return Catalogue(language, MappingProxyType(texts))


def _flat(prefix: str, node: Any) -> Iterator[tuple[str, str | tuple[str, ...]]]:  # noqa: ANN401 - YAML holds anything
    """Ids and texts of a tree. Where an id has both a text and ids below it, the tree says `text` for its own."""
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _flat(".".join(filter(None, (prefix, "" if key == "text" else str(key)))), child)
    else:
        yield prefix, tuple(str(line) for line in node) if isinstance(node, list) else str(node)


def choose_language(flag: str | None, env: Mapping[str, str], windows_ui: str | None = None) -> str:
    """The language to speak: `--lang`, else what the environment names first, else Windows' own, else English.

    An environment that asks for a language there is no catalogue of gets English. Raises UsageError for such a flag.
    """
    known = languages()
    if flag is not None:
        chosen = _match(flag, known)
        if chosen is None:
            hint = tuple(get_close_matches(flag, known, 1, 0.4))
            raise UsageError(Message("error.usage.unknown-language", {"name": flag, "known": known, "hint": hint}))
        return chosen
    asked = next((env[name] for name in VARIABLES if env.get(name)), windows_ui)
    return (_match(asked, known) if asked else None) or ENGLISH


def _match(asked: str, known: tuple[str, ...]) -> str | None:
    """Chinese by its script (`zh_Hant`), else by where that is written (`zh_TW.UTF-8`), else `zh` is zh-Hans."""
    tags = re.split(r"[-_]", re.split(r"[.@]", asked.strip())[0].lower())
    if tags[0] == "zh":
        tags = ["zh", "hant" if _TRADITIONAL.intersection(tags) and "hans" not in tags else "hans"]
    return next((name for name in known if name.lower() in ("-".join(tags), tags[0])), None)
