"""From a tree to a Profile: every issue at the place in the file that it is about."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from pydantic import ValidationError

from rigcheck.loading.crossing import crossing_issues
from rigcheck.loading.document import Node, shown_key
from rigcheck.loading.issue import Issue, Mark, issue_at
from rigcheck.loading.schema import keys_at
from rigcheck.loading.shape import profile_of, shape
from rigcheck.loading.words import did_you_mean, in_words
from rigcheck.profile import Profile

_SHOWN = 200  # issues worded; whoever has more has one cause

Place = tuple[str | int, ...]


def validated(root: Node, checks: Collection[str] | None) -> tuple[Profile | None, list[Issue]]:
    """The profile in a tree, if one can be made of it, and what is wrong with it.

    `checks` are the ids that a waiver may name; None: any.
    """
    issues = crossing_issues(root, checks)
    document, errors = _validated(root)
    issues += [_issue(error, root) for error in errors[:_SHOWN]]
    return profile_of(document) if document is not None else None, issues


def _validated(root: Node) -> tuple[Any, list[Any]]:
    try:
        return shape().validate_json(json.dumps(root.plain())), []
    except ValidationError as error:
        return None, error.errors(include_url=False, include_input=False)


def _issue(error: Any, root: Node) -> Issue:  # noqa: ANN401 - pydantic's ErrorDetails
    place = error["loc"] + getattr(error.get("ctx", {}).get("error"), "at", ())
    if error["type"] == "unexpected_keyword_argument":
        return _unknown_key(place, root)
    node, mark, path, rest = located(root, place)
    if error["type"] == "missing":
        path, rest = _joined(path, rest[-1:]), ()
    what = in_words(error, node)
    return issue_at(mark, path, f"{rest[-1]} {what}" if rest else what)


def _unknown_key(place: Place, root: Node) -> Issue:
    """At the key, with the key that was probably meant. A key that may hold a secret is not repeated."""
    *parent, key = place
    node, _, path, _ = located(root, tuple(parent))
    meant = did_you_mean(str(key), keys_at(tuple(parent)))
    shown = str(key) if meant or parent[:1] not in (["push"], ["obs"]) else "(key)"
    return issue_at(node.keys[str(key)], _joined(path, (shown,)), f"is not a key here{meant}")


def located(root: Node, place: Place) -> tuple[Node, Mark, str, Place]:
    """The value nearest to a place: itself, where it stands, its path, and the pieces after it that the file does not have.

    Pydantic's places may name fields of a short form, union members, or the name that sections get in the value.
    """
    parent, node, mark, path = root, root, root.mark, ""
    rest: Place = ()
    for before, piece in zip((None, *place), place, strict=False):
        if piece == "[key]":
            return node, parent.keys[str(before)], path, ()
        child = node.child(piece)
        if child is None:
            rest = (*rest, piece)
            continue
        parent, node, mark, path, rest = node, child, child.mark, _joined(path, (piece,)), ()
    return node, mark, path, rest


def _joined(path: str, pieces: Place) -> str:
    """A path in the way people write it: `camera.main`, `waivers[0]`."""
    for piece in pieces:
        path = f"{path}[{piece}]" if isinstance(piece, int) else f"{path}.{shown_key(piece)}".lstrip(".")
    return path
