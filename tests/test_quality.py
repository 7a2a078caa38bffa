"""The quality gate: what the linters, the type checker and the import contracts say."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = Path(sys.executable).parent


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "."],
        ["ruff", "format", "--check", "."],
        ["mypy"],
        ["lint-imports"],
    ],
    ids=" ".join,
)
def test_tool_has_nothing_to_say(command: list[str]) -> None:
    done = subprocess.run(
        [str(SCRIPTS / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def sources() -> list[Path]:
    return sorted((ROOT / "rigcheck").rglob("*.py"))


def test_files_stay_small() -> None:
    assert {str(path): lines for path in sources() if (lines := len(path.read_text().splitlines())) > 300} == {}


def test_only_loading_knows_yaml_and_pydantic() -> None:
    users = {
        path.relative_to(ROOT).parts[1].removesuffix(".py")
        for path in sources()
        for line in path.read_text().splitlines()
        if line.strip().startswith(("import yaml", "from yaml", "import pydantic", "from pydantic"))
    }
    assert users <= {"loading"}


def test_ci_runs_the_test_command_of_the_readme() -> None:
    command = ".ci/setup test && .ci/test"
    assert command in (ROOT / "README.md").read_text()
    assert command in (ROOT / ".ci" / "run").read_text()
