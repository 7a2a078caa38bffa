"""YAML files of the package itself: read by the same rules, damage is a bug and not a user's mistake."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rigcheck.loading.document import read_document


def read_package_yaml(path: Path) -> Any:  # noqa: ANN401 - any YAML value
    """The value in one of our own files. Raises RuntimeError where it is not YAML by our rules (duplicate keys, tags)."""
    root, issues = read_document(path.read_text(encoding="utf-8"), str(path))
    if root is None or issues:
        raise RuntimeError(f"the package is damaged: {'; '.join(map(str, issues)) or path}")
    return root.plain()
