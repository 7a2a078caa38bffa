"""Several storms of drills at once, each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def blow(folder: Path, count: int, *, at_once: int = 2, timeout_s: float = 100.0) -> list[dict[str, object]]:
    """`count` drills, shared among processes: what became of each (see drill_storm). Raises where one hung or crashed."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }  # they are killed
    environment["PYTHONPATH"] = os.pathsep.join((str(HERE), str(HERE.parent)))
    share = -(-count // at_once)
    running = [
        subprocess.Popen(
            [sys.executable, HERE / "drill_storm.py", folder, str(first), str(min(share, count - first))],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for first in range(0, count, share)
    ]
    try:
        told = [process.communicate(timeout=timeout_s) for process in running]
    finally:
        for process in running:
            process.kill()
    failed = [errors for process, (_, errors) in zip(running, told, strict=True) if process.returncode]
    if failed:
        raise AssertionError(failed[0])
    return [json.loads(line) for output, _ in told for line in output.splitlines()]
