"""Running the real command line in a process of its own, with folders of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def environment(home: Path, **changes: str) -> dict[str, str]:
    """An environment like cron's: nothing but a path, and everything kept in `home`."""
    kept = {
        name: os.environ[name]
        for name in ("PATH", "COVERAGE_PROCESS_CONFIG", "COVERAGE_PROCESS_START")
        if name in os.environ
    }
    folders = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "XDG_STATE_HOME": str(home / "state")}
    return {**kept, **folders, "LANG": "C.UTF-8", **changes}


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "rigcheck", *map(str, arguments)]


def rigcheck(
    home: Path, *arguments: object, stdin: str | None = "", **changes: str
) -> subprocess.CompletedProcess[str]:
    """Run to the end; stdout and stderr are pipes, so nobody is at a terminal."""
    return subprocess.run(
        command(*arguments),
        env=environment(home, **changes),
        cwd=home,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )


def report(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The JSON report of a run; its own exit code is the process's."""
    made: dict[str, Any] = json.loads(done.stdout)
    assert made["exit_code"] == done.returncode
    return made


def finding(made: dict[str, Any], check: str, device: str = "main") -> dict[str, Any]:
    (found,) = (f for f in made["findings"] if f["check"] == check and f["device"] == device)
    return dict(found)
