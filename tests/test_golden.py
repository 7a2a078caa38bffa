"""What people and programs read of the recorded rooms, word by word.

`RIGCHECK_GOLDEN=write pytest tests/test_golden.py` writes the files anew; read the difference before committing it.
The file name tells room, language, exit code and format.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, rigcheck

GOLDEN = ROOT / "tests" / "golden"
ROOMS = {"good": 0, "backlit-hum-clipping": 2, "on-battery-frozen": 2, "nothing-answers": 3}
ONE_FAULT = dict.fromkeys(("flicker", "soft-focus", "colour-cast", "muted", "late-sound"), 2)
"""Rooms of the package alone; what programs read of them is much as of the others."""
LANGUAGES = ("en", "zh-Hans", "zh-Hant")
TOOK = re.compile(r"(took |用时 |耗時 )\d+\.\d")


def golden(name: str, made: str) -> str:
    path = GOLDEN / name
    if os.environ.get("RIGCHECK_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(made, encoding="utf-8", newline="\n")
    return path.read_text(encoding="utf-8")


def replay(tmp_path: Path, room: str, language: str, *options: str) -> str:
    source = ROOT / "tests" / "fixtures" / room if room in ROOMS else f"demo:{room}"
    done = rigcheck(tmp_path, "preflight", "--replay", source, "--lang", language, *options)
    assert done.stderr == ""
    assert done.returncode == (ROOMS | ONE_FAULT)[room]
    return done.stdout


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS | ONE_FAULT)
def test_the_table(tmp_path, room: str, language: str) -> None:
    made = TOOK.sub(r"\g<1>0.0", replay(tmp_path, room, language))
    assert made == golden(f"{room}.{language}.exit{(ROOMS | ONE_FAULT)[room]}.txt", made)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("room", ROOMS)
def test_the_json(tmp_path, room: str, language: str) -> None:
    made = json.loads(replay(tmp_path, room, language, "--format", "json"))
    made["took_s"] = 0.0
    made["profile"]["path"] = "profile.yaml"
    text = json.dumps(made, ensure_ascii=False, indent=1) + "\n"
    wanted = json.loads(golden(f"{room}.{language}.exit{ROOMS[room]}.json", text))
    assert close(made, wanted) == []


def close(made: Any, wanted: Any, path: str = "") -> list[str]:
    """Where two reports differ; numbers may differ by a thousandth (other versions of numpy, OpenCV and FFmpeg)."""
    if isinstance(made, dict) and isinstance(wanted, dict):
        keys = sorted(made.keys() | wanted.keys())
        return [line for key in keys for line in close(made.get(key), wanted.get(key), f"{path}.{key}")]
    if isinstance(made, list) and isinstance(wanted, list) and len(made) == len(wanted):
        return [line for i, pair in enumerate(zip(made, wanted, strict=True)) for line in close(*pair, f"{path}[{i}]")]
    if isinstance(made, float) and isinstance(wanted, float | int):
        return [] if made == pytest.approx(wanted, rel=1e-3, abs=1e-3) else [f"{path}: {made} != {wanted}"]
    return [] if made == wanted else [f"{path}: {made!r} != {wanted!r}"]
