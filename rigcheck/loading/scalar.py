"""Plain scalars by the core schema of YAML 1.2 (section 10.3.2), and nothing beside it: `on`, `1:30`, dates are text."""

from __future__ import annotations

import math
import re

Scalar = str | int | float | bool | None

_WORDS: dict[str, Scalar] = {"": None, "~": None}
_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)

# 18 digits: what a 64-bit reader also understands. Leading zeros are octal to some readers and decimal to others: text.
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_BASED = re.compile(r"0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,40}|(0|[1-9][0-9]{0,40})(\.[0-9]{0,40})?)([eE][-+]?[0-9]{1,4})?")
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff]")


def scalar(text: str, *, plain: bool) -> Scalar:
    """The value of a scalar. Quoted and block scalars are text; so are numbers that are not finite."""
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    return _finite(text) if _FLOAT.fullmatch(text) else text


def looks_like_number(text: str) -> bool:
    """Whether a text reads as a number to people: digits in quotes, or with leading zeros."""
    return bool(re.fullmatch(r"[-+]?[0-9]*\.?[0-9]+", text))


def is_printable(text: str) -> bool:
    """False where control characters or halves of characters hide in a text; they have no business in a profile."""
    return not _UNFIT.search(text)


def _finite(text: str) -> float | str:
    number = float(text)
    return number if math.isfinite(number) else text
