"""A service that is missing in CI fails its tests there; elsewhere they are skipped, with the reason."""

import subprocess
import sys
from pathlib import Path

import pytest
from command import environment

TESTS = """
import pytest
@pytest.mark.skipif(True, reason="REASON")
def test_a_service():
    raise AssertionError
def test_another():
    pytest.skip("REASON")
"""


@pytest.mark.parametrize(
    ("reason", "is_ci", "outcome"),
    [
        ("nginx is not installed", "true", "1 failed, 1 error"),
        ("nginx is not installed", "", "2 skipped"),
        ("this machine has cameras", "true", "2 skipped"),
    ],
)
def test_what_can_be_installed_is_not_skipped_in_ci(tmp_path: Path, reason: str, is_ci: str, outcome: str) -> None:
    (tmp_path / "test_it.py").write_text(TESTS.replace("REASON", reason))
    words = [
        sys.executable,
        "-m",
        "pytest",
        "-c",
        "/dev/null",
        "-p",
        "conftest",
        "-p",
        "no:cacheprovider",
        "-q",
        "test_it.py",
    ]
    here = environment(tmp_path, CI=is_ci, PYTHONPATH=str(Path(__file__).parent))
    done = subprocess.run(words, cwd=tmp_path, env=here, capture_output=True, text=True, timeout=60, check=False)
    assert outcome in done.stdout, done.stdout
