"""A room of the lab's devices, and what the command says of it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from command import report, rigcheck

LIVE = ("--format", "json", "--allow-on-air", "--no-save")


def write_room(folder: Path, *, camera: str = "{}", mic: str = "{}", power: str = "{}", more: str = "") -> Path:
    """A room whose sections are given as YAML; what is not given it does not have."""
    path = folder / "room.yaml"
    path.write_text(f"room: lab\ncamera: {camera}\nmic: {mic}\npower: {power}\n{more}", encoding="utf-8")
    return path


def ask(folder: Path, part: str, room: Path, *words: str, **environment: str) -> dict[str, Any]:
    """The JSON report of one part of a room, live."""
    return report(rigcheck(folder, part, room, *words, *LIVE, **environment))


def unseen(made: dict[str, Any]) -> str:
    """The one reason why nothing was seen."""
    reasons = {f["message"]["id"] for f in made["findings"] if f["status"] == "unknown"}
    assert len(reasons) == 1, made["findings"]
    return str(reasons.pop()).removeprefix("reason.")


def calmly(
    look: Callable[[], dict[str, Any]], figure: str | Callable[[dict[str, Any]], object], wanted: object
) -> dict[str, Any]:
    """Look up to three times for a figure of time: the guest has one processor, and others may keep it waiting.

    Of a busy guest's sound card there may be no figure at all: while its player starts anew it cannot be opened.
    """
    for _ in range(3):
        made = look()
        found = made["measurements"].get(figure) if isinstance(figure, str) else figure(made)
        if found == wanted:
            return made
    raise AssertionError(f"{found}, not {wanted}: {made['findings']}")


def once_open(node: str, seconds: float, deed: Callable[[], object]) -> threading.Thread:
    """Do it so many seconds after one more program than now has opened the device for good."""
    others = _users(node)

    def wait() -> None:
        since_s, end_s = time.monotonic(), time.monotonic() + 60
        while time.monotonic() - since_s < seconds and time.monotonic() < end_s:
            if _users(node) <= others:
                since_s = time.monotonic()
            time.sleep(0.05)
        deed()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def _users(node: str) -> int:
    """How many processes have it open."""
    return sum(node in _open_files(process) for process in Path("/proc").glob("[0-9]*"))


def _open_files(process: Path) -> list[str]:
    try:
        return [os.readlink(link) for link in (process / "fd").iterdir()]  # noqa: PTH115 - a link's text
    except OSError:  # gone meanwhile
        return []
