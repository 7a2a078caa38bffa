"""One YAML document as a tree in which every value knows its place; whatever cannot be meant is an issue.

Built over the parser's events, not its composer: aliases are counted before they are followed, depth is bounded,
duplicate keys are seen, tags are refused, and all of it is reported at once with its line and column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

import yaml

from rigcheck.loading.issue import Issue, Mark, issue_at
from rigcheck.loading.scalar import Scalar, is_printable, scalar

MAX_VALUES = 10_000  # a profile has some hundred; an alias bomb has millions
MAX_DEPTH = 24
_NEVER = re.compile(
    r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)  # YAML 1.2, 5.1
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml is missing from some builds


@dataclass(slots=True)
class Node:
    """A value and its place. `keys` has the places of a mapping's keys; `size` counts the values in it, aliases followed."""

    value: Scalar | tuple[Node, ...] | dict[str, Node]
    mark: Mark
    keys: dict[str, Mark] = field(default_factory=dict)
    size: int = 1

    @property
    def entries(self) -> dict[str, Node]:
        """The entries of a mapping; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    def child(self, piece: str | int) -> Node | None:
        """The value under a key or position; None where there is none."""
        if isinstance(self.value, dict):
            return self.entries.get(str(piece))
        if isinstance(self.value, tuple) and isinstance(piece, int) and piece < len(self.value):
            return self.value[piece]
        return None

    def plain(self) -> Any:  # noqa: ANN401 - any YAML value
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        return [node.plain() for node in self.value] if isinstance(self.value, tuple) else self.value


def read_document(text: str, file: str) -> tuple[Node | None, list[Issue]]:
    """The only document of a text, and what is wrong with it. None where it cannot be read to its end."""
    if found := _NEVER.search(text):  # before the parser, whose own complaint counts bytes
        return None, [
            issue_at(mark_of(text, found.start(), file), "", "is a control character, which YAML does not allow")
        ]
    composer = _Composer(file)
    try:
        root = composer.document(yaml.parse(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        return None, [*composer.issues, _syntax_issue(error, text, file)]
    except _Refused:
        return None, composer.issues
    return root, composer.issues


class _Refused(Exception):  # noqa: N818 - ends the reading; the reason is already among the issues
    """The document is not worth reading on."""


class _Composer:
    """Turns the events of one document into nodes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.issues: list[Issue] = []
        self.count = 0
        self.anchors: dict[str, Node | None] = {}  # None while the anchored value is still being read

    def document(self, events: Iterator[Any]) -> Node | None:
        root = None
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                if root is not None:
                    self.refuse(event, "is a second document: a profile is one document, without another ---")
                root = self.node(next(events), events, 0)
        return root

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:  # noqa: ANN401 - PyYAML's events have no common type
        self.count_in(event, 1)
        if isinstance(event, yaml.AliasEvent):
            return self.aliased(event)
        if depth > MAX_DEPTH:
            self.refuse(event, f"is nested more than {MAX_DEPTH} levels deep")
        if event.tag is not None:
            self.note(event, "has a tag: tags are not allowed in a profile")
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        node = self.content(event, events, depth)
        if event.anchor is not None:
            self.anchors[event.anchor] = node
        return node

    def content(self, event: Any, events: Iterator[Any], depth: int) -> Node:  # noqa: ANN401 - as above
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(event, events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(event, events, depth)
        if not is_printable(event.value):
            self.note(event, "holds a control character")
        return Node(scalar(event.value, plain=event.implicit[0]), self.mark(event))

    def sequence(self, event: Any, events: Iterator[Any], depth: int) -> Node:  # noqa: ANN401 - as above
        items = []
        while not isinstance(item := next(events), yaml.SequenceEndEvent):
            items.append(self.node(item, events, depth + 1))
        return Node(tuple(items), self.mark(event), size=1 + sum(item.size for item in items))

    def mapping(self, event: Any, events: Iterator[Any], depth: int) -> Node:  # noqa: ANN401 - as above
        made = Node({}, self.mark(event))
        merged: list[Node] = []
        while not isinstance(item := next(events), yaml.MappingEndEvent):
            key = self.key(item, events, depth)
            value = self.node(next(events), events, depth + 1)
            made.size += value.size
            if key == "<<":
                merged += self.mergeable(value)
            elif key is not None:
                self.put(made, key, self.mark(item), value)
        for source in merged:  # keys that are written win over merged ones, earlier merged ones over later
            for key, value in source.entries.items():
                made.entries.setdefault(key, value)
                made.keys.setdefault(key, source.keys[key])
        return made

    def key(self, event: Any, events: Iterator[Any], depth: int) -> str | None:  # noqa: ANN401 - as above
        if isinstance(event, yaml.ScalarEvent):
            self.node(event, events, depth + 1)
            return str(event.value)
        self.note(event, "should be a plain key")
        self.node(event, events, depth + 1)
        return None

    def put(self, made: Node, key: str, mark: Mark, value: Node) -> None:
        if key in made.keys:
            what = f"is a key for the second time in one mapping; first in line {made.keys[key].line}"
            self.issues.append(issue_at(mark, "", what))
            return
        made.entries[key] = value
        made.keys[key] = mark

    def mergeable(self, value: Node) -> list[Node]:
        sources = list(value.value) if isinstance(value.value, tuple) else [value]
        if not all(isinstance(source.value, dict) for source in sources):
            self.issues.append(issue_at(value.mark, "<<", "should be a mapping or a list of mappings"))
            return []
        return sources

    def aliased(self, event: Any) -> Node:  # noqa: ANN401 - as above
        node = self.anchors.get(event.anchor)
        if node is None:
            is_open = event.anchor in self.anchors
            self.refuse(
                event,
                "is an alias of a value that holds it" if is_open else "is an alias of an anchor that is not there",
            )
        self.count_in(event, node.size)
        return node

    def count_in(self, event: Any, size: int) -> None:  # noqa: ANN401 - as above
        self.count += size
        if self.count > MAX_VALUES:
            self.refuse(event, f"is one value too many: a profile has at most {MAX_VALUES}, aliases counted in full")

    def mark(self, event: Any) -> Mark:  # noqa: ANN401 - as above
        return Mark(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def note(self, event: Any, what: str) -> None:  # noqa: ANN401 - as above
        self.issues.append(issue_at(self.mark(event), "", what))

    def refuse(self, event: Any, what: str) -> NoReturn:  # noqa: ANN401 - as above
        self.note(event, what)
        raise _Refused


def shown_key(key: str) -> str:
    """A key fit to be printed; what does not look like one may be a secret with a forgotten space after its colon."""
    return key if len(key) <= 40 and key.replace("_", "").replace("-", "").replace(".", "").isalnum() else "(key)"  # noqa: PLR2004 - no key of ours is longer


def mark_of(text: str, position: int, file: str) -> Mark:
    """The place of the character at a position."""
    before = text[:position]
    return Mark(file, before.count("\n") + 1, position - before.rfind("\n"))


def _syntax_issue(error: yaml.MarkedYAMLError, text: str, file: str) -> Issue:
    mark = error.problem_mark or error.context_mark
    lines = text.splitlines() if mark else []
    is_tab = mark is not None and mark.line < len(lines) and lines[mark.line][mark.column : mark.column + 1] == "\t"
    what = "is indented with a tab: YAML wants spaces" if is_tab else f"is not YAML: {error.problem or error.context}"
    return issue_at(Mark(file, mark.line + 1, mark.column + 1) if mark else Mark(file), "", what)
