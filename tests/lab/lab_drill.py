"""Drills in the lab: run by the command, to their end, and what their report says."""

from __future__ import annotations

import json
import subprocess
from typing import Any

LIMITS = "within: {detect_s: 8, switch_s: 15, outage_s: 40, restore_s: 40}"
"""The crew's own would be shorter; here one processor encodes, serves, watches and decodes."""


def shell(text: str) -> str:
    """A program of a profile: its words, as YAML."""
    return json.dumps(["sh", "-c", text])


def made_by(words: list[str], env: dict[str, str]) -> dict[str, Any]:
    """The report of drills that went well, all undone."""
    done = subprocess.run(
        words, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240, check=False
    )
    made: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == 0, f"{made.get('findings')}\n{done.stderr}"
    (drill,) = made["drills"]
    assert (made["status"], drill["ended"]) == ("ok", "done")
    assert drill["undone"]
    assert all(each["worked"] for each in drill["undone"])
    return made


def seconds(made: dict[str, Any], name: str) -> float:
    (value,) = [each["value"] for each in made["findings"] if each["check"] == f"drill.{name}"]
    return float(value)
