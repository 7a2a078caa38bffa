"""What every test may ask for."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest

NOT_TO_BE_INSTALLED = (
    "this machine has",
    "beside the project",
    "cannot be made read-only here",
    "only root",
    "no devices in this file system",
    "this OpenCV",
)
"""Of a reason to skip that holds in CI, too. All else `.ci/setup test` has installed there: to skip it is a failure."""
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def material() -> Path:
    """Real recordings with known answers, kept beside the project; the test is skipped where they are absent."""
    folder = Path(os.environ.get("RIGCHECK_MATERIAL", ROOT.parent / "shared" / "testmaterial"))
    if not folder.is_dir():
        pytest.skip("no recordings beside the project (set RIGCHECK_MATERIAL)")
    return folder


@pytest.fixture
def anyio_backend() -> str:
    """Asyncio is the only back end the product runs on."""
    return "asyncio"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing is skipped that can be had there: a service that is missing must not look like one that was tested."""
    report = yield
    if os.environ.get("CI") == "true" and report.skipped and isinstance(report.longrepr, tuple):
        reason = report.longrepr[2]
        if not any(known in reason for known in NOT_TO_BE_INSTALLED):
            report.outcome, report.longrepr = "failed", f"skipped in CI: {reason}"
    return report
