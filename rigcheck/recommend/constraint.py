"""What all named platforms allow together: one shared encode has to suit every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rigcheck.platform import PUBLISHED, USABLE, Fact, Origin, Platform, Rate
from rigcheck.recommend.shape import Shape
from rigcheck.recommend.wish import Wish

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
RATE_HZ = 48_000
"""OBS's default, and what nearly every platform takes: going between 48 and 44.1 kHz in the rig risks drift."""
BFRAMES = 2
_PROFILES = ("baseline", "main", "high")
OURS = Origin("ours", "rigcheck", "")


@dataclass(frozen=True, slots=True)
class Term(Generic[T_co]):
    """A value, where it comes from, and the platform that sets it; None where it is a rule of ours."""

    value: T_co
    origin: Origin
    platform: str | None = None


def terms(platforms: Iterable[Platform], name: str) -> list[Term[Any]]:
    """A fact of every platform that has it and is sure enough of it."""
    found = ((platform.id, getattr(platform, name)) for platform in platforms)
    return [Term(fact.value, fact.origin, of) for of, fact in found if fact is not None and _is_usable(fact)]


def _is_usable(fact: Fact[Any]) -> bool:
    return fact.origin.mark in USABLE


def cap_of(platforms: Iterable[Platform], shape: Shape) -> Term[int] | None:
    """The most kbit/s of picture that every platform takes at a shape; None where none of them says.

    Of a table, the largest size that is not larger counts (or the smallest there is), at the next frame rate up.
    """
    caps = [cap for platform in platforms for cap in _caps(platform, shape)]
    return min(caps, key=lambda cap: cap.value, default=None)


def _caps(platform: Platform, shape: Shape) -> Iterable[Term[int]]:
    if platform.max_kbps is not None and _is_usable(platform.max_kbps):
        yield Term(platform.max_kbps.value, platform.max_kbps.origin, platform.id)
    rows = [row for row in platform.rates if _is_usable(row)]
    if rows:
        row = _row(rows, shape)
        yield Term(row.value.kbps, row.origin, platform.id)


def _row(rows: list[Fact[Rate]], shape: Shape) -> Fact[Rate]:
    smallest = min(row.value.pixels for row in rows)
    pixels = max((row.value.pixels for row in rows if row.value.pixels <= shape.pixels), default=smallest)
    of_size = sorted((row for row in rows if row.value.pixels == pixels), key=lambda row: row.value.fps)
    return next((row for row in of_size if row.value.fps >= shape.fps), of_size[-1])


@dataclass(frozen=True, slots=True)
class Fixed:
    """The fields that do not depend on size or line, each with whose it is."""

    max_fps: Term[float] | None
    keyint_s: Term[float]
    profile: Term[str]
    bframes: Term[int]
    audio_kbps: Term[int]
    audio_hz: Term[int]


def fixed_of(wish: Wish) -> Fixed:
    """Least common denominators: the platforms' values, and ours where they have none or a lower one is wanted."""
    rules, platforms = wish.rules, wish.platforms
    return Fixed(
        max_fps=min(terms(platforms, "max_fps"), key=_value, default=None),
        keyint_s=_keyint(wish),
        profile=_least(Term("high", OURS), terms(platforms, "profile"), _PROFILES.index),
        bframes=_least(Term(0 if wish.low_latency else BFRAMES, OURS), terms(platforms, "bframes"), int),
        audio_kbps=_least(Term(rules.audio_kbps, OURS), terms(platforms, "audio_kbps"), int),
        audio_hz=_audio_hz(terms(platforms, "audio_hz")),
    )


def _value(term: Term[Any]) -> Any:  # noqa: ANN401 - as the term's
    return term.value


def _keyint(wish: Wish) -> Term[float]:
    """The shortest that a platform asks for, ours where none asks; 1 s, or shorter where asked, for low latency."""
    asked = min(terms(wish.platforms, "keyint_s"), key=_value, default=None)
    if wish.low_latency:
        return _least(Term(wish.rules.low_latency_keyint_s, OURS), [asked] if asked else [], float)
    others = [platform for platform in wish.platforms if platform.keyint_s is None]
    own = Term(wish.rules.keyint_s, OURS)
    return own if asked is None else _least(own, [asked], float) if others else asked


def _least(own: Term[T], asked: list[Term[T]], order: Callable[[T], float]) -> Term[T]:
    """The lowest of all; where it equals ours, the platform's if that is published."""
    return min([*asked, own], key=lambda term: (order(term.value), term.origin.mark not in PUBLISHED, term is not own))


def _audio_hz(asked: list[Term[tuple[int, ...]]]) -> Term[int]:
    """48 kHz, unless every platform that says anything wants another rate and they agree on it."""
    common = set.intersection(*(set(term.value) for term in asked)) if asked else set()
    if not common or RATE_HZ in common:
        return Term(RATE_HZ, OURS)
    return Term(max(common), asked[0].origin, asked[0].platform)


def rate_conflicts(wish: Wish) -> tuple[str, ...]:
    """The platforms whose sample rates have none in common, or that do not take the one that is planned."""
    planned = fixed_of(wish).audio_hz.value
    return tuple(str(term.platform) for term in terms(wish.platforms, "audio_hz") if planned not in term.value)
